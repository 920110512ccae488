"""The create form."""

import unicodedata
import uuid
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils import timezone

from billing.entitlements import Target, entitlement_of
from orgs.access import projects_of, services_of
from orgs.models import Organization, Project, Service
from supportcenter.combobox import Combobox, ModelComboboxField
from supportcenter.wording import format_instant
from tickets import access
from tickets.actions.opening import TicketDraft
from tickets.forms.addresses import split_addresses
from tickets.forms.fields import CcField
from tickets.forms.files import Files, FilesMixin
from tickets.models.ticket import Ticket
from tickets.states import SEVERITY_MEANING, Severity

# Unicode categories of invisible characters: controls, formats (zero width, direction), surrogates.
INVISIBLE = {"Cc", "Cf", "Cs"}


@dataclass(frozen=True)
class SeverityLabel:
    """What the form shows for a severity."""

    name: str
    meaning: str
    target: str

    @classmethod
    def of(cls, severity: Severity, target: Target) -> "SeverityLabel":
        words = f"First response: {target.label}"
        if not target.is_best_effort:
            words += f", by {format_instant(target.due_at(timezone.now()))}"
        return cls(severity.label, SEVERITY_MEANING[severity], words)

    def __str__(self) -> str:
        return self.name


class TicketForm(FilesMixin):
    """The create form, with its fields in the order of the page."""

    cc = CcField(required=False)
    subject = forms.CharField(label="Subject", max_length=200)
    severity = forms.ChoiceField(label="Severity", widget=forms.RadioSelect)
    resources = forms.MultipleChoiceField(
        label="Projects and services",
        required=False,
        help_text="Select those that are affected.",
        widget=forms.CheckboxSelectMultiple,
    )
    ids = forms.CharField(
        label="Or paste their IDs",
        required=False,
        max_length=5000,
        help_text="Names of projects or services as shown in the console, separated by spaces.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    product: forms.ModelChoiceField = ModelComboboxField(
        None,
        label="Product",
        to_field_name="code",
        empty_label="Choose a product",
        widget=Combobox("tickets:catalog_options", ["product"]),
    )
    reason: forms.ModelChoiceField = ModelComboboxField(
        None,
        label="Reason",
        to_field_name="code",
        empty_label="Choose a reason",
        widget=Combobox("tickets:catalog_options", ["reason"]),
    )
    description = forms.CharField(
        label="Description",
        max_length=100_000,
        widget=forms.Textarea(attrs={"rows": 10}),
    )
    submission_key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, data: Any = None, files: Files | None = None, *, organization: Organization) -> None:
        super().__init__(data, files, initial={"submission_key": uuid.uuid4()})
        self.fields["cc"].limit_to(organization)  # type: ignore[attr-defined]
        self.organization = organization
        self.entitlement = entitlement_of(organization)
        self.fields["severity"].choices = self._severities()  # type: ignore[attr-defined]
        self.fields["product"].queryset = access.products()  # type: ignore[attr-defined]
        self.fields["reason"].queryset = access.reasons()  # type: ignore[attr-defined]
        self.services = {str(each.pk): each for each in services_of(organization)}
        self.projects = {each.name: each for each in projects_of(organization)}
        self.fields["resources"].choices = self._grouped()  # type: ignore[attr-defined]

    def _severities(self) -> list[tuple[str, "SeverityLabel"]]:
        targets = self.entitlement.targets
        return [(each, SeverityLabel.of(each, targets[each])) for each in Severity]

    def _grouped(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """Return choices by unit and project: the project itself, then its services."""
        groups = {
            name: (f"{project.unit.name} / {name}", [(f"project:{name}", f"{name} (whole project)")])
            for name, project in self.projects.items()
        }
        for service in self.services.values():
            words = f"{service.name} ({service.product})"
            if service.is_early_availability:
                words += ", early availability: severity is always Low"
            groups[service.project.name][1].append((f"service:{service.pk}", words))
        return list(groups.values())

    def clean_ids(self) -> list[str]:
        """Return the choices of pasted IDs: a project, a service, or ``project/service``."""
        known = self._choices_by_id()
        chosen: list[str] = []
        errors: list[str] = []
        for each in split_addresses(self.cleaned_data["ids"]):
            found = known.get(each, set())
            if not found:
                errors.append(f"“{each}” is not a project or service of {self.organization}.")
            elif len(found) > 1:
                errors.append(f"“{each}” is in more than one project. Enter it as project/{each}.")
            chosen += found
        if errors:
            raise forms.ValidationError(errors)
        return chosen

    def _choices_by_id(self) -> dict[str, set[str]]:
        found: dict[str, set[str]] = defaultdict(set)
        for key, service in self.services.items():
            for name in (service.name, f"{service.project.name}/{service.name}"):
                found[name].add(f"service:{key}")
        for name in self.projects:
            found[name] = {f"project:{name}"}
        return found

    def clean_subject(self) -> str:
        """Return the subject as one line of visible text, without invisible and text-direction characters."""
        subject = "".join(
            each for each in self.cleaned_data["subject"] if unicodedata.category(each) not in INVISIBLE
        )
        if not subject.strip():
            raise forms.ValidationError("Enter a subject.")
        return " ".join(subject.split())

    def draft(self, follow_up_to: Ticket | None = None) -> TicketDraft:
        """Return the content of a valid form for the action."""
        values = dict.fromkeys([*self.cleaned_data["resources"], *self.cleaned_data["ids"]])
        chosen = [value.split(":", 1) for value in values]
        projects: list[Project] = [self.projects[key] for kind, key in chosen if kind == "project"]
        services: list[Service] = [self.services[key] for kind, key in chosen if kind == "service"]
        names = ["submission_key", "subject", "severity", "product", "reason", "description", "cc"]
        return TicketDraft(
            **{name: self.cleaned_data[name] for name in names},
            projects=projects,
            services=services,
            files=self.uploads,
            follow_up_to=follow_up_to,
        )
