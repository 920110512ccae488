"""The create form."""

import unicodedata
import uuid
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils import timezone

from billing.entitlements import FirstResponse, entitlement_of
from orgs.access import services_of
from orgs.models import Organization, Project, Service
from tickets import access
from tickets.actions import TicketDraft
from tickets.addresses import split_addresses
from tickets.fields import CcField
from tickets.forms.files import Files, FilesMixin
from tickets.models import Ticket
from tickets.states import SEVERITY_MEANING, Severity
from tickets.wording import say_instant

# Unicode categories without a shape of their own: controls, formats (zero width, direction), surrogates.
INVISIBLE = {"Cc", "Cf", "Cs"}


@dataclass(frozen=True)
class SeverityLabel:
    """What the form shows beside a severity."""

    name: str
    meaning: str
    target: str

    @classmethod
    def of(cls, severity: Severity, target: FirstResponse) -> "SeverityLabel":
        words = f"First response: {target.words}"
        if not target.is_best_effort:
            words += f", by {say_instant(target.due_at(timezone.now()))}"
        return cls(severity.label, SEVERITY_MEANING[severity], words)

    def __str__(self) -> str:
        return self.name


class TicketForm(FilesMixin):
    """The create form. Its fields stand in the order of the page."""

    cc = CcField(required=False)
    subject = forms.CharField(label="Subject", max_length=200)
    severity = forms.ChoiceField(label="Severity", widget=forms.RadioSelect)
    resources = forms.MultipleChoiceField(
        label="Projects and services",
        required=False,
        help_text="The ones that are affected.",
        widget=forms.CheckboxSelectMultiple,
    )
    ids = forms.CharField(
        label="Or paste their IDs",
        required=False,
        max_length=5000,
        help_text="Names of projects or services, as the console shows them, separated by spaces.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    product: forms.ModelChoiceField = forms.ModelChoiceField(
        None, label="Product", to_field_name="code", empty_label="Choose a product"
    )
    reason: forms.ModelChoiceField = forms.ModelChoiceField(
        None, label="Reason", to_field_name="code", empty_label="Choose a reason"
    )
    description = forms.CharField(
        label="Description",
        max_length=100_000,
        widget=forms.Textarea(attrs={"rows": 10}),
    )
    submission_key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, data: Any = None, files: Files | None = None, *, organization: Organization) -> None:
        super().__init__(data, files, initial={"submission_key": uuid.uuid4()})
        self.fields["cc"].look_in(organization)  # type: ignore[attr-defined]
        self.organization = organization
        self.entitlement = entitlement_of(organization)
        self.fields["severity"].choices = self._severities()  # type: ignore[attr-defined]
        self.fields["product"].queryset = access.products()  # type: ignore[attr-defined]
        self.fields["reason"].queryset = access.reasons()  # type: ignore[attr-defined]
        self.services = {str(each.pk): each for each in services_of(organization)}
        self.projects = {each.project.name: each.project for each in self.services.values()}
        self.fields["resources"].choices = self._grouped()  # type: ignore[attr-defined]

    def _severities(self) -> list[tuple[str, "SeverityLabel"]]:
        targets = self.entitlement.targets
        return [(each, SeverityLabel.of(each, targets[each])) for each in Severity]

    def _grouped(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """Choices by unit and project: the project itself, then its services."""
        groups: dict[str, list[tuple[str, str]]] = {}
        for service in self.services.values():
            project = service.project
            entries = groups.setdefault(
                f"{project.unit.name} / {project.name}",
                [(f"project:{project.name}", f"{project.name} (whole project)")],
            )
            words = f"{service.name} ({service.product})"
            if service.is_early_availability:
                words += ", early availability: severity is always Low"
            entries.append((f"service:{service.pk}", words))
        return list(groups.items())

    def clean_ids(self) -> list[str]:
        """Pasted ids as choices: a project, a service, or both as ``project/service``. Bad ones are named."""
        known = self._choices_by_id()
        ids = split_addresses(self.cleaned_data["ids"])
        unknown = [each for each in ids if each not in known]
        if unknown:
            raise forms.ValidationError(
                [f"{each} is no project or service of {self.organization}." for each in unknown]
            )
        return [known[each] for each in ids]

    def _choices_by_id(self) -> dict[str, str]:
        found = {}
        for key, service in self.services.items():
            found[service.name] = found[f"{service.project.name}/{service.name}"] = f"service:{key}"
        return found | {name: f"project:{name}" for name in self.projects}

    def clean_subject(self) -> str:
        """One line of visible text: what turns lines around or cannot be seen is left out."""
        subject = "".join(
            each for each in self.cleaned_data["subject"] if unicodedata.category(each) not in INVISIBLE
        )
        if not subject.strip():
            raise forms.ValidationError("Write a few words on what the ticket is about.")
        return " ".join(subject.split())

    def draft(self, follow_up_to: Ticket | None = None) -> TicketDraft:
        """What an action needs, from a valid form."""
        values = dict.fromkeys([*self.cleaned_data["resources"], *self.cleaned_data["ids"]])
        chosen = [value.split(":", 1) for value in values]
        projects: list[Project] = [self.projects[key] for kind, key in chosen if kind == "project"]
        services: list[Service] = [self.services[key] for kind, key in chosen if kind == "service"]
        names = ["submission_key", "subject", "severity", "product", "reason", "description", "cc"]
        return TicketDraft(
            **{name: self.cleaned_data[name] for name in names},
            projects=projects,
            services=services,
            files=self.kept,
            follow_up_to=follow_up_to,
        )
