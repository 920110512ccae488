"""How agents set up the queue: saved views, columns and density."""

from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from orgs.actor import Actor
from orgs.models import User
from orgs.roles import Capability


class SavedViewQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor) -> Self:
        """Return the agent's own views and the shared ones."""
        if not actor.can(Capability.WORK_QUEUE):
            return self.none()
        return self.filter(Q(owner=actor.user_id) | Q(is_shared=True))


class SavedView(models.Model):
    """A filter, in the filter language, and an order of the queue under a name.

    Every agent has the shared views, which outlive their owners.
    """

    owner = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="saved_views")
    name = models.CharField(max_length=40)
    query = models.TextField(blank=True)
    sort = models.CharField(max_length=20, blank=True)
    columns = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    is_shared = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [models.UniqueConstraint(fields=["owner", "name"], name="saved_view_name_once")]
        indexes = [models.Index(fields=["name"], name="saved_view_shared", condition=Q(is_shared=True))]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("tickets:queue", args=[str(self.pk)])


class Density(models.TextChoices):
    COMFORTABLE = "comfortable", "Comfortable: two lines per ticket"
    COMPACT = "compact", "Compact: one line per ticket"


class QueuePreferences(models.Model):
    """How one agent likes the queue: the columns of views without their own, and the height of rows."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="queue_preferences")
    columns = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    density = models.CharField(max_length=15, choices=Density, default=Density.COMFORTABLE)

    def __str__(self) -> str:
        return f"Queue preferences of {self.user}"
