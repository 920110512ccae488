"""What starts, pauses, meets and ends a clock, and who is told when it runs out."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction

from billing.actions.periods import start_period
from billing.models.calendars import SupportCalendar
from billing.models.tiers import SlaTarget, SupportTier
from orgs.models import Service, User
from orgs.source import Source
from supportcenter.errors import RuleViolation
from supportcenter.outbox.dispatch import dispatch_due
from supportcenter.outbox.models import OutboxDelivery
from supportcenter.outbox.publish import publish
from tests import builders
from tests.cast import actor
from tickets.actions.assignment import assign
from tickets.actions.changes import change_severity, change_status, close_solved, solve
from tickets.actions.clocks import check_clocks, load_clocks, mark_stale, promise_update, save_clocks
from tickets.actions.comments import add_comment, add_internal_note
from tickets.actions.escalation import escalate
from tickets.actions.merging import merge_into, undo_merge
from tickets.models.clock import SlaClock
from tickets.models.ticket import Ticket

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)  # a Monday; Acme is on Advanced: High within an hour, 24×7
MINUTE = timedelta(minutes=1)


@pytest.fixture
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def ticket(cast, clock) -> Ticket:
    return builders.ticket(cast.ben, cast.acme)


def only(kind: str = "first_response") -> SlaClock:
    return SlaClock.objects.get(kind=kind)


def due(ticket: Ticket) -> datetime | None:
    ticket.refresh_from_db()
    return ticket.response_due_at


def test_new_ticket_starts_the_first_response(ticket):
    first = only()
    assert (first.started_at, first.due_at, first.warn_at) == (NOW, NOW + 60 * MINUTE, NOW + 45 * MINUTE)
    assert (ticket.response_due_at, ticket.due_kind) == (first.due_at, "first_response")


@pytest.mark.parametrize(("after", "missed"), [(60, False), (61, True)])
def test_answer_meets_it_in_time_or_late(cast, ticket, clock, after, missed):
    clock.shift(after * MINUTE)
    builders.comment(cast.fay, ticket, status="waiting_on_customer")
    first = only()
    assert (first.met_at, first.met_by, first.is_missed) == (NOW + after * MINUTE, cast.fay, missed)
    assert due(ticket) is None


@pytest.mark.parametrize("source", [Source.WEB, Source.MAIL, Source.API])
@pytest.mark.parametrize("status", ["waiting_on_customer", "on_hold"])
def test_pause_has_its_reason_and_any_answer_of_the_customer_ends_it(cast, ticket, clock, status, source):
    clock.shift(20 * MINUTE)
    change_status(actor=actor(cast.fay), ticket=ticket, status=status)
    assert (due(ticket), only().paused_at) == (None, NOW + 20 * MINUTE)
    clock.shift(timedelta(hours=5))
    add_comment(actor=actor(cast.ben, source), ticket=ticket, body="Here it is")
    assert due(ticket) == NOW + timedelta(hours=5, minutes=60)
    [pause] = only().pauses
    assert pause[2] == status
    assert pause[1] == (NOW + timedelta(hours=5, minutes=20)).isoformat()


def test_from_one_pause_into_another_keeps_both_reasons(cast, ticket, clock):
    change_status(actor=actor(cast.fay), ticket=ticket, status="waiting_on_customer")
    clock.shift(MINUTE)
    change_status(actor=actor(cast.fay), ticket=ticket, status="on_hold")
    assert [reason for _, _, reason in only().pauses] == ["waiting_on_customer", "on_hold"]


def test_internal_notes_touch_no_clock(cast, ticket, clock):
    before = SlaClock.objects.values().get()
    clock.shift(MINUTE)
    add_internal_note(actor=actor(cast.fay), ticket=ticket, body="hm")
    assert SlaClock.objects.values().get() == before


def test_next_response_runs_from_the_first_comment_that_waits(cast, ticket, clock):
    builders.comment(cast.fay, ticket, status="waiting_on_customer")
    clock.shift(10 * MINUTE)
    builders.comment(cast.ben, ticket)
    clock.shift(10 * MINUTE)
    builders.comment(cast.ben, ticket, "And?")
    assert only("next_response").started_at == NOW + 10 * MINUTE
    assert due(ticket) == NOW + 70 * MINUTE


def test_solving_ends_what_was_owed_and_reopening_starts_again(cast, ticket, clock):
    builders.comment(cast.fay, ticket)
    builders.comment(cast.ben, ticket)
    solve(actor=actor(cast.ben), ticket=ticket)
    assert (only("next_response").ended_at, only("next_response").met_at) == (NOW, None)
    clock.shift(timedelta(days=3))
    builders.comment(cast.ben, ticket, "Again")
    assert due(ticket) == NOW + timedelta(days=3, hours=1)


def test_first_response_that_was_never_given_waits_through_a_solved_ticket(cast, ticket, clock):
    clock.shift(50 * MINUTE)
    solve(actor=actor(cast.ben), ticket=ticket)
    clock.shift(timedelta(days=1))
    builders.comment(cast.ben, ticket, "It is back")
    assert due(ticket) == NOW + timedelta(days=1, minutes=60)


def test_closing_ends_the_pause_too(cast, ticket, clock):
    solve(actor=actor(cast.ben), ticket=ticket)
    clock.shift(timedelta(days=15))
    close_solved()
    assert (only().ended_at, only().paused_at) == (NOW + timedelta(days=15), None)
    assert only().pauses[0][1]


def test_escalation_owes_an_answer(cast, ticket):
    builders.comment(cast.fay, ticket, status="on_hold")
    escalate(actor=actor(cast.ben), ticket=ticket)
    assert due(ticket) == NOW + 60 * MINUTE


def change_to(ticket, severity: str) -> None:
    fay = User.objects.get(email="fay@support.example")
    change_severity(actor=actor(fay), ticket=ticket, severity=severity, reason="Because")


def test_raised_severity_counts_from_the_change_and_a_lower_one_from_the_start(ticket, clock):
    clock.shift(20 * MINUTE)
    change_to(ticket, "critical")
    assert (due(ticket), only().due_from_start_at) == (NOW + 50 * MINUTE, NOW + 30 * MINUTE)
    assert only().warn_at == NOW + 42.5 * MINUTE
    change_to(ticket, "low")
    assert (due(ticket), only().due_from_start_at) == (NOW + timedelta(hours=12), None)


def test_target_that_is_raised_late_is_not_missed_at_once(ticket, clock):
    change_to(ticket, "low")
    clock.shift(5 * 60 * MINUTE)
    change_to(ticket, "critical")
    assert due(ticket) == NOW + timedelta(hours=5, minutes=30)
    assert not only().is_missed
    mark_stale()
    check_clocks(NOW + timedelta(hours=5))
    assert due(ticket) == NOW + timedelta(hours=5, minutes=30)


def test_raising_the_severity_never_gives_more_time(ticket, clock):
    clock.shift(40 * MINUTE)
    change_to(ticket, "critical")
    assert due(ticket) == NOW + 60 * MINUTE


def test_missed_target_stays_missed_when_the_severity_is_raised_and_a_lower_one_gives_time(ticket, clock):
    clock.shift(70 * MINUTE)
    change_to(ticket, "critical")
    assert only().breached_at == NOW + 60 * MINUTE
    change_to(ticket, "low")
    assert only().breached_at is None


def test_severity_raised_in_a_pause_leaves_what_was_left_at_most(cast, ticket, clock):
    change_to(ticket, "low")
    clock.shift(timedelta(hours=2))
    change_status(actor=actor(cast.fay), ticket=ticket, status="on_hold")
    clock.shift(timedelta(days=2))
    change_to(ticket, "critical")
    clock.shift(timedelta(days=1))
    builders.comment(cast.ben, ticket)
    assert due(ticket) == NOW + timedelta(days=3, hours=2, minutes=30)
    change_status(actor=actor(cast.fay), ticket=ticket, status="on_hold")
    change_to(ticket, "low")
    builders.comment(cast.ben, ticket)
    assert due(ticket) == NOW + timedelta(days=3, hours=12)


def test_severity_never_makes_a_met_target_missed(cast, ticket, clock):
    clock.shift(40 * MINUTE)
    builders.comment(cast.fay, ticket)
    change_severity(actor=actor(cast.fay), ticket=ticket, severity="critical", reason="Because")
    assert not only().is_missed


def test_new_tier_counts_from_its_beginning_once_its_event_was_heard(cast, ticket, clock):
    premium = SupportTier.objects.get(code="premium")
    clock.shift(5 * MINUTE)
    start_period(cast.acme, premium, at=NOW + 5 * MINUTE, group=cast.acme_group)
    publish_once("tier_change.activated", cast.acme.pk)
    check_clocks(NOW + 5 * MINUTE)
    assert due(ticket) == NOW + 35 * MINUTE
    assert only().tier == "premium"


def publish_once(name: str, organization: int) -> None:
    """Run only the subscriber of the clocks for an event."""
    with transaction.atomic():
        publish(name, {"organization": organization}, actor_id=None)
    OutboxDelivery.objects.exclude(subscriber="tickets.clocks").delete()
    dispatch_due()


def test_stale_clocks_that_ended_do_not_hold_up_the_others(cast, ticket, monkeypatch):
    monkeypatch.setattr("tickets.actions.clocks.BATCH_SIZE", 1)
    other = builders.ticket(cast.ben, cast.acme)
    mark_stale()
    builders.comment(cast.fay, ticket, status="waiting_on_customer")
    check_clocks(NOW)
    assert not other.clocks.get().is_stale


def test_clock_that_is_marked_while_someone_writes_stays_marked(ticket):
    clocks = load_clocks(ticket)
    mark_stale()
    save_clocks(clocks)
    assert only().is_stale


def test_missed_clock_resumes_on_a_tier_of_best_effort(cast, ticket, clock):
    clock.shift(2 * 60 * MINUTE)
    change_status(actor=actor(cast.fay), ticket=ticket, status="on_hold")
    assert only().is_missed
    SlaTarget.objects.filter(tier__code="advanced").update(minutes=None, business_days=1)
    builders.comment(cast.ben, ticket)
    assert (only().is_best_effort, only().is_missed) == (True, False)


def test_tier_matrix_edited_in_the_admin_counts_for_what_is_owed(cast, ticket, clock, client_of):
    tier = SupportTier.objects.get(code="advanced")
    target = tier.targets.get(kind="first_response", severity="high")
    boss = cast.gus
    type(boss).objects.filter(pk=boss.pk).update(is_staff=True, is_superuser=True)
    page = f"/admin/billing/supporttier/{tier.pk}/change/"
    form = {"name": tier.name, "position": tier.position, "calendar": tier.calendar_id, "minimum_amount": "1"}
    form |= {"percentage": "1", "targets-TOTAL_FORMS": "1", "targets-INITIAL_FORMS": "1"}
    row = {"id": target.pk, "tier": tier.pk, "kind": "first_response", "severity": "high", "minutes": "20"}
    answer = client_of(boss).post(page, form | {f"targets-0-{name}": value for name, value in row.items()})
    assert answer.status_code == 302
    dispatch_due()
    check_clocks(NOW)
    assert due(ticket) == NOW + 20 * MINUTE


def test_calendar_edited_in_mid_flight_counts_from_its_edit_on(cast, ticket, clock):
    always = SupportCalendar.objects.get(code="24x7")
    shut = [[["00:00", "10:30"], ["12:00", "00:00"]]] * 7
    always.versions.create(valid_from=NOW + 10 * MINUTE, week=shut)
    mark_stale()
    check_clocks(NOW + 11 * MINUTE)
    assert due(ticket) == NOW + timedelta(hours=2, minutes=30)  # half an hour, a gap, half an hour


def test_best_effort_is_never_missed_and_nobody_is_warned(cast, clock):
    Service.objects.filter(project__unit__organization=cast.hobby).update(is_paid=True)
    late = builders.ticket(cast.ivy, cast.hobby)
    clock.shift(timedelta(days=9))
    assert check_clocks(NOW + timedelta(days=9)) == 0
    builders.comment(cast.fay, late)
    assert (only().is_best_effort, only().is_missed) == (True, False)


def test_database_refuses_a_missed_best_effort(ticket):
    with pytest.raises(IntegrityError, match="best_effort_is_never_missed"):
        SlaClock.objects.update(is_best_effort=True, breached_at=NOW)


# Promises


def test_promise_is_met_by_the_next_answer_and_stays_through_a_pause(cast, ticket, clock):
    builders.comment(cast.fay, ticket, status="on_hold")
    promise_update(actor=actor(cast.fay), ticket=ticket, at=NOW + timedelta(hours=6), now=NOW)
    change_status(actor=actor(cast.fay), ticket=ticket, status="waiting_on_customer")
    assert due(ticket) == NOW + timedelta(hours=6)
    assert ticket.activities.last().kind == "status_changed"
    clock.shift(timedelta(hours=7))
    builders.comment(cast.gus, ticket)
    assert only("next_update").breached_at == NOW + timedelta(hours=6)


def test_second_promise_replaces_the_first(cast, ticket):
    for hours in (2, 4):
        promise_update(actor=actor(cast.fay), ticket=ticket, at=NOW + timedelta(hours=hours), now=NOW)
    assert SlaClock.objects.filter(kind="next_update", ended_at=None).count() == 1
    assert SlaClock.objects.filter(kind="next_update").exclude(breached_at=None).count() == 0


@pytest.mark.parametrize(
    ("who", "hours", "words"), [("ben", 1, "Only support"), ("fay", -1, "in the future")]
)
def test_promise_that_is_refused(cast, ticket, who, hours, words):
    with pytest.raises(RuleViolation, match=words):
        promise_update(
            actor=actor(getattr(cast, who)), ticket=ticket, at=NOW + timedelta(hours=hours), now=NOW
        )


def test_tier_that_promises_updates_owes_one_after_each_answer(cast, ticket, clock):
    tier = SupportTier.objects.get(code="advanced")
    SlaTarget.objects.create(tier=tier, kind="next_update", severity="high", minutes=120)
    builders.comment(cast.fay, ticket)
    assert due(ticket) == NOW + timedelta(hours=2)
    change_severity(
        actor=actor(cast.fay), ticket=ticket, severity="low", reason="Because"
    )  # Low has no such promise
    assert due(ticket) is None


# Warnings


def told(run_outbox) -> list[tuple[str, str]]:
    return sorted((each.to[0].split("@")[0], each.body.splitlines()[0]) for each in run_outbox())


def test_assignee_and_leads_are_warned_once_ahead_and_once_at_the_time(cast, ticket, clock, run_outbox):
    assign(actor=actor(cast.fay), ticket=ticket, assignee=cast.fay)
    run_outbox().clear()
    clock.shift(46 * MINUTE)
    assert (check_clocks(NOW + 46 * MINUTE), check_clocks(NOW + 47 * MINUTE)) == (1, 0)
    soon = "The first response is due soon."
    assert told(run_outbox) == [("fay", soon), ("gus", soon)]
    run_outbox().clear()
    clock.shift(15 * MINUTE)
    assert (check_clocks(NOW + 61 * MINUTE), check_clocks(NOW + 62 * MINUTE)) == (1, 0)
    over = "The first response is overdue."
    assert told(run_outbox) == [("fay", over), ("gus", over)]
    assert only().breached_at == NOW + 60 * MINUTE


def test_job_that_was_down_for_an_hour_notifies_about_the_end_only(cast, ticket, clock, run_outbox):
    run_outbox().clear()
    clock.shift(timedelta(hours=2))
    assert check_clocks(NOW + timedelta(hours=2)) == 1
    assert [line for _, line in told(run_outbox)] == ["The first response is overdue."]
    assert only().breached_at == NOW + 60 * MINUTE


def test_ticket_that_fails_does_not_stop_notifications_about_the_others(cast, ticket, clock, monkeypatch):
    other = builders.ticket(cast.ben, cast.acme)
    mark_stale()

    def fail(failing, now):
        assert failing != ticket

    monkeypatch.setattr("tickets.actions.clocks.recalculate_clocks", fail)
    assert check_clocks(NOW + timedelta(hours=2)) == 2
    assert [each.clocks.get().is_stale for each in (ticket, other)] == [True, False]


def test_no_one_is_notified_about_what_was_answered_or_paused_since(cast, ticket, clock):
    builders.comment(cast.fay, ticket)
    other = builders.ticket(cast.ben, cast.acme)
    change_status(actor=actor(cast.fay), ticket=other, status="on_hold")
    assert check_clocks(NOW + timedelta(hours=9)) == 0


def test_customers_never_read_of_warnings(cast, ticket, clock, client_of, run_outbox):
    clock.shift(timedelta(hours=2))
    check_clocks(NOW + timedelta(hours=2))
    assert "response is overdue<" not in client_of(cast.ben).get(ticket.get_absolute_url()).content.decode()
    assert "response is overdue<" in client_of(cast.fay).get(ticket.get_absolute_url()).content.decode()


def test_answer_with_a_promise_is_one_step_and_a_time_that_is_over_sends_nothing(cast, ticket, client_of):
    fay, url = client_of(cast.fay), f"{ticket.get_absolute_url()}comments/"
    form = {"kind": "answer", "body": "We ask the vendor.", "status": "on_hold"}
    late = fay.post(url, form | {"next_update_at": "2026-11-23T09:00"})
    assert (late.status_code, ticket.comments.count()) == (422, 1)
    assert "Choose a time in the future." in late.content.decode()
    fay.post(url, form | {"next_update_at": "2026-11-23T16:00"})
    assert due(ticket) == NOW + timedelta(hours=6)
    assert "promised the next update by 16:00 UTC" in client_of(cast.ben).get(url[:-9]).content.decode()


# Merging


def test_merging_an_older_ticket_warns_of_nothing_twice(cast, ticket, clock):
    target = builders.ticket(cast.ben, cast.acme)
    SlaClock.objects.filter(ticket=target).update(started_at=NOW + MINUTE)
    clock.shift(timedelta(hours=2))
    assert check_clocks(NOW + timedelta(hours=2)) == 2
    merge_into(actor=actor(cast.fay), ticket=ticket, target=target)
    assert check_clocks(NOW + timedelta(hours=2)) == 0


def test_merged_answer_is_owed_less_the_pauses_that_it_had(cast, ticket, clock):
    change_status(actor=actor(cast.fay), ticket=ticket, status="on_hold")
    clock.shift(timedelta(hours=5))
    target = builders.ticket(cast.ben, cast.acme)
    builders.comment(cast.ben, ticket)
    merge_into(actor=actor(cast.fay), ticket=ticket, target=target)
    assert due(target) == NOW + timedelta(hours=6)
    assert not target.clocks.get().is_missed


def test_undoing_a_merge_repeats_no_notification(cast, ticket, clock):
    made = merge_into(actor=actor(cast.fay), ticket=builders.ticket(cast.ben, cast.acme), target=ticket)
    clock.shift(timedelta(hours=2))
    assert check_clocks(NOW + timedelta(hours=2)) == 1
    undo_merge(actor=actor(cast.fay), merge=made)
    check_clocks(NOW + timedelta(hours=2))
    assert ticket.activities.filter(kind="response_overdue").count() == 1


def test_undone_merge_is_recalculated_by_the_current_tier(cast, ticket, clock):
    made = merge_into(actor=actor(cast.fay), ticket=ticket, target=builders.ticket(cast.ben, cast.acme))
    clock.shift(5 * MINUTE)
    premium = SupportTier.objects.get(code="premium")
    start_period(cast.acme, premium, at=NOW + 5 * MINUTE, group=cast.acme_group)
    undo_merge(actor=actor(cast.fay), merge=made)
    assert due(ticket) == NOW + 35 * MINUTE
