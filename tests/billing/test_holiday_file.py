"""Days without support as people write them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.holiday_file import Holiday, format_holidays, parse_holidays, public_holidays
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
        (ICS.format(more="BEGIN:VEVENT\nDTSTART:20260101\nRRULE:FREQ=YEARLY\nEND:VEVENT\n"), 10, "recurring"),
        (ICS.format(more="BEGIN:VEVENT\nDTSTART:20260101T090000\nEND:VEVENT\n"), 9, "no all-day DTSTART"),
        (ICS.format(more="BEGIN:VEVENT\nDTSTART:20260102\nDTEND:20260101\nEND:VEVENT\n"), 10, "must last"),
        (ICS.format(more="BEGIN:VEVENT\nDTSTART:20260102\n"), 8, "doesn't end"),
        (ICS.format(more="END:VEVENT\n"), 8, "doesn't start"),
    ],
)
def test_problems_name_their_line(text, line, words):
    with pytest.raises(BadFile) as bad:
        parse_holidays(text)
    assert [each.line for each in bad.value.problems] == [line]
    assert words in bad.value.problems[0].text


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
