"""Counting the facts of a day, in SQL.

Nothing is ever added to figures: a whole day is counted again whenever something on it changed. So counting
twice is harmless, and reopened, re-rated and reclassified tickets need no special case.
"""

from datetime import UTC, date, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from supportcenter.zones import begin_of
from tickets.reports.durations import BOUNDS
from tickets.reports.models import Figures

# The first half of the key of our advisory locks; the second half is the day.
LOCK = 1_013

# One row for each fact of a day. A clock has the tier and severity of the promise; everything else comes from
# the ticket as it is now. A merged ticket is not counted: only its target is.
FACTS = """
  SELECT 'opened' AS kind, t.created_at AS at, t.organization_id, t.tier, t.severity, t.product_id,
    t.assignee_id AS agent_id, 1 AS count, 0 AS in_time, 0 AS missed, NULL::bigint AS seconds
  FROM tickets_ticket t
  WHERE t.created_at >= %(start)s AND t.created_at < %(end)s AND t.merged_into_id IS NULL
 UNION ALL
  SELECT 'solved', t.solved_at, t.organization_id, t.tier, t.severity, t.product_id, t.assignee_id,
    1, 0, 0, FLOOR(EXTRACT(EPOCH FROM t.solved_at - t.created_at))
  FROM tickets_ticket t
  WHERE t.solved_at >= %(start)s AND t.solved_at < %(end)s AND t.merged_into_id IS NULL
 UNION ALL
  SELECT split_part(c.kind, '_', 1) || CASE WHEN c.is_best_effort THEN '_best_effort' ELSE '' END,
    c.met_at, t.organization_id, c.tier, c.severity, t.product_id, c.met_by_id,
    1, (c.breached_at IS NULL AND NOT c.is_best_effort)::int, 0,
    FLOOR(EXTRACT(EPOCH FROM c.met_at - c.started_at))
  FROM tickets_slaclock c JOIN tickets_ticket t ON t.id = c.ticket_id
  WHERE c.met_at >= %(start)s AND c.met_at < %(end)s AND c.kind IN ('first_response', 'next_response')
 UNION ALL
  SELECT split_part(c.kind, '_', 1), c.breached_at, t.organization_id, c.tier, c.severity, t.product_id,
    COALESCE(c.met_by_id, t.assignee_id), 0, 0, 1, NULL
  FROM tickets_slaclock c JOIN tickets_ticket t ON t.id = c.ticket_id
  WHERE c.breached_at >= %(start)s AND c.breached_at < %(end)s
    AND c.kind IN ('first_response', 'next_response')
 UNION ALL
  SELECT split_part(c.kind, '_', 1) || '_raised', c.due_from_start_at, t.organization_id, c.tier,
    c.severity, t.product_id, COALESCE(c.met_by_id, t.assignee_id), 0, 0, 1, NULL
  FROM tickets_slaclock c JOIN tickets_ticket t ON t.id = c.ticket_id
  WHERE c.due_from_start_at >= %(start)s AND c.due_from_start_at < LEAST(%(end)s, %(now)s)
    AND c.kind IN ('first_response', 'next_response') AND c.breached_at IS NULL
    AND COALESCE(c.ended_at, 'infinity') > c.due_from_start_at
 UNION ALL
  SELECT 'rated_' || r.score, r.rated_at, t.organization_id, t.tier, t.severity, t.product_id, t.assignee_id,
    1, 0, 0, NULL
  FROM tickets_rating r JOIN tickets_ticket t ON t.id = r.ticket_id
  WHERE r.rated_at >= %(start)s AND r.rated_at < %(end)s
 UNION ALL
  SELECT 'escalated', e.raised_at, t.organization_id, t.tier, t.severity, t.product_id,
    COALESCE(e.acknowledged_by_id, t.assignee_id), 1, 0, 0, NULL
  FROM tickets_escalation e JOIN tickets_ticket t ON t.id = e.ticket_id
  WHERE e.raised_at >= %(start)s AND e.raised_at < %(end)s
 UNION ALL
  SELECT 'acknowledged', e.acknowledged_at, t.organization_id, t.tier, t.severity, t.product_id,
    e.acknowledged_by_id, 1, (e.acknowledged_at <= e.deadline_at)::int, 0,
    FLOOR(EXTRACT(EPOCH FROM e.acknowledged_at - e.raised_at))
  FROM tickets_escalation e JOIN tickets_ticket t ON t.id = e.ticket_id
  WHERE e.acknowledged_at >= %(start)s AND e.acknowledged_at < %(end)s
 UNION ALL
  SELECT 'acknowledged', e.deadline_at, t.organization_id, t.tier, t.severity, t.product_id,
    COALESCE(e.acknowledged_by_id, t.assignee_id), 0, 0, 1, NULL
  FROM tickets_escalation e JOIN tickets_ticket t ON t.id = e.ticket_id
  WHERE e.deadline_at >= %(start)s AND e.deadline_at < LEAST(%(end)s, %(now)s)
    AND COALESCE(e.acknowledged_at, e.closed_at, 'infinity') > e.deadline_at
"""
# In the order in which they are read, so that rows read together are stored together.
INSERT_FIGURES = f"""
INSERT INTO tickets_figures (at, kind, organization_id, tier, severity, product_id, agent_id, bucket,
  count, in_time, missed, seconds)
SELECT date_bin('15 minutes', at, 'epoch') AS quarter, kind, organization_id, tier, severity, product_id,
  agent_id, width_bucket(seconds, %(bounds)s::bigint[]) AS bucket,
  SUM(count), SUM(in_time), SUM(missed), COALESCE(SUM(seconds), 0)
FROM ({FACTS}) AS facts
GROUP BY quarter, kind, organization_id, tier, severity, product_id, agent_id, bucket
ORDER BY kind, quarter
"""  # noqa: S608 - made of constants


def count_day(day: date) -> None:
    """Recount a day's figures in one transaction; concurrent calls wait for each other. The day is in UTC."""
    start = begin_of(day, UTC)
    end = start + timedelta(days=1)
    values: dict[str, Any] = {"start": start, "end": end, "now": timezone.now(), "bounds": list(BOUNDS)}
    with transaction.atomic(), connection.cursor() as cursor:
        # The statements below start after we have the lock, so they see what its last holder committed.
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK, day.toordinal()])
        Figures.objects.between(start, end).delete()
        cursor.execute(INSERT_FIGURES, values)
