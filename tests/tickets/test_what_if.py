from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from billing.calendars import ALWAYS, BUSINESS, Schedule, SupportHours
from billing.entitlements import Entitlement, Target
from tests import builders
from tickets.clock import what_if as rule
from tickets.clock.what_if import PastTicket, Replay, replay
from tickets.models.ticket import Ticket
from tickets.views import what_if as view

PAGE = "/o/acme/admin/support-tier/what-if/"
MONDAY = datetime(2026, 11, 16, 10, tzinfo=UTC)
NOW = MONDAY + timedelta(days=2)
ROUND_THE_CLOCK = Schedule(SupportHours(ALWAYS, ZoneInfo("UTC")))
OFFICE = Schedule(SupportHours(BUSINESS, ZoneInfo("UTC")))


def tier(minutes: int | None, support: Schedule = ROUND_THE_CLOCK) -> Entitlement:
    target = Target("high", support, minutes, None if minutes else 1)
    return Entitlement("tier", "Tier", "", has_phone=False, is_custom=False, targets={"high": target})


def answered(after: int | None, opened: datetime = MONDAY) -> PastTicket:
    """A ticket answered so many minutes after it was opened; None: it waits."""
    return PastTicket("high", opened, None if after is None else opened + timedelta(minutes=after))


def under(promised: Entitlement, *tickets: PastTicket, now: datetime = NOW) -> Replay:
    [result] = replay(tickets, [promised], now)
    return result


@pytest.mark.parametrize(("minutes", "in_time"), [(59, 0), (60, 1), (61, 1)])
def test_answer_is_in_time_up_to_the_very_target(minutes, in_time):
    result = under(tier(minutes), answered(60))
    assert (result.in_time, result.late) == (in_time, 1 - in_time)


def test_ticket_that_waits_counts_once_it_is_late():
    waiting = answered(None)
    early, late = (under(tier(60), waiting, now=MONDAY + timedelta(minutes=at)) for at in (60, 61))
    assert (early.in_time, early.late) == (0, 0)
    assert (late.in_time, late.late) == (0, 1)


def test_hours_of_the_tier_decide_when_the_answer_was_due():
    friday_evening = datetime(2026, 11, 13, 16, 30, tzinfo=UTC)
    ticket = answered(60 * 64, friday_evening)  # on Monday at half past eight
    assert under(tier(60, OFFICE), ticket).in_time == 1
    assert under(tier(60), ticket).late == 1


def test_typical_promise_is_the_median_of_all_tickets():
    friday_evening = datetime(2026, 11, 13, 16, 30, tzinfo=UTC)
    tickets = [answered(1), answered(1), answered(1, friday_evening)]
    assert under(tier(60, OFFICE), *tickets).typical == timedelta(hours=1)
    assert under(tier(60, OFFICE), tickets[-1]).typical == timedelta(days=2, hours=17)


def test_best_effort_is_said_where_every_target_is():
    assert under(tier(None, OFFICE), answered(1)).is_best_effort
    assert not under(tier(60), answered(1)).is_best_effort


def test_share_is_rounded_down_and_none_of_none_is_zero():
    assert under(tier(60), answered(1), answered(1), answered(90)).share == 66
    assert under(tier(6000), answered(None)).share == 0


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(45, "45 min"), (60, "1 h"), (390, "6 h 30 min"), (1440, "1 day"), (2 * 1440 + 181, "2 days 3 h")],
)
def test_typical_promise_in_words(minutes, words):
    assert under(tier(minutes), answered(1)).typical_words == words


def test_nothing_is_replayed_without_tickets():
    assert replay([], [tier(60)], NOW) == []


@given(
    st.lists(st.one_of(st.none(), st.integers(0, 5000)), min_size=1, max_size=9), *[st.integers(1, 5000)] * 2
)
def test_tier_that_promises_more_is_never_kept_better(waits, one, other):
    tickets = [answered(each) for each in waits]
    quick, slow = replay(tickets, [tier(min(one, other)), tier(max(one, other))], NOW)
    assert quick.in_time <= slow.in_time
    assert quick.late >= slow.late
    assert quick.in_time + quick.late <= len(tickets)


@pytest.fixture
def tickets(cast) -> list[Ticket]:
    """Acme's: one answered after two hours, one that waits, one that is too old; and one of Globex."""
    made = [builders.ticket(cast.ben, cast.acme) for _ in range(3)]
    made.append(builders.ticket(cast.eve, cast.globex))
    ids = [each.pk for each in made]
    Ticket.objects.filter(pk__in=ids).update(created_at=MONDAY)
    Ticket.objects.filter(pk=ids[0]).update(first_responded_at=MONDAY + timedelta(hours=2))
    Ticket.objects.filter(pk=ids[2]).update(created_at=NOW - timedelta(days=91))
    return made


def cells(page: str) -> list[tuple[str, ...]]:
    """The rows of the table in words."""
    rows = page.split("<tr>")[2:]
    texts = [[cell.split(">", 1)[1] for cell in row.split("<t")[1:]] for row in rows]
    return [tuple(cell.split("<")[0].strip() for cell in row[:4]) for row in texts]


@time_machine.travel(NOW, tick=False)
def test_page_replays_the_organizations_own_last_tickets(cast, client_of, tickets):
    page = client_of(cast.ada).get(PAGE).content.decode()
    assert "your 2 tickets from the last 90 days" in page
    assert [row[0] for row in cells(page)] == ["Basic", "Essential", "Advanced", "Premium"]
    assert [row[2:] for row in cells(page)] == [("1", "1"), ("1", "1"), ("0", "2"), ("0", "2")]


def test_without_tickets_the_page_says_so(cast, client_of):
    page = client_of(cast.ada).get(PAGE).content.decode()
    assert "There were no tickets in the last 90 days, so there is nothing to compare." in page


def test_fragment_is_a_part_of_the_page(cast, client_of, tickets):
    ada = client_of(cast.ada)
    fragment = ada.get(PAGE, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in fragment
    assert fragment.strip() in ada.get(PAGE).content.decode()


@time_machine.travel(NOW, tick=False)
def test_only_so_many_of_the_newest_are_replayed(cast, client_of, tickets, monkeypatch):
    for module in (rule, view):
        monkeypatch.setattr(module, "MAX_REPLAYED", 1)
    assert "your latest 1 ticket from the last 90 days" in client_of(cast.ada).get(PAGE).content.decode()


@pytest.mark.parametrize("count", [1, 30])
@time_machine.travel(NOW, tick=False)
def test_replay_costs_the_same_with_one_and_thirty(cast, client_of, count, django_assert_num_queries):
    ada = client_of(cast.ada)
    for _ in range(count):
        builders.ticket(cast.ben, cast.acme)
    with django_assert_num_queries(9):  # person (3); organization, tickets, tiers (3), present tier
        ada.get(PAGE)
