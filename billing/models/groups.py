"""Where costs of an organization go."""

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q

from orgs.models import Organization, Project


class BillingGroup(models.Model):
    """Where costs of an organization are charged: one currency, one invoice a month.

    One group of an organization is the default: it takes the projects that nobody assigned to another.
    ``last_number`` is the number of its newest invoice; numbers have no gaps.
    """

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="billing_groups")
    name = models.CharField(max_length=120)
    currency = models.CharField(
        max_length=3,
        default="EUR",
        validators=[RegexValidator(r"^[A-Z]{3}$", "Use the three letters of ISO 4217, for example EUR.")],
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
    """A project whose service charges go to a group of its choice instead of the default one."""

    project = models.OneToOneField(Project, on_delete=models.CASCADE, related_name="billed")
    billing_group = models.ForeignKey(BillingGroup, on_delete=models.PROTECT, related_name="billed_projects")

    def __str__(self) -> str:
        return f"{self.project} → {self.billing_group}"
