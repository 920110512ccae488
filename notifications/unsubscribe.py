"""The link that ends the rule by which a mail was sent, and no other (RFC 2369, RFC 8058).

The link contains what it ends and for whom, signed, so that it works without signing in, can't be forged, and
can't be turned into a link for another rule. Opening it changes nothing; only POST does.
"""

from dataclasses import dataclass
from urllib.parse import urljoin

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.urls import reverse

from notifications.models.messages import EmailMessage, Reason

_signer = Signer(salt="notifications.unsubscribe")

FOLLOW, MUTE, DIGEST = "follow", "mute", "digest"


@dataclass(frozen=True)
class Unsubscription:
    """What a link ends for one person: a follow rule, all mail about a ticket, or the digest."""

    kind: str
    target: int
    user_id: int


def unsubscription_of(mail: EmailMessage) -> Unsubscription | None:
    """Return what the link in a mail ends; None for sign-in, money and escalations, which nothing stops."""
    if mail.recipient_id is None:
        return None
    if mail.kind == "digest":
        return Unsubscription(DIGEST, mail.recipient_id, mail.recipient_id)
    if mail.kind != "ticket_update" or mail.reason == Reason.LEAD or mail.ticket_id is None:
        return None
    if mail.reason == Reason.FOLLOWER and mail.follow_id:
        return Unsubscription(FOLLOW, mail.follow_id, mail.recipient_id)
    return Unsubscription(MUTE, mail.ticket_id, mail.recipient_id)


def token_for(what: Unsubscription) -> str:
    """Return the signed part of the link."""
    return _signer.sign(f"{what.kind}.{what.target}.{what.user_id}")


def unsubscription_from(token: str) -> Unsubscription | None:
    """Return what a link ends; None if we did not create it."""
    try:
        kind, target, user_id = _signer.unsign(token).split(".")
        return Unsubscription(kind, int(target), int(user_id))
    except (BadSignature, ValueError):
        return None


def link_of(mail: EmailMessage) -> str:
    """Return the full address of the mail's unsubscribe link; empty if it has none."""
    what = unsubscription_of(mail)
    if what is None:
        return ""
    return urljoin(settings.SITE_URL, reverse("notifications:unsubscribe", args=[token_for(what)]))


def headers_of(mail: EmailMessage) -> dict[str, str]:
    """Return the headers with which mail programs offer to unsubscribe with one click."""
    link = link_of(mail)
    if not link:
        return {}
    return {"List-Unsubscribe": f"<{link}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
