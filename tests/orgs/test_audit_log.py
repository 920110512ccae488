import csv
import io
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction
from django.db.utils import IntegrityError
from django.test.utils import CaptureQueriesContext

from orgs.actions.record import record
from orgs.actor import SYSTEM
from orgs.audit import PAGE_SIZE
from orgs.models import AuditArea, AuditEntry
from tests.cast import actor

PAGE = "/o/acme/admin/audit-log/"
EXPORT = f"{PAGE}export/"


def entry(cast, summary="Changed something", *, by=None, area=AuditArea.PEOPLE, of=None, **values):
    doer = actor(by) if by else SYSTEM
    return record(of or cast.acme, area, "test.happened", summary, actor=doer, **values)


@pytest.fixture
def log(cast, client_of):
    """What Ada reads on the page, with filters in the query."""

    def read(query: str = "") -> str:
        response = client_of(cast.ada).get(PAGE + query)
        assert response.status_code == 200
        return response.content.decode()

    return read


def moved_to(row: AuditEntry, when: datetime) -> None:
    """The log is written once; a test that needs an old entry writes it old."""
    row.pk, row.created_at = None, when
    row.save(force_insert=True)


@pytest.mark.parametrize("change", ["update", "delete"])
def test_database_refuses_to_alter_or_delete_an_entry(cast, change):
    entry(cast, "Kept")
    entries = AuditEntry.objects.all()
    with pytest.raises(IntegrityError, match="written once"), transaction.atomic():
        entries.update(summary="Other") if change == "update" else entries.delete()
    assert AuditEntry.objects.get().summary == "Kept"


def test_empty_log_says_what_will_be_there(log):
    assert "No changes yet" in log()


def test_newest_is_first(cast, log):
    entry(cast, "The older one")
    entry(cast, "The newer one")
    page = log()
    assert page.index("The newer one") < page.index("The older one")


def test_entries_of_other_organizations_are_not_shown(cast, log):
    entry(cast, "GLOBEX-CANARY", by=cast.eve, of=cast.globex)
    assert "GLOBEX-CANARY" not in log()
    assert "Eve Nakamura" not in log()


def test_staff_are_marked_and_nobody_is_the_system(cast, log):
    entry(cast, by=cast.hal)
    entry(cast, by=cast.fay)
    entry(cast)
    entry(cast, by=cast.ada)
    page = log()
    for who in ("Hal Whitfield, account team", "Fay Dubois, support", ">System<", ">Ada Lindqvist<"):
        assert who in page


def test_before_and_after_are_in_words(cast, log):
    entry(cast, before={"may_add": False, "names": ["a", "b"]}, after={"may_add": True, "plan": None})
    page = log()
    for words in ("May add", "No ", "Yes", "a, b", "–"):
        assert words in page


def test_summary_is_escaped(cast, log):
    entry(cast, "<script>alert(1)</script>", before={"<b>": "<i>"})
    assert "<script>alert" not in log()
    assert "<i>" not in log()


def test_filter_by_area(cast, log):
    entry(cast, "About people")
    entry(cast, "About services", area=AuditArea.RESOURCES)
    page = log("?area=resources")
    assert "About services" in page
    assert "About people" not in page


def test_filter_by_person_and_by_the_system(cast, log):
    entry(cast, "Done by Hal", by=cast.hal)
    entry(cast, "Done by nobody")
    assert "Done by nobody" not in log(f"?person={cast.hal.pk}")
    assert "Done by Hal" not in log("?person=system")
    assert "Done by nobody" in log("?person=system")


def test_filter_by_day_in_the_readers_zone(cast, log):
    type(cast.ada).objects.filter(pk=cast.ada.pk).update(time_zone="Asia/Tokyo")
    row = entry(cast, "Today")
    row.summary = "On the third"
    moved_to(row, datetime(2026, 3, 2, 15, 0, tzinfo=UTC))  # the third, midnight, in Tokyo
    assert "On the third" in log("?since=2026-03-03&until=2026-03-03")
    assert "Today" not in log("?until=2026-03-03")
    assert "On the third" not in log("?until=2026-03-02")


@pytest.mark.parametrize(
    "query", ["?area=x", "?person=x", "?since=x", "?until=9999-12-31", "?before=x", "?after=-1", "?before=²"]
)
def test_nonsense_in_the_address_filters_nothing(cast, log, query):
    entry(cast, "Still here")
    assert "Still here" in log(query)


def test_filters_that_find_nothing_say_so(cast, log):
    entry(cast)
    assert "No matching entries" in log("?area=billing")


def test_pages_go_older_and_back_and_keep_the_filter(cast, client_of):
    for number in range(2 * PAGE_SIZE + 1):
        entry(cast, f"Number {number}.")
    ada = client_of(cast.ada)
    first = ada.get(f"{PAGE}?area=people").context
    second = ada.get(PAGE + first["older_url"]).context
    third = ada.get(PAGE + second["older_url"]).context
    shown = [row["entry"].summary for page in (first, second, third) for row in page["rows"]]
    assert shown == [f"Number {number}." for number in range(2 * PAGE_SIZE, -1, -1)]
    assert (first["newer_url"], third["older_url"]) == ("", "")
    back = ada.get(PAGE + second["newer_url"]).context
    assert back["rows"][0]["entry"].summary == f"Number {2 * PAGE_SIZE}."
    assert "area=people" in second["newer_url"]


def test_log_costs_the_same_with_thirty(cast, client_of):
    ada = client_of(cast.ada)

    def cost() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            ada.get(PAGE)
        return len(queries)

    entry(cast, by=cast.hal)
    one = cost()
    for person in [cast.ada, cast.hal, cast.fay] * 10:
        entry(cast, by=person, before={"role": "a"}, after={"role": "b"})
    assert (one, cost()) == (6, 6)  # session, person, roles; organization, people of the filter, entries


def table(response) -> list[list[str]]:
    text = b"".join(response.streaming_content).decode()
    return list(csv.reader(io.StringIO(text)))


def test_export_holds_the_filtered_log(cast, client_of):
    entry(cast, "About people", by=cast.hal, before={"role": "Member"}, after={"role": "Admin"})
    entry(cast, "About services", area=AuditArea.RESOURCES)
    response = client_of(cast.ada).get(f"{EXPORT}?area=people")
    assert 'filename="audit-log-acme.csv"' in response.headers["Content-Disposition"]
    header, row = table(response)
    assert row[1:] == [
        "Hal Whitfield, account team",
        "hal@support.example",
        "People",
        "About people",
        "Role: Member",
        "Role: Admin",
        "Web",
    ]
    assert len(header) == len(row)
    assert datetime.now(UTC) - datetime.fromisoformat(row[0]) < timedelta(minutes=1)


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_export_holds_no_formula(cast, client_of, start):
    entry(cast, f"{start}HYPERLINK(1)")
    [_, row] = table(client_of(cast.ada).get(EXPORT))
    assert row[4].startswith("'")
