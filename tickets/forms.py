"""Shapes of what people send about tickets."""

import unicodedata
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Q
from django.http import QueryDict
from django.utils import timezone
from django.utils.datastructures import MultiValueDict

from billing.entitlements import FirstResponse, entitlement_of
from orgs.access import agents, members_of, projects_of, services_of
from orgs.actor import Actor
from orgs.models import Organization, Project, Service
from supportcenter.errors import RuleViolation
from tickets import access
from tickets.actions import TicketDraft, stage_files
from tickets.addresses import split_addresses
from tickets.fields import CcField, FilesField, too_large
from tickets.models import Attachment, Ticket
from tickets.querysets import TicketQuerySet
from tickets.search import matching
from tickets.states import AGENT_CHOICES, ANSWER_OWED, CUSTOMER_FILTERS, SEVERITY_MEANING, Severity, Status
from tickets.wording import say_instant

# Unicode categories without a shape of their own: controls, formats (zero width, direction), surrogates.
INVISIBLE = {"Cc", "Cf", "Cs"}
Files = MultiValueDict[str, UploadedFile]
# A select that stands outside of a .field.
PLAIN_SELECT = forms.Select(attrs={"class": "form-select"})
PLAIN_DATE = forms.DateInput(attrs={"class": "form-control", "type": "date"})
# Orders of a customer's list, by the names in its address; the first is the usual one.
SORT_NAMES = ["-updated", "updated", "-created", "created", "-severity", "severity", "due", "-due"]


class FilesMixin(forms.Form):
    """Files that survive an error: those just sent are stored at once, and named again by their ids."""

    files_sent = FilesField()
    kept: list[Attachment]

    def keep_files(self, actor: Actor) -> None:
        """Store what was uploaded, also if another field has an error; afterwards ``kept`` has all files.

        Of the ids that come back, those that are not (or no longer) the person's own uploads are left out.
        """
        self.full_clean()
        assert isinstance(self.data, QueryDict)  # noqa: S101 - files come with a POST
        ids = [each for each in self.data.getlist("uploads") if _is_uuid(each)]
        self.kept = list(access.unsent_files(actor).filter(pk__in=ids))
        files = self.cleaned_data.get("files_sent", [])
        for file in too_large(files):
            self.add_error("files_sent", f"{file.name} is larger than {settings.MAX_FILE_MB} MB.")
        files = [file for file in files if file not in too_large(files)]
        if len(self.kept) + len(files) > settings.MAX_FILES:
            self.add_error("files_sent", f"At most {settings.MAX_FILES} files fit on a comment.")
            return
        try:
            self.kept += stage_files(actor=actor, files=files)
        except RuleViolation as violation:
            self.add_error("files_sent", violation.message)


class UploadForm(FilesMixin):
    """Files alone, sent ahead of the form that will name them."""


def _is_uuid(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True


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


class CommentForm(FilesMixin):
    """The composer of a customer. What is typed is kept in the browser until it is sent."""

    body = forms.CharField(label="Comment", max_length=100_000, widget=forms.Textarea(attrs={"rows": 5}))

    def __init__(self, data: Any = None, files: Files | None = None, *, ticket: Ticket, user_id: int) -> None:
        super().__init__(data, files)
        self.fields["body"].widget.attrs |= {
            "data-draft": f"{ticket.reference}-comment-{user_id}",
            "data-draft-with": "kind",
        }


class AnswerForm(CommentForm):
    """The composer of an agent: an answer, with a status in the same step, or an internal note."""

    kind = forms.ChoiceField(choices=[("answer", "Answer"), ("note", "Internal note")], initial="answer")
    status = forms.ChoiceField(
        label="Status",
        required=False,
        choices=[("", "Leave as it is"), *((status, status.label) for status in AGENT_CHOICES)],
        widget=PLAIN_SELECT,
    )

    def __init__(self, data: Any = None, files: Files | None = None, *, ticket: Ticket, user_id: int) -> None:
        super().__init__(data, files, ticket=ticket, user_id=user_id)
        # Who answers usually waits for the customer; but an answer does not undo that a ticket is solved.
        self.fields["status"].initial = Status.WAITING if ticket.status in ANSWER_OWED else ""


class ParticipantsForm(forms.Form):
    """Add to conversation."""

    cc = CcField()
    body = forms.CharField(label="Comment", max_length=100_000, widget=forms.Textarea(attrs={"rows": 4}))

    def __init__(self, data: Any = None, *, organization: Organization) -> None:
        super().__init__(data)
        self.fields["cc"].look_in(organization)  # type: ignore[attr-defined]


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
        super().__init__(data, initial={"status": present})
        if present and present not in AGENT_CHOICES:
            choices = self.fields["status"].choices  # type: ignore[attr-defined]
            self.fields["status"].choices = [(present, Status(present).label), *choices]  # type: ignore[attr-defined]


class SeverityForm(forms.Form):
    severity = forms.ChoiceField(label="Severity", choices=Severity.choices)


class FilterForm(forms.Form):
    """Filters and order of a customer's list, kept in its address. What makes no sense filters nothing."""

    q = forms.CharField(label="Search", required=False, max_length=200, strip=True)
    status = forms.ChoiceField(label="Status", required=False, widget=PLAIN_SELECT)
    severity = forms.ChoiceField(label="Severity", required=False, widget=PLAIN_SELECT)
    product = forms.ChoiceField(label="Product", required=False, widget=PLAIN_SELECT)
    project = forms.ChoiceField(label="Project", required=False, widget=PLAIN_SELECT)
    requester = forms.TypedChoiceField(
        label="Requester", required=False, coerce=int, empty_value=None, widget=PLAIN_SELECT
    )
    since = forms.DateField(label="Updated since", required=False, widget=PLAIN_DATE)
    until = forms.DateField(label="Updated until", required=False, widget=PLAIN_DATE)
    sort = forms.ChoiceField(
        required=False, choices=[(name, name) for name in SORT_NAMES], widget=forms.HiddenInput
    )

    def __init__(self, data: Any, *, organization: Organization, tab: str) -> None:
        super().__init__(data)
        statuses = [(code, words) for code, (words, _) in CUSTOMER_FILTERS.items()]
        products = [(each.code, each.name) for each in access.products()]
        projects = [(name, name) for name in projects_of(organization)]
        people = [(user.pk, user.name) for user in members_of(organization)] if tab != "mine" else []
        choices: dict[str, tuple[str, Sequence[tuple[Any, Any]]]] = {
            "status": ("Any status", statuses),
            "severity": ("Any severity", Severity.choices),
            "product": ("Any product", products),
            "project": ("Any project", projects),
            "requester": ("Anybody", people),
        }
        for name, (everything, values) in choices.items():
            self.fields[name].choices = [("", everything), *values]  # type: ignore[attr-defined]
        if tab == "mine":
            del self.fields["requester"]
        self.full_clean()

    @property
    def order(self) -> str:
        return self.cleaned_data.get("sort") or SORT_NAMES[0]

    @property
    def filters(self) -> dict[str, Any]:
        """What is filtered by: names and values that are set and make sense."""
        return {name: value for name, value in self.cleaned_data.items() if value and name != "sort"}

    def apply(self, tickets: TicketQuerySet) -> TicketQuerySet:
        wanted = self.filters
        if words := wanted.pop("q", ""):
            tickets = matching(tickets, words)
        if status := wanted.pop("status", ""):
            tickets = tickets.in_statuses(CUSTOMER_FILTERS[status][1])
        return tickets.filter(*[FILTERS[name](value) for name, value in wanted.items()])


def _start_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))


FILTERS: dict[str, Callable[[Any], Q]] = {
    "severity": lambda value: Q(severity=value),
    "product": lambda value: Q(product__code=value),
    "project": lambda value: Q(pk__in=access.tickets_in_project(value)),
    "requester": lambda value: Q(requester=value),
    "since": lambda value: Q(updated_at__gte=_start_of(value)),
    "until": lambda value: Q(updated_at__lt=_start_of(value + timedelta(days=1))),
}


class QueueForm(forms.Form):
    """The queue's filters, in the words of staff."""

    q = forms.CharField(label="Search", required=False, max_length=200, strip=True)
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
        return (matching(tickets, words, internal=True) if words else tickets).filter(**wanted)


class EscalationForm(forms.Form):
    text = forms.CharField(
        label="What is wrong?",
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="The duty leads read it first. You can leave it empty.",
    )


class OutcomeForm(forms.Form):
    outcome = forms.CharField(
        label="Outcome",
        max_length=1000,
        help_text="The customer reads it.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class RatingForm(forms.Form):
    score = forms.TypedChoiceField(
        label="How did we do?",
        coerce=int,
        choices=[
            (5, "5 – very good"),
            (4, "4 – good"),
            (3, "3 – fair"),
            (2, "2 – poor"),
            (1, "1 – very poor"),
        ],
        widget=forms.RadioSelect,
    )
    comment = forms.CharField(
        label="In a sentence",
        required=False,
        max_length=500,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
