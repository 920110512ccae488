"""The product's mail backend, and mails that kill the worker which touches them."""

import os
import signal

from django.core.mail import EmailMessage

from notifications import smtp


class EmailBackend(smtp.EmailBackend):
    def _send(self, email_message: EmailMessage) -> bool:
        if email_message.to[0].startswith("poison"):
            os.kill(os.getpid(), signal.SIGKILL)
        return super()._send(email_message)
