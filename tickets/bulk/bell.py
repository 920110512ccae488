"""The bell that starts a worker on waiting bulk jobs."""

from django.db import transaction

from supportcenter.outbox.bell import Bell

run_bulk = Bell("tickets.run_bulk")


def ring_on_commit() -> None:
    """Start a worker on waiting bulk jobs once the present transaction is committed."""
    transaction.on_commit(run_bulk.ring)
