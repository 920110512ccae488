"""Suppressing addresses, and removing suppressions."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from notifications.models.messages import EmailMessage
from notifications.models.suppressions import Suppression, SuppressionCause
from orgs.actions.people import clear_bouncing, mark_bouncing
from orgs.actor import Actor
from supportcenter.errors import RuleViolation


@transaction.atomic
def suppress(*, mail: EmailMessage, cause: SuppressionCause, detail: str, at: datetime) -> bool:
    """Suppress the address of a mail that bounced or was reported; return False if it was suppressed already.

    Events from before staff removed a suppression of the address don't restore it.
    """
    address = mail.to_address.lower()
    if Suppression.objects.of(address).filter(removed_at__gte=at).exists():
        return False
    _, is_new = Suppression.objects.get_or_create(
        address=address, removed_at=None, defaults={"cause": cause, "detail": detail, "mail": mail}
    )
    if cause == SuppressionCause.BOUNCE:
        mark_bouncing(email=address, since=at)
    return is_new


@transaction.atomic
def remove_suppression(*, actor: Actor, suppression: Suppression) -> Suppression:
    """Allow mail to an address again. A later bounce or complaint suppresses it again."""
    locked = Suppression.objects.select_for_update().get(pk=suppression.pk)
    if locked.removed_at:
        raise RuleViolation("removed", f"The suppression of {locked.address} was already removed.")
    locked.removed_at = timezone.now()
    locked.removed_by = actor.person
    locked.save(update_fields=["removed_at", "removed_by"])
    clear_bouncing(email=locked.address)
    return locked
