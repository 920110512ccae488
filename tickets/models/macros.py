from django.db import models
from django.db.models import Q
from django.urls import reverse

from orgs.models import User
from supportcenter.wording import format_list
from tickets.models.tags import Tag
from tickets.states import AGENT_CHOICES


class MacroKind(models.TextChoices):
    ANSWER = "answer", "Reply"
    NOTE = "note", "Internal note"


class Macro(models.Model):
    """A prepared text with placeholders, and properties to set. A macro without an owner is shared."""

    name = models.CharField(max_length=80)
    owner = models.ForeignKey(User, null=True, on_delete=models.CASCADE, related_name="macros")
    kind = models.CharField(max_length=10, choices=MacroKind, default=MacroKind.ANSWER)
    body = models.TextField()
    status = models.CharField(
        max_length=20, blank=True, choices=[(status, status.label) for status in AGENT_CHOICES]
    )
    is_assigning = models.BooleanField(default=False)
    tags = models.ManyToManyField(Tag, blank=True, related_name="macros")

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["owner", "name"], name="macro_name_once", nulls_distinct=False),
            models.CheckConstraint(condition=~Q(body=""), name="macro_has_a_text"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("tickets:macro", args=[self.pk])

    @property
    def sets(self) -> list[str]:
        """Return what the macro sets, in words. Prefetch the tags to avoid a query."""
        tags = [tag.name for tag in self.tags.all()]
        return [
            *([f"sets the status to {self.get_status_display()}"] if self.status else []),
            *(["assigns the ticket to you"] if self.is_assigning else []),
            *([f"adds the tags {format_list(tags)}"] if tags else []),
        ]
