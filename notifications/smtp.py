"""Django's way over SMTP, with what the server said when it took a mail."""

import smtplib
from email import message_from_bytes
from email.headerregistry import Address
from email.policy import SMTPUTF8
from typing import Any, cast

from django.conf import settings
from django.core.mail import EmailMessage as DjangoMessage
from django.core.mail.backends import smtp


class AddressNeedsUtf8(Exception):
    """The part before the @ is not ASCII, and the server does not offer SMTPUTF8 (RFC 6531)."""


class _Listening(smtplib.SMTP):
    """A connection that keeps the final reply to DATA, like ``250 2.0.0 Ok: queued as 4Bz…``."""

    answer = ""

    def data(self, msg: Any) -> tuple[int, bytes]:
        """Hand over a mail, and be patient: who hangs up before the answer has to send the mail twice."""
        assert self.sock  # noqa: S101 - nobody gets here without a connection
        patience = self.sock.gettimeout()
        self.sock.settimeout(settings.EMAIL_DATA_TIMEOUT)
        code, said = super().data(msg)
        if self.sock:
            self.sock.settimeout(patience)
        self.answer = f"{code} {said.decode(errors='replace')}"
        return code, said


class _ListeningOverTls(_Listening, smtplib.SMTP_SSL):
    pass


class EmailBackend(smtp.EmailBackend):
    """Leaves the server's answer in each message as ``smtp_answer``."""

    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        return _ListeningOverTls if self.use_ssl else _Listening

    def _send(self, email_message: DjangoMessage) -> bool:
        if any(is_utf8(address) for address in email_message.to):
            self._send_as_utf8(email_message)
        elif not super()._send(email_message):  # type: ignore[misc]
            return False
        email_message.smtp_answer = cast("_Listening", self.connection).answer  # type: ignore[attr-defined]
        return True

    def _send_as_utf8(self, email_message: DjangoMessage) -> None:
        """Django would encode the local part as if it were a name, which makes another address of it."""
        connection = self.connection
        assert connection  # noqa: S101 - the caller opened it
        connection.ehlo_or_helo_if_needed()
        if not connection.has_extn("smtputf8"):
            raise AddressNeedsUtf8(f"The mail server takes no address like {email_message.to[0]}.")
        mail = message_from_bytes(email_message.message().as_bytes(), policy=SMTPUTF8)
        parts = [address.rpartition("@") for address in email_message.to]
        mail.replace_header("To", [Address(username=local, domain=domain) for local, _, domain in parts])
        sender = mail["From"].addresses[0].addr_spec
        connection.sendmail(sender, email_message.to, mail.as_bytes(), mail_options=["SMTPUTF8"])


def is_utf8(address: str) -> bool:
    """Whether the part before the @ needs SMTPUTF8; a domain never does, it has an ASCII form."""
    return not address.rpartition("@")[0].isascii()
