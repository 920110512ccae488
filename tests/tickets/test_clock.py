"""The clock's arithmetic against a count of every single minute."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from billing.calendars import ALWAYS, BUSINESS, WEEKDAYS, Schedule, SupportHours
from billing.entitlements import Target
from tests.billing.test_calendars import MINUTE, instants, is_open, own, zones
from tickets.clock.clocks import WARN_AFTER, Pause, due_at_of

starting = st.builds(SupportHours, st.sampled_from([ALWAYS, WEEKDAYS, BUSINESS]), zones)
hours = own | starting


@dataclass
class Case:
    target: Target
    start: datetime
    pauses: list[Pause]


@st.composite
def cases(draw) -> Case:
    """A clock with pauses, on a calendar that may be edited while it runs, near changes of clocks too."""
    start = draw(instants | st.sampled_from(NEAR_CHANGES))
    versions = draw(st.lists(hours, min_size=1, max_size=3))
    since, edits = start, []
    for version in versions[1:]:
        since += MINUTE * draw(st.integers(1, 3000))
        edits.append((since, version))
    at, pauses = start, []
    for _ in range(draw(st.integers(0, 3))):
        began = at + MINUTE * draw(st.integers(0, 400))
        at = began + MINUTE * draw(st.integers(0, 2000))
        pauses.append(Pause(began, at, "waiting_on_customer"))
    if pauses and draw(st.booleans()):
        pauses[-1] = replace(pauses[-1], ended=None)
    target = Target("high", Schedule(versions[0], tuple(edits)), draw(st.integers(4, 800) | COMMON), None)
    return Case(target, start, pauses)


COMMON = st.sampled_from([15, 30, 60, 240, 480, 720])
NEAR_CHANGES = [
    datetime(year, month, day, 0, 30, tzinfo=UTC) - timedelta(hours=back)
    for year, month, day in [(2026, 3, 29), (2026, 10, 25), (2026, 11, 1), (2026, 4, 5), (2024, 2, 29)]
    for back in (0, 10)
]


def runs(case: Case, instant: datetime) -> bool:
    """The slow oracle: whether a minute counts."""
    paused = any(
        each.began <= instant and (each.ended is None or instant < each.ended) for each in case.pauses
    )
    return not paused and is_open(case.target.support.at(instant), instant)


def counted(case: Case, until: datetime) -> int:
    minutes = int((until - case.start) / MINUTE)
    return sum(runs(case, case.start + MINUTE * number) for number in range(minutes))


@settings(deadline=None, max_examples=80)
@given(case=cases())
def test_due_when_exactly_the_promised_minutes_have_run(case):
    due_at = due_at_of(case.target, case.start, case.pauses)
    if due_at is None:
        assert counted(case, case.pauses[-1].began) < case.target.minutes
    else:
        assume(due_at - case.start < timedelta(days=25))
        assert counted(case, due_at) == case.target.minutes
        assert runs(case, due_at - MINUTE)


@settings(deadline=None, max_examples=30)
@given(case=cases())
def test_warned_when_three_quarters_have_run_and_never_after_it_is_due(case):
    case.target = replace(case.target, minutes=case.target.minutes // 4 * 4)
    allowed = MINUTE * case.target.minutes * WARN_AFTER
    warn_at = due_at_of(case.target, case.start, case.pauses, allowed=allowed)
    due_at = due_at_of(case.target, case.start, case.pauses)
    if warn_at is None:
        assert due_at is None
    else:
        assume(warn_at - case.start < timedelta(days=25))
        assert counted(case, warn_at) == case.target.minutes * 3 // 4
        assert due_at is None or warn_at < due_at


@settings(deadline=None, max_examples=30)
@given(case=cases(), later=st.integers(0, 5000))
def test_a_pause_never_brings_the_time_forward(case, later):
    assume(case.pauses and case.pauses[-1].ended)
    due_at = due_at_of(case.target, case.start, case.pauses)
    longer = [*case.pauses[:-1], replace(case.pauses[-1], ended=case.pauses[-1].ended + MINUTE * later)]
    moved = due_at_of(case.target, case.start, longer)
    assert due_at
    assert moved
    assert moved >= due_at


def test_best_effort_is_the_end_of_a_business_day_and_counted_again_after_a_pause():
    support = Schedule(
        SupportHours(BUSINESS, ZoneInfo("UTC"), extra_holidays=frozenset({date(2026, 11, 25)}))
    )
    target = Target("low", support, None, 1)
    monday = datetime(2026, 11, 23, 10, tzinfo=UTC)
    pause = Pause(monday, monday + timedelta(days=1), "on_hold")
    assert due_at_of(target, monday, []) == datetime(2026, 11, 24, 17, tzinfo=UTC)
    assert due_at_of(target, monday, [replace(pause, ended=None)]) is None
    assert due_at_of(target, monday, [pause]) == datetime(2026, 11, 26, 17, tzinfo=UTC)
