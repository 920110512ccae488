"""Keeping the figures of reports current: marking days that changed, and recounting them."""

from datetime import date, timedelta

from django.db import connection, transaction
from django.utils import timezone

from tickets.models.ticket import Ticket
from tickets.reports.counting import count_day
from tickets.reports.models import DirtyDay

# Recounted every few hours, in case an event got lost.
RECOUNTED_DAYS = 60

# Every day on which a ticket has a fact. In order, so that concurrent calls don't deadlock.
MARK_DAYS = """
INSERT INTO tickets_dirtyday (day)
SELECT DISTINCT (at AT TIME ZONE 'UTC')::date AS day FROM (
  SELECT created_at AS at FROM tickets_activity WHERE ticket_id = %(ticket)s
  UNION ALL SELECT unnest(ARRAY[created_at, solved_at]) FROM tickets_ticket WHERE id = %(ticket)s
  UNION ALL SELECT unnest(ARRAY[met_at, breached_at, due_at, due_from_start_at]) FROM tickets_slaclock
    WHERE ticket_id = %(ticket)s
  UNION ALL SELECT unnest(ARRAY[raised_at, acknowledged_at, deadline_at]) FROM tickets_escalation
    WHERE ticket_id = %(ticket)s
) AS facts WHERE at <= %(now)s ORDER BY day
ON CONFLICT DO NOTHING
"""


def mark_days_of(ticket_id: int) -> None:
    """Mark every day on which a ticket has a fact for a recount."""
    with connection.cursor() as cursor:
        cursor.execute(MARK_DAYS, {"ticket": ticket_id, "now": timezone.now()})


def mark_days(first: date, last: date) -> None:
    """Mark all days of a period for a recount, both ends included."""
    days = (first + timedelta(days=number) for number in range((last - first).days + 1))
    DirtyDay.objects.bulk_create((DirtyDay(day=day) for day in days), ignore_conflicts=True)


def mark_last_days() -> None:
    """Mark the last days for a recount."""
    today = timezone.now().date()
    mark_days(today - timedelta(days=RECOUNTED_DAYS), today)


def mark_all_days() -> None:
    """Mark every day since the first ticket for a recount."""
    oldest = Ticket.objects.order_by("created_at").values_list("created_at", flat=True).first()
    if oldest:
        mark_days(oldest.date(), timezone.now().date())


def count_dirty_days() -> int:
    """Recount the marked days, newest first, and return how many. Safe to run concurrently.

    A day that is marked again meanwhile waits for the next run, so that a busy day can't block the others.
    """
    marked = list(DirtyDay.objects.order_by("-day").values_list("day", flat=True))
    return sum(_count(day) for day in marked)


@transaction.atomic
def _count(day: date) -> bool:
    """Remove the mark of a day and count it. Return False if another process is doing so.

    The mark is removed before counting, so a fact that arrives meanwhile is either counted or marks the day
    again: marking it waits until we are done.
    """
    mark = DirtyDay.objects.select_for_update(skip_locked=True).filter(day=day).first()
    if mark is None:
        return False
    mark.delete()
    count_day(day)
    return True
