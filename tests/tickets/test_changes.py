from datetime import timedelta

import pytest

from supportcenter.errors import RuleViolation
from supportcenter.outbox.models import OutboxMessage
from tests import builders
from tests.cast import actor
from tickets.actions.assignment import assign
from tickets.actions.changes import change_severity, change_status, reclassify, solve
from tickets.actions.participants import add_participants
from tickets.forms.work import ClassificationForm
from tickets.models.catalog import Product, Reason
from tickets.models.clock import SlaClock


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


def test_severity_moves_the_first_response(cast, ticket):
    change_severity(actor=actor(cast.fay), ticket=ticket, severity="critical", reason="All down")
    ticket.refresh_from_db()
    assert ticket.response_due_at - ticket.updated_at == timedelta(minutes=30)
    assert ticket.activities.last().after == {"severity": "critical", "reason": "All down"}


def test_severity_never_unmeets_a_met_target(cast, ticket):
    builders.comment(cast.fay, ticket)
    ticket.refresh_from_db()
    before = SlaClock.objects.values().get()
    change_severity(actor=actor(cast.fay), ticket=ticket, severity="critical", reason="All down")
    assert SlaClock.objects.values().get() == before
    assert ticket.response_due_at is None


def test_solving_twice_is_solving_once(cast, ticket):
    solve(actor=actor(cast.ben), ticket=ticket)
    count = OutboxMessage.objects.count()
    solve(actor=actor(cast.ben), ticket=ticket)
    assert OutboxMessage.objects.count() == count


def test_nothing_becomes_new_again(cast, ticket):
    with pytest.raises(RuleViolation, match=r"can.t become new"):
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
    assert (
        change_severity(actor=actor(cast.fay), ticket=ticket, severity="high", reason="Slow").severity
        == "high"
    )


def test_no_more_than_fifty_people_in_cc_altogether(cast, ticket):
    from tests.cast import member

    many = [member(cast.acme, f"p{number}@acme.example", f"P{number}", "member") for number in range(51)]
    add_participants(actor=actor(cast.ben), ticket=ticket, users=many[:50], body="x")
    with pytest.raises(RuleViolation, match="at most 50"):
        add_participants(actor=actor(cast.ben), ticket=ticket, users=many[50:], body="x")


def test_agent_says_why_the_severity_changes_and_the_customer_reads_it(cast, ticket, run_outbox):
    with pytest.raises(RuleViolation, match="Enter a reason"):
        change_severity(actor=actor(cast.fay), ticket=ticket, severity="high", reason=" ")
    change_severity(actor=actor(cast.fay), ticket=ticket, severity="high", reason="It got slower")
    told = [mail.body for mail in run_outbox() if mail.to == [cast.ben.email]]
    assert "Fay Dubois changed the severity from Low to High: It got slower." in told[-1]


def test_product_and_reason_change_for_everyone_to_see(cast, client_of, ticket):
    mysql, question = Product.objects.get(code="mysql"), Reason.objects.exclude(pk=ticket.reason_id)[0]
    url = ticket.get_absolute_url()
    client_of(cast.fay).post(f"{url}classification/", {"product": mysql.pk, "reason": question.pk})
    ticket.refresh_from_db()
    assert (ticket.product, ticket.reason) == (mysql, question)
    page = client_of(cast.ben).get(url).content.decode()
    assert f"to {mysql.name} and changed the reason from" in page


def test_same_product_again_is_no_change_and_a_retired_one_can_stay(cast, ticket):
    Product.objects.filter(pk=ticket.product_id).update(is_retired=True)
    form = ClassificationForm({"product": ticket.product_id, "reason": ticket.reason_id}, ticket=ticket)
    assert form.is_valid()
    reclassify(actor=actor(cast.fay), ticket=ticket, **form.cleaned_data)
    assert ticket.activities.count() == 1


def test_only_agents_reclassify(cast, ticket):
    with pytest.raises(RuleViolation, match="support agents"):
        reclassify(actor=actor(cast.ada), ticket=ticket, product=ticket.product, reason=ticket.reason)


def test_assign_to_me_is_offered_until_it_is_mine(cast, client_of, ticket):
    fay, url = client_of(cast.fay), ticket.get_absolute_url()
    assert "Assign to me" in fay.get(url).content.decode()
    fay.post(f"{url}assignment/", {"assignee": cast.fay.pk})
    assert "Assign to me" not in fay.get(url).content.decode()
