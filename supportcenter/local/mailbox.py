"""The mails that the development catcher got, read from its Maildir."""

import mailbox
from dataclasses import asdict, dataclass
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

from django.conf import settings


@dataclass(frozen=True)
class CaughtMail:
    """One caught mail. ``to`` is the recipient that the sender named to the server."""

    key: str
    to: str
    subject: str
    date: datetime | None
    text: str
    html: str
    headers: list[tuple[str, str]]

    def as_dict(self) -> dict[str, Any]:
        return asdict(self) | {"headers": dict(self.headers)}


def caught_mails(recipient: str = "") -> list[CaughtMail]:
    """All caught mails, newest first; with ``recipient``, only those to one address."""
    if not Path(settings.DEV_MAILBOX).is_dir():
        return []
    box = mailbox.Maildir(settings.DEV_MAILBOX, create=False)
    files = sorted(box.iterkeys(), key=_written_at(box), reverse=True)
    mails = (_read(key, box.get_bytes(key)) for key in files)
    return [mail for mail in mails if not recipient or mail.to == recipient]


def caught_mail(key: str) -> CaughtMail | None:
    """One caught mail, by the key it has in the list."""
    box = mailbox.Maildir(settings.DEV_MAILBOX, create=False)
    return _read(key, box.get_bytes(key)) if key in box else None


def _written_at(box: mailbox.Maildir) -> Any:
    return lambda key: box.get_message(key).get_date()


def _read(key: str, raw: bytes) -> CaughtMail:
    message = message_from_bytes(raw, policy=default)
    assert isinstance(message, EmailMessage)  # noqa: S101 - what the default policy makes
    date = message["Date"]
    return CaughtMail(
        key=key,
        to=str(message["X-RcptTo"] or message["To"] or ""),
        subject=str(message["Subject"] or ""),
        date=parsedate_to_datetime(str(date)) if date else None,
        text=_body(message, "plain"),
        html=_body(message, "html"),
        headers=[(name, str(value)) for name, value in message.items()],
    )


def _body(message: EmailMessage, kind: str) -> str:
    part = message.get_body(preferencelist=(kind,))
    return part.get_content() if part else ""
