from datetime import timedelta

import pytest
from django.db import IntegrityError
from django.db.models import QuerySet
from django.utils import timezone

from supportcenter.errors import RuleViolation
from supportcenter.outbox.models import OutboxMessage
from tests import builders
from tests.cast import actor
from tickets.actions.changes import solve
from tickets.actions.escalation import acknowledge, close_escalation, escalate, notify_overdue_escalations
from tickets.models.people import Escalation


@pytest.fixture
def ticket(cast):
    return builders.ticket(cast.ben, cast.acme, cc=[cast.cleo])


@pytest.fixture
def escalation(cast, ticket):
    return escalate(actor=actor(cast.ben), ticket=ticket, text="Nobody answers")


def test_record_has_who_when_source_text_and_deadline(cast, escalation):
    assert (escalation.raised_by, escalation.source, escalation.text) == (cast.ben, "web", "Nobody answers")
    assert escalation.deadline_at - escalation.raised_at == timedelta(minutes=30)


def test_word_in_a_comment_makes_the_same_record(cast, ticket):
    builders.comment(cast.cleo, ticket, "Two days now. #escalate")
    found = Escalation.objects.get()
    assert (found.raised_by, found.text) == (cast.cleo, "Two days now. #escalate")
    assert [each.kind for each in ticket.activities.order_by("id")] == ["opened", "commented", "escalated"]


@pytest.mark.parametrize("body", ["> #escalate", "`#escalate`", "Hi\n-- \n#escalate"])
def test_word_elsewhere_than_in_own_words_does_nothing(cast, ticket, body):
    builders.comment(cast.ben, ticket, f"Hello\n\n{body}")
    assert not Escalation.objects.exists()


def test_word_of_an_agent_does_nothing(cast, ticket):
    builders.comment(cast.fay, ticket, "Write #escalate if you are not satisfied.")
    assert not Escalation.objects.exists()


def test_second_call_while_one_is_open_adds_nothing(cast, ticket, escalation):
    again = escalate(actor=actor(cast.ada), ticket=ticket)
    builders.comment(cast.ben, ticket, "#escalate")
    assert again == escalation
    assert OutboxMessage.objects.filter(name="ticket.escalated").count() == 1


def test_database_holds_one_open_call_at_most(cast, ticket, escalation):
    with pytest.raises(IntegrityError, match="escalation_open_once"):
        Escalation.objects.create(ticket=ticket, raised_by=cast.ben, source="web", deadline_at=timezone.now())


def test_solved_ticket_is_open_again_by_an_escalation(cast, ticket):
    solve(actor=actor(cast.ben), ticket=ticket)
    escalate(actor=actor(cast.ben), ticket=ticket)
    ticket.refresh_from_db()
    assert (ticket.status, ticket.solved_at) == ("open", None)
    assert ticket.response_due_at is not None


def test_staff_do_not_escalate_and_closed_tickets_are_not(cast, ticket):
    with pytest.raises(RuleViolation, match="Only customers"):
        escalate(actor=actor(cast.fay), ticket=ticket)
    type(ticket).objects.update(status="closed", solved_at=timezone.now())
    with pytest.raises(RuleViolation, match="closed"):
        escalate(actor=actor(cast.ben), ticket=ticket)


def test_taking_says_by_whom_and_when_and_only_once(cast, ticket, escalation):
    acknowledge(actor=actor(cast.gus), ticket=ticket)
    acknowledge(actor=actor(cast.fay), ticket=ticket)
    escalation.refresh_from_db()
    assert escalation.acknowledged_by == cast.gus
    assert ticket.activities.filter(kind="escalation_acknowledged").count() == 1


def test_closing_keeps_the_outcome_and_takes_it_too(cast, ticket, escalation):
    close_escalation(actor=actor(cast.gus), ticket=ticket, outcome="Engineer assigned")
    escalation.refresh_from_db()
    assert (escalation.outcome, escalation.acknowledged_by) == ("Engineer assigned", cast.gus)
    assert escalation.closed_at is not None


def test_escalation_closed_meanwhile_is_not_reported_as_overdue(cast, ticket, escalation, monkeypatch):
    """Two workers look at once: the first one has its list when the escalation is closed."""
    Escalation.objects.update(deadline_at=timezone.now() - timedelta(minutes=1))
    found = list(Escalation.objects.select_related("ticket"))
    select_related = QuerySet.select_related
    monkeypatch.setattr(
        QuerySet,
        "select_related",
        lambda self, *names: found if self.model is Escalation else select_related(self, *names),
    )
    Escalation.objects.update(closed_at=timezone.now())
    assert notify_overdue_escalations() == 0


def test_customers_neither_take_nor_close(cast, ticket, escalation):
    for change in (acknowledge, lambda **kw: close_escalation(outcome="x", **kw)):
        with pytest.raises(RuleViolation, match="agents"):
            change(actor=actor(cast.ben), ticket=ticket)


def test_late_escalation_is_told_again_once(cast, ticket, escalation):
    assert notify_overdue_escalations() == 0
    Escalation.objects.update(deadline_at=timezone.now())
    assert notify_overdue_escalations() == 1
    assert notify_overdue_escalations() == 0
    assert ticket.activities.filter(kind="escalation_overdue", is_internal=True).count() == 1


def test_escalation_ends_with_its_ticket_and_the_next_word_calls_again(cast, ticket, escalation):
    solve(actor=actor(cast.ben), ticket=ticket)
    escalation.refresh_from_db()
    assert escalation.outcome == "The ticket was solved."
    builders.comment(cast.ben, ticket, "Not at all. #escalate")
    assert Escalation.objects.filter(closed_at=None).count() == 1
    builders.comment(cast.fay, ticket, "Now it is.", status="solved")
    assert not Escalation.objects.filter(closed_at=None).exists()


def test_taken_escalation_is_never_late(cast, ticket, escalation):
    acknowledge(actor=actor(cast.gus), ticket=ticket)
    Escalation.objects.update(deadline_at=timezone.now())
    assert notify_overdue_escalations() == 0
