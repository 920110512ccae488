"""The link that stops the rule by which a mail was sent, and no other (RFC 2369, RFC 8058).

The link holds what it stops and for whom, signed, so that it works without signing in, cannot be forged, and
cannot be turned into a link for another rule. Looking at it changes nothing; only POST does.
"""

from dataclasses import dataclass
from urllib.parse import urljoin

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.urls import reverse

from notifications.models.messages import EmailMessage, Reason

_signer = Signer(salt="notifications.stop")

FOLLOW, MUTE, DIGEST = "follow", "mute", "digest"


@dataclass(frozen=True)
class Stop:
    """What a link stops: a follow rule, all mail about a ticket, or the digest; for one person."""

    kind: str
    target: int
    user_id: int


def stop_of(mail: EmailMessage) -> Stop | None:
    """What the link in a mail stops; None where nothing can be stopped: sign-in, money, calls to leads."""
    if mail.recipient_id is None:
        return None
    if mail.kind == "digest":
        return Stop(DIGEST, mail.recipient_id, mail.recipient_id)
    if mail.kind != "ticket_update" or mail.rule == Reason.LEAD or mail.ticket_id is None:
        return None
    if mail.rule == Reason.FOLLOWER and mail.follow_id:
        return Stop(FOLLOW, mail.follow_id, mail.recipient_id)
    return Stop(MUTE, mail.ticket_id, mail.recipient_id)


def token_for(stop: Stop) -> str:
    """The secret part of the link."""
    return _signer.sign(f"{stop.kind}.{stop.target}.{stop.user_id}")


def stop_from(token: str) -> Stop | None:
    """What a link stops, or None if we never made such a link."""
    try:
        kind, target, user_id = _signer.unsign(token).split(".")
        return Stop(kind, int(target), int(user_id))
    except (BadSignature, ValueError):
        return None


def link_of(mail: EmailMessage) -> str:
    """The full address that stops the mail's rule; empty where there is none."""
    stop = stop_of(mail)
    if stop is None:
        return ""
    return urljoin(settings.SITE_URL, reverse("notifications:stop", args=[token_for(stop)]))


def headers_of(mail: EmailMessage) -> dict[str, str]:
    """The headers by which mail programs offer to stop the rule with one click."""
    link = link_of(mail)
    if not link:
        return {}
    return {"List-Unsubscribe": f"<{link}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
