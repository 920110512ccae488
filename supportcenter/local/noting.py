"""The mail catcher of `make run`, which besides notes each mail it took: for `make bench`."""

import time

from aiosmtpd.handlers import Mailbox
from aiosmtpd.smtp import SMTP, Envelope, Session


class Noting(Mailbox):
    """Keeps mails as `make run` does, and prints the moment and the recipient of each."""

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        answer = await super().handle_DATA(server, session, envelope)
        print(time.monotonic(), *envelope.rcpt_tos, flush=True)
        return answer
