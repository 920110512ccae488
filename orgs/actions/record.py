"""What every action on an organization does around its change: lock it before, record and publish after."""

from typing import Any

from orgs.actor import Actor
from orgs.models import AuditArea, AuditEntry, Organization
from supportcenter.outbox.publish import publish


def lock(organization: Organization) -> Organization:
    """The organization as it is now, locked until the transaction ends: rules that count its rows hold."""
    return Organization.objects.select_for_update().get(pk=organization.pk)


def record(
    organization: Organization,
    area: AuditArea,
    event: str,
    summary: str,
    *,
    actor: Actor,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    **ids: int,
) -> AuditEntry:
    """Write the audit entry of a change and publish the fact with the ``ids`` of what it is about.

    ``summary`` is the change in words that need no lookup, so that the log can be read for ever; who did it
    and when stands beside it.
    """
    entry = AuditEntry.objects.create(
        organization=organization,
        area=area,
        event=event,
        summary=summary,
        actor=actor.user,
        source=actor.source,
        before=before or {},
        after=after or {},
    )
    publish(event, {"organization": organization.pk, **ids}, actor_id=actor.user_id)
    return entry
