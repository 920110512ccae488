"""The pages of reports: what they show, to whom, and what they cost."""

import csv
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.http import QueryDict
from django.utils import timezone

from tests.cast import actor
from tests.tickets.histories import Histories
from tickets.models.catalog import Product
from tickets.models.ticket import Ticket
from tickets.reports.access import source_for_organization, source_for_staff
from tickets.reports.actions import count_dirty_days, mark_all_days
from tickets.reports.forms import ReportForm
from tickets.reports.models import Figures
from tickets.reports.period import Period
from tickets.reports.sections import SECTIONS

TODAY = date(2026, 11, 23)
YESTERDAY = timezone.now().date() - timedelta(days=1)


def figures(organization, day: date = YESTERDAY, *, at: time = time(12), **facts: Any) -> None:
    """Figures of a time in UTC: counts by kind, or all that a kind has."""
    key = {
        "at": datetime.combine(day, at, UTC),
        "tier": facts.pop("tier", "advanced"),
        "severity": facts.pop("severity", "high"),
        "product": facts.pop("product", None) or Product.objects.get(code="kafka"),
    }
    agent = facts.pop("agent", None)
    for kind, fact in facts.items():
        values = {"count": 0, "in_time": 0, "missed": 0, "seconds": 0}
        values |= {"count": fact} if isinstance(fact, int) else fact
        Figures.objects.create(organization=organization, agent=agent, kind=kind, **key, **values)


def rows_of(response) -> list[list[str]]:
    return list(csv.reader(b"".join(response.streaming_content).decode().splitlines()))


def test_staff_read_the_attainment_and_that_of_the_period_before(cast, client_of):
    figures(cast.acme, first={"count": 3, "in_time": 3, "missed": 1, "seconds": 1800})
    figures(cast.acme, YESTERDAY - timedelta(days=30), first={"in_time": 1, "missed": 1})
    page = client_of(cast.gus).get("/reports/")
    attainment, average, *_ = page.context["report"].headline
    assert (attainment[1:], average[1]) == (("75.0%", "50.0%"), "10 min")
    assert "Previous period:" in page.content.decode()


def test_best_effort_stands_apart_and_is_never_missed(cast, client_of):
    figures(cast.acme, tier="basic", first_best_effort={"count": 4, "seconds": 4 * 7200})
    cells = client_of(cast.gus).get("/reports/?by=tier").context["report"].lines[0].cells
    assert cells == ["–", "0", "0", "–", "–", "4", "2 h", "0"]


def test_targets_that_were_raised_later_are_told_apart(cast, client_of):
    figures(cast.acme, first={"count": 3, "in_time": 3, "missed": 1}, first_raised={"missed": 2})
    page = client_of(cast.gus).get("/reports/")
    (line,) = [each for each in page.context["report"].lines if each.label == "Advanced"]
    assert (line.cells[0], line.cells[2], line.cells[-1]) == ("75.0%", "1", "3")
    assert "Missed from the start" in page.content.decode()


def test_days_are_those_of_the_reader_or_of_a_chosen_zone_also_in_the_file(cast, client_of):
    cast.gus.time_zone = "Asia/Kathmandu"
    cast.gus.save()
    figures(cast.acme, opened=2, at=time(18))
    figures(cast.acme, opened=3, at=time(18, 15))
    gus = client_of(cast.gus)
    days = f"period=custom&since={YESTERDAY}&until={YESTERDAY}"
    for zone, expected in [("", 2), ("Europe/Helsinki", 5), ("Pacific/Kiritimati", 0), ("nonsense", 2)]:
        page = gus.get(f"/reports/resolution/?{days}&zone={zone}")
        assert page.context["report"].total["opened_count"] == expected
        file = rows_of(client_of(cast.fay).get(page.context["exports"]["over_time"]))
        assert file[0][0] == f"Day ({page.context['report'].period.zone})"
        assert file[-1][-1] == str(expected)
    assert "time zone Asia/Kathmandu" in gus.get("/reports/").content.decode()


def test_admin_reads_only_the_own_organization(cast, client_of):
    figures(cast.acme, opened=2, solved=1)
    figures(cast.globex, opened=5, solved=5, severity="low")
    page = client_of(cast.ada).get("/o/acme/admin/reports/backlog/?by=severity")
    report = page.context["report"]
    assert report.total["opened_count"] == 2
    assert [line.label for line in report.lines] == ["High"]
    assert "Globex" not in page.content.decode()


@pytest.mark.parametrize("query", ["by=agent", "agent=1", "by=organization", "organization=1"])
def test_admin_reads_nothing_of_agents_or_other_organizations(cast, client_of, query):
    figures(cast.acme, opened=2, agent=cast.fay)
    query = query.replace("=1", f"={cast.fay.pk}")
    for path in ("backlog/", "backlog/breakdown/"):
        page = client_of(cast.ada).get(f"/o/acme/admin/reports/{path}?{query}")
        text = b"".join(page) if page.streaming else page.content
        assert cast.fay.name.encode() not in text
        assert b"Globex" not in text
        assert b"2" in text


def test_figures_themselves_refuse_what_is_not_the_readers(cast):
    figures(cast.globex, opened=5, agent=cast.fay)
    period = Period(YESTERDAY, YESTERDAY)
    source = source_for_organization(actor(cast.ada), cast.acme)
    assert source.total(["opened"], period)["opened_count"] == 0
    assert (
        source_for_organization(actor(cast.ada), cast.globex).total(["opened"], period)["opened_count"] == 0
    )
    for name in ("agent", "organization"):
        with pytest.raises(PermissionDenied):
            source.by(name, ["opened"], period)
        with pytest.raises(PermissionDenied):
            source.open_at(timezone.now(), name)
        with pytest.raises(PermissionDenied):
            source.only({name: 1})
    with pytest.raises(PermissionDenied):
        source_for_staff(actor(cast.ada))


def test_filters_narrow_everything_on_the_page(cast, client_of):
    postgresql = Product.objects.get(code="postgresql")
    figures(cast.acme, opened=2, agent=cast.fay)
    figures(cast.acme, opened=3, agent=cast.gus, product=postgresql)
    figures(cast.globex, opened=4, severity="low", tier="premium")
    gus = client_of(cast.gus)
    found = {
        query: gus.get(f"/reports/backlog/?{query}").context["report"].total["opened_count"]
        for query in [
            "",
            f"agent={cast.gus.pk}",
            f"product={postgresql.pk}",
            f"organization={cast.globex.pk}",
            "severity=high",
            "tier=premium",
            f"severity=high&agent={cast.fay.pk}",
            "tier=nonsense",
        ]
    }
    assert list(found.values()) == [9, 3, 3, 4, 5, 4, 2, 9]


def test_breakdown_by_agent_stands_by_size_with_nobody_last(cast, client_of):
    figures(cast.acme, solved=2, agent=cast.fay)
    figures(cast.acme, solved=3, agent=cast.gus, severity="low")
    figures(cast.acme, solved=4, agent=None)
    report = client_of(cast.hal).get("/reports/resolution/?by=agent").context["report"]
    assert [line.label for line in report.lines] == ["Gus Lindgren", "Fay Dubois", "Unassigned"]
    assert report.total_line.cells[0] == "9"


def test_backlog_runs_from_what_was_open_before(cast, client_of):
    past = Histories(cast, 1)
    for severity, opened, solved in [("high", 90, None), ("high", 90, 1), ("low", 1, None), ("low", 50, 40)]:
        ticket = past.open()
        Ticket.objects.filter(pk=ticket.pk).update(
            severity=severity,
            created_at=timezone.now() - timedelta(days=opened),
            solved_at=solved and timezone.now() - timedelta(days=solved),
            status="solved" if solved else "open",
        )
    mark_all_days()
    count_dirty_days()
    report = client_of(cast.gus).get("/reports/backlog/?period=7&by=severity").context["report"]
    assert [row.sums["open"] for row in report.steps] == [2, 2, 2, 2, 2, 2, 2]
    assert {line.label: line.cells for line in report.lines} == {
        "Low": ["1", "0", "1", "1"],
        "High": ["0", "1", "-1", "1"],
    }
    assert (report.before["open"], report.total["open"]) == (2, 2)


def test_ratings_average_and_share(cast, client_of):
    figures(cast.acme, rated_5=2, rated_4=1, rated_1=1)
    report = client_of(cast.gus).get("/reports/ratings/").context["report"]
    assert [now for _, now, _ in report.headline] == ["3.75 out of 5", "4", "75.0%"]
    assert [(bar.kind, bar.height > 0) for bar in report.chart.bars] == [("good", True), ("bad", True)]


@pytest.mark.parametrize("code", SECTIONS)
def test_every_report_says_when_there_is_no_data(cast, client_of, code):
    page = client_of(cast.gus).get(f"/reports/{code}/").content.decode()
    assert "No data yet" in page
    assert '<svg class="chart"' not in page
    assert "Clear filters" in client_of(cast.gus).get(f"/reports/{code}/?tier=basic").content.decode()


@pytest.mark.parametrize(
    "path", ["/reports/nonsense/", "/reports/ratings/nonsense/", "/reports/x/breakdown/"]
)
def test_unknown_reports_and_tables_are_404(cast, client_of, path):
    assert client_of(cast.gus).get(path).status_code == 404


def test_csv_holds_every_row_numbers_without_units_and_the_total(cast, client_of):
    figures(cast.acme, solved={"count": 2, "seconds": 7200})
    figures(cast.globex, solved={"count": 1, "seconds": 60})
    page = client_of(cast.gus).get("/reports/resolution/breakdown/?by=organization&period=7")
    header, *rows = rows_of(page)
    assert header[:3] == ["Organization", "Solved", "Average (seconds)"]
    assert [row[:3] for row in rows] == [
        ["Acme", "2", "3600.0"],
        ["Globex", "1", "60.0"],
        ["Total", "3", "2420.0"],
    ]
    over_time = rows_of(client_of(cast.gus).get("/reports/resolution/over-time/?period=7"))
    assert [len(over_time), over_time[-1][1]] == [9, "3"]
    first, *_, last = [date.fromisoformat(row[0]) for row in over_time[1:-1]]
    assert (last - first).days == 6


def test_csv_is_no_formula(cast, client_of):
    cast.acme.name = "=HYPERLINK(1)"
    cast.acme.save()
    figures(cast.acme, opened=1)
    rows = rows_of(client_of(cast.gus).get("/reports/backlog/breakdown/?by=organization"))
    assert rows[1][0] == "'=HYPERLINK(1)"


STAFF_QUERIES = 10
ADMIN_QUERIES = 9


@pytest.mark.parametrize("count", [1, 30])
def test_reports_cost_the_same_with_many_rows(cast, client_of, count, django_assert_num_queries):
    for number in range(count):
        figures(cast.acme, YESTERDAY - timedelta(days=number), opened=1, agent=cast.fay)
        figures(cast.globex, YESTERDAY - timedelta(days=number), opened=1, severity="low")
    gus, ada = client_of(cast.gus), client_of(cast.ada)
    with django_assert_num_queries(STAFF_QUERIES):
        gus.get("/reports/?by=organization&severity=low&period=90")
    with django_assert_num_queries(STAFF_QUERIES + 2):
        gus.get("/reports/backlog/?by=agent")
    with django_assert_num_queries(ADMIN_QUERIES):
        ada.get("/o/acme/admin/reports/?by=product")


def form(query: str) -> ReportForm:
    names = {"tier": {"basic": "Basic"}, "severity": {"low": "Low"}}
    return ReportForm(QueryDict(query), names=names, now=datetime.combine(TODAY, time(12), UTC))


@pytest.mark.parametrize(
    ("query", "first", "last"),
    [
        ("", date(2026, 10, 25), TODAY),
        ("period=7", date(2026, 11, 17), TODAY),
        ("period=month", date(2026, 11, 1), TODAY),
        ("period=last-month", date(2026, 10, 1), date(2026, 10, 31)),
        ("period=custom&since=2026-01-02&until=2026-02-03", date(2026, 1, 2), date(2026, 2, 3)),
        ("period=custom&since=2026-11-02&until=2027-02-03", date(2026, 11, 2), TODAY),
        ("since=2026-01-02&until=2026-02-03", date(2026, 10, 25), TODAY),
        ("period=nonsense", date(2026, 10, 25), TODAY),
    ],
)
def test_period_of_a_report(query, first, last):
    covered = form(query).covered
    assert (covered.first, covered.last) == (first, last)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("", "Enter a start and an end date"),
        ("&since=2026-02-03", "Enter a start and an end date"),
        ("&since=1-1-1&until=2026-02-03", "Enter a start and an end date"),
        ("&since=0001-01-01&until=2026-02-03", "Enter a start and an end date"),
        ("&since=2026-02-03&until=2026-02-02", "can't be before the start date"),
        ("&since=2025-02-03&until=2026-02-04", "at most 366 days"),
    ],
)
def test_invalid_custom_period_shows_why(query, said):
    wrong = form(f"period=custom{query}")
    assert said in wrong.non_field_errors()[0]
    assert wrong.covered == form("").covered


def test_days_are_those_of_utc(cast, client_of, settings):
    figures(cast.acme, datetime.now(UTC).date(), opened=1)
    report = client_of(cast.gus).get("/reports/backlog/?period=7").context["report"]
    assert report.total["opened_count"] == 1
