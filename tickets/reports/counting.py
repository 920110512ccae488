"""Counting the facts of a day into its figures, whole, in SQL.

Nothing is ever added to figures: a day is counted anew whenever something on it changed. So counting twice is
harmless, and what was reopened, rated again or moved to another severity comes out right by itself.
"""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from tickets.models import DailyFigures, DailyTotals
from tickets.reports.durations import BOUNDS, BUCKETS

# Marks our advisory locks among those of the site; the second half of the key is the day.
LOCK = 1_013

# One row for each fact of a day, named after the measure that counts it. A clock knows the tier and severity
# that were promised; everything else goes by the ticket as it is now.
FACTS = """
  SELECT t.organization_id, t.tier, t.severity, t.product_id, t.assignee_id AS agent_id,
    'opened' AS fact, NULL::bigint AS seconds
  FROM tickets_ticket t WHERE t.created_at >= %(start)s AND t.created_at < %(end)s
 UNION ALL
  SELECT t.organization_id, t.tier, t.severity, t.product_id, t.assignee_id,
    'solved', FLOOR(EXTRACT(EPOCH FROM t.solved_at - t.created_at))
  FROM tickets_ticket t WHERE t.solved_at >= %(start)s AND t.solved_at < %(end)s
 UNION ALL
  SELECT t.organization_id, c.tier, c.severity, t.product_id, c.met_by_id, split_part(c.kind, '_', 1) || fact,
    CASE WHEN fact <> '_in_time' THEN FLOOR(EXTRACT(EPOCH FROM c.met_at - c.started_at)) END
  FROM tickets_slaclock c JOIN tickets_ticket t ON t.id = c.ticket_id CROSS JOIN LATERAL unnest(CASE
    WHEN c.is_best_effort THEN ARRAY['_best_effort']
    WHEN c.breached_at IS NULL THEN ARRAY['_given', '_in_time'] ELSE ARRAY['_given'] END) AS fact
  WHERE c.met_at >= %(start)s AND c.met_at < %(end)s AND c.kind IN ('first_response', 'next_response')
 UNION ALL
  SELECT t.organization_id, c.tier, c.severity, t.product_id, COALESCE(c.met_by_id, t.assignee_id),
    split_part(c.kind, '_', 1) || '_missed', NULL
  FROM tickets_slaclock c JOIN tickets_ticket t ON t.id = c.ticket_id
  WHERE c.breached_at >= %(start)s AND c.breached_at < %(end)s AND NOT c.is_best_effort
    AND c.kind IN ('first_response', 'next_response')
 UNION ALL
  SELECT t.organization_id, t.tier, t.severity, t.product_id, t.assignee_id, 'rated_' || r.score, NULL
  FROM tickets_rating r JOIN tickets_ticket t ON t.id = r.ticket_id
  WHERE r.rated_at >= %(start)s AND r.rated_at < %(end)s
 UNION ALL
  SELECT t.organization_id, t.tier, t.severity, t.product_id, COALESCE(e.acknowledged_by_id, t.assignee_id),
    'escalated', NULL
  FROM tickets_escalation e JOIN tickets_ticket t ON t.id = e.ticket_id
  WHERE e.raised_at >= %(start)s AND e.raised_at < %(end)s
 UNION ALL
  SELECT t.organization_id, t.tier, t.severity, t.product_id, e.acknowledged_by_id, fact,
    CASE WHEN fact = 'taken' THEN FLOOR(EXTRACT(EPOCH FROM e.acknowledged_at - e.raised_at)) END
  FROM tickets_escalation e JOIN tickets_ticket t ON t.id = e.ticket_id CROSS JOIN LATERAL unnest(
    CASE WHEN e.acknowledged_at <= e.deadline_at THEN ARRAY['taken', 'taken_in_time'] ELSE ARRAY['taken'] END
  ) AS fact
  WHERE e.acknowledged_at >= %(start)s AND e.acknowledged_at < %(end)s
 UNION ALL
  SELECT t.organization_id, t.tier, t.severity, t.product_id, COALESCE(e.acknowledged_by_id, t.assignee_id),
    'taken_late', NULL
  FROM tickets_escalation e JOIN tickets_ticket t ON t.id = e.ticket_id
  WHERE e.deadline_at >= %(start)s AND e.deadline_at < LEAST(%(end)s, %(now)s)
    AND COALESCE(e.acknowledged_at, e.closed_at, 'infinity') > e.deadline_at
"""

# Measures that are not a count of the facts of their own name: whose durations they hold.
DURATIONS_OF = {
    "solve": "solved",
    "first": "first_given",
    "first_best_effort": "first_best_effort",
    "next": "next_given",
    "next_best_effort": "next_best_effort",
    "take": "taken",
}
KEY = ["day", "organization_id", "tier", "severity", "product_id", "agent_id"]
TOTALS_KEY = ["day", "tier", "severity", "product_id"]
COLUMNS = [field.attname for field in DailyTotals._meta.concrete_fields]  # noqa: SLF001 - Django's own way
MEASURES = [name for name in COLUMNS if name not in {"id", *TOTALS_KEY}]


def count_day(day: date) -> None:
    """Count a day's figures and totals anew, in one transaction; two at once do it one after the other."""
    start = datetime.combine(day, time(), UTC)
    values: dict[str, Any] = {
        "day": day,
        "start": start,
        "end": start + timedelta(days=1),
        "now": timezone.now(),
        "bounds": list(BOUNDS),
    }
    with transaction.atomic(), connection.cursor() as cursor:
        # The statements below begin after the lock is ours, and so see all that whoever had it saw.
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK, day.toordinal()])
        DailyFigures.objects.filter(day=day).delete()
        DailyTotals.objects.filter(day=day).delete()
        cursor.execute(INSERT_FIGURES, values)
        cursor.execute(INSERT_TOTALS, values)


def _counted(measure: str) -> str:
    """A measure over the facts of one row of figures."""
    of, _, what = measure.rpartition("_")
    if what == "seconds":
        return f"COALESCE(SUM(seconds) FILTER (WHERE fact = '{DURATIONS_OF[of]}'), 0)"
    if what == "times":
        held = f"fact = '{DURATIONS_OF[of]}'"
        counts = ", ".join(f"COUNT(*) FILTER (WHERE {held} AND bucket = {at})" for at in range(BUCKETS))
        return f"CASE WHEN bool_or({held}) THEN ARRAY[{counts}] END"
    return f"COUNT(*) FILTER (WHERE fact = '{measure}')"


def _totalled(measure: str) -> str:
    """A measure over the figures of one row of totals."""
    if not measure.endswith("_times"):
        return f"SUM({measure})"
    sums = ", ".join(f"SUM({measure}[{at}])" for at in range(1, BUCKETS + 1))
    return f"CASE WHEN COUNT({measure}) > 0 THEN ARRAY[{sums}] END"


INSERT_FIGURES = f"""
INSERT INTO tickets_dailyfigures ({", ".join(KEY + MEASURES)})
SELECT %(day)s, {", ".join(KEY[1:])}, {", ".join(map(_counted, MEASURES))}
FROM (SELECT *, width_bucket(seconds, %(bounds)s::bigint[]) AS bucket FROM ({FACTS}) AS facts) AS sorted
GROUP BY {", ".join(KEY[1:])}
"""  # noqa: S608 - made of constants
INSERT_TOTALS = f"""
INSERT INTO tickets_dailytotals ({", ".join(TOTALS_KEY + MEASURES)})
SELECT {", ".join(TOTALS_KEY)}, {", ".join(map(_totalled, MEASURES))}
FROM tickets_dailyfigures WHERE day = %(day)s GROUP BY {", ".join(TOTALS_KEY)}
"""  # noqa: S608 - made of constants
