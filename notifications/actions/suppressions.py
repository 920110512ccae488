"""Writers of addresses that we do not write to."""

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
    """Stop writing to the address of a mail that came back or was reported; False if that stood already.

    What happened before somebody lifted a suppression of the address does not bring it back.
    """
    address = mail.to_address.lower()
    if Suppression.objects.of(address).filter(lifted_at__gte=at).exists():
        return False
    _, is_new = Suppression.objects.get_or_create(
        address=address, lifted_at=None, defaults={"cause": cause, "detail": detail, "mail": mail}
    )
    if cause == SuppressionCause.BOUNCE:
        mark_bouncing(email=address, since=at)
    return is_new


@transaction.atomic
def lift_suppression(*, actor: Actor, suppression: Suppression) -> Suppression:
    """Write to an address again. A later bounce or complaint suppresses it anew."""
    locked = Suppression.objects.select_for_update().get(pk=suppression.pk)
    if locked.lifted_at:
        raise RuleViolation("lifted", f"Mail to {locked.address} goes out already.")
    locked.lifted_at = timezone.now()
    locked.lifted_by = actor.person
    locked.save(update_fields=["lifted_at", "lifted_by"])
    clear_bouncing(email=locked.address)
    return locked
