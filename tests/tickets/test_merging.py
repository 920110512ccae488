"""Merging tickets and taking them apart again."""

import re
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

from notifications.models.messages import EmailMessage
from orgs.models import User
from supportcenter.errors import RuleViolation
from tests import builders
from tests.cast import actor, make_cast
from tests.races import at_once
from tickets.actions.assignment import assign
from tickets.actions.changes import solve
from tickets.actions.clocks import promise_update
from tickets.actions.comments import add_comment, add_internal_note
from tickets.actions.escalation import escalate
from tickets.actions.files import stage_files
from tickets.actions.following import follow_ticket
from tickets.actions.merging import merge_into, undo_merge
from tickets.models.clock import SlaClock
from tickets.models.linking import Merge
from tickets.models.ticket import Ticket


@pytest.fixture
def target(cast):
    return builders.ticket(cast.ben, cast.acme, subject="The one")


@pytest.fixture
def source(cast, target):
    return builders.ticket(cast.cleo, cast.acme, cc=[cast.dov], subject="The same again")


def text(response) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


def merge(cast, source, target) -> Merge:
    return merge_into(actor=actor(cast.fay), ticket=source, target=target)


def state(ticket: Ticket) -> dict:
    """All that a merge can touch, but for the time of the last change."""
    row = Ticket.objects.filter(pk=ticket.pk).values().get()
    row.pop("updated_at")
    return row | {
        "comments": list(ticket.comments.order_by("pk").values_list("pk", flat=True)),
        "entries": list(
            ticket.activities.exclude(kind__startswith="merge").order_by("pk").values_list("pk", flat=True)
        ),
        "people": sorted(ticket.participants.values_list("user_id", flat=True)),
        "follows": sorted(ticket.follows.values_list("user_id", flat=True)),
        "clocks": list(ticket.clocks.order_by("pk").values()),
        "calls": list(ticket.escalations.order_by("pk").values("pk", "closed_at", "outcome")),
    }


def test_everything_goes_to_the_target(cast, source, target, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    log = stage_files(actor=actor(cast.cleo), files=[ContentFile(b"x", name="log.txt")])
    builders.comment(cast.cleo, source, "With a log", files=log)
    add_internal_note(actor=actor(cast.fay), ticket=source, body="Same cause")
    follow_ticket(actor=actor(cast.gus), ticket=source, on=True)
    merge(cast, source, target)
    for each in (source, target):
        each.refresh_from_db()
    assert (source.status, source.merged_into, source.comments.count()) == ("closed", target, 0)
    assert target.comments.count() == target.activities.filter(comment__isnull=False).count() == 4
    assert {each.user for each in target.participants.all()} == {cast.cleo, cast.dov}
    assert target.comments.get(body="With a log").attachments.get().name == "log.txt"
    assert target.follows.get().user == cast.gus


def test_answer_that_was_owed_is_owed_on_the_target(cast, source, target):
    builders.comment(cast.fay, target, status="waiting_on_customer")
    due_at = Ticket.objects.get(pk=source.pk).response_due_at
    merge(cast, source, target)
    target.refresh_from_db()
    assert (target.status, target.response_due_at) == ("open", due_at)


def test_promise_that_is_overdue_on_both_is_missed_once(cast, source, target):
    began = timezone.now() - timedelta(days=3)
    SlaClock.objects.filter(ticket=source).update(started_at=began, due_at=began + timedelta(hours=1))
    made = merge(cast, source, target)
    missed = SlaClock.objects.filter(due_at__lt=timezone.now())
    assert [clock.ticket for clock in missed.exclude(ticket=source)] == [target]
    assert not SlaClock.objects.filter(ticket=source).exclude(breached_at=None).exists()
    builders.comment(cast.fay, target)
    assert SlaClock.objects.exclude(breached_at=None).count() == 1
    assert made.source == source


def test_solved_target_is_open_again_where_an_answer_was_owed(cast, source, target):
    solve(actor=actor(cast.ben), ticket=target)
    merge(cast, source, target)
    target.refresh_from_db()
    assert (target.status, target.solved_at) == ("open", None)
    assert target.response_due_at


def test_target_stays_as_it_is_where_nothing_was_owed(cast, source, target):
    builders.comment(cast.fay, source, status="waiting_on_customer")
    solve(actor=actor(cast.ben), ticket=target)
    merge(cast, source, target)
    target.refresh_from_db()
    assert (target.status, target.response_due_at) == ("solved", None)


def test_promised_update_is_owed_on_the_target(cast, source, target):
    at = timezone.now() + timedelta(hours=2)
    builders.comment(cast.fay, source, status="on_hold")
    promise_update(actor=actor(cast.fay), ticket=source, at=at, now=timezone.now())
    merge(cast, source, target)
    assert target.clocks.get(kind="next_update", ended_at=None).due_at == at
    assert not source.clocks.filter(ended_at=None).exists()


def test_open_escalation_goes_over_or_ends_where_there_is_one(cast, source, target):
    call = escalate(actor=actor(cast.cleo), ticket=source)
    merge(cast, source, target)
    assert target.escalations.get() == call
    other = builders.ticket(cast.cleo, cast.acme)
    escalate(actor=actor(cast.cleo), ticket=other)
    merge(cast, other, target)
    assert other.escalations.get().outcome == f"The ticket was merged into {target.reference}."
    assert target.escalations.count() == 1


def test_whatever_comes_in_later_lands_in_the_target(cast, source, target):
    merge(cast, source, target)
    comment = builders.comment(cast.cleo, source, "By mail to the old one")
    escalate(actor=actor(cast.cleo), ticket=source)
    assign(actor=actor(cast.fay), ticket=source, assignee=cast.gus)
    target.refresh_from_db()
    assert (comment.ticket, target.assignee) == (target, cast.gus)
    assert target.escalations.filter(closed_at=None).exists()
    last = builders.ticket(cast.ben, cast.acme)
    merge(cast, target, last)
    assert builders.comment(cast.cleo, source, "Once more").ticket == last


@pytest.mark.parametrize(
    ("code", "prepare"),
    [
        ("same_ticket", lambda cast, a, b: (a, a)),
        ("other_organization", lambda cast, a, b: (a, builders.ticket(cast.eve, cast.globex))),
        (
            "merged_already",
            lambda cast, a, b: (merge(cast, a, b).source, builders.ticket(cast.ben, cast.acme)),
        ),
        (
            "target_merged",
            lambda cast, a, b: (builders.ticket(cast.ben, cast.acme), merge(cast, a, b).source),
        ),
        ("target_merged", lambda cast, a, b: (b, merge(cast, a, b).source)),
        ("ticket_closed", lambda cast, a, b: (a, closed(b))),
        ("ticket_closed", lambda cast, a, b: (closed(a), b)),
    ],
)
def test_what_cannot_be_merged(cast, source, target, code, prepare):
    one, other = prepare(cast, source, target)
    before = Merge.objects.count()
    with pytest.raises(RuleViolation) as refused:
        merge(cast, one, other)
    assert (refused.value.code, Merge.objects.count()) == (code, before)


def closed(ticket: Ticket) -> Ticket:
    Ticket.objects.filter(pk=ticket.pk).update(status="closed", solved_at=ticket.created_at)
    return ticket


def test_only_agents_merge(cast, source, target):
    for do in (
        lambda: merge_into(actor=actor(cast.ada), ticket=source, target=target),
        lambda: undo_merge(actor=actor(cast.ada), merge=merge(cast, source, target)),
    ):
        with pytest.raises(RuleViolation, match="support agents"):
            do()


def test_undone_exactly(cast, source, target):
    builders.comment(cast.fay, source, status="on_hold")
    builders.comment(cast.cleo, source, "#escalate")
    escalate(actor=actor(cast.ben), ticket=target)
    solve(actor=actor(cast.ben), ticket=target)
    follow_ticket(actor=actor(cast.gus), ticket=source, on=True)
    before = state(source), state(target)
    made = merge(cast, source, target)
    assert (state(source), state(target)) != before
    undo_merge(actor=actor(cast.gus), merge=made)
    assert (state(source), state(target)) == before
    assert Merge.objects.get().undone_by == cast.gus


def test_undoing_reopens_the_call_that_the_merge_ended(cast, source, target):
    for person, ticket in ((cast.cleo, source), (cast.ben, target)):
        escalate(actor=actor(person), ticket=ticket)
    before = state(source), state(target)
    undo_merge(actor=actor(cast.fay), merge=merge(cast, source, target))
    assert (state(source), state(target)) == before


def test_last_reply_is_that_of_all_that_came_together(cast, source, target):
    builders.comment(cast.ben, target)
    builders.comment(cast.cleo, source)
    made = merge(cast, source, target)
    assert Ticket.objects.get(pk=target.pk).last_reply_by == cast.cleo
    builders.comment(cast.ben, target, "To all of it")
    undo_merge(actor=actor(cast.fay), merge=made)
    words = {each.pk: each.last_reply_by for each in Ticket.objects.filter(pk__in=[source.pk, target.pk])}
    assert words == {source.pk: cast.cleo, target.pk: cast.ben}


def test_comment_since_the_merge_is_still_waited_upon(cast, source, target):
    builders.comment(cast.fay, target, status="waiting_on_customer")
    made = merge(cast, source, target)
    builders.comment(cast.ben, target, "Here is what you asked for")
    undo_merge(actor=actor(cast.fay), merge=made)
    target.refresh_from_db()
    assert target.status == "open"
    assert target.response_due_at


def test_what_came_in_since_stays_in_the_target(cast, source, target):
    made = merge(cast, source, target)
    builders.comment(cast.fay, target, "Answer", status="solved")
    undo_merge(actor=actor(cast.fay), merge=made)
    target.refresh_from_db()
    assert (target.status, target.comments.last().body) == ("solved", "Answer")
    assert source.comments.count() == 1


def test_undoing_has_its_day_and_happens_once(cast, source, target):
    made = merge(cast, source, target)
    Merge.objects.update(merged_at=timezone.now() - timedelta(hours=24, seconds=1))
    refused(cast, made, "too_late")
    Merge.objects.update(merged_at=timezone.now() - timedelta(hours=23, minutes=59))
    undo_merge(actor=actor(cast.fay), merge=made)
    refused(cast, made, "undone_already")


def test_later_merge_is_undone_first(cast, source, target):
    first = merge(cast, source, target)
    second = merge(cast, target, builders.ticket(cast.ben, cast.acme))
    refused(cast, first, "merged_further")
    for each in (second, first):
        undo_merge(actor=actor(cast.fay), merge=each)
    assert source.comments.count() == target.comments.count() == 1
    merge(cast, source, target)


def refused(cast, made: Merge, code: str) -> None:
    with pytest.raises(RuleViolation) as violation:
        undo_merge(actor=actor(cast.fay), merge=made)
    assert violation.value.code == code


def test_customers_hear_once_and_both_threads_tell(cast, client_of, source, target, run_outbox):
    run_outbox()
    sent = EmailMessage.objects.count()
    merge(cast, source, target)
    run_outbox()
    mails = EmailMessage.objects.order_by("created_at")[sent:]
    assert sorted(mail.recipient.email for mail in mails) == [
        "ben@acme.example",
        "cleo@acme.example",
        "dov@acme.example",
    ]
    page = text(client_of(cast.ben).get(target.get_absolute_url()))
    assert f"Fay Dubois merged {source.reference} into this ticket" in page
    assert source.activities.last().after == {"reference": target.reference}


def test_page_of_the_merged_ticket_leads_to_the_target(cast, client_of, source, target):
    merge(cast, source, target)
    cleo = client_of(cast.cleo)
    response = cleo.get(source.get_absolute_url(), follow=True)
    assert response.redirect_chain == [(target.get_absolute_url(), 302)]
    assert f"{source.reference} was merged into this ticket." in text(response)
    cleo.post(f"{source.get_absolute_url()}comments/", {"body": "From an old tab"})
    assert target.comments.last().body == "From an old tab"
    assert client_of(cast.eve).get(source.get_absolute_url()).status_code == 404


def test_agent_merges_and_undoes_on_the_page(cast, client_of, source, target, run_outbox):
    run_outbox()
    fay, url = client_of(cast.fay), f"{source.get_absolute_url()}merge/"
    assert target.reference in text(fay.get(url))
    assert target.reference in text(fay.get(f"{url}?q=the+one"))
    assert target.reference in text(fay.get(f"{url}?q={target.reference.lower()}"))
    assert target.reference not in text(fay.get(f"{url}?q=weather"))
    assert fay.post(url, {"target": target.reference}).url == target.get_absolute_url()
    undo = f"{target.get_absolute_url()}merges/{Merge.objects.get().pk}/undo/"
    assert undo in text(fay.get(target.get_absolute_url()))
    assert fay.post(undo).url == source.get_absolute_url()
    assert "is a separate ticket again" in text(fay.get(source.get_absolute_url()))
    assert fay.post(undo, follow=True).redirect_chain[-1][0] == target.get_absolute_url()


@pytest.mark.parametrize("named", ["SUP-999999", "nonsense", "other", "self"])
def test_page_says_why_it_does_not_merge(cast, client_of, source, named):
    others = {"other": builders.ticket(cast.eve, cast.globex).reference, "self": source.reference}
    data = {"target": others.get(named, named)}
    response = client_of(cast.fay).post(f"{source.get_absolute_url()}merge/", data)
    assert response.status_code == 422
    assert "form-errors" in text(response)


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
class TestAtOnce:
    """Two agents, or an agent and a customer, at the same moment."""

    @staticmethod
    def world():
        cast = make_cast()
        return cast, *(builders.ticket(cast.ben, cast.acme) for _ in range(3))

    def test_of_two_merges_in_a_circle_one_is_refused(self):
        cast, one, other, _ = self.world()
        results = at_once(lambda: merge(cast, one, other), lambda: merge(cast, other, one))
        assert sorted(str(each) for each in results if isinstance(each, str)) == ["target_merged"]
        assert Merge.objects.count() == 1

    def test_ticket_goes_into_one_of_two_only(self):
        cast, one, other, third = self.world()
        results = at_once(lambda: merge(cast, one, other), lambda: merge(cast, one, third))
        assert [each for each in results if isinstance(each, str)] == ["merged_already"]
        assert Merge.objects.count() == 1

    def test_comment_that_comes_in_while_merging_ends_in_the_target(self):
        cast, one, other, _ = self.world()
        results = at_once(
            lambda: merge(cast, one, other),
            lambda: add_comment(actor=actor(cast.ben), ticket=one, body="Meanwhile"),
        )
        assert not any(isinstance(each, str) for each in results)
        assert other.comments.filter(body="Meanwhile").exists()
        assert one.comments.count() == 0

    def test_undoing_twice_at_once_undoes_once(self):
        cast, one, other, _ = self.world()
        made = merge(cast, one, other)
        results = at_once(*[lambda: undo_merge(actor=actor(cast.fay), merge=made)] * 2)
        assert sorted(map(str, results)) == sorted([str(one), "undone_already"])
        with transaction.atomic():
            assert User.objects.exists()
