"""Django's SMTP backend, which also records the server's reply to each mail."""

import smtplib
from email import message_from_bytes
from email.headerregistry import Address
from email.policy import SMTPUTF8
from typing import Any, cast

from django.conf import settings
from django.core.mail import EmailMessage as DjangoMessage
from django.core.mail.backends import smtp


class AddressNeedsUtf8(Exception):
    """The part before the @ is not ASCII, and the server does not support SMTPUTF8 (RFC 6531)."""


class _RecordingSmtp(smtplib.SMTP):
    """A connection that remembers the final reply to DATA, like ``250 2.0.0 Ok: queued as 4Bz…``."""

    reply = ""

    def data(self, msg: Any) -> tuple[int, bytes]:
        """Send the content with a longer time-out: after an early disconnect the mail is sent twice."""
        assert self.sock  # noqa: S101 - the caller opened it
        timeout = self.sock.gettimeout()
        self.sock.settimeout(settings.EMAIL_DATA_TIMEOUT)
        code, text = super().data(msg)
        if self.sock:
            self.sock.settimeout(timeout)
        self.reply = f"{code} {text.decode(errors='replace')}"
        return code, text


class _RecordingSmtpSsl(_RecordingSmtp, smtplib.SMTP_SSL):
    pass


class EmailBackend(smtp.EmailBackend):
    """Store the server's reply in each message as ``smtp_reply``."""

    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        return _RecordingSmtpSsl if self.use_ssl else _RecordingSmtp

    def _send(self, email_message: DjangoMessage) -> bool:
        if any(is_utf8(address) for address in email_message.to):
            self._send_as_utf8(email_message)
        elif not super()._send(email_message):  # type: ignore[misc]
            return False
        email_message.smtp_reply = cast("_RecordingSmtp", self.connection).reply  # type: ignore[attr-defined]
        return True

    def _send_as_utf8(self, email_message: DjangoMessage) -> None:
        """Send with SMTPUTF8. Django would encode the local part like a name and so change the address."""
        connection = self.connection
        assert connection  # noqa: S101 - the caller opened it
        connection.ehlo_or_helo_if_needed()
        if not connection.has_extn("smtputf8"):
            raise AddressNeedsUtf8(f"The mail server doesn't support addresses like {email_message.to[0]}.")
        mail = message_from_bytes(email_message.message().as_bytes(), policy=SMTPUTF8)
        parts = [address.rpartition("@") for address in email_message.to]
        mail.replace_header("To", [Address(username=local, domain=domain) for local, _, domain in parts])
        sender = mail["From"].addresses[0].addr_spec
        connection.sendmail(sender, email_message.to, mail.as_bytes(), mail_options=["SMTPUTF8"])


def is_utf8(address: str) -> bool:
    """Return whether the part before the @ needs SMTPUTF8. Domains never do: they have an ASCII form."""
    return not address.rpartition("@")[0].isascii()
