"""Forms of the settings pages."""

from typing import Any

from django import forms

from orgs.week import WeekForm
from supportcenter.bounds import DayField
from tickets.access import agents_and_availability
from tickets.forms.tags import TagsField
from tickets.models.macros import Macro, MacroKind
from tickets.models.teams import AssignmentRule, Availability, Team
from tickets.states import AGENT_CHOICES


class TeamForm(forms.Form):
    name = forms.CharField(max_length=60)
    description = forms.CharField(
        max_length=200, required=False, help_text="Which tickets this team handles."
    )
    assignment_rule = forms.ChoiceField(
        label="Assignment rule",
        choices=AssignmentRule.choices,
        initial=AssignmentRule.MANUAL,
        widget=forms.RadioSelect,
    )
    members: forms.ModelMultipleChoiceField = forms.ModelMultipleChoiceField(
        None, required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, data: Any = None, *, team: Team | None = None) -> None:
        super().__init__(data)
        self.fields["members"].queryset = agents_and_availability()  # type: ignore[attr-defined]
        if team:
            self.initial = {
                "name": team.name,
                "description": team.description,
                "assignment_rule": team.assignment_rule,
                "members": [each.user_id for each in team.members.all()],
            }


def _day(label: str) -> DayField:
    return DayField(label=label, required=False, widget=forms.DateInput(attrs={"type": "date"}))


class AvailabilityForm(WeekForm):
    """Working hours in the agent's time zone, and days out of office."""

    away_from = _day("First day out of office")
    away_until = _day("Last day out of office")
    away_note = forms.CharField(
        label="Note", required=False, max_length=120, help_text="Shown to colleagues next to the name."
    )

    def __init__(self, data: Any = None, *, availability: Availability) -> None:
        super().__init__(data, week=availability.week)
        for name in ("away_from", "away_until", "away_note"):
            self.initial[name] = getattr(availability, name)

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        first, last = values.get("away_from"), values.get("away_until")
        if bool(first) != bool(last) and not {"away_from", "away_until"} & set(self.errors):
            self.add_error("away_until" if first else "away_from", "Enter both dates or leave both empty.")
        elif first and last and last < first:
            self.add_error("away_until", "The last day can't be before the first.")
        return values


class ChoiceForm(forms.Form):
    """A product or a reason."""

    name = forms.CharField(max_length=80, widget=forms.TextInput(attrs={"autocomplete": "off"}))


class ChoiceChangeForm(ChoiceForm):
    is_retired = forms.BooleanField(
        label="Retired",
        required=False,
        help_text="Not available on new tickets. Existing tickets keep it.",
    )


class TagForm(forms.Form):
    name = forms.CharField(
        max_length=41,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text="If another tag has this name, the two are merged.",
    )


class MacroForm(forms.Form):
    name = forms.CharField(label="Name", max_length=80, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    kind = forms.ChoiceField(label="Type", choices=MacroKind.choices, widget=forms.RadioSelect)
    body = forms.CharField(label="Text", max_length=20_000, widget=forms.Textarea(attrs={"rows": 8}))
    status = forms.ChoiceField(
        label="Set the status to",
        required=False,
        choices=[("", "No change"), *((status, status.label) for status in AGENT_CHOICES)],
    )
    tags = TagsField(help_text="Added to the ticket’s tags.")
    is_assigning = forms.BooleanField(label="Assign the ticket to the agent who applies it", required=False)
    is_shared = forms.BooleanField(label="Share with all agents", required=False)

    def __init__(self, data: Any = None, *, macro: Macro | None = None) -> None:
        super().__init__(data, initial=_initial(macro) if macro else {"kind": MacroKind.ANSWER})


def _initial(macro: Macro) -> dict[str, Any]:
    names = ["name", "kind", "body", "status", "is_assigning"]
    tags = " ".join(tag.name for tag in macro.tags.all())
    return {name: getattr(macro, name) for name in names} | {
        "tags": tags,
        "is_shared": macro.owner_id is None,
    }
