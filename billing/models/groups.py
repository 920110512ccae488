"""Billing groups."""

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q

from orgs.models import Organization, Project


class BillingGroup(models.Model):
    """A part of an organization that is billed separately: one currency, one invoice a month.

    An organization's default group includes the projects that aren't assigned to another group.
    ``last_number`` is the number of its newest invoice; numbers have no gaps.
    """

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="billing_groups")
    name = models.CharField(max_length=120)
    currency = models.CharField(
        max_length=3,
        default="EUR",
        validators=[RegexValidator(r"^[A-Z]{3}$", "Enter a three-letter ISO 4217 code, for example EUR.")],
    )
    billed_to = models.TextField(blank=True, max_length=1000, help_text="Printed on the invoice")
    is_default = models.BooleanField(default=False)
    last_number = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["organization", "name"], name="billing_group_once"),
            models.UniqueConstraint(
                fields=["organization"], condition=Q(is_default=True), name="one_default_billing_group"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.currency})"


class BilledProject(models.Model):
    """A project that is charged to a chosen group instead of the default one."""

    project = models.OneToOneField(Project, on_delete=models.CASCADE, related_name="billed")
    billing_group = models.ForeignKey(BillingGroup, on_delete=models.PROTECT, related_name="billed_projects")

    def __str__(self) -> str:
        return f"{self.project} → {self.billing_group}"
