"""Reads with names."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q


class TierPeriodQuerySet(models.QuerySet):
    def at(self, instant: datetime) -> Self:
        """Periods that cover an instant; at most one an organization."""
        return self.filter(Q(ended_at=None) | Q(ended_at__gt=instant), started_at__lte=instant)
