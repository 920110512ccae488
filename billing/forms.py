"""Forms for tiers and billing."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms

from billing.access import calendars, groups_of
from billing.actions.groups import GroupDraft
from billing.charge_file import parse_charges
from billing.models.tiers import SEVERITIES, SupportTier
from billing.money import is_currency
from orgs.access import person_choices, projects_of, staff_with
from orgs.forms import TIME_ZONES, CsvForm
from orgs.models import Organization
from orgs.roles import Capability
from supportcenter.bounds import DayField
from supportcenter.combobox import Combobox, ComboboxField, ModelComboboxField


@dataclass(frozen=True)
class TierLabel:
    """The label of a tier in the list of choices."""

    name: str
    meaning: str
    target: str
    icon: str = "coins"

    @classmethod
    def of(cls, tier: SupportTier, currency: str) -> "TierLabel":
        extras = [
            (tier.has_phone, "phone support for Critical"),
            (tier.allows_custom_sla, "custom SLA available"),
        ]
        parts = [f"Support {tier.calendar.name}", *(extra for holds, extra in extras if holds)]
        return cls(tier.name, ", ".join(parts), price_label(tier, currency))

    def __str__(self) -> str:
        return self.name


class TierForm(forms.Form):
    """Choose a tier other than the current one."""

    tier = forms.ChoiceField(label="Support tier", widget=forms.RadioSelect)

    def __init__(self, data: Any, *, tiers: list[SupportTier], currency: str) -> None:
        super().__init__(data)
        field = self.fields["tier"]
        field.choices = [(tier.code, TierLabel.of(tier, currency)) for tier in tiers]  # type: ignore[attr-defined]


def price_label(tier: SupportTier, currency: str) -> str:
    """Return the price of a month in words."""
    if tier.is_free:
        return "Included with paid services"
    return tier.price.summary(currency)


class GroupChoiceForm(forms.Form):
    """Select the billing group that support is charged to."""

    billing_group: forms.ModelChoiceField = forms.ModelChoiceField(
        None, label="Billing group", widget=forms.RadioSelect, empty_label=None
    )

    def __init__(
        self, data: Any, *, organization: Organization, initial: dict[str, Any] | None = None
    ) -> None:
        super().__init__(data, initial=initial)
        self.fields["billing_group"].queryset = groups_of(organization)  # type: ignore[attr-defined]


class GroupForm(forms.Form):
    """A billing group with the projects charged to it."""

    name = forms.CharField(max_length=120, label="Name")
    currency = forms.CharField(
        min_length=3,
        max_length=3,
        label="Currency",
        initial="EUR",
        help_text="Three letters, for example EUR. It can't be changed once the group has an invoice.",
    )
    billed_to = forms.CharField(
        max_length=1000,
        required=False,
        label="Address on the invoice",
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Company, street, city and tax number, as printed on the invoice.",
    )
    is_default = forms.BooleanField(
        required=False, label="Default group: includes all projects that aren't assigned to another group"
    )
    projects: forms.ModelMultipleChoiceField = forms.ModelMultipleChoiceField(
        None, required=False, label="Projects charged to this group", widget=forms.CheckboxSelectMultiple
    )

    def __init__(
        self, data: Any, *, organization: Organization, initial: dict[str, Any] | None = None
    ) -> None:
        super().__init__(data, initial=initial)
        self.fields["projects"].queryset = projects_of(organization)  # type: ignore[attr-defined]

    def clean_currency(self) -> str:
        return known_currency(self.cleaned_data["currency"])

    def draft(self) -> GroupDraft:
        """Return the cleaned data for the action."""
        return GroupDraft(**self.cleaned_data)


def known_currency(code: str) -> str:
    """Return a currency code in capitals. Raises ``ValidationError`` for an unknown one."""
    if not is_currency(code.upper()):
        raise forms.ValidationError("Enter a three-letter ISO 4217 code, for example EUR.")
    return code.upper()


class RefusalForm(forms.Form):
    reason = forms.CharField(
        max_length=2000,
        label="Reason",
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Sent to the organization's admins and shown on their page.",
    )


class CustomSlaForm(forms.Form):
    """The targets of a custom SLA, in minutes."""

    calendar: forms.ModelChoiceField = forms.ModelChoiceField(
        None, to_field_name="code", empty_label=None, label="Support hours"
    )
    time_zone = ComboboxField(
        choices=TIME_ZONES, label="Time zone of the support hours", widget=Combobox("orgs:time_zones")
    )
    document_url = forms.URLField(
        max_length=500,
        label="Link to the signed agreement",
        assume_scheme="https",
        help_text="The organization's admins see this link.",
    )

    def __init__(self, data: Any, *, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial=initial)
        self.fields["calendar"].queryset = calendars()  # type: ignore[attr-defined]
        for severity, label in SEVERITIES:
            self.fields[severity] = forms.IntegerField(
                min_value=1, max_value=100_000, label=f"{label}: first response within (minutes)"
            )

    @property
    def targets(self) -> list[forms.BoundField]:
        return [self[severity] for severity, _ in SEVERITIES]

    def agreed(self) -> dict[str, Any]:
        """Return the cleaned data for the action."""
        values = dict(self.cleaned_data)
        minutes = {severity: values.pop(severity) for severity, _ in SEVERITIES}
        return values | {"minutes": minutes}


class AccountManagerForm(forms.Form):
    """Choose an organization's account manager."""

    manager: forms.ModelChoiceField = ModelComboboxField(
        None,
        label="Account manager",
        required=False,
        widget=Combobox("billing:account_managers"),
    )

    def __init__(self, data: Any = None, *, organization: Organization) -> None:
        super().__init__(data, initial={"manager": organization.account_manager_id})
        manager: Any = self.fields["manager"]
        manager.queryset = staff_with(Capability.MANAGE_ACCOUNTS)
        manager.choices = [("", "None"), *person_choices(manager.queryset)]


class CreditForm(forms.Form):
    """A credit on a group's next invoice."""

    group: forms.ModelChoiceField = forms.ModelChoiceField(None, label="Billing group")
    base_amount = forms.DecimalField(
        min_value=Decimal("0.01"), max_digits=12, decimal_places=2, label="Amount"
    )
    reason = forms.CharField(max_length=200, label="Reason", help_text="Printed on the invoice.")

    def __init__(self, data: Any, *, organization: Organization, currency: str) -> None:
        super().__init__(data, prefix="credit")
        self.fields["group"].queryset = groups_of(organization)  # type: ignore[attr-defined]
        self.fields["base_amount"].label = f"Amount in {currency}"


class RateForm(forms.Form):
    """The exchange rate of a currency for a month."""

    currency = forms.CharField(min_length=3, max_length=3, label="Currency")
    month = DayField(
        input_formats=["%Y-%m"],
        label="Month",
        widget=forms.DateInput(attrs={"type": "month"}, format="%Y-%m"),
    )
    rate = forms.DecimalField(min_value=Decimal("0.000001"), max_digits=14, decimal_places=6, label="Rate")

    def clean_currency(self) -> str:
        return known_currency(self.cleaned_data["currency"])


class ChargesForm(CsvForm):
    """A file of service charges."""

    def read(self, text: str) -> Sequence[Any]:
        return parse_charges(text)
