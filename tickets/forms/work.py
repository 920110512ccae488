"""One-field changes of a ticket, or of how all tickets of an organization are seen."""

from typing import Any

from django import forms

from orgs.access import agents
from orgs.models import Visibility
from tickets import access
from tickets.models import Ticket
from tickets.states import AGENT_CHOICES, Severity, Status


class AssignmentForm(forms.Form):
    assignee: forms.ModelChoiceField = forms.ModelChoiceField(
        None, label="Assignee", required=False, empty_label="Nobody"
    )

    def __init__(self, data: Any = None, *, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial=initial)
        self.fields["assignee"].queryset = agents()  # type: ignore[attr-defined]


class StatusForm(forms.Form):
    """The status by hand. The present one is named even where nobody could choose it."""

    status = forms.ChoiceField(label="Status", choices=[(status, status.label) for status in AGENT_CHOICES])

    def __init__(self, data: Any = None, *, present: str = "") -> None:
        super().__init__(data, initial={"status": present}, auto_id="side_%s")
        if present and present not in AGENT_CHOICES:
            choices = self.fields["status"].choices  # type: ignore[attr-defined]
            self.fields["status"].choices = [(present, Status(present).label), *choices]  # type: ignore[attr-defined]


class SeverityForm(forms.Form):
    severity = forms.ChoiceField(label="Severity", choices=Severity.choices)


class AgentSeverityForm(SeverityForm):
    """Agents say why, because the customer is told."""

    reason = forms.CharField(
        label="Why",
        max_length=500,
        help_text="The customer reads it.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, data: Any = None, *, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial=initial, auto_id="severity_%s")


class ClassificationForm(forms.Form):
    """What the ticket is about and why it was opened; retired entries stay where they are."""

    product: forms.ModelChoiceField = forms.ModelChoiceField(None, label="Product", empty_label=None)
    reason: forms.ModelChoiceField = forms.ModelChoiceField(None, label="Reason", empty_label=None)

    def __init__(self, data: Any = None, *, ticket: Ticket) -> None:
        initial = {"product": ticket.product_id, "reason": ticket.reason_id}
        super().__init__(data, initial=initial, auto_id="classification_%s")
        offered = {"product": access.products(besides=ticket), "reason": access.reasons(besides=ticket)}
        for name, rows in offered.items():
            field: Any = self.fields[name]
            field.queryset = rows
            field.choices = [(each.pk, str(each)) for each in rows]  # a select asks twice


class VisibilityForm(forms.Form):
    """What to switch to, named: who presses the button twice, or late, does not switch back."""

    visibility = forms.ChoiceField(choices=Visibility.choices, widget=forms.HiddenInput)
