"""Delivery reports of providers and mail servers, and what follows from them. Pure."""

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from anymail.signals import AnymailTrackingEvent, EventType, RejectReason

from notifications.inbound.bounces import Bounce
from notifications.inbound.dsn import Dsn
from notifications.models.messages import EmailMessage, MailState
from notifications.models.suppressions import SuppressionCause

# Who opens a mail and clicks on what is private, so it is not stored.
IGNORED_KINDS = frozenset({EventType.OPENED, EventType.CLICKED})
STATES: dict[str, MailState] = {
    EventType.DELIVERED: MailState.DELIVERED,
    EventType.BOUNCED: MailState.BOUNCED,
    EventType.REJECTED: MailState.BOUNCED,
    EventType.FAILED: MailState.BOUNCED,
    EventType.COMPLAINED: MailState.COMPLAINED,
}
# A mail only ever moves forward in this order, in whatever order the reports come.
ORDER = [MailState.SENT, MailState.DELIVERED, MailState.BOUNCED, MailState.COMPLAINED]
# The reply code (RFC 5321) or enhanced code (RFC 3463) of a temporary failure, or the words of providers.
TRANSIENT = re.compile(
    r"\b4\.\d{1,3}\.\d{1,3}\b|(?:^|[;\s])4\d\d[\s-]|transient|temporar|soft.?bounce", re.IGNORECASE
)
PERMANENT = re.compile(r"\b5\.\d{1,3}\.\d{1,3}\b|(?:^|[;\s])5\d\d[\s-]")
KEY_LENGTH = 200
TEXT_LENGTH = 2000


@dataclass(frozen=True)
class DeliveryReport:
    """One report about one mail. ``kind`` is one of anymail's event types.

    ``key`` is the same if the same report comes again. The mail is identified by our own id, the provider's,
    or its Message-ID; ``recipient`` is empty if the report names none.
    """

    key: str
    kind: str
    happened_at: datetime
    recipient: str = ""
    mail_id: UUID | None = None
    provider_id: str = ""
    message_id: str = ""
    reject_reason: str = ""
    text: str = ""


def report_from(event: AnymailTrackingEvent, provider: str, now: datetime) -> DeliveryReport:
    """Return the report in a provider's event. Any part of it can be missing or malformed."""
    metadata = event.metadata if isinstance(event.metadata, dict) else {}
    return DeliveryReport(
        key=_key(event, provider),
        kind=_text(event.event_type),
        happened_at=_instant(event.timestamp) or now,
        recipient=_text(event.recipient).lower(),
        mail_id=uuid_of(metadata.get("mail")),
        provider_id=_text(event.message_id)[:KEY_LENGTH],
        message_id=_text(event.message_id),
        reject_reason=_text(event.reject_reason),
        text=_text("\n".join(_text(part) for part in (event.description, event.mta_response) if part)),
    )


def report_from_dsn(dsn: Dsn, recipient: str, now: datetime) -> DeliveryReport:
    """Return the report in a mail server's notification, for one of the addresses that it names."""
    content = (dsn.message_id, dsn.action, dsn.status, dsn.diagnostic, dsn.happened_at)
    if dsn.action == "failed":
        kind = EventType.BOUNCED if dsn.is_permanent else EventType.DEFERRED
    else:
        kind = {"delivered": EventType.DELIVERED, "delayed": EventType.DEFERRED}.get(dsn.action, dsn.action)
    return DeliveryReport(
        key=f"dsn:{fingerprint(*content)}",
        kind=kind,
        happened_at=min(dsn.happened_at or now, now),
        recipient=recipient,
        message_id=dsn.message_id,
        text=_text(f"{dsn.status} {dsn.diagnostic}"),
    )


def state_after(state: str, kind: str) -> str:
    """Return the state of a sent mail after a report of some kind."""
    reported = STATES.get(kind)
    if reported is None or state not in ORDER:
        return state
    return max(state, reported, key=lambda each: ORDER.index(MailState(each)))


def report_from_bounce(bounce: Bounce, mail: EmailMessage, key: str, now: datetime) -> DeliveryReport:
    """Return the report in a bounce that came to the return path of a mail."""
    kind = EventType.BOUNCED if bounce.is_permanent else EventType.DEFERRED
    return DeliveryReport(
        key=f"mail:{key}"[:KEY_LENGTH],
        kind=EventType.COMPLAINED if bounce.is_complaint else kind,
        happened_at=now,
        recipient=mail.to_address.lower(),
        mail_id=mail.pk,
        text=bounce.status,
    )


def cause_of(report: DeliveryReport) -> SuppressionCause | None:
    """Return why nothing more should be sent to the recipient; None if a later mail may well arrive."""
    if report.kind == EventType.COMPLAINED or report.reject_reason == RejectReason.SPAM:
        return SuppressionCause.COMPLAINT
    is_bounce = (
        (report.kind == EventType.BOUNCED and report.reject_reason not in {"blocked", "timed_out"})
        or (report.kind == EventType.REJECTED and report.reject_reason in {"bounced", "invalid"})
        or (report.kind == EventType.FAILED and PERMANENT.search(report.text))
    )
    if not is_bounce or (TRANSIENT.search(report.text) and not PERMANENT.search(report.text)):
        return None
    return SuppressionCause.BOUNCE


def uuid_of(value: object) -> UUID | None:
    """Return the id of a mail in a text; None for anything else."""
    try:
        return UUID(str(value))
    except ValueError:
        return None


def fingerprint(*parts: object) -> str:
    """Return a short id for content that has none."""
    content = json.dumps(parts, sort_keys=True, default=str)
    return hashlib.sha256(content.encode("utf-8", "replace")).hexdigest()


def _key(event: AnymailTrackingEvent, provider: str) -> str:
    """Return a unique key. Event ids are unique only for a provider, or even for a provider and kind."""
    event_id = _text(event.event_id)
    if event_id and len(event_id) <= 100:
        return f"{provider}:{_text(event.event_type)}:{event_id}"[:KEY_LENGTH]
    named = (event.event_type, event.message_id, event.recipient, event.timestamp)
    raw = event.esp_event
    return f"{provider}:{fingerprint(*named, raw if isinstance(raw, dict) else str(raw))}"


def _text(value: object) -> str:
    """Return a value as text that PostgreSQL can store."""
    return "" if value is None else str(value).replace("\0", "").strip()[:TEXT_LENGTH]


def _instant(value: Any) -> datetime | None:
    if not isinstance(value, datetime):
        return None
    return value if value.tzinfo else value.replace(tzinfo=UTC)
