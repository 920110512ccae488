"""What a provider or a mail server tells of a mail that was sent, and what follows from it. Pure."""

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from anymail.signals import AnymailTrackingEvent, EventType, RejectReason

from notifications.inbound.dsn import Dsn
from notifications.models.messages import MailState
from notifications.models.suppressions import SuppressionCause

# Who opened a mail and what they clicked on is nobody's business; it is not kept.
NOT_KEPT = frozenset({EventType.OPENED, EventType.CLICKED})
STATES: dict[str, MailState] = {
    EventType.DELIVERED: MailState.DELIVERED,
    EventType.BOUNCED: MailState.BOUNCED,
    EventType.REJECTED: MailState.BOUNCED,
    EventType.FAILED: MailState.BOUNCED,
    EventType.COMPLAINED: MailState.COMPLAINED,
}
# A later one never undoes an earlier one, in whatever order they come.
ORDER = [MailState.SENT, MailState.DELIVERED, MailState.BOUNCED, MailState.COMPLAINED]
# A reply code (RFC 5321) or enhanced code (RFC 3463) of a failure that passes, or the words of providers.
PASSING = re.compile(
    r"\b4\.\d{1,3}\.\d{1,3}\b|(?:^|[;\s])4\d\d[\s-]|transient|temporar|soft.?bounce", re.IGNORECASE
)
LASTING = re.compile(r"\b5\.\d{1,3}\.\d{1,3}\b|(?:^|[;\s])5\d\d[\s-]")
KEY_LENGTH = 200
TEXT_LENGTH = 2000


@dataclass(frozen=True)
class Report:
    """One thing that was told of one mail. ``kind`` is one of anymail's event types.

    ``key`` is the same whenever the same thing is told again. The mail is named by our own id, by the
    provider's, or by its Message-ID; ``recipient`` is empty where the report does not say.
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


def report_of(event: AnymailTrackingEvent, provider: str, now: datetime) -> Report:
    """What an event of a provider says. Nothing in it is trusted to be there, or to be well made."""
    metadata = event.metadata if isinstance(event.metadata, dict) else {}
    return Report(
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


def report_of_dsn(dsn: Dsn, recipient: str, now: datetime) -> Report:
    """What a notification of a mail server says, for one of the addresses that it names."""
    said = (dsn.message_id, dsn.action, dsn.status, dsn.diagnostic, dsn.happened_at)
    if dsn.action == "failed":
        kind = EventType.BOUNCED if dsn.is_lasting else EventType.DEFERRED
    else:
        kind = {"delivered": EventType.DELIVERED, "delayed": EventType.DEFERRED}.get(dsn.action, dsn.action)
    return Report(
        key=f"dsn:{digest(*said)}",
        kind=kind,
        happened_at=min(dsn.happened_at or now, now),
        recipient=recipient,
        message_id=dsn.message_id,
        text=_text(f"{dsn.status} {dsn.diagnostic}"),
    )


def state_after(state: str, kind: str) -> str:
    """The state of a sent mail after a report of some kind; the old one where nothing follows."""
    told = STATES.get(kind)
    if told is None or state not in ORDER:
        return state
    return max(state, told, key=lambda each: ORDER.index(MailState(each)))


def cause_of(report: Report) -> SuppressionCause | None:
    """Why nothing more should be sent to the recipient; None where a later mail may well arrive."""
    if report.kind == EventType.COMPLAINED or report.reject_reason == RejectReason.SPAM:
        return SuppressionCause.COMPLAINT
    is_bounce = (
        (report.kind == EventType.BOUNCED and report.reject_reason not in {"blocked", "timed_out"})
        or (report.kind == EventType.REJECTED and report.reject_reason in {"bounced", "invalid"})
        or (report.kind == EventType.FAILED and LASTING.search(report.text))
    )
    if not is_bounce or (PASSING.search(report.text) and not LASTING.search(report.text)):
        return None
    return SuppressionCause.BOUNCE


def uuid_of(value: object) -> UUID | None:
    """The id of a mail in a text; None for anything else."""
    try:
        return UUID(str(value))
    except ValueError:
        return None


def digest(*parts: object) -> str:
    """A short name of a content that has no id of its own."""
    written = json.dumps(parts, sort_keys=True, default=str)
    return hashlib.sha256(written.encode("utf-8", "replace")).hexdigest()


def _key(event: AnymailTrackingEvent, provider: str) -> str:
    """Providers count their events each for itself, and some by the kind of event."""
    told = _text(event.event_id)
    if told and len(told) <= 100:
        return f"{provider}:{_text(event.event_type)}:{told}"[:KEY_LENGTH]
    named = (event.event_type, event.message_id, event.recipient, event.timestamp)
    raw = event.esp_event
    return f"{provider}:{digest(*named, raw if isinstance(raw, dict) else str(raw))}"


def _text(value: object) -> str:
    """A value as text that PostgreSQL takes."""
    return "" if value is None else str(value).replace("\0", "").strip()[:TEXT_LENGTH]


def _instant(value: Any) -> datetime | None:
    if not isinstance(value, datetime):
        return None
    return value if value.tzinfo else value.replace(tzinfo=UTC)
