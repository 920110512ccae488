"""Invoices. Once issued, the database refuses to change or delete them."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from billing.models.groups import BillingGroup
from orgs.models import Organization, Project


class MonthClose(models.Model):
    """A month of an organization that is invoiced; later differences are corrected on the next invoice."""

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="closed_months")
    month = models.DateField(help_text="First day of the month")
    closed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "month"], name="month_closed_once")]

    def __str__(self) -> str:
        return f"{self.organization} {self.month:%Y-%m}"


class Invoice(models.Model):
    """An invoice of one billing group for one month, net of tax, in its currency at the stored rate.

    ``exchange_rate`` is how much of ``currency`` one unit of ``base_currency`` was worth.
    """

    billing_group = models.ForeignKey(BillingGroup, on_delete=models.PROTECT, related_name="invoices")
    month = models.DateField()
    number = models.PositiveIntegerField()
    issued_by = models.TextField()
    billed_to = models.TextField()
    base_currency = models.CharField(max_length=3)
    currency = models.CharField(max_length=3)
    exchange_rate = models.DecimalField(max_digits=14, decimal_places=6)
    base_total = models.DecimalField(max_digits=14, decimal_places=2)
    total = models.DecimalField(max_digits=17, decimal_places=3)
    issued_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-month", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["billing_group", "number"], name="invoice_number_once"),
            models.UniqueConstraint(fields=["billing_group", "month"], name="invoice_once_a_month"),
            models.CheckConstraint(condition=Q(exchange_rate__gt=0), name="invoice_rate_positive"),
        ]

    def __str__(self) -> str:
        return self.reference

    def get_absolute_url(self) -> str:
        return reverse("billing:invoice", args=[self.billing_group.organization.slug, self.pk])

    @property
    def reference(self) -> str:
        """The invoice number: the group's id and the number within the group."""
        return f"INV-{self.billing_group_id}-{self.number:04d}"


class LineKind(models.TextChoices):
    SERVICES = "services", "Services"
    SUPPORT = "support", "Support"
    CORRECTION = "correction", "Correction"
    CREDIT = "credit", "Credit"


class InvoiceLine(models.Model):
    """A line of an invoice. ``month`` is the month that it is for: an earlier one for a correction.

    ``details`` holds every input of the amount, so that it can be recalculated.
    """

    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="lines")
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=12, choices=LineKind)
    month = models.DateField()
    project = models.ForeignKey(Project, null=True, on_delete=models.PROTECT, related_name="+")
    text = models.CharField(max_length=300)
    base_amount = models.DecimalField(max_digits=14, decimal_places=2)
    amount = models.DecimalField(max_digits=17, decimal_places=3)
    details = models.JSONField(default=dict)

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["invoice", "position"], name="line_position_once")]

    def __str__(self) -> str:
        return self.text


class CreditNote(models.Model):
    """A credit granted by the account team, which becomes a line of the group's next invoice.

    ``line`` is that line, once it exists. The amount is positive, in the currency of prices.
    """

    billing_group = models.ForeignKey(BillingGroup, on_delete=models.PROTECT, related_name="credit_notes")
    base_amount = models.DecimalField(max_digits=12, decimal_places=2)
    reason = models.CharField(max_length=200)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    line = models.OneToOneField(
        InvoiceLine, null=True, blank=True, on_delete=models.PROTECT, related_name="credit_note"
    )

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(base_amount__gt=0), name="credit_positive")]

    def __str__(self) -> str:
        return f"{self.base_amount} for {self.billing_group}: {self.reason}"
