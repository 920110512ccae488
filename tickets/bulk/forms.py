"""The queue's form for a bulk change."""

from typing import Any

from django import forms
from django.http import QueryDict

from orgs.access import agents
from orgs.actor import Actor
from supportcenter.combobox import Combobox, ModelComboboxField
from tickets.access import macros_for, queue_tickets, ticket_named
from tickets.bulk.models import BulkKind
from tickets.forms.filters import PLAIN_SELECT, Choices
from tickets.forms.queue import QueueOptions
from tickets.forms.tags import TagsField
from tickets.models.ticket import Ticket, TicketQuerySet
from tickets.paging import read_id
from tickets.search.finding import searched
from tickets.states import AGENT_CHOICES, Severity, Status

# The fields that each kind needs. The assignee can be empty: unassigned.
NEEDS = {
    BulkKind.STATUS: {"status": "Choose a status."},
    BulkKind.SEVERITY: {"severity": "Choose a severity.", "reason": "Enter a reason. Customers will see it."},
    BulkKind.TAGS: {"tags": "Enter at least one tag."},
    BulkKind.MACRO: {"macro": "Choose a macro."},
    BulkKind.MERGE: {"target": "Enter the ticket to merge into."},
}


class NumbersField(forms.Field):
    """Any number of ids, sent by checkboxes of the same name."""

    widget = forms.MultipleHiddenInput

    def to_python(self, value: Any) -> list[int]:
        try:
            return [read_id(each) for each in value or []]
        except ValueError:
            raise forms.ValidationError(
                "The selection is invalid. Reload the page and select the tickets again."
            ) from None


class BulkForm(forms.Form):
    """A change, and its tickets: those that are selected, or everything that matches a filter."""

    kind = forms.ChoiceField(choices=BulkKind.choices)
    ticket = NumbersField(required=False)
    everything = forms.BooleanField(required=False)
    query = forms.CharField(required=False)
    assignee: forms.ModelChoiceField = ModelComboboxField(
        None,
        label="Assign to",
        required=False,
        empty_label="Unassigned",
        widget=Combobox("tickets:options", ["bulk-assignee"]),
    )
    status = forms.ChoiceField(
        label="Set status to",
        required=False,
        choices=[(status, status.label) for status in AGENT_CHOICES],
        widget=PLAIN_SELECT,
    )
    severity = forms.ChoiceField(
        label="Set severity to", required=False, choices=Severity.choices, widget=PLAIN_SELECT
    )
    reason = forms.CharField(
        label="Reason (visible to customers)",
        required=False,
        max_length=1000,
        strip=True,
        widget=forms.TextInput(attrs={"class": "form-control"}),
    )
    tags = TagsField()
    macro: forms.ModelChoiceField = ModelComboboxField(
        None,
        label="Apply macro",
        required=False,
        empty_label="Choose one",
        widget=Combobox("tickets:options", ["bulk-macro"]),
    )
    target = forms.CharField(
        label="Merge into",
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "off"}),
        help_text="A ticket number, such as SUP-1042.",
    )

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        actor: Actor,
        query: str = "",
        options: QueueOptions | None = None,
    ) -> None:
        super().__init__(data, initial={"query": query, "assignee": actor.user_id}, auto_id="bulk_%s")
        self.actor = actor
        rows = {"assignee": agents(), "macro": macros_for(actor).prefetch_related(None)}
        for name, choices in (options or QueueOptions(actor)).to_change().items():
            field: Any = self.fields[name]
            field.queryset = rows[name]
            field.choices = Choices([("", field.empty_label)], choices)

    def clean_target(self) -> Ticket | None:
        words = self.cleaned_data["target"]
        found = ticket_named(self.actor, words)
        if words and found is None:
            raise forms.ValidationError("No ticket has this number.")
        return found

    def clean(self) -> None:
        for name, problem in NEEDS.get(BulkKind(self.cleaned_data.get("kind", "assign")), {}).items():
            if not self.cleaned_data.get(name) and name not in self.errors:
                self.add_error(name, problem)
        if not self.cleaned_data.get("everything") and not self.cleaned_data.get("ticket"):
            self.add_error(None, "Choose at least one ticket.")
        if self.cleaned_data.get("everything") and "query" in self.cleaned_data:
            self._find_everything()

    def _find_everything(self) -> None:
        """Find what matches the filter. With a part of it ignored, it would match more than is meant."""
        found = searched(self.actor, queue_tickets(self.actor), self.cleaned_data["query"])
        self.found = found.queryset
        for problem in found.problems:
            self.add_error(None, problem)

    @property
    def tickets(self) -> TicketQuerySet:
        """The chosen tickets, of those that the actor can see."""
        if self.cleaned_data["everything"]:
            return self.found
        return queue_tickets(self.actor).filter(pk__in=self.cleaned_data["ticket"])

    @property
    def change(self) -> dict[str, Any]:
        """Kind, arguments, description and filter of the job."""
        data, kind = self.cleaned_data, self.cleaned_data["kind"]
        assignee, macro, target = data["assignee"], data["macro"], data["target"]
        arguments, words = {
            BulkKind.ASSIGN: (
                {"assignee": assignee and assignee.pk},
                f"Assign to {assignee}" if assignee else "Unassign",
            ),
            BulkKind.STATUS: (
                {"status": data["status"]},
                f"Set status to {_label(Status, data['status'])}",
            ),
            BulkKind.SEVERITY: (
                {"severity": data["severity"], "reason": data["reason"]},
                f"Set severity to {_label(Severity, data['severity'])}",
            ),
            BulkKind.TAGS: ({"tags": data["tags"]}, f"Add tags {', '.join(data['tags'])}"),
            BulkKind.MACRO: ({"macro": macro and macro.pk}, f"Apply macro “{macro}”"),
            BulkKind.MERGE: ({"target": target and target.pk}, f"Merge into {target}"),
        }[kind]
        query = data["query"] if data["everything"] else ""
        return {"kind": kind, "arguments": arguments, "words": words[:200], "query": query}


def _label(choices: Any, value: str) -> str:
    return str(dict(choices.choices).get(value, value))
