"""Forms of the ticket's properties, and of an organization's visibility."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils import timezone

from orgs.access import person_labels
from orgs.actor import Actor
from orgs.models import User, Visibility
from supportcenter.combobox import Combobox, ComboboxField, ModelComboboxField
from tickets import access
from tickets.access import agents_and_availability, teams
from tickets.models.teams import Team, absence_of
from tickets.models.ticket import Ticket
from tickets.options import Lists
from tickets.states import AGENT_CHOICES, Severity, Status


class AssignmentForm(forms.Form):
    """The assignee of a ticket: an agent, with their absence, or a team."""

    assignee = ComboboxField(label="Assignee", required=False, widget=Combobox("tickets:assignee_options"))

    def __init__(
        self,
        data: Any = None,
        *,
        actor: Actor,
        ticket: Ticket | None = None,
        people: Iterable[User] | None = None,
        lists: Lists | None = None,
    ) -> None:
        """``people`` are the agents with their availability, and ``lists`` those of the ticket, if known."""
        super().__init__(data)
        now = timezone.now()
        labels = person_labels(agents_and_availability() if people is None else people)
        self._people = {str(user.pk): user for user in labels}
        self._teams = {f"team-{team.pk}": team for team in (_teams_in(lists) if lists else teams())}
        names = {str(user.pk): _with_absence(label, absence_of(user, now)) for user, label in labels.items()}
        me = str(actor.user_id)
        groups = [
            ("Me", [(me, names[me])] if me in names else []),
            ("People", [(key, name) for key, name in names.items() if key != me]),
            (
                "Teams",
                [(key, f"{team} ({team.assignment_rule_name.lower()})") for key, team in self._teams.items()],
            ),
        ]
        self.fields["assignee"].choices = [("", "Unassigned"), *(each for each in groups if each[1])]  # type: ignore[attr-defined]
        if ticket:
            of_team = f"team-{ticket.team_id}" if ticket.team_id else ""
            self.initial["assignee"] = str(ticket.assignee_id) if ticket.assignee_id else of_team

    def clean_assignee(self) -> User | Team | None:
        chosen = self.cleaned_data["assignee"]
        return self._people.get(chosen) or self._teams.get(chosen)


def _teams_in(lists: Lists) -> list[Team]:
    return [Team(pk=int(each.key), name=each.name, assignment_rule=each.more) for each in lists["teams"]]


def _with_absence(label: str, absence: str) -> str:
    return f"{label} – {absence}" if absence else label


class StatusForm(forms.Form):
    """The status. The present one is listed even if agents can't choose it."""

    status = forms.ChoiceField(label="Status", choices=[(status, status.label) for status in AGENT_CHOICES])

    def __init__(self, data: Any = None, *, present: str = "") -> None:
        super().__init__(data, initial={"status": present}, auto_id="side_%s")
        if present and present not in AGENT_CHOICES:
            choices = self.fields["status"].choices  # type: ignore[attr-defined]
            self.fields["status"].choices = [(present, Status(present).label), *choices]  # type: ignore[attr-defined]


class SeverityForm(forms.Form):
    severity = forms.ChoiceField(label="Severity", choices=Severity.choices)


class AgentSeverityForm(SeverityForm):
    """The severity with a reason, which the customer sees."""

    reason = forms.CharField(
        label="Reason for the change",
        max_length=500,
        help_text="Shown to the customer.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, data: Any = None, *, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial=initial, auto_id="severity_%s")


class ClassificationForm(forms.Form):
    """Product and reason. Retired entries are listed only if the ticket has them."""

    product: forms.ModelChoiceField = ModelComboboxField(
        None, label="Product", empty_label=None, widget=Combobox("tickets:catalog_options", ["product"])
    )
    reason: forms.ModelChoiceField = ModelComboboxField(
        None, label="Reason", empty_label=None, widget=Combobox("tickets:catalog_options", ["reason"])
    )

    def __init__(self, data: Any = None, *, ticket: Ticket, lists: Lists | None = None) -> None:
        initial = {"product": ticket.product_id, "reason": ticket.reason_id}
        super().__init__(data, initial=initial, auto_id="classification_%s")
        offered = {"product": access.products(besides=ticket), "reason": access.reasons(besides=ticket)}
        for name, rows in offered.items():
            field: Any = self.fields[name]
            field.queryset = rows
            known = [(int(each.key), each.name) for each in lists[f"{name}s"]] if lists else None
            field.choices = known or [(each.pk, str(each)) for each in rows]  # a select asks twice


class VisibilityForm(forms.Form):
    """The visibility to change to. It is explicit so that sending the form twice doesn't change it back."""

    visibility = forms.ChoiceField(choices=Visibility.choices, widget=forms.HiddenInput)
