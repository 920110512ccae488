"""How fast mail goes out, for all workers together."""

from django.db import models


class SendingPace(models.Model):
    """The one row that workers book their sending times in, where ``MAIL_PER_SECOND`` sets a limit."""

    next_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"free from {self.next_at.isoformat()}"
