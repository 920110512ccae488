from django.db import models
from django.db.models.functions import Lower


class Choice(models.Model):
    """An entry of a list that duty leads edit. Retired entries stay on existing tickets."""

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    position = models.PositiveSmallIntegerField(default=0)
    is_retired = models.BooleanField(default=False)

    class Meta:
        abstract = True
        ordering = ["position", "name"]
        constraints = [models.UniqueConstraint(Lower("name"), name="%(class)s_name_once")]

    def __str__(self) -> str:
        return self.name


class Product(Choice):
    """What a ticket is about."""


class Reason(Choice):
    """Why a ticket was opened."""
