from django.db import models

from orgs.models import User
from tickets.models.conversation import Comment


class Mention(models.Model):
    """An agent who is mentioned with @ in an internal note, and notified by mail."""

    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, related_name="mentions")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="mentions")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["comment", "user"], name="mention_once")]

    def __str__(self) -> str:
        return f"{self.user} in {self.comment}"
