"""The product's mail backend, with mails that kill the worker, and a short time-out on demand."""

import os
import signal
from pathlib import Path

from django.core.mail import EmailMessage

from notifications import delivery, smtp
from tests.waiting import LIMIT_SECONDS

# A worker goes on storing an outcome for as long as a restart of PostgreSQL takes on a busy machine.
delivery.SECONDS_TO_SAVE = LIMIT_SECONDS


class EmailBackend(smtp.EmailBackend):
    def _send(self, email_message: EmailMessage) -> bool:
        if email_message.to[0].startswith("poison"):
            os.kill(os.getpid(), signal.SIGKILL)
        if Path(os.environ["IMPATIENT"]).exists():
            self.connection.sock.settimeout(0.1)
        return super()._send(email_message)
