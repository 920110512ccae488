"""How fast mail goes out, for all workers together."""

from django.db import models


class SendingThrottle(models.Model):
    """The one row in which workers reserve sending times, if ``MAIL_PER_SECOND`` sets a limit."""

    next_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"next free at {self.next_at.isoformat()}"
