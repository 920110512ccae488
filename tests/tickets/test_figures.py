"""Figures of reports equal a slow count of the rows, whatever happened, in whatever order."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone

from supportcenter.outbox.dispatch import dispatch_due
from supportcenter.zones import begin_of
from tests import builders
from tests.cast import actor, make_cast
from tests.races import at_once, in_thread, result_of, wait_until_blocked
from tests.tickets.figures_oracle import exact, kept, nonzero
from tests.tickets.histories import Histories
from tickets.actions.changes import change_severity
from tickets.actions.comments import add_comment
from tickets.actions.merging import merge_into, undo_merge
from tickets.actions.rating import rate
from tickets.models.ticket import Ticket
from tickets.reports import actions as figures
from tickets.reports.access import source_for_staff
from tickets.reports.actions import count_dirty_days, mark_all_days, mark_days, mark_days_of, mark_last_days
from tickets.reports.counting import count_day
from tickets.reports.models import DirtyDay, FactKind
from tickets.reports.period import Period
from tickets.reports.source import DIMENSIONS, Sums


def today() -> date:
    return timezone.now().date()


@pytest.mark.parametrize("seed", range(4))
def test_kept_figures_equal_the_exact_ones_after_each_round(cast, seed):
    past = Histories(cast, seed)
    for _ in range(3):
        tickets = [past.open() for _ in range(8)] + list(Ticket.objects.all())
        for ticket in past.dice.choices(tickets, k=40):
            past.happen(ticket)
            mark_days_of(ticket.pk)
        for ticket in tickets:
            mark_days_of(ticket.pk)
        count_dirty_days()
        assert kept() == exact()


# Ahead of UTC and behind it, also by a part of an hour.
ZONES = ["UTC", "Europe/Helsinki", "America/St_Johns", "Asia/Kathmandu", "Pacific/Kiritimati"]


@pytest.mark.parametrize(("dimension", "zone"), list(zip(DIMENSIONS, ZONES, strict=True)))
def test_sums_equal_the_exact_figures(cast, dimension, zone):
    past = Histories(cast, 7)
    for ticket in [past.open() for _ in range(40)]:
        for _ in range(6):
            past.happen(ticket)
    mark_all_days()
    count_dirty_days()
    period = Period(today() - timedelta(days=8), today() - timedelta(days=2), ZoneInfo(zone))
    place = 1 + ["organization", "tier", "severity", "product", "agent"].index(dimension)
    wanted: dict = {}
    for key, values in exact().items():
        if period.first <= key[0].astimezone(ZoneInfo(zone)).date() <= period.last:
            wanted[key[place]] = wanted.get(key[place], Sums()) + Sums(values)
    found = source_for_staff(actor(cast.fay)).by(dimension, FactKind, period)
    assert nonzero(plain(found)) == nonzero(plain(wanted))
    total = source_for_staff(actor(cast.fay)).total(FactKind, period)
    assert nonzero(plain({0: total})) == nonzero(plain({0: sum(wanted.values(), Sums())}))


def plain(found: dict) -> dict:
    return {key: dict(sums.values) for key, sums in found.items()}


@pytest.mark.parametrize(("days", "zone"), list(zip([14, 42, 100, 300], ZONES[1:], strict=True)))
def test_steps_add_up_to_the_days(cast, days, zone):
    past = Histories(cast, 11)
    for ticket in [past.open() for _ in range(20)]:
        past.happen(ticket)
    mark_all_days()
    count_dirty_days()
    last = timezone.localdate(timezone=ZoneInfo(zone))
    period = Period(last - timedelta(days=days - 1), last, ZoneInfo(zone))
    source = source_for_staff(actor(cast.fay))
    by_day, by_step = source.by_day(FactKind, period), source.by_step(FactKind, period)
    for step in period.steps:
        expected = sum((by_day.get(day, Sums()) for day in step), Sums())
        found = plain({0: by_step.get(step.first, Sums())})[0]
        without_times = {name: value for name, value in found.items() if "_times_" not in name}
        assert nonzero({0: without_times}) == nonzero(plain({0: expected}))
    assert (
        sum(each["opened_count"] for each in by_step.values())
        == Ticket.objects.filter(merged_into=None).count()
    )


def test_counting_twice_changes_nothing(cast):
    past = Histories(cast, 3)
    for ticket in [past.open() for _ in range(5)]:
        past.happen(ticket)
    for _ in range(2):
        mark_all_days()
        count_dirty_days()
        assert kept() == exact()


def test_open_at_the_end_is_open_at_the_start_plus_opened_less_solved(cast):
    past = Histories(cast, 5)
    for ticket in [past.open() for _ in range(30)]:
        for _ in range(4):
            past.happen(ticket)
    mark_all_days()
    count_dirty_days()
    source = source_for_staff(actor(cast.fay))
    for day in Period(today() - timedelta(days=10), today()):
        flow = source.total(["opened", "solved"], Period(day, day))
        ends = begin_of(day + timedelta(days=1), UTC)
        start, end = (source.open_at(each)[None] for each in (begin_of(day, UTC), ends))
        assert end == start + flow["opened_count"] - flow["solved_count"]
        still = [each for each in Ticket.objects.filter(merged_into=None) if is_open_after(each, day)]
        assert end == len(still)
        by_agent = source.open_at(ends, "agent")
        assert {key: count for key, count in by_agent.items() if count} == {
            key: len([each for each in still if each.assignee_id == key])
            for key in {each.assignee_id for each in still}
        }


def is_open_after(ticket: Ticket, day: date) -> bool:
    return ticket.created_at.date() <= day and not (ticket.solved_at and ticket.solved_at.date() <= day)


def test_what_people_do_reaches_the_figures(cast):
    ticket = builders.ticket(cast.ben, cast.acme)
    add_comment(actor=actor(cast.fay), ticket=ticket, body="Look at the broker.", status="solved")
    rate(actor=actor(cast.ben), ticket=ticket, score=2)
    rate(actor=actor(cast.ben), ticket=ticket, score=5)
    dispatch_due()
    count_dirty_days()
    sums = source_for_staff(actor(cast.fay)).total(FactKind, Period(today(), today()))
    names = ["opened_count", "solved_count", "first_count", "first_in_time", "rated_2_count", "rated_5_count"]
    assert [sums[name] for name in names] == [1, 1, 1, 1, 0, 1]
    add_comment(actor=actor(cast.ben), ticket=ticket, body="It is back.")
    change_severity(actor=actor(cast.ben), ticket=ticket, severity="low")
    dispatch_due()
    count_dirty_days()
    found = source_for_staff(actor(cast.fay)).by("severity", ["opened", "solved"], Period(today(), today()))
    assert nonzero(plain(found)) == {"low": {"opened_count": 1}}
    assert kept() == exact()


def test_merged_ticket_counts_once_and_twice_again_when_that_is_undone(cast):
    ticket, target = builders.ticket(cast.ben, cast.acme), builders.ticket(cast.ben, cast.acme)
    opened = []
    merge = merge_into(actor=actor(cast.fay), ticket=ticket, target=target)
    for do in (lambda: None, lambda: undo_merge(actor=actor(cast.fay), merge=merge)):
        do()
        dispatch_due()
        count_dirty_days()
        assert kept() == exact()
        sums = source_for_staff(actor(cast.fay)).total(FactKind, Period(today(), today()))
        opened.append((sums["opened_count"], sums["solved_count"]))
    assert opened == [(1, 0), (2, 0)]


def test_marked_days_are_those_of_the_ticket(cast):
    past = Histories(cast, 1)
    ticket, other = past.open(), past.open()
    DirtyDay.objects.all().delete()
    past.note(ticket, timezone.now() - timedelta(days=40))
    past.note(other, timezone.now() - timedelta(days=41))
    mark_days_of(ticket.pk)
    days = set(DirtyDay.objects.values_list("day", flat=True))
    assert {today() - timedelta(days=40), ticket.created_at.date()} <= days
    assert today() - timedelta(days=41) not in days


def test_nightly_and_by_command_everything_is_counted(cast):
    Histories(cast, 1).open()
    Ticket.objects.update(created_at=timezone.now() - timedelta(days=100))
    mark_last_days()
    assert DirtyDay.objects.count() == 61
    call_command("count_figures")
    assert kept() == exact() != {}
    assert not DirtyDay.objects.exists()


def test_day_that_is_marked_all_the_time_is_counted_once_a_run(cast, monkeypatch):
    mark_days(today(), today())
    monkeypatch.setattr(figures, "count_day", lambda day: mark_days(day, day))
    assert count_dirty_days() == 1
    assert DirtyDay.objects.get().day == today()


def test_nothing_to_count_is_fine(cast):
    mark_all_days()
    assert count_dirty_days() == 0


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_two_workers_at_once_count_each_day_right():
    past = Histories(make_cast(), 9)
    for ticket in [past.open() for _ in range(10)]:
        past.happen(ticket)
    mark_all_days()
    counts = at_once(count_dirty_days, count_dirty_days, lambda: count_day(today()))
    assert sum(counts[:2]) >= 1
    assert kept() == exact()


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_fact_that_comes_while_its_day_is_counted_marks_the_day_again():
    past = Histories(make_cast(), 9)
    ticket = past.open()
    past.note(ticket, timezone.now())
    mark_days(today(), today())
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            DirtyDay.objects.select_for_update().get().delete()
            count_day(today())
            marking = in_thread(pool, lambda: mark_days_of(ticket.pk))
            wait_until_blocked()
        result_of(marking)
    assert DirtyDay.objects.filter(day=today()).exists()
