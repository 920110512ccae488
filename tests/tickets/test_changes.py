import pytest

from supportcenter.errors import RuleViolation
from supportcenter.outbox.models import OutboxMessage
from tests import builders
from tests.cast import actor
from tickets.actions import add_participants, assign, change_severity, change_status, solve
from tickets.models import SlaClock


@pytest.fixture
def ticket(cast):
    return builders.ticket(cast.ben, cast.acme, severity="low")


def test_assigning_is_recorded_internally(cast, ticket):
    assign(actor=actor(cast.fay), ticket=ticket, assignee=cast.gus)
    ticket.refresh_from_db()
    activity = ticket.activities.last()
    assert ticket.assignee == cast.gus
    assert activity.is_internal
    assert activity.after == {"assignee": "Gus Lindgren", "assignee_id": cast.gus.pk, "by_self": False}


def test_assigning_to_the_same_person_again_does_nothing(cast, ticket):
    assign(actor=actor(cast.fay), ticket=ticket, assignee=cast.gus)
    count = OutboxMessage.objects.count()
    assign(actor=actor(cast.fay), ticket=ticket, assignee=cast.gus)
    assert OutboxMessage.objects.count() == count


def test_customers_are_no_assignees(cast, ticket):
    with pytest.raises(RuleViolation):
        assign(actor=actor(cast.fay), ticket=ticket, assignee=cast.ben)


def test_account_managers_are_no_assignees(cast, ticket):
    with pytest.raises(RuleViolation):
        assign(actor=actor(cast.fay), ticket=ticket, assignee=cast.hal)


def test_severity_moves_the_first_response_from_the_opening(cast, ticket):
    change_severity(actor=actor(cast.fay), ticket=ticket, severity="critical")
    ticket.refresh_from_db()
    assert (ticket.response_due_at - ticket.created_at).total_seconds() == 30 * 60
    assert ticket.activities.last().after == {"severity": "critical"}


def test_severity_never_unmeets_a_met_target(cast, ticket):
    builders.comment(cast.fay, ticket)
    ticket.refresh_from_db()
    before = SlaClock.objects.values().get()
    change_severity(actor=actor(cast.fay), ticket=ticket, severity="critical")
    assert SlaClock.objects.values().get() == before
    assert ticket.response_due_at is None


def test_solving_twice_is_solving_once(cast, ticket):
    solve(actor=actor(cast.ben), ticket=ticket)
    count = OutboxMessage.objects.count()
    solve(actor=actor(cast.ben), ticket=ticket)
    assert OutboxMessage.objects.count() == count


def test_nothing_becomes_new_again(cast, ticket):
    with pytest.raises(RuleViolation, match="cannot become new"):
        change_status(
            actor=actor(cast.fay),
            ticket=change_status(actor=actor(cast.fay), ticket=ticket, status="open"),
            status="new",
        )


def test_reopening_by_hand_owes_an_answer_again(cast, ticket):
    change_status(actor=actor(cast.fay), ticket=ticket, status="solved")
    reopened = change_status(actor=actor(cast.fay), ticket=ticket, status="open")
    assert reopened.response_due_at is not None
    assert reopened.solved_at is None


def test_adding_participants_comments_and_adds_nobody_twice(cast, ticket):
    joined = add_participants(actor=actor(cast.ben), ticket=ticket, users=[cast.cleo, cast.ben], body="Look")
    again = add_participants(actor=actor(cast.ben), ticket=ticket, users=[cast.cleo], body="Again")
    assert (joined, again) == ([cast.cleo], [])
    assert ticket.participants.count() == 1
    assert ticket.comments.count() == 3


@pytest.mark.parametrize("name", ["cleo", "dov", "eve"])
def test_others_cannot_add_participants(cast, ticket, name):
    with pytest.raises(RuleViolation, match="Only the requester"):
        add_participants(actor=actor(getattr(cast, name)), ticket=ticket, users=[cast.dov], body="x")


def test_early_availability_keeps_the_severity_low_for_customers(cast):
    type(cast.kafka).objects.filter(pk=cast.kafka.pk).update(is_early_availability=True)
    cast.kafka.refresh_from_db()
    ticket = builders.ticket(cast.ben, cast.acme, services=[cast.kafka])
    with pytest.raises(RuleViolation, match="early availability"):
        change_severity(actor=actor(cast.ben), ticket=ticket, severity="critical")
    assert change_severity(actor=actor(cast.fay), ticket=ticket, severity="high").severity == "high"


def test_no_more_than_fifty_people_in_cc_altogether(cast, ticket):
    from tests.cast import member

    many = [member(cast.acme, f"p{number}@acme.example", f"P{number}", "member") for number in range(51)]
    add_participants(actor=actor(cast.ben), ticket=ticket, users=many[:50], body="x")
    with pytest.raises(RuleViolation, match="At most 50"):
        add_participants(actor=actor(cast.ben), ticket=ticket, users=many[50:], body="x")
