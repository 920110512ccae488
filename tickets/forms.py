"""Shapes of what people send about tickets."""

import uuid
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.datastructures import MultiValueDict

from billing.entitlements import FirstResponse, entitlement_of
from orgs.access import agents, services_of
from orgs.actor import Actor
from orgs.models import Organization, Project, Service
from tickets import access
from tickets.actions import TicketDraft, stage_files
from tickets.fields import CcField, FilesField
from tickets.models import Attachment, Ticket
from tickets.querysets import TicketQuerySet
from tickets.states import AGENT_CHOICES, CUSTOMER_FILTERS, SEVERITY_MEANING, Severity, Status

Files = MultiValueDict[str, UploadedFile]
# A select that stands outside of a .field.
PLAIN_SELECT = forms.Select(attrs={"class": "form-select"})


class FilesMixin(forms.Form):
    """Files that survive an error: those just sent are stored at once, and named again by their ids."""

    files_sent = FilesField()
    uploads: forms.ModelMultipleChoiceField = forms.ModelMultipleChoiceField(None, required=False)
    kept: list[Attachment]

    def keep_files(self, actor: Actor) -> None:
        """Store what was uploaded, also if another field has an error; afterwards ``kept`` has all files."""
        self.fields["uploads"].queryset = access.unsent_files(actor)  # type: ignore[attr-defined]
        self.full_clean()
        self.kept = [
            *self.cleaned_data.get("uploads", []),
            *stage_files(actor=actor, files=self.cleaned_data.get("files_sent", [])),
        ]


@dataclass(frozen=True)
class SeverityLabel:
    """What the form shows beside a severity."""

    name: str
    meaning: str
    target: str

    @classmethod
    def of(cls, severity: Severity, target: FirstResponse) -> "SeverityLabel":
        return cls(severity.label, SEVERITY_MEANING[severity], f"First response: {target.words}")

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
        help_text="The ones that are affected. Hold Ctrl or ⌘ to choose several.",
        widget=forms.SelectMultiple(attrs={"size": 8}),
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
        widget=forms.Textarea(attrs={"rows": 10, "data-draft": "new-description"}),
    )
    submission_key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, data: Any = None, files: Files | None = None, *, organization: Organization) -> None:
        super().__init__(data, files, initial={"submission_key": uuid.uuid4()})
        self.fields["cc"].organization = organization  # type: ignore[attr-defined]
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
            entries.append((f"service:{service.pk}", f"{service.name} ({service.product})"))
        return list(groups.items())

    def draft(self) -> TicketDraft:
        """What an action needs, from a valid form."""
        chosen = [value.split(":", 1) for value in self.cleaned_data["resources"]]
        projects: list[Project] = [self.projects[key] for kind, key in chosen if kind == "project"]
        services: list[Service] = [self.services[key] for kind, key in chosen if kind == "service"]
        names = ["submission_key", "subject", "severity", "product", "reason", "description", "cc"]
        return TicketDraft(
            **{name: self.cleaned_data[name] for name in names},
            projects=projects,
            services=services,
            files=self.kept,
        )


class CommentForm(FilesMixin):
    """The composer of a customer. What is typed is kept in the browser until it is sent."""

    body = forms.CharField(label="Comment", max_length=100_000, widget=forms.Textarea(attrs={"rows": 5}))

    def __init__(self, data: Any = None, files: Files | None = None, *, ticket: Ticket) -> None:
        super().__init__(data, files)
        self.fields["body"].widget.attrs["data-draft"] = f"{ticket.reference}-comment"


class AnswerForm(CommentForm):
    """The composer of an agent: an answer, with a status in the same step, or an internal note."""

    kind = forms.ChoiceField(choices=[("answer", "Answer"), ("note", "Internal note")], initial="answer")
    status = forms.ChoiceField(
        label="Then set the status to",
        required=False,
        choices=[(status, status.label) for status in AGENT_CHOICES],
        initial=Status.WAITING,
        widget=PLAIN_SELECT,
    )


class ParticipantsForm(forms.Form):
    """Add to conversation."""

    cc = CcField()
    body = forms.CharField(label="Comment", max_length=100_000, widget=forms.Textarea(attrs={"rows": 4}))

    def __init__(self, data: Any = None, *, organization: Organization) -> None:
        super().__init__(data)
        self.fields["cc"].organization = organization  # type: ignore[attr-defined]


class AssignmentForm(forms.Form):
    assignee: forms.ModelChoiceField = forms.ModelChoiceField(
        None, label="Assignee", required=False, empty_label="Nobody"
    )

    def __init__(self, data: Any = None, *, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial=initial)
        self.fields["assignee"].queryset = agents()  # type: ignore[attr-defined]


class StatusForm(forms.Form):
    status = forms.ChoiceField(label="Status", choices=[(status, status.label) for status in AGENT_CHOICES])


class SeverityForm(forms.Form):
    severity = forms.ChoiceField(label="Severity", choices=Severity.choices)


class FilterForm(forms.Form):
    """Filters of a list, kept in its address. A value that makes no sense filters nothing."""

    q = forms.CharField(label="Search", required=False, max_length=200, strip=True)
    status = forms.ChoiceField(
        label="Status",
        required=False,
        choices=[("", "Any status"), *((code, words) for code, (words, _) in CUSTOMER_FILTERS.items())],
        widget=PLAIN_SELECT,
    )

    def apply(self, tickets: TicketQuerySet) -> TicketQuerySet:
        self.full_clean()
        if words := self.cleaned_data.get("q"):
            tickets = tickets.matching(words)
        if status := self.cleaned_data.get("status"):
            tickets = tickets.in_statuses(CUSTOMER_FILTERS[status][1])
        return tickets


class QueueForm(FilterForm):
    """The queue's filters, in the words of staff."""

    status = forms.ChoiceField(
        label="Status", required=False, choices=[("", "Any status"), *Status.choices], widget=PLAIN_SELECT
    )
    severity = forms.ChoiceField(
        label="Severity",
        required=False,
        choices=[("", "Any severity"), *Severity.choices],
        widget=PLAIN_SELECT,
    )

    def apply(self, tickets: TicketQuerySet) -> TicketQuerySet:
        self.full_clean()
        wanted = {name: value for name, value in self.cleaned_data.items() if value}
        words = wanted.pop("q", "")
        return (tickets.matching(words, internal=True) if words else tickets).filter(**wanted)
