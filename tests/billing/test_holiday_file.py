"""Days without support as people write them."""

from datetime import date

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from billing import holiday_ics
from billing.holiday_file import Holiday, format_holidays, parse_holidays, public_holidays
from billing.holiday_ics import YEARS_AHEAD
from orgs.csv_import import BadFile
from supportcenter.bounds import FIRST_DAY, LAST_DAY

EVE = Holiday(date(2026, 12, 24), "Christmas Eve")
ICS = """BEGIN:VCALENDAR
BEGIN:VEVENT
DTSTART;VALUE=DATE:20261224
DTEND;VALUE=DATE:20261226
SUMMARY:Christmas\\, and
  the day after
END:VEVENT
{more}END:VCALENDAR
"""


@pytest.mark.parametrize(
    "text",
    [
        "2026-12-24 Christmas Eve",
        "\n2026-12-24\tChristmas Eve\n\n",
        "date,name\n2026-12-24,Christmas Eve",
        'Date;Name\r\n"2026-12-24";"Christmas Eve"',
        "\ufeff2026-12-24 Christmas Eve\n2026-12-24 Twice",
    ],
)
def test_lines_and_tables(text):
    assert parse_holidays(text) == [EVE]


def test_calendar_file():
    first, second = parse_holidays(ICS.format(more=""))
    assert (first.on, second.on) == (date(2026, 12, 24), date(2026, 12, 25))
    assert first.name == "Christmas, and the day after"


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("2026-12-24\n24.12.2026 Eve", 2, "doesn't start with a date"),
        ("2026-02-30", 1, "doesn't start with a date"),
        (ICS.format(more="BEGIN:VEVENT\nDTSTART:20260101T090000\nEND:VEVENT\n"), 8, "isn't all-day"),
        (ICS.format(more="BEGIN:VEVENT\nDTSTART:2026-01-01\nEND:VEVENT\n"), 8, "can't be read"),
        (ICS.format(more="BEGIN:VEVENT\nEND:VEVENT\n"), 8, "can't be read"),
        (ICS.format(more="BEGIN:VEVENT\nDTSTART:20260102\nDTEND:20260101\nEND:VEVENT\n"), 8, "ends before"),
        (ICS.format(more="BEGIN:VEVENT\nDTSTART:20260102\nDURATION:P32D\nEND:VEVENT\n"), 8, "must last"),
        (ICS.format(more="BEGIN:VEVENT\nDTSTART:20260102\n"), 8, "doesn't end"),
        (ICS.format(more="END:VEVENT\n"), 8, "doesn't start"),
    ],
)
def test_problems_name_their_line(text, line, words):
    with pytest.raises(BadFile) as bad:
        parse_holidays(text)
    assert [each.line for each in bad.value.problems] == [line]
    assert words in bad.value.problems[0].text


def on(event: str, *, header: str = "") -> list[str]:
    """Return the days of a calendar file with one or several events."""
    file = f"BEGIN:VCALENDAR\n{header}BEGIN:VEVENT\n{event}\nEND:VEVENT\nEND:VCALENDAR\n"
    return [day.on.isoformat() for day in parse_holidays(file)]


NEXT_EVENT = "\nEND:VEVENT\nBEGIN:VEVENT\n"
# As RFC 5545 writes it.
CANCELED = "CANCEL" + "LED"
BERLIN = ";TZID=Europe/Berlin"


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        # how long an event lasts
        ("DTSTART:20261224\nDTEND:20261224", "24"),
        ("DTSTART:20261224\nDURATION:P2D", "24 25"),
        ("DTSTART:20261224\nDURATION:P1W", "24 25 26 27 28 29 30"),
        (f"DTSTART{BERLIN}:20261224T000000\nDTEND{BERLIN}:20261226T000000", "24 25"),
        ("DTSTART;TZID=Our office:20261224T000000\nDURATION:PT24H", "24"),
        ("DTSTART:20261224T000000Z\nDTEND:20261225T000000Z", "24"),
        # canceled
        (f"DTSTART:20261224\nSTATUS:{CANCELED}", ""),
        (f"DTSTART:20261224\nSTATUS:{CANCELED}\nRRULE:FREQ=DAILY;COUNT=3", ""),
        ("DTSTART:20261224\nSTATUS:CONFIRMED", "24"),
        # recurring
        ("DTSTART:20261224\nRRULE:FREQ=DAILY;COUNT=3", "24 25 26"),
        ("DTSTART:20261203\nRRULE:FREQ=WEEKLY;UNTIL=20261217", "03 10 17"),
        ("DTSTART:20261203\nRRULE:FREQ=WEEKLY;INTERVAL=2;UNTIL=20261231T000000Z", "03 17 31"),
        ("DTSTART:20261201\nDURATION:P2D\nRRULE:FREQ=WEEKLY;COUNT=2;BYDAY=TU", "01 02 08 09"),
        ("DTSTART:20261224\nRDATE;VALUE=DATE:20261227,20261229", "24 27 29"),
        ("DTSTART:20261203\nRRULE:FREQ=WEEKLY;COUNT=4\nEXDATE;VALUE=DATE:20261210", "03 17 24"),
        (
            f"DTSTART{BERLIN}:20261203T000000\nRRULE:FREQ=WEEKLY;COUNT=3\nEXDATE{BERLIN}:20261210T000000",
            "03 17",
        ),
        # an occurrence that is moved, and one that is canceled
        (
            NEXT_EVENT.join(
                [
                    "UID:a\nDTSTART:20261203\nRRULE:FREQ=WEEKLY;COUNT=3",
                    "UID:a\nRECURRENCE-ID;VALUE=DATE:20261210\nDTSTART:20261211",
                    f"UID:a\nRECURRENCE-ID;VALUE=DATE:20261217\nDTSTART:20261217\nSTATUS:{CANCELED}",
                ]
            ),
            "03 11",
        ),
        # what else is in an event
        ("DTSTART:20261224\nBEGIN:VALARM\nTRIGGER:-PT5M\nDURATION:P9D\nEND:VALARM", "24"),
    ],
)
def test_days_of_events(event, expected):
    assert on(event) == [f"2026-12-{day}" for day in expected.split()]


def test_times_are_read_in_the_time_zone_of_the_file():
    event = "DTSTART:20261223T230000Z\nDTEND:20261224T230000Z"
    assert on(event, header="X-WR-TIMEZONE:Europe/Berlin\n") == ["2026-12-24"]


def test_event_that_recurs_forever_is_read_from_this_year_on():
    this_year = timezone.localdate().year
    thanksgiving = on("DTSTART:19701126\nRRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=4TH")
    assert len(thanksgiving) == YEARS_AHEAD + 1
    assert (thanksgiving[0][:4], thanksgiving[-1][:4]) == (str(this_year), str(this_year + YEARS_AHEAD))
    assert "2027-11-25" in thanksgiving


def test_event_with_two_rules_is_refused():
    with pytest.raises(BadFile, match="Line 2: The event has more than one rule"):
        on("DTSTART:20261224\nRRULE:FREQ=YEARLY\nRRULE:FREQ=WEEKLY")


@pytest.mark.parametrize(
    "rule",
    ["FREQ=SECONDLY", "FREQ=HOURLY;COUNT=2", "COUNT=2", "FREQ=YEARLY;INTERVAL=0", "FREQ=DAILY;BYMONTH=2"],
)
def test_rules_without_sense_for_days_are_refused(rule):
    with pytest.raises(BadFile, match="Line 2: "):
        on(f"DTSTART:20261224\nRRULE:{rule}")


def test_rules_that_never_recur_are_given_up(monkeypatch):
    monkeypatch.setattr(holiday_ics, "MAX_SECONDS", 0.5)
    never = f"DTSTART:20260101\nRRULE:FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30;COUNT=2{NEXT_EVENT}"
    with pytest.raises(BadFile, match="recur too often"):
        on(never * 40 + "DTSTART:20260101")


days = st.builds(Holiday, st.dates(FIRST_DAY, LAST_DAY), st.text("abc", max_size=9))


@given(st.lists(days, max_size=9, unique_by=lambda each: each.on))
def test_what_is_written_is_read_back(written):
    assert parse_holidays(format_holidays(written)) == sorted(written)


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text):
    for prefix in ("", "BEGIN:VCALENDAR\nBEGIN:VEVENT\n"):
        try:
            parse_holidays(prefix + text)
        except BadFile as bad:
            assert bad.problems  # noqa: PT017


def test_holidays_of_a_country():
    assert Holiday(date(2026, 12, 6), "Independence Day") in public_holidays("FI", 2026)
    assert public_holidays("XX", 2026) == []
