"""Waking a worker for bulk jobs that wait."""

from django.db import transaction

from supportcenter.outbox.bell import Bell

run_bulk = Bell("tickets.run_bulk")


def ring_on_commit() -> None:
    """Have waiting bulk jobs carried out as soon as the present transaction is committed."""
    transaction.on_commit(run_bulk.ring)
