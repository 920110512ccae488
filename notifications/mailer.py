"""From a mail row to the mail: subject, text and HTML part, headers."""

from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse

from billing.models import Invoice, TierChange
from billing.money import words
from notifications import threading, unsubscribe
from notifications.models import EmailMessage, MailState, Reason
from orgs.actor import Actor, Source
from orgs.invitations import token_for
from orgs.models import Invitation, User
from orgs.roles import Capability
from tickets.access import thread_for
from tickets.models import Activity, ActivityKind, Ticket
from tickets.narration import headline, status_words
from tickets.rendering import to_html

# Of the thread, how many earlier comments are quoted below the new one.
QUOTED = 2


class Withheld(Exception):
    """The mail must not be sent any more; the message says why."""


def build(mail: EmailMessage) -> EmailMultiAlternatives:
    """Make the mail as it is to be sent now. Raises ``Withheld`` if its recipient may not have it."""
    contexts = {
        "ticket_update": _ticket_update,
        "member_invited": _member_invited,
        "tier_change": _tier_change,
        "invoice_issued": _invoice_issued,
        "digest": _digest,
        "account": _account,
    }
    context = contexts[mail.kind](mail) | {
        "site_name": settings.SITE_NAME,
        "site_url": settings.SITE_URL,
        "stop_url": unsubscribe.link_of(mail),
        "preferences_url": absolute(reverse("notifications:preferences")),
    }
    folder = f"email/{mail.kind}"
    message = EmailMultiAlternatives(
        subject=_one_line(render_to_string(f"{folder}/subject.txt", context)),
        body=render_to_string(f"{folder}/body.txt", context).strip() + "\n",
        to=[mail.to_address],
        headers={
            "Message-ID": mail.message_id,
            "Auto-Submitted": "auto-generated",
            "X-Auto-Response-Suppress": "All",
            **_threading_headers(mail),
            **unsubscribe.headers_of(mail),
        },
    )
    message.attach_alternative(render_to_string(f"{folder}/body.html", context), "text/html")
    return message


def _one_line(subject: str) -> str:
    return " ".join(subject.split())


def absolute(path: str) -> str:
    """A path of this site as a full address; links in mails never depend on a request."""
    return urljoin(settings.SITE_URL, path)


def _threading_headers(mail: EmailMessage) -> dict[str, str]:
    if mail.ticket_id is None:
        return {}
    earlier = EmailMessage.objects.filter(
        ticket=mail.ticket_id, to_address=mail.to_address, state=MailState.SENT
    ).order_by("-created_at")[: threading.LAST_REFERENCES]
    ids = [each.message_id for each in reversed(earlier)]
    return threading.headers(mail.ticket_id, settings.ALLOWED_HOSTS[0], ids)


def _ticket_update(mail: EmailMessage) -> dict[str, Any]:
    recipient, current = mail.recipient, mail.activity
    assert recipient  # noqa: S101 - mails of this kind go to people
    assert current  # noqa: S101 - and are about something that happened
    if mail.rule == Reason.FOLLOWER and mail.follow_id is None:
        raise Withheld("The recipient no longer follows.")
    actor = Actor.of(recipient, Source.MAIL)
    ticket = Ticket.objects.visible_to(actor).for_page().filter(pk=current.ticket_id).first()
    if ticket is None or not recipient.is_active:
        raise Withheld("The recipient may not see this ticket any more.")
    for_staff = actor.can(Capability.WORK_QUEUE)
    if current.is_internal and not for_staff:
        raise Withheld("Internal entries are for staff only.")
    told = thread_for(actor, ticket).filter(comment__isnull=False, pk__lt=current.pk)
    earlier = told.order_by("-created_at", "-id")[:QUOTED]
    who = current.actor.name if current.actor else settings.SITE_NAME
    return {
        "ticket": ticket,
        "headline": _headline(mail, who, for_staff=for_staff),
        "comment": _shown(current) if current.comment else None,
        "files": _files(current),
        "earlier": [_shown(each) for each in earlier],
        "is_receipt": current.kind == "opened" and recipient.pk == ticket.requester_id,
        "status": status_words(ticket.status, for_staff=for_staff),
        "url": absolute(ticket.get_absolute_url()),
        "reason": mail.reason,
        "time_zone": recipient.time_zone,
    }


def _headline(mail: EmailMessage, who: str, *, for_staff: bool) -> str:
    """What happened; and for somebody who was added with this very comment, that they were."""
    current = mail.activity
    assert current  # noqa: S101 - mails of this kind are about something that happened
    words = headline(current.kind, who, current.before, current.after, for_staff=for_staff)
    if current.kind != ActivityKind.COMMENTED:
        return words
    before = Activity.objects.filter(ticket=current.ticket_id, pk__lt=current.pk).order_by("-pk").first()
    is_with_it = (
        before and before.kind == ActivityKind.PARTICIPANTS_ADDED and before.actor_id == current.actor_id
    )
    if before and is_with_it and mail.recipient_id in before.after["ids"]:
        return f"{who} added you to the conversation and commented"
    return words


def _shown(activity: Activity) -> dict[str, Any]:
    comment = activity.comment
    assert comment is not None  # noqa: S101 - callers pass entries with a comment
    return {
        "author": comment.author.name,
        "at": comment.created_at,
        "text": comment.body,
        "html": to_html(comment.body),
        "is_internal": comment.is_internal,
    }


def _files(activity: Activity) -> list[dict[str, Any]]:
    if activity.comment is None:
        return []
    return [
        {"name": each.name, "size": each.size, "url": absolute(reverse("tickets:attachment", args=[each.pk]))}
        for each in activity.comment.attachments.all()
    ]


def _digest(mail: EmailMessage) -> dict[str, Any]:
    """The held mails of one person by ticket, as far as the person may see them now."""
    assert mail.recipient  # noqa: S101 - digests go to people
    actor = Actor.of(mail.recipient, Source.MAIL)
    for_staff = actor.can(Capability.WORK_QUEUE)
    held = mail.digested.select_related("ticket", "activity__actor", "activity__comment__author")
    visible = set(Ticket.objects.visible_to(actor).filter(mails__digest=mail).values_list("pk", flat=True))
    by_ticket: dict[Ticket, list[dict[str, Any]]] = {}
    count = 0
    for each in held.order_by("activity__created_at", "activity_id"):
        current = each.activity
        if each.ticket is None or each.ticket_id not in visible or current is None:
            continue
        if current.is_internal and not for_staff:
            continue
        who = current.actor.name if current.actor else settings.SITE_NAME
        update = {"at": current.created_at, "headline": _headline(each, who, for_staff=for_staff)}
        by_ticket.setdefault(each.ticket, []).append(update | (_shown(current) if current.comment else {}))
        count += 1
    if not by_ticket:
        raise Withheld("The recipient may not see these tickets any more.")
    tickets = [
        {"ticket": ticket, "url": absolute(ticket.get_absolute_url()), "updates": updates}
        for ticket, updates in by_ticket.items()
    ]
    return {"tickets": tickets, "count": count, "time_zone": mail.recipient.time_zone}


def _member_invited(mail: EmailMessage) -> dict[str, Any]:
    found = Invitation.objects.filter(pk=mail.content["invitation"], accepted_at=None)
    invitation = found.select_related("organization", "invited_by").first()
    if invitation is None:
        raise Withheld("The invitation was accepted or withdrawn.")
    url = absolute(reverse("orgs:invitation", args=[token_for(invitation.pk)]))
    return {"invitation": invitation, "url": url}


def _tier_change(mail: EmailMessage) -> dict[str, Any]:
    change = TierChange.objects.for_list().get(pk=mail.content["tier_change"])
    assert mail.recipient  # noqa: S101 - mails of this kind go to people
    actor = Actor.of(mail.recipient, Source.MAIL)
    for_team = actor.can(Capability.MANAGE_ACCOUNTS)
    if not for_team and not actor.can(Capability.CHANGE_TIER, change.organization):
        raise Withheld("The recipient no longer administers this organization.")
    by_id = mail.event.actor_id if mail.event else None
    path = reverse("billing:team_change", args=[change.pk]) if for_team else change.get_absolute_url()
    return {
        "change": change,
        "step": mail.content["event"].rpartition(".")[2],
        "by": User.objects.filter(pk=by_id).first(),
        "for_team": for_team,
        "full_month": words(Decimal(change.quote["full_month"]["amount"]), change.quote["currency"]),
        "starts_on": date.fromisoformat(change.quote["starts_on"]),
        "url": absolute(path),
    }


def _invoice_issued(mail: EmailMessage) -> dict[str, Any]:
    found = Invoice.objects.select_related("billing_group__organization")
    invoice = found.get(pk=mail.content["invoice"])
    organization = invoice.billing_group.organization
    assert mail.recipient  # noqa: S101 - mails of this kind go to people
    if not Actor.of(mail.recipient, Source.MAIL).can(Capability.SEE_INVOICES, organization):
        raise Withheld("The recipient may not see invoices of this organization any more.")
    return {
        "invoice": invoice,
        "organization": organization,
        "total": words(invoice.total, invoice.currency),
        "url": absolute(invoice.get_absolute_url()),
    }


def _account(mail: EmailMessage) -> dict[str, Any]:
    return dict(mail.content)
