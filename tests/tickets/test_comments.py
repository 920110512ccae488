from datetime import timedelta

import pytest
from django.utils import timezone

from supportcenter.errors import RuleViolation
from supportcenter.outbox.models import OutboxMessage
from tests import builders
from tests.cast import actor
from tickets.actions.changes import change_status, close_solved, solve
from tickets.actions.comments import add_comment, add_internal_note
from tickets.models.conversation import Comment


@pytest.fixture
def ticket(cast):
    return builders.ticket(cast.ben, cast.acme)


def test_answer_meets_the_first_response_and_sets_the_status(cast, ticket):
    builders.comment(cast.fay, ticket, "Which version?", status="waiting_on_customer")
    ticket.refresh_from_db()
    assert ticket.status == "waiting_on_customer"
    assert ticket.first_responded_at is not None
    assert ticket.response_due_at is None


def test_answer_with_a_status_is_one_update(cast, ticket):
    OutboxMessage.objects.all().delete()
    builders.comment(cast.fay, ticket, "Which version?", status="waiting_on_customer")
    assert OutboxMessage.objects.get().name == "ticket.commented"
    activity = ticket.activities.last()
    assert activity.before == {"status": "new"}
    assert activity.after == {"status": "waiting_on_customer"}


def test_answer_without_a_status_opens_a_new_ticket(cast, ticket):
    builders.comment(cast.fay, ticket, "I am looking.")
    ticket.refresh_from_db()
    assert ticket.status == "open"


@pytest.mark.parametrize("status", ["waiting_on_customer", "on_hold", "solved"])
def test_customer_comment_opens_the_ticket_again(cast, ticket, status):
    builders.comment(cast.fay, ticket, status=status)
    builders.comment(cast.ben, ticket, "Still there.")
    ticket.refresh_from_db()
    assert ticket.status == "open"
    assert ticket.solved_at is None
    assert ticket.response_due_at > timezone.now()


def test_second_customer_comment_does_not_move_the_due_time(cast, ticket):
    due = ticket.response_due_at
    builders.comment(cast.ben, ticket, "Hello?")
    ticket.refresh_from_db()
    assert ticket.response_due_at == due


def test_closed_ticket_takes_no_comment(cast, ticket):
    solve(actor=actor(cast.ben), ticket=ticket)
    type(ticket).objects.update(solved_at=timezone.now() - timedelta(days=15))
    assert close_solved() == 1
    with pytest.raises(RuleViolation, match="closed"):
        builders.comment(cast.ben, ticket)
    assert Comment.objects.count() == 1


def test_solved_ticket_stays_reopenable_for_fourteen_days(cast, ticket):
    solve(actor=actor(cast.ben), ticket=ticket)
    type(ticket).objects.update(solved_at=timezone.now() - timedelta(days=13, hours=23))
    assert close_solved() == 0


def test_internal_note_changes_nothing_a_customer_sees(cast, ticket):
    before = type(ticket).objects.values().get()
    add_internal_note(actor=actor(cast.fay), ticket=ticket, body="NOTE-CANARY")
    assert type(ticket).objects.values().get() == before
    assert ticket.activities.last().is_internal


def test_customer_cannot_write_internal_notes(cast, ticket):
    with pytest.raises(RuleViolation):
        add_internal_note(actor=actor(cast.ben), ticket=ticket, body="psst")


def test_customer_cannot_choose_a_status_with_a_comment(cast, ticket):
    add_comment(actor=actor(cast.ben), ticket=ticket, body="Close it", status="solved")
    ticket.refresh_from_db()
    assert ticket.status == "new"


def test_customer_cannot_set_the_status_by_hand(cast, ticket):
    with pytest.raises(RuleViolation):
        change_status(actor=actor(cast.ben), ticket=ticket, status="on_hold")


def test_agent_who_is_the_requester_asks_like_a_customer(cast):
    from orgs.models import Membership

    Membership.objects.create(organization=cast.acme, user=cast.fay)
    ticket = builders.ticket(cast.fay, cast.acme)
    builders.comment(cast.fay, ticket, "More detail")
    ticket.refresh_from_db()
    assert ticket.first_responded_at is None
