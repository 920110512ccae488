"""Rendering a mail row: subject, text and HTML part, headers."""

from contextlib import nullcontext
from datetime import date
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import idna
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from billing.models.changes import TierChange
from billing.money import format_amount
from notifications import threading, unsubscribe
from notifications.batch import Batch
from notifications.entries import absolute
from notifications.inbound import tokens
from notifications.inbound.replies import REPLY_LINE
from notifications.mail_texts import framed
from notifications.models.messages import EmailMessage
from notifications.withholding import reason_to_withhold, reason_to_withhold_update
from orgs.invitations import token_for
from orgs.models import Organization, User
from orgs.roles import Capability
from tickets.models.ticket import Ticket
from tickets.timeline import status_words

# The state of a tier change after each step, as its subject names it.
STATES = {
    "requested": "requested",
    "setup_started": "in setup",
    "activated": "active",
    "canceled": "canceled",
    "refused": "refused",
}


class Withheld(Exception):
    """The mail must not be sent now; the message says why."""


def build(mail: EmailMessage, batch: Batch | None = None) -> EmailMultiAlternatives:
    """Return the mail as it is to be sent now. Raises ``Withheld`` if it must not be sent."""
    batch = batch or Batch([mail])
    if reason := reason_to_withhold(mail, batch):
        raise Withheld(reason)
    contexts = {
        "ticket_update": _ticket_update,
        "member_invited": _member_invited,
        "tier_change": _tier_change,
        "invoice_issued": _invoice_issued,
        "duties_released": _duties_released,
        "digest": _digest,
        "account": _account,
    }
    context = contexts[mail.kind](mail, batch)
    context |= {
        "site_url": settings.SITE_URL,
        "unsubscribe_url": unsubscribe.link_of(mail),
        "preferences_url": absolute(reverse("notifications:preferences")),
    } | batch.texts(mail)
    folder = f"email/{mail.kind}"
    zone = context.get("time_zone")
    with timezone.override(ZoneInfo(zone)) if zone else nullcontext():
        subject, text, html = (
            render_to_string(f"{folder}/{part}", context) for part in ("subject.txt", "body.txt", "body.html")
        )
    message = EmailMultiAlternatives(
        subject=_one_line(subject),
        body=framed(text.strip(), context["intro"], context["closing"]).strip() + "\n",
        to=[with_ascii_domain(mail.to_address)],
        headers={
            "Message-ID": mail.message_id,
            "Auto-Submitted": "auto-generated",
            "Precedence": "bulk",
            "X-Auto-Response-Suppress": "All",
            **_threading_headers(mail, batch),
            **unsubscribe.headers_of(mail),
        },
        reply_to=_reply_to(mail),
    )
    if settings.INBOUND_MAIL_DOMAIN:
        message.extra_headers["From"] = settings.DEFAULT_FROM_EMAIL
        message.from_email = tokens.return_address(mail.pk)
        message.envelope_sender = message.from_email  # type: ignore[attr-defined]  # anymail's own name
    message.attach_alternative(html, "text/html")
    return message


def _reply_to(mail: EmailMessage) -> list[str]:
    """Return the address by which the recipient can comment on the ticket, if mail comes in at all."""
    if not settings.INBOUND_MAIL_DOMAIN or mail.kind != "ticket_update" or not mail.recipient_id:
        return []
    return [tokens.reply_address(mail.ticket_id or 0, mail.recipient_id)]


def with_ascii_domain(address: str) -> str:
    """Return an address with its domain in ASCII, by IDNA 2008, in which straße.de is not strasse.de.

    A domain that this cannot express is passed to the mail server as it is.
    """
    local, _, domain = address.rpartition("@")
    try:
        return f"{local}@{idna.encode(domain, uts46=True).decode()}"
    except idna.IDNAError:
        return address


def _one_line(subject: str) -> str:
    return " ".join(subject.split())


def _threading_headers(mail: EmailMessage, batch: Batch) -> dict[str, str]:
    if mail.ticket_id is None:
        return {}
    return threading.headers(mail.ticket_id, settings.ALLOWED_HOSTS[0], batch.earlier_ids(mail))


def _ticket_update(mail: EmailMessage, batch: Batch) -> dict[str, Any]:
    recipient, ticket, current = mail.recipient, mail.ticket, mail.activity
    assert recipient  # noqa: S101 - mails of this kind go to people
    assert ticket  # noqa: S101 - and are about a ticket
    assert current  # noqa: S101 - and about one entry of its history
    actor = batch.actor(mail)
    entry = batch.entry(current, ticket, actor)
    return {
        "ticket": ticket,
        "headline": entry.headline_if_added if recipient.pk in entry.added else entry.headline,
        "comment": entry.comment,
        "files": entry.files,
        "earlier": entry.earlier,
        "is_receipt": current.kind == "opened" and recipient.pk == ticket.requester_id,
        "status": status_words(ticket.status, for_staff=actor.can(Capability.WORK_QUEUE)),
        "url": absolute(ticket.get_absolute_url()),
        "reason": mail.reason_text,
        "reply_line": REPLY_LINE if settings.INBOUND_MAIL_DOMAIN else "",
        "time_zone": recipient.time_zone,
    }


def _digest(mail: EmailMessage, batch: Batch) -> dict[str, Any]:
    """Return the digest's updates by ticket, without those that must be withheld by now."""
    assert mail.recipient  # noqa: S101 - digests go to people
    actor = batch.actor(mail)
    by_ticket: dict[Ticket, list[dict[str, Any]]] = {}
    for line in batch.lines(mail):
        if reason_to_withhold_update(line, batch):
            continue
        ticket, current = line.ticket, line.activity
        assert ticket  # noqa: S101 - lines are about a ticket
        assert current  # noqa: S101 - and about one entry of its history
        entry = batch.entry(current, ticket, actor)
        update = {"at": current.created_at, "headline": entry.headline} | (entry.comment or {})
        by_ticket.setdefault(ticket, []).append(update)
    tickets = [
        {"ticket": ticket, "url": absolute(ticket.get_absolute_url()), "updates": updates}
        for ticket, updates in by_ticket.items()
    ]
    count = sum(len(updates) for updates in by_ticket.values())
    return {"tickets": tickets, "count": count, "time_zone": mail.recipient.time_zone}


def _member_invited(mail: EmailMessage, batch: Batch) -> dict[str, Any]:
    invitation = batch.invitation(mail)
    assert invitation  # noqa: S101 - without one the mail is withheld
    url = absolute(reverse("orgs:invitation", args=[token_for(invitation.pk)]))
    return {"invitation": invitation, "url": url}


def _tier_change(mail: EmailMessage, batch: Batch) -> dict[str, Any]:
    change = batch.tier_change(mail)
    for_team = batch.actor(mail).can(Capability.MANAGE_ACCOUNTS)
    by_id = mail.event.actor_id if mail.event else None
    by = User.objects.filter(pk=by_id).first()
    step = mail.content["event"].rpartition(".")[2]
    path = reverse("billing:team_change", args=[change.pk]) if for_team else change.get_absolute_url()
    return {
        "change": change,
        "step": step,
        "state": STATES.get(step, "overdue"),
        "what": _tier_change_text(change, step, by.name if by else settings.SITE_NAME),
        "for_team": for_team,
        "full_month": format_amount(Decimal(change.quote["full_month"]["amount"]), change.quote["currency"]),
        "url": absolute(path),
    }


def _tier_change_text(change: TierChange, step: str, who: str) -> str:
    """Return what happened and what comes next."""
    due = date_format(change.promised_on, "l, j F Y") if change.promised_on else ""
    stays = f"{change.from_tier} stays in effect"
    if step == "requested":
        starts = date_format(date.fromisoformat(change.quote["starts_on"]), "j F Y")
        begins = (
            f"It will be active by {due}. Until then, {stays}."
            if due
            else f"{stays} until the end of the month; {change.to_tier} takes effect on {starts}."
        )
        return (
            f"{who} requested to change the support tier of {change.organization} "
            f"from {change.from_tier} to {change.to_tier}. {begins}"
        )
    return {
        "setup_started": f"Setup of the {change.to_tier} support tier has started. "
        f"It will be active by {due}. Until then, {stays}.",
        "activated": f"{change.organization} is now on the {change.to_tier} support tier.",
        "canceled": f"{who} canceled the change to {change.to_tier}. {stays}.",
        "refused": f"The account team refused the change to {change.to_tier}. {stays}.",
    }.get(step, f"The change of {change.organization} to {change.to_tier} is overdue. It was due on {due}.")


def _invoice_issued(mail: EmailMessage, batch: Batch) -> dict[str, Any]:
    invoice = batch.invoice(mail)
    return {
        "invoice": invoice,
        "organization": invoice.billing_group.organization,
        "total": format_amount(invoice.total, invoice.currency),
        "url": absolute(invoice.get_absolute_url()),
    }


def _duties_released(mail: EmailMessage, batch: Batch) -> dict[str, Any]:
    content = mail.content
    tickets = Ticket.objects.filter(pk__in=content["tickets"]).select_related("team").order_by("pk")
    return {
        "person": User.objects.get(pk=content["user"]),
        "tickets": [{"ticket": each, "url": absolute(each.get_absolute_url())} for each in tickets],
        "organizations": Organization.objects.filter(pk__in=content["organizations"]).order_by("name"),
        "url": absolute(reverse("tickets:queue", args=["unassigned"])),
    }


def _account(mail: EmailMessage, batch: Batch) -> dict[str, Any]:
    return dict(mail.content)
