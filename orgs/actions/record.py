"""The frame of every action on an organization: lock it first, then record and publish the change."""

from typing import Any

from orgs.actor import Actor
from orgs.models import AuditArea, AuditEntry, Organization
from orgs.roles import Capability
from supportcenter.errors import RuleViolation
from supportcenter.outbox.publish import publish


def lock(organization: Organization) -> Organization:
    """Lock an organization until the transaction ends, so that rules that count its rows hold. Return it."""
    return Organization.objects.select_for_update().get(pk=organization.pk)


def record(
    organization: Organization | None,
    area: AuditArea,
    event: str,
    summary: str,
    *,
    actor: Actor,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    **ids: int,
) -> AuditEntry:
    """Write the audit entry for a change and publish the event with the ``ids`` of the changed objects.

    ``summary`` describes the change without a lookup, so that the log stays readable; who and when are stored
    separately. Without an organization it is a change of the whole site.
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
    whose = {"organization": organization.pk} if organization else {}
    publish(event, whose | ids, actor_id=actor.user_id)
    return entry


def record_settings(
    event: str,
    summary: str,
    *,
    actor: Actor,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    **ids: int,
) -> AuditEntry:
    """Write the audit entry for a change to the settings, with only the values that differ."""
    was, now = before or {}, after or {}
    changed = [name for name in was | now if was.get(name) != now.get(name)]
    return record(
        None,
        AuditArea.SETTINGS,
        event,
        summary,
        actor=actor,
        before={name: was[name] for name in changed if name in was},
        after={name: now[name] for name in changed if name in now},
        **ids,
    )


def require_manager(actor: Actor) -> None:
    """Require someone who may change the settings."""
    if not actor.can(Capability.MANAGE_SETTINGS):
        raise RuleViolation("not_allowed", "Only duty leads can change these settings.")
