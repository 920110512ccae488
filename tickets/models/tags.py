from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower


class Tag(models.Model):
    """A word by which support finds tickets again. Customers never see it."""

    name = models.CharField(max_length=40, unique=True)

    class Meta:
        ordering = ["name"]
        constraints = [models.CheckConstraint(condition=Q(name=Lower("name")), name="tag_lower_case")]

    def __str__(self) -> str:
        return self.name
