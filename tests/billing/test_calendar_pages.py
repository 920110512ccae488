"""The settings pages of support calendars."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from pytest_django.asserts import assertNumQueries

from billing.models.calendars import CalendarVersion, SupportCalendar
from orgs.models import AuditEntry
from orgs.week import DAYS
from supportcenter.outbox.models import OutboxMessage

WEEKDAYS = {day.lower(): "9-12, 13-18" for day in DAYS[:5]}


def text(response) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


@pytest.fixture
def gus(cast, client_of):
    return client_of(cast.gus)


@pytest.fixture
def business(db):
    return SupportCalendar.objects.get(code="business")


@pytest.fixture
def url(business):
    return f"/settings/calendars/{business.pk}/"


def test_edit_adds_a_version_and_says_so_to_the_clocks(gus, business, url):
    form = {"name": business.name, "time_zone": "Europe/Helsinki", "extra_holidays": "2026-12-24 Eve"}
    assert gus.post(url, form | WEEKDAYS).status_code == 302
    first, second = business.versions.all()
    assert (first.week[0], second.week[0]) == ([["09:00", "17:00"]], [["09:00", "12:00"], ["13:00", "18:00"]])
    assert second.extra_holidays == [{"on": "2026-12-24", "name": "Eve"}]
    assert OutboxMessage.objects.get(name="calendar.changed").payload == {"calendar": business.pk}
    assert AuditEntry.objects.get().before["week"] == "Mon–Fri 09:00–17:00"
    assert "Mon–Fri 09:00–12:00, 13:00–18:00" in text(gus.get("/settings/calendars/"))


def test_saving_without_a_change_adds_nothing(gus, business, url):
    page = gus.get(url)
    form = {field.html_name: field.value() for field in page.context["form"] if field.value()}
    assert gus.post(url, form).status_code == 302
    assert business.versions.count() == 1


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({}, "Add support hours on at least one day"),
        (WEEKDAYS | {"friday": "18-9"}, "must not overlap"),
        (WEEKDAYS | {"extra_holidays": "2026-12-24\nChristmas"}, "Line 2:"),
        (WEEKDAYS | {"name": "24×7"}, "A calendar with this name already exists"),
    ],
)
def test_wrong_week_is_told_and_what_was_typed_stays(gus, business, url, wrong, words):
    response = gus.post(url, {"name": "Nine to five", "country": "FI"} | wrong)
    assert response.status_code == 422
    assert words in text(response)
    assert '<option value="FI" selected>' in text(response)
    assert business.versions.count() == 1


def test_new_calendar_counts_for_all_time(gus):
    gus.post("/settings/calendars/new/", {"name": "Late shift"} | WEEKDAYS)
    version = CalendarVersion.objects.get(calendar__name="Late shift")
    assert version.valid_from.year == 2000


def test_holidays_are_offered_checked_and_imported(gus, business, url):
    offered = gus.get(f"{url}holidays/", {"country": "FI", "year": "2027"})
    assert '<option value="FI" selected>Finland</option>' in offered.content.decode()
    assert 'holidays/?country=FI&amp;year=2027" novalidate' in offered.content.decode()
    assert "2027-12-06 Independence Day" in text(offered)
    lines = {"text": "2027-12-06 Independence Day\n2027-12-24"}
    assert "This import would add 2 holidays" in text(gus.post(f"{url}holidays/", lines | {"do": "check"}))
    assert business.versions.count() == 1
    gus.post(f"{url}holidays/", lines | {"do": "import"})
    gus.post(f"{url}holidays/", {"text": "2027-12-24 Eve\n2027-12-31", "do": "import"})
    assert [each["on"] for each in business.versions.last().extra_holidays] == [
        "2027-12-06",
        "2027-12-24",
        "2027-12-31",
    ]


def test_file_with_a_bad_line_imports_nothing(gus, business, url):
    file = SimpleUploadedFile("days.csv", b"date,name\n2027-12-24,Eve\n24.12.2028,Eve\n")
    refused = gus.post(f"{url}holidays/", {"file": file, "do": "import"})
    assert refused.status_code == 422
    assert '<td class="money">3</td>' in text(refused)
    assert "2027-12-24,Eve" in text(refused)
    assert business.versions.count() == 1


def test_tiers_are_read_with_their_promises(cast, client_of):
    page = text(client_of(cast.fay).get("/settings/tiers/"))
    assert "Low 12 hours · High 4 hours · Critical 1 hour" in page


# Session, person, memberships; calendars, versions, tiers.
@pytest.mark.parametrize("count", [1, 30])
def test_list_costs_the_same_for_many(gus, count):
    for number in range(count):
        gus.post("/settings/calendars/new/", {"name": f"Calendar {number}"} | WEEKDAYS)
    gus.get("/settings/log/")  # shows what was done; the next page stores no session
    with assertNumQueries(6):
        assert gus.get("/settings/calendars/").status_code == 200
