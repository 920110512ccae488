"""One entry of a ticket's history as mails show it."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from django.urls import reverse

from orgs.actor import Actor
from orgs.roles import Capability
from tickets.access import thread_for
from tickets.models.conversation import Activity, ActivityKind
from tickets.models.ticket import Ticket
from tickets.rendering import to_html
from tickets.timeline import timeline_text

# How many earlier comments are quoted below a new one.
QUOTED = 2


@dataclass(frozen=True)
class RenderedEntry:
    """What mails show of an entry, to customers or to staff.

    ``added`` holds the ids of the people who were added to the conversation together with this comment.
    """

    headline: str
    headline_if_added: str
    added: frozenset[int]
    comment: dict[str, Any] | None
    files: list[dict[str, Any]]
    earlier: list[dict[str, Any]]


def absolute(path: str) -> str:
    """Return the full address of a path of this site; links in emails never depend on a request."""
    return urljoin(settings.SITE_URL, path)


def render(activity: Activity, ticket: Ticket, actor: Actor) -> RenderedEntry:
    """Render an entry for people on the actor's side who may see the ticket."""
    who = activity.actor.name if activity.actor else settings.SITE_NAME
    for_staff = actor.can(Capability.WORK_QUEUE)
    before = thread_for(actor, ticket).filter(comment__isnull=False, pk__lt=activity.pk)
    return RenderedEntry(
        headline=timeline_text(activity.kind, who, activity.before, activity.after, for_staff=for_staff),
        headline_if_added=f"{who} added you to the conversation and commented",
        added=_added_with(activity),
        comment=_shown(activity) if activity.comment else None,
        files=_files(activity),
        earlier=[_shown(each) for each in before.order_by("-created_at", "-id")[:QUOTED]],
    )


def _added_with(activity: Activity) -> frozenset[int]:
    """Return the ids of the people who were added to the conversation in one step with this comment."""
    if activity.kind != ActivityKind.COMMENTED:
        return frozenset()
    before = Activity.objects.filter(ticket=activity.ticket_id, pk__lt=activity.pk).order_by("-pk").first()
    if not before or before.kind != ActivityKind.PARTICIPANTS_ADDED or before.actor_id != activity.actor_id:
        return frozenset()
    return frozenset(before.after["ids"])


def _shown(activity: Activity) -> dict[str, Any]:
    comment = activity.comment
    assert comment is not None  # noqa: S101 - callers pass entries with a comment
    return {
        "author": comment.author.name,
        "at": comment.created_at,
        "text": comment.body,
        "html": to_html(comment.body, frozenset(activity.after.get("mentions", []))),
        "is_internal": comment.is_internal,
    }


def _files(activity: Activity) -> list[dict[str, Any]]:
    if activity.comment is None:
        return []
    return [
        {"name": each.name, "size": each.size, "url": absolute(reverse("tickets:attachment", args=[each.pk]))}
        for each in activity.comment.attachments.all()
    ]
