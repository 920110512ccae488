"""The mails in the Maildir of the development mail catcher."""

import mailbox
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

from django.conf import settings


@dataclass(frozen=True)
class CaughtMail:
    """One caught mail, with the recipient of its envelope."""

    key: str
    to: str
    subject: str
    date: datetime
    text: str
    html: str
    headers: list[tuple[str, str]]

    def as_dict(self) -> dict[str, Any]:
        return asdict(self) | {"headers": dict(self.headers)}


def caught_mails(recipient: str = "") -> list[CaughtMail]:
    """Return all caught mails, newest first; with ``recipient``, only those to one address."""
    if not Path(settings.DEV_MAILBOX).is_dir():
        return []
    box = mailbox.Maildir(settings.DEV_MAILBOX, create=False)
    mails = sorted((_read(box, key) for key in box.iterkeys()), key=lambda mail: mail.date, reverse=True)
    return [mail for mail in mails if not recipient or mail.to == recipient]


def caught_mail(key: str) -> CaughtMail | None:
    """Return one caught mail by its key in the list."""
    box = mailbox.Maildir(settings.DEV_MAILBOX, create=False)
    return _read(box, key) if key in box else None


def _read(box: mailbox.Maildir, key: str) -> CaughtMail:
    stored = box.get_message(key)
    message = message_from_bytes(stored.as_bytes(), policy=default)
    assert isinstance(message, EmailMessage)  # noqa: S101 - by the default policy
    return CaughtMail(
        key=key,
        to=str(message["X-RcptTo"] or message["To"] or ""),
        subject=str(message["Subject"] or ""),
        date=datetime.fromtimestamp(stored.get_date(), UTC),
        text=_body(message, "plain"),
        html=_body(message, "html"),
        headers=[(name, str(value)) for name, value in message.items()],
    )


def _body(message: EmailMessage, kind: str) -> str:
    part = message.get_body(preferencelist=(kind,))
    return part.get_content() if part else ""
