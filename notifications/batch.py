"""What the mails of one batch have in common, asked of the database once a batch and not once a mail.

A batch is made just before its mails go out, seconds at most, so that what it says of roles, tickets and
threads is that of the sending and not of the event.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from django.urls import reverse

from notifications import threading
from notifications.models.messages import EmailMessage
from notifications.models.texts import MailText
from notifications.texts import fill
from orgs.actor import Actor, Source
from orgs.roles import Capability
from tickets.access import thread_for
from tickets.models.conversation import Activity, ActivityKind
from tickets.models.following import Mute
from tickets.models.ticket import Ticket
from tickets.permissions import who_sees
from tickets.rendering import to_html
from tickets.timeline import headline

# Of the thread, how many earlier comments are quoted below the new one.
QUOTED = 2


def absolute(path: str) -> str:
    """A path of this site as a full address; links in mails never depend on a request."""
    return urljoin(settings.SITE_URL, path)


@dataclass(frozen=True)
class Story:
    """What mails tell of one entry of a ticket's history, to customers or to staff.

    ``added`` are the ids of those who were added to the conversation together with this comment.
    """

    headline: str
    headline_if_added: str
    added: frozenset[int]
    comment: dict[str, Any] | None
    files: list[dict[str, Any]]
    earlier: list[dict[str, Any]]


class Batch:
    """Some mails that are sent together; each question about them is asked when the first mail needs it."""

    def __init__(self, mails: Sequence[EmailMessage]) -> None:
        self._mails = mails
        self._stories: dict[tuple[int, bool], Story] = {}
        self._who_sees: dict[int, set[int]] = {}
        self._earlier: dict[int, dict[int | None, list[str]]] = {}

    def words(self, mail: EmailMessage) -> dict[str, str]:
        """What stands above (``intro``) and below (``closing``) the mail, with its placeholders replaced."""
        text = self._texts.get(mail.kind)
        if text is None:
            return {"intro": "", "closing": ""}
        name = mail.recipient.name if mail.recipient else ""
        values = {"name": name, "site_name": settings.SITE_NAME}
        return {"intro": fill(text.intro, values), "closing": fill(text.closing, values)}

    @cached_property
    def _texts(self) -> dict[str, MailText]:
        return {each.kind: each for each in MailText.objects.all()}

    def actor(self, mail: EmailMessage) -> Actor:
        """The recipient with the roles of this moment."""
        assert mail.recipient_id  # noqa: S101 - only mails to people need one
        return self._actors[mail.recipient_id]

    def may_see(self, mail: EmailMessage, ticket: Ticket) -> bool:
        """Whether the recipient may see the ticket."""
        if ticket.pk not in self._who_sees:
            self._who_sees[ticket.pk] = who_sees(ticket, self._actors.values())
        return mail.recipient_id in self._who_sees[ticket.pk]

    def story(self, activity: Activity, ticket: Ticket, actor: Actor) -> Story:
        """What to tell somebody who may see the ticket of one entry; the same for all of their side."""
        key = (activity.pk, actor.can(Capability.WORK_QUEUE))
        if key not in self._stories:
            self._stories[key] = _story(activity, ticket, actor)
        return self._stories[key]

    def earlier_ids(self, mail: EmailMessage) -> list[str]:
        """The Message-IDs of the last mails about the same ticket to the same person, oldest first."""
        assert mail.ticket_id  # noqa: S101 - only mails about a ticket have such
        if mail.ticket_id not in self._earlier:
            readers = {each.recipient_id for each in self._mails if each.ticket_id == mail.ticket_id}
            earlier = EmailMessage.objects.last_taken(mail.ticket_id, readers, threading.LAST_REFERENCES)
            by_reader: dict[int | None, list[str]] = defaultdict(list)
            for each in earlier:
                by_reader[each.recipient_id].append(each.message_id)
            self._earlier[mail.ticket_id] = by_reader
        # A mail that is sent again answers what came before it, not itself.
        return [each for each in self._earlier[mail.ticket_id][mail.recipient_id] if each != mail.message_id]

    def was_sent(self, mail: EmailMessage) -> None:
        """Have later mails of the batch answer this one."""
        if mail.ticket_id in self._earlier:
            self._earlier[mail.ticket_id][mail.recipient_id].append(mail.message_id)

    def has_muted(self, mail: EmailMessage) -> bool:
        """Whether the recipient wants no mail about the ticket any more."""
        return (mail.recipient_id, mail.ticket_id) in self._muted

    @cached_property
    def _muted(self) -> set[tuple[int, int]]:
        tickets = {mail.ticket_id for mail in self._mails if mail.ticket_id}
        mutes = Mute.objects.filter(ticket__in=tickets, user__in=self._actors)
        return set(mutes.values_list("user_id", "ticket_id"))

    @cached_property
    def _actors(self) -> dict[int, Actor]:
        return Actor.of_each([mail.recipient for mail in self._mails if mail.recipient], Source.MAIL)


def _story(activity: Activity, ticket: Ticket, actor: Actor) -> Story:
    who = activity.actor.name if activity.actor else settings.SITE_NAME
    for_staff = actor.can(Capability.WORK_QUEUE)
    told = thread_for(actor, ticket).filter(comment__isnull=False, pk__lt=activity.pk)
    return Story(
        headline=headline(activity.kind, who, activity.before, activity.after, for_staff=for_staff),
        headline_if_added=f"{who} added you to the conversation and commented",
        added=_added_with(activity),
        comment=_shown(activity) if activity.comment else None,
        files=_files(activity),
        earlier=[_shown(each) for each in told.order_by("-created_at", "-id")[:QUOTED]],
    )


def _added_with(activity: Activity) -> frozenset[int]:
    """Who was added to the conversation in one step with this comment."""
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
