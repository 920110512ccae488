"""Delivery status notifications, as mail servers send them to the return path (RFC 3464). Pure."""

import base64
import binascii
import quopri
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.errors import MessageError
from email.message import Message
from email.parser import BytesHeaderParser, BytesParser
from email.policy import Compat32
from email.utils import parsedate_to_datetime

ACTIONS = frozenset({"failed", "delayed", "delivered", "relayed", "expanded"})
STATUS = re.compile(r"\b[245]\.\d{1,3}\.\d{1,3}\b")
# The parser takes quadratic time for long headers and for parts within parts, so both are limited. A report
# stands at the beginning of a mail, before the whole mail that it is about.
MOST_BYTES = 100_000
MOST_MULTIPARTS = 20
LONGEST_HEADER = 2_000
LONGEST_DATE = 100
# Each begins where no earlier match could have, so the time is linear in the text.
MESSAGE_ID = re.compile(r"<[^<>\s@]+@[^<>\s]+>")
ADDRESS = re.compile(r"(?<![^\s<>;:,\"'])[^\s<>;:,\"']+@[^\s<>;:,\"']+")
Fields = dict[str, str]


@dataclass(frozen=True)
class Dsn:
    """What a server reports about one recipient of one mail.

    ``recipients`` are the recipient's addresses in lower case: the one that the server tried last, and the
    original one. ``status`` is empty if there is none. ``happened_at`` is None if no date can be read.
    """

    message_id: str
    recipients: tuple[str, ...]
    action: str
    status: str
    diagnostic: str
    happened_at: datetime | None

    @property
    def is_permanent(self) -> bool:
        """Return whether the failure is permanent (5.x.x)."""
        code = self.status or self.diagnostic.partition(";")[2].strip() or self.diagnostic
        return self.action == "failed" and code.startswith("5")


class _ShortHeaders(Compat32):
    """The parser's usual policy, which drops what is too long of a header."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        name, value = super().header_source_parse(sourcelines)
        return name, value[:LONGEST_HEADER]


_SHORT_HEADERS = _ShortHeaders()


def read(raw: bytes) -> Dsn | None:
    """Parse a notification; None for any other mail, and for one that names no mail or recipient."""
    raw = raw[:MOST_BYTES]
    if raw.lower().count(b"boundary") > MOST_MULTIPARTS:
        return None
    try:
        message = BytesParser(policy=_SHORT_HEADERS).parsebytes(raw)
        message_id = _message_id(message, raw)
        found = [_of_recipient(message, message_id, *each) for each in _reports(message)]
    except (
        MessageError,
        LookupError,
        TypeError,
        ValueError,
        AttributeError,
        RecursionError,
    ):  # a mail can contain anything
        return None
    reports = [each for each in found if each]
    return next((each for each in reports if each.action == "failed"), reports[0] if reports else None)


def _reports(message: Message) -> Iterator[tuple[Fields, Fields]]:
    """Yield the fields about the mail together with those about each of its recipients."""
    for part in message.walk():
        if part.get_content_type() not in {"message/delivery-status", "message/global-delivery-status"}:
            continue
        first, *others = _groups(_text_of(part)) or [{}]
        # Some servers write all fields into one group.
        for each in others or [first]:
            yield first, each


def _of_recipient(message: Message, message_id: str, fields: Fields, each: Fields) -> Dsn | None:
    if not message_id:
        others = [fields.get("original-message-id", ""), fields.get("x-original-message-id", "")]
        message_id = _id_in(" ".join([*others, str(message.get("In-Reply-To", ""))]))
    named = (_address(each.get(name, "")) for name in ("final-recipient", "original-recipient"))
    recipients = tuple(dict.fromkeys(filter(None, named)))
    found = STATUS.search(each.get("status", ""))
    status = found[0] if found else ""
    words = re.findall(r"[a-z]+", each.get("action", "").lower())
    action = words[0] if words else {"5": "failed", "4": "delayed"}.get(status[:1], "")
    if not message_id or not recipients or action not in ACTIONS:
        return None
    at = _instant(each.get("last-attempt-date")) or _instant(str(message.get("Date", "")))
    return Dsn(message_id, recipients, action, status, each.get("diagnostic-code", ""), at)


def _message_id(message: Message, raw: bytes) -> str:
    """Return the Message-ID of the bounced mail, even if its parts are badly separated."""
    for part in message.walk():
        if part is message:
            continue
        if part.get_content_type() in {"text/rfc822-headers", "message/rfc822-headers"}:
            headers = _text_of(part).encode("utf-8", "replace")
            part = BytesHeaderParser(policy=_SHORT_HEADERS).parsebytes(headers)  # noqa: PLW2901
        if found := _id_in(str(part.get("Message-ID", ""))):
            return found
    _, _, body = raw.replace(b"\r\n", b"\n").partition(b"\n\n")
    lines = re.findall(rb"^message-id:(.{1,500})", body, re.IGNORECASE | re.MULTILINE)
    return _id_in(lines[-1].decode("ascii", "replace")) if lines else ""


def _id_in(text: str) -> str:
    found = MESSAGE_ID.search(text)
    return found[0] if found else ""


def fields_of(part: Message) -> list[Fields]:
    """Return the fields of a report's part, group by group."""
    return _groups(_text_of(part))


def _text_of(part: Message) -> str:
    """Return the text of a part, however the parser stored it."""
    payload = part.get_payload()
    if isinstance(payload, list):
        body = "\n\n".join(each.as_string() for each in payload if isinstance(each, Message))
    else:
        body = str(payload)
    data = body.encode("utf-8", "surrogateescape")
    encoding = str(part.get("Content-Transfer-Encoding", "")).strip().lower()
    try:
        if encoding == "base64":
            data = base64.b64decode(re.sub(rb"\s", b"", data))
        elif encoding == "quoted-printable":
            data = quopri.decodestring(data)
    except binascii.Error:
        pass
    return data.decode("utf-8", "replace")


def _groups(text: str) -> list[Fields]:
    """Split text into groups of fields at empty lines. Names are in lower case; the first of each counts."""
    found: list[Fields] = []
    for group in re.split(r"\n\s*\n", text.replace("\r\n", "\n").replace("\r", "\n")):
        fields: Fields = {}
        for line in re.sub(r"\n[ \t]+", " ", group).split("\n"):
            name, colon, value = line.partition(":")
            if colon and name.strip():
                fields.setdefault(name.strip().lower(), value.strip().replace("\0", ""))
        if fields:
            found.append(fields)
    return found


def _address(value: str) -> str:
    """Return an address without its type, as in ``rfc822; ben@acme.example``."""
    found = ADDRESS.search(value.rpartition(";")[2])
    return found[0].lower() if found else ""


def _instant(value: str | None) -> datetime | None:
    try:
        at = parsedate_to_datetime((value or "")[:LONGEST_DATE])
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)
