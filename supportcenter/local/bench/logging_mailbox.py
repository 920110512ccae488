"""The mail catcher of `make run`, which also logs the time and recipient of each mail: for `make bench`."""

import time

from aiosmtpd.handlers import Mailbox
from aiosmtpd.smtp import SMTP, Envelope, Session


class LoggingMailbox(Mailbox):
    """Save mails as `make run` does, and print the time and the recipients of each."""

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        reply = await super().handle_DATA(server, session, envelope)
        print(time.monotonic(), *envelope.rcpt_tos, flush=True)
        return reply
