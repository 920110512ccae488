"""Forms for profiles, members and organizations."""

import zoneinfo
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from django import forms
from django.http import HttpRequest

from orgs.access import units_of
from orgs.actions.invitations import accept_invitation
from orgs.actions.people import change_profile
from orgs.csv_import import MOST_BYTES, BadFile, Problem, decode
from orgs.models import Membership, User, normalize_email
from orgs.resource_file import read_services
from orgs.roles import OrganizationRole
from supportcenter.combobox import Combobox, ComboboxField
from supportcenter.errors import RuleViolation
from supportcenter.wording import format_count

Outcome = TypeVar("Outcome")
TIME_ZONES = [
    ("UTC", "UTC"),
    *((name, name.replace("_", " ")) for name in sorted(zoneinfo.available_timezones()) if "/" in name),
]

ROLES_EXPLAINED = (
    "Members see their own tickets and those they are CC'd on. Billing contacts also see invoices. "
    "Organization admins see every ticket and manage the organization."
)


class SignUpForm(forms.Form):
    """Our part of the sign-up form. allauth adds the address and password."""

    name = forms.CharField(
        max_length=120, label="Your name", widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    field_order = ["name", "email", "password1"]

    def signup(self, request: HttpRequest, user: User) -> None:
        """Save the new user's name and accept their invitation. Called by allauth."""
        user.name = self.cleaned_data["name"]
        membership = accept_invitation(user=user, invitation_id=request.session.pop("invitation", 0))
        change_profile(user=user, name=user.name, time_zone=membership.organization.time_zone)


class ProfileForm(forms.Form):
    name = forms.CharField(
        max_length=120, label="Your name", widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    time_zone = ComboboxField(
        choices=TIME_ZONES,
        label="Time zone",
        widget=Combobox("orgs:time_zones"),
        help_text="All times are shown in this time zone.",
    )


class InvitationForm(forms.Form):
    email = forms.EmailField(label="Email address", help_text="The address they will log in with.")
    role = forms.ChoiceField(choices=OrganizationRole.choices, initial=OrganizationRole.MEMBER, label="Role")

    def clean_email(self) -> str:
        return normalize_email(self.cleaned_data["email"])


class MemberForm(forms.Form):
    """Role and unit of a member. The choices are those of the member's organization."""

    role = forms.ChoiceField(choices=OrganizationRole.choices, label="Role", help_text=ROLES_EXPLAINED)
    unit: forms.ModelChoiceField = forms.ModelChoiceField(
        queryset=None,
        required=False,
        label="Unit",
        empty_label="No unit",
        help_text="For your reference only; it doesn't affect access.",
    )

    def __init__(self, data: Any, *, membership: Membership) -> None:
        super().__init__(data, initial={"role": membership.role, "unit": membership.unit_id})
        self.fields["unit"].queryset = units_of(membership.organization)  # type: ignore[attr-defined]


class ParticipantsPolicyForm(forms.Form):
    """Who can add people to a conversation, besides the requester, admins and support."""

    participants_may_add = forms.TypedChoiceField(
        label="Who can add people to a ticket",
        choices=[
            ("False", "The requester and organization admins"),
            ("True", "Everyone in the conversation, including people in CC"),
        ],
        coerce=lambda value: value == "True",
        widget=forms.RadioSelect,
        help_text="Anyone added can see the whole ticket. Support can always add people.",
    )


class CsvForm(forms.Form):
    """A chosen or pasted file. A chosen file is shown as if pasted. Subclasses parse it in ``read``."""

    file = forms.FileField(
        required=False,
        label="CSV file",
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv,text/plain", "data-max-mb": "1"}),
    )
    text = forms.CharField(
        required=False,
        strip=False,  # line numbers must match what the user sees
        label="Or paste the lines",
        widget=forms.Textarea(attrs={"rows": 12, "spellcheck": "false", "wrap": "off", "class": "is-code"}),
    )
    problems: Sequence[Problem] = ()

    def read(self, text: str) -> Sequence[Any]:
        """Return the lines of the file. Raises ``BadFile`` with all its problems."""
        raise NotImplementedError

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        try:
            if file := values.get("file"):
                values["text"] = decode(file.read(MOST_BYTES + 1))
                self.data = dict(self.data.items()) | {"text": values["text"]}
            if values.get("text", "").strip():
                values["lines"] = self.read(values["text"])
            elif not self.errors:
                self.add_error("file", "Choose a file or paste the lines below.")
        except BadFile as bad:
            self.refuse(bad)
        return values

    def submit(self, action: Callable[[], Outcome]) -> Outcome | None:
        """Run the import if the form is valid, and return its outcome; show why if a rule refuses it."""
        if not self.is_valid():
            return None
        try:
            return action()
        except RuleViolation as violation:
            self.refuse(violation)
            return None

    def refuse(self, violation: RuleViolation) -> None:
        """Show why nothing was imported."""
        self.problems = violation.problems if isinstance(violation, BadFile) else ()
        count = len(self.problems)
        summary = f"Nothing was imported. Fix the {format_count(count, 'problem')} below."
        self.add_error(None, summary if self.problems else violation.message)


class ResourcesForm(CsvForm):
    """A file of units, projects and services."""

    is_complete = forms.BooleanField(
        required=False,
        label="The file is complete",
        help_text="Services that aren't in the file are marked as removed.",
    )

    def read(self, text: str) -> Sequence[Any]:
        return read_services(text)
