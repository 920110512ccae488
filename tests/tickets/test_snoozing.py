import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from supportcenter.errors import RuleViolation
from tests import builders
from tests.cast import actor
from tickets.actions.changes import change_severity, solve
from tickets.actions.clocks import check_clocks
from tickets.actions.comments import add_internal_note
from tickets.actions.escalation import escalate, notify_overdue_escalations
from tickets.actions.merging import merge_into, undo_merge
from tickets.actions.snoozing import snooze, snoozed_until
from tickets.models.linking import Merge
from tickets.models.people import Escalation
from tickets.models.ticket import Ticket, is_snoozed

HELSINKI = ZoneInfo("Europe/Helsinki")
LATER = timezone.now() + timedelta(hours=5)


@pytest.fixture
def ticket(cast):
    return builders.ticket(cast.ben, cast.acme)


def text(response) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


def aside(cast, ticket, until=LATER) -> Ticket:
    return snooze(actor=actor(cast.fay), ticket=ticket, until=until)


@pytest.mark.parametrize(
    ("choice", "now", "until"),
    [
        ("hour", datetime(2026, 11, 23, 12, 30, tzinfo=HELSINKI), datetime(2026, 11, 23, 11, 30, tzinfo=UTC)),
        ("tomorrow", datetime(2026, 11, 23, 1, tzinfo=HELSINKI), datetime(2026, 11, 24, 7, tzinfo=UTC)),
        ("monday", datetime(2026, 11, 23, 8, tzinfo=HELSINKI), datetime(2026, 11, 30, 7, tzinfo=UTC)),
        ("monday", datetime(2026, 11, 29, 8, tzinfo=HELSINKI), datetime(2026, 11, 30, 7, tzinfo=UTC)),
        # The clocks change on the night before: nine in the morning is an hour earlier or later in UTC.
        ("tomorrow", datetime(2026, 3, 28, 12, tzinfo=HELSINKI), datetime(2026, 3, 29, 6, tzinfo=UTC)),
        ("tomorrow", datetime(2026, 10, 24, 12, tzinfo=HELSINKI), datetime(2026, 10, 25, 7, tzinfo=UTC)),
    ],
)
def test_usual_times(choice, now, until):
    assert snoozed_until(choice, now) == until


def test_out_of_the_queue_until_that_time(cast, ticket):
    aside(cast, ticket)
    now = timezone.now()
    assert Ticket.objects.filter(is_snoozed(now)).get() == ticket
    assert not Ticket.objects.filter(is_snoozed(LATER)).exists()
    aside(cast, ticket, None)
    assert not Ticket.objects.filter(is_snoozed(now)).exists()
    assert [each.is_internal for each in ticket.activities.filter(kind="snoozed")] == [True, True]


@pytest.mark.parametrize(
    "call",
    [
        lambda cast, ticket: builders.comment(cast.ben, ticket),
        lambda cast, ticket: escalate(actor=actor(cast.ben), ticket=ticket),
        lambda cast, ticket: merge_into(
            actor=actor(cast.fay), ticket=builders.ticket(cast.ben, cast.acme), target=ticket
        ),
    ],
)
def test_back_at_once_when_the_customer_wants_something(cast, ticket, call):
    aside(cast, ticket)
    call(cast, ticket)
    ticket.refresh_from_db()
    assert ticket.snoozed_until is None


def nothing(cast, ticket) -> None:
    pass


def comment(cast, ticket) -> None:
    builders.comment(cast.ben, ticket)


def escalated(cast, ticket) -> None:
    escalate(actor=actor(cast.ben), ticket=ticket)


def overdue(cast, ticket) -> None:
    now = timezone.now()
    ticket.clocks.update(due_at=now - timedelta(minutes=1), warn_at=now - timedelta(hours=1))
    check_clocks(now)


def unacknowledged(cast, ticket) -> None:
    Escalation.objects.update(deadline_at=timezone.now() - timedelta(minutes=1))
    notify_overdue_escalations()


def critical(cast, ticket) -> None:
    change_severity(actor=actor(cast.ben), ticket=ticket, severity="critical")


def merged(cast, ticket) -> None:
    other = builders.ticket(cast.ben, cast.acme)
    builders.comment(cast.fay, other, status="waiting_on_customer")
    merge_into(actor=actor(cast.fay), ticket=other, target=ticket)


def split_off(cast, ticket) -> None:
    undo_merge(actor=actor(cast.fay), merge=Merge.objects.get())


@pytest.mark.parametrize(
    ("prepare", "call", "why"),
    [
        (nothing, comment, "the customer is waiting"),
        (nothing, critical, "the customer changed the severity"),
        (nothing, escalated, "the customer escalated it"),
        (escalated, escalated, "the customer escalated it"),
        (escalated, unacknowledged, "the escalation was not acknowledged in time"),
        (nothing, overdue, "a target was missed"),
        (nothing, merged, "was merged into it"),
        (merged, split_off, "was undone"),
    ],
)
def test_back_with_the_reason_when_it_needs_attention(cast, ticket, prepare, call, why):
    prepare(cast, ticket)
    aside(cast, ticket)
    call(cast, ticket)
    ticket.refresh_from_db()
    assert ticket.snoozed_until is None
    [entry] = ticket.activities.filter(kind="unsnoozed")
    assert why in entry.after["reason"]
    assert entry.is_internal


@pytest.mark.parametrize("who", ["ben", "fay"])
def test_solving_ends_it(cast, ticket, who):
    aside(cast, ticket)
    if who == "ben":
        solve(actor=actor(cast.ben), ticket=ticket)
    else:
        builders.comment(cast.fay, ticket, status="solved")
    ticket.refresh_from_db()
    assert (ticket.status, ticket.snoozed_until) == ("solved", None)
    builders.comment(cast.ben, ticket, "It is back")
    assert not ticket.activities.filter(kind="unsnoozed").exists()


def test_severity_set_by_an_agent_leaves_it_snoozed(cast, ticket):
    aside(cast, ticket)
    change_severity(actor=actor(cast.fay), ticket=ticket, severity="low", reason="A workaround")
    ticket.refresh_from_db()
    assert ticket.snoozed_until == LATER


def test_that_it_came_back_is_said_to_staff_alone(cast, client_of, ticket):
    aside(cast, ticket)
    builders.comment(cast.ben, ticket)
    words, url = "was unsnoozed because the customer is waiting", ticket.get_absolute_url()
    assert words in text(client_of(cast.fay).get(url))
    assert "put aside" not in text(client_of(cast.ben).get(url))


def test_support_writing_leaves_it_aside(cast, ticket):
    aside(cast, ticket)
    builders.comment(cast.fay, ticket)
    add_internal_note(actor=actor(cast.fay), ticket=ticket, body="Waiting for the vendor")
    ticket.refresh_from_db()
    assert ticket.snoozed_until == LATER


def test_what_cannot_be_snoozed(cast, ticket):
    for who, until in ((cast.ben, LATER), (cast.fay, timezone.now())):
        with pytest.raises(RuleViolation):
            snooze(actor=actor(who), ticket=ticket, until=until)
    solve(actor=actor(cast.ben), ticket=ticket)
    with pytest.raises(RuleViolation, match=r"can.t be snoozed"):
        aside(cast, ticket)


def test_on_the_page(cast, client_of, ticket):
    fay, url = client_of(cast.fay), ticket.get_absolute_url()
    assert "Snoozed until" in text(fay.post(f"{url}snooze/", {"until": "hour"}, follow=True))
    Ticket.objects.update(snoozed_until=timezone.now() - timedelta(minutes=1))
    assert "Snooze ended" in text(fay.get(url))
    fay.post(f"{url}unsnooze/")
    assert "put aside until" not in text(fay.get(url)).split("ticket-thread")[0]


@pytest.mark.parametrize("data", [{"until": "at"}, {"until": "at", "at": "x"}, {"until": "never"}, {}])
def test_time_of_ones_own_is_needed(cast, client_of, ticket, data):
    assert client_of(cast.fay).post(f"{ticket.get_absolute_url()}snooze/", data).status_code == 422
