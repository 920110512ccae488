"""A whole ticket as plain data for export: what the reader may see, with its history."""

from typing import Any

from orgs.actor import Actor
from tickets.access import thread_for
from tickets.models.clock import SlaClock
from tickets.models.conversation import Activity
from tickets.models.ticket import Ticket


def export_ticket(actor: Actor, ticket: Ticket) -> dict[str, Any]:
    """Return everything about a ticket that the actor may see, ready for JSON; instants in ISO 8601, UTC."""
    return {
        "reference": ticket.reference,
        "organization": ticket.organization.name,
        "subject": ticket.subject,
        "severity": ticket.severity,
        "status": ticket.status,
        "product": ticket.product.name,
        "reason": ticket.reason.name,
        "projects": [project.name for project in ticket.projects.all()],
        "services": [f"{service.project.name}/{service.name}" for service in ticket.services.all()],
        "requester": _person(ticket.requester),
        "participants": [_person(each.user) for each in ticket.participants.all()],
        "assignee": ticket.assignee.name if ticket.assignee else None,
        "created_at": ticket.created_at.isoformat(),
        "first_responded_at": _iso(ticket.first_responded_at),
        "clocks": [_clock(each) for each in ticket.clocks.all()],
        "solved_at": _iso(ticket.solved_at),
        "follow_up_to": ticket.follow_up_to.reference if ticket.follow_up_to else None,
        "history": [_entry(each) for each in thread_for(actor, ticket)],
    }


def _entry(activity: Activity) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "at": activity.created_at.isoformat(),
        "kind": activity.kind,
        "by": activity.actor.name if activity.actor else None,
        "source": activity.source,
        "before": activity.before,
        "after": activity.after,
    }
    if activity.comment:
        files = activity.comment.attachments.all()
        entry["text"] = activity.comment.body
        entry["is_internal"] = activity.comment.is_internal
        entry["files"] = [{"name": each.name, "size": each.size, "sha256": each.sha256} for each in files]
    return entry


def _clock(clock: SlaClock) -> dict[str, Any]:
    return {
        "kind": clock.kind,
        "promise": clock.promise,
        "is_best_effort": clock.is_best_effort,
        "started_at": _iso(clock.started_at),
        "due_at": _iso(clock.due_at),
        "due_from_start_at": _iso(clock.due_from_start_at),
        "met_at": _iso(clock.met_at),
        "breached_at": _iso(clock.breached_at),
        "pauses": [{"from": began, "to": ended, "status": reason} for began, ended, reason in clock.pauses],
    }


def _person(user: Any) -> dict[str, str]:
    return {"name": user.name, "email": user.email}


def _iso(instant: Any) -> str | None:
    return instant.isoformat() if instant else None
