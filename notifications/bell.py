"""Waking a worker for mail that waits."""

from django.db import transaction

from supportcenter.outbox.bell import Bell

deliver = Bell("notifications.deliver")


def ring_on_commit() -> None:
    """Have waiting mail delivered as soon as the present transaction is committed."""
    transaction.on_commit(deliver.ring)
