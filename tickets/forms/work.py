"""One-field changes of a ticket, or of how all tickets of an organization are seen."""

from typing import Any

from django import forms
from django.utils import timezone

from orgs.actor import Actor
from orgs.models import User, Visibility
from tickets import access
from tickets.access import agents_and_availability, teams
from tickets.models.teams import Team, absence_of
from tickets.models.ticket import Ticket
from tickets.states import AGENT_CHOICES, Severity, Status


class AssignmentForm(forms.Form):
    """Who gets a ticket: oneself, a colleague, a team, or nobody; with who is away."""

    assignee = forms.ChoiceField(label="Assignee", required=False)

    def __init__(self, data: Any = None, *, actor: Actor, ticket: Ticket | None = None) -> None:
        super().__init__(data)
        now = timezone.now()
        self._people = {str(user.pk): user for user in agents_and_availability()}
        self._teams = {f"team-{team.pk}": team for team in teams()}
        names = {key: _name(user, absence_of(user, now)) for key, user in self._people.items()}
        me = str(actor.user_id)
        groups = [
            ("Me", [(me, names[me])] if me in names else []),
            ("People", [(key, name) for key, name in names.items() if key != me]),
            (
                "Teams",
                [(key, f"{team} ({team.assignment_rule_name.lower()})") for key, team in self._teams.items()],
            ),
        ]
        self.fields["assignee"].choices = [("", "Nobody"), *(each for each in groups if each[1])]  # type: ignore[attr-defined]
        if ticket:
            of_team = f"team-{ticket.team_id}" if ticket.team_id else ""
            self.initial["assignee"] = str(ticket.assignee_id) if ticket.assignee_id else of_team

    def clean_assignee(self) -> User | Team | None:
        chosen = self.cleaned_data["assignee"]
        return self._people.get(chosen) or self._teams.get(chosen)


def _name(user: User, absence: str) -> str:
    return f"{user.name} – {absence}" if absence else user.name


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
