"""Days and times from outside are within bounds that hold in every time zone."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from billing.charge_file import day
from billing.holiday_file import parse_holidays
from orgs.csv_import import BadFile
from supportcenter.bounds import DayField, InstantField
from supportcenter.errors import RuleViolation
from tests import builders
from tests.cast import actor
from tickets.actions.handover import hand_over
from tickets.actions.snoozing import snooze
from tickets.models.ticket import Ticket

ZONES = ["America/New_York", "Pacific/Kiritimati", "Pacific/Niue", "UTC"]


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize(
    "typed", ["9999-12-31T23:59", "0001-01-01T00:00", "2100-01-01T00:00", "1999-12-31T23:59"]
)
def test_instants_out_of_bounds_are_refused_in_every_zone(zone, typed):
    with timezone.override(ZoneInfo(zone)), pytest.raises(ValidationError, match="between 2000 and 2099"):
        InstantField().clean(typed)


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("typed", ["2000-01-01T12:00", "2099-12-31T23:59"])
def test_instants_at_the_bounds_are_taken_in_every_zone(zone, typed):
    with timezone.override(ZoneInfo(zone)):
        instant = InstantField().clean(typed)
    assert f"{instant.astimezone(ZoneInfo(zone)):%Y-%m-%dT%H:%M}" == typed


@pytest.mark.parametrize("typed", ["9999-12-31", "0001-01-01", "1999-12-31", "2100-01-01"])
def test_days_out_of_bounds_are_refused(typed):
    with pytest.raises(ValidationError, match="between 2000 and 2099"):
        DayField().clean(typed)
    with pytest.raises(ValueError, match="between 2000 and 2099"):
        day(typed)
    for text in (
        f"{typed} Holiday",
        f"BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:{typed.replace('-', '')}\nEND:VEVENT",
    ):
        with pytest.raises(BadFile):
            parse_holidays(text)


@pytest.mark.parametrize("at", [datetime(9999, 12, 31, tzinfo=UTC), timezone.now() + timedelta(days=367)])
def test_snoozing_and_promising_are_limited_to_a_year(cast, at):
    ticket = builders.ticket(cast.ben, cast.acme)
    with pytest.raises(RuleViolation, match="within a year"):
        snooze(actor=actor(cast.fay), ticket=ticket, until=at)
    with pytest.raises(RuleViolation, match="within a year"):
        hand_over(actor=actor(cast.fay), ticket=ticket, state="x", next_step="x", next_update_at=at)


def test_form_says_what_is_wrong_and_keeps_what_was_typed(cast, client_of):
    cast.fay.time_zone = "America/New_York"
    cast.fay.save()
    ticket = builders.ticket(cast.ben, cast.acme)
    sent = {"until": "at", "at": "9999-12-31T23:59"}
    response = client_of(cast.fay).post(f"/tickets/{ticket.reference}/snooze/", sent)
    assert response.status_code == 422
    assert "Enter a date between 2000 and 2099." in response.text
    assert "9999-12-31T23:59" in response.text


@pytest.mark.parametrize(
    "field", ["snoozed_until", "response_due_at", "response_warn_at", "escalation_due_at"]
)
@pytest.mark.parametrize("at", ["9999-12-31 00:00+00", "1970-01-01 00:00+00"])
def test_database_refuses_times_that_pages_cannot_show(cast, field, at):
    ticket = builders.ticket(cast.ben, cast.acme)
    with pytest.raises(IntegrityError), transaction.atomic():
        Ticket.objects.filter(pk=ticket.pk).update(**{field: at})


def test_last_day_is_a_day():
    assert DayField().clean("2099-12-31") == date(2099, 12, 31)
