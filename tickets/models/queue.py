"""How an agent's desk is set: saved views of the queue, columns and density."""

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
        """One's own, and those that are shared with everybody who works the queue."""
        if not actor.can(Capability.WORK_QUEUE):
            return self.none()
        return self.filter(Q(owner=actor.user_id) | Q(is_shared=True))


class SavedView(models.Model):
    """Filters and order of the queue under a name: the query string of the queue's own form.

    A shared view is on every agent's desk and outlives its owner.
    """

    owner = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="saved_views")
    name = models.CharField(max_length=40)
    query = models.CharField(max_length=500, blank=True)
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
    COMFORTABLE = "comfortable", "Comfortable: two lines a ticket"
    COMPACT = "compact", "Compact: one line a ticket"


class QueuePreferences(models.Model):
    """How one agent wants the queue: columns where a view names none, and the height of rows."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="queue_preferences")
    columns = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    density = models.CharField(max_length=15, choices=Density, default=Density.COMFORTABLE)

    def __str__(self) -> str:
        return f"Queue preferences of {self.user}"
