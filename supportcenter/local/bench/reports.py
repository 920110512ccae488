"""How long reports take at 1,000,000 tickets: on the figures that these leave behind in three years."""

import statistics
import time
from datetime import timedelta

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from orgs.models import Membership, Organization, User
from supportcenter.local.bench.requests import client, explain
from supportcenter.local.bench.site import Site
from supportcenter.local.bench.tickets import add_agents
from tickets.models.catalog import Product, Reason
from tickets.reports.durations import BOUNDS
from tickets.reports.period import MAX_DAYS
from tickets.reports.sections import SECTIONS

ROUNDS = 5
VALUES = {"tickets": 1_000_000, "days": 3 * 365, "organizations": 300, "agents": 30, "open": 5_000}

# A few organizations have most tickets; each has one tier. Sometimes a second agent helps.
TICKETS = """
CREATE TEMPORARY TABLE bench AS
SELECT current_date - %(days)s + (n * %(days)s::bigint / %(tickets)s)::int AS opened,
  1 + floor(random() * 8)::int AS took, random() AS luck, random() AS other,
  1 + floor(power(random(), 2) * %(organizations)s)::int AS organization,
  1 + floor(random() * cardinality(%(products)s::bigint[]))::int AS product,
  1 + floor(random() * %(agents)s)::int AS agent, 1 + floor(random() * %(agents)s)::int AS second_agent,
  (ARRAY['low', 'low', 'high', 'high', 'critical'])[1 + floor(random() * 5)::int] AS severity,
  exp(random() * 8 + 4)::int AS seconds
FROM generate_series(1, %(tickets)s) AS n
"""
# What each ticket adds: opened, first response, two more responses, solved, rated, escalated.
FIGURES = """
INSERT INTO tickets_figures (at, kind, organization_id, tier, severity, product_id, agent_id, bucket,
  count, in_time, missed, seconds)
SELECT day + floor(other * 96) * interval '15 minutes' AS at, kind,
  (%(organization_ids)s::bigint[])[organization],
  (ARRAY['basic', 'essential', 'advanced', 'premium'])[1 + organization %% 4], severity,
  (%(products)s::bigint[])[product], (%(agent_ids)s::bigint[])[who],
  CASE WHEN kind IN ('first', 'next', 'solved')
    THEN width_bucket(seconds, %(bounds)s::bigint[]) END AS bucket,
  COUNT(*), COUNT(*) FILTER (WHERE kind IN ('first', 'next', 'acknowledged')), 0, SUM(seconds)
FROM (
  SELECT bench.*, opened AS day, agent AS who, 'opened' AS kind FROM bench
  UNION ALL SELECT bench.*, opened, CASE WHEN other < 0.8 THEN agent ELSE second_agent END, 'first' FROM bench
  UNION ALL SELECT bench.*, opened + 1 + took / 3, agent, 'next' FROM bench
  UNION ALL SELECT bench.*, opened + 1 + took / 2, agent, 'next' FROM bench
  UNION ALL SELECT bench.*, opened + took, agent, 'solved' FROM bench
  UNION ALL SELECT bench.*, opened + took + 1, agent, 'rated_5' FROM bench WHERE luck > 0.7
  UNION ALL SELECT bench.*, opened + took / 2, second_agent, 'acknowledged' FROM bench WHERE luck > 0.97
) AS facts WHERE day <= current_date
GROUP BY at, kind, organization, severity, product, who, bucket ORDER BY kind, at
"""
OPEN_TICKETS = """
INSERT INTO tickets_ticket (organization_id, requester_id, subject, severity, tier, status, product_id,
  reason_id, source, submission_key, created_at, updated_at, last_reply_at, is_best_effort, due_kind)
SELECT (%(organization_ids)s::bigint[])[1 + n %% %(organizations)s], %(requester)s, 'Ticket number ' || n,
  'high', 'advanced', 'open', (%(products)s::bigint[])[1], %(reason)s, 'web', gen_random_uuid(),
  now(), now(), now(), false, ''
FROM generate_series(1, %(open)s) AS n
"""
QUERIES = {
    "30 days": "",
    "90 days by organization": "period=90&by=organization",
    "a year by tier": "{year}&by=tier",
    "a year by organization": "{year}&by=organization",
    "a year by agent": "{year}&by=agent",
    "a year by organization, High": "{year}&by=organization&severity=high",
    "a year by product, one organization": "{year}&by=product&organization={organization}",
    "a year by organization, one agent": "{year}&by=organization&agent={agent}",
}


def load() -> dict[str, object]:
    """Add organizations, agents and three years of figures to the demo; return the ids for addresses."""
    organizations = Organization.objects.bulk_create(
        Organization(slug=f"bench-{number}", name=f"Customer {number}")
        for number in range(VALUES["organizations"])
    )
    agents = add_agents(VALUES["agents"])
    admin = User.objects.create(email="admin@bench.example", name="Admin")
    Membership.objects.create(organization=organizations[0], user=admin, role="admin")
    values = {
        **VALUES,
        "organization_ids": [each.pk for each in organizations],
        "agent_ids": [each.pk for each in agents],
        "products": list(Product.objects.values_list("pk", flat=True)),
        "reason": Reason.objects.values_list("pk", flat=True)[0],
        "requester": admin.pk,
        "bounds": list(BOUNDS),
    }
    with connection.cursor() as cursor:
        cursor.execute("SET work_mem = '256MB'")
        for statement in (TICKETS, FIGURES, OPEN_TICKETS):
            cursor.execute(statement, values)
        cursor.execute("RESET work_mem")
        for table in ("tickets_figures", "tickets_ticket"):
            cursor.execute(f"VACUUM ANALYZE {table}")
    return {"organization": organizations[0].pk, "agent": agents[0].pk}


def measure(site: Site) -> None:
    """Print how long page and database take for every report and query, and the slowest plan."""
    names = load() | {"year": year()}
    staff, admin = client("gus@support.example"), client("admin@bench.example")
    print(f"{'report':<16}{'query':<38}{'page':>9}{'database':>12}")
    slowest = (0.0, "")
    for code in SECTIONS:
        cases = {name: (staff, f"/reports/{code}/?{query}") for name, query in QUERIES.items()}
        cases["a customer's, a year by product"] = (
            admin,
            f"/o/bench-0/admin/reports/{code}/?{{year}}&by=product",
        )
        for name, (browser, path) in cases.items():
            page, database, worst = cost(browser, path.format(**names))
            print(f"{code:<16}{name:<38}{page:6.0f} ms{database:9.0f} ms", flush=True)
            slowest = max(slowest, worst)
    print(f"\nThe slowest query:\n{slowest[1]}\n{explain(slowest[1])[1]}")


def year() -> str:
    """Return the longest period that a report can have."""
    today = timezone.now().date()
    return f"period=custom&since={today - timedelta(days=MAX_DAYS - 1)}&until={today}"


def cost(browser: Client, path: str) -> tuple[float, float, tuple[float, str]]:
    """Return the median milliseconds of page and database, and the slowest query with its time."""
    pages, databases, slowest = [], [], (0.0, "")
    for _ in range(ROUNDS):
        with CaptureQueriesContext(connection) as queries:
            began = time.perf_counter()
            browser.get(path)
            pages.append((time.perf_counter() - began) * 1000)
        times = [(float(each["time"]) * 1000, each["sql"]) for each in queries]
        databases.append(sum(took for took, _ in times))
        slowest = max(times)
    return statistics.median(pages), statistics.median(databases), slowest
