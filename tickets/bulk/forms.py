"""One change of many tickets, as the queue asks for it."""

from typing import Any

from django import forms
from django.http import QueryDict

from orgs.access import agents
from orgs.actor import Actor
from tickets.access import macros_for, queue_tickets, ticket_named
from tickets.bulk.models import BulkKind
from tickets.forms.lists import PLAIN_SELECT
from tickets.forms.macros import TagsField
from tickets.forms.queue import QueueForm, offers
from tickets.models.ticket import Ticket, TicketQuerySet
from tickets.paging import read_id
from tickets.states import AGENT_CHOICES, Severity, Status

# What each kind needs to be told, but for the assignee, who may be nobody.
NEEDS = {
    BulkKind.STATUS: {"status": "Choose a status."},
    BulkKind.SEVERITY: {"severity": "Choose a severity.", "reason": "Say why: the customers read it."},
    BulkKind.TAGS: {"tags": "Name at least one tag."},
    BulkKind.MACRO: {"macro": "Choose a macro."},
    BulkKind.MERGE: {"target": "Name the ticket that the others go into."},
}


class NumbersField(forms.Field):
    """Any number of ids, as checkboxes of the same name send them."""

    widget = forms.MultipleHiddenInput

    def to_python(self, value: Any) -> list[int]:
        try:
            return [read_id(each) for each in value or []]
        except ValueError:
            raise forms.ValidationError("These are no tickets.") from None


class BulkForm(forms.Form):
    """A change, and on which tickets: those that are ticked, or everything that a filter finds."""

    kind = forms.ChoiceField(choices=BulkKind.choices)
    ticket = NumbersField(required=False)
    everything = forms.BooleanField(required=False)
    query = forms.CharField(required=False, max_length=500)
    assignee: forms.ModelChoiceField = forms.ModelChoiceField(
        None, label="Assign to", required=False, empty_label="Nobody", widget=PLAIN_SELECT
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
        label="Why: the customers read it",
        required=False,
        max_length=1000,
        strip=True,
        widget=forms.TextInput(attrs={"class": "form-control"}),
    )
    tags = TagsField()
    macro: forms.ModelChoiceField = forms.ModelChoiceField(
        None, label="Apply macro", required=False, empty_label="Choose one", widget=PLAIN_SELECT
    )

    target = forms.CharField(
        label="Merge into the ticket",
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "off"}),
        help_text="By its number, like SUP-1042.",
    )

    def __init__(self, data: QueryDict | None = None, *, actor: Actor, query: str = "") -> None:
        super().__init__(data, initial={"query": query, "assignee": actor.user_id}, auto_id="bulk_%s")
        self.actor = actor
        self.fields["assignee"].queryset = agents()  # type: ignore[attr-defined]
        self.fields["macro"].queryset = macros_for(actor).prefetch_related(None)  # type: ignore[attr-defined]

    def clean_target(self) -> Ticket | None:
        words = self.cleaned_data["target"]
        found = ticket_named(self.actor, words)
        if words and found is None:
            raise forms.ValidationError("There is no such ticket.")
        return found

    def clean(self) -> None:
        for name, problem in NEEDS.get(BulkKind(self.cleaned_data.get("kind", "assign")), {}).items():
            if not self.cleaned_data.get(name) and name not in self.errors:
                self.add_error(name, problem)
        if not self.cleaned_data.get("everything") and not self.cleaned_data.get("ticket"):
            self.add_error(None, "Choose at least one ticket.")

    @property
    def tickets(self) -> TicketQuerySet:
        """The tickets that are meant, of those that the actor sees."""
        tickets = queue_tickets(self.actor)
        if self.cleaned_data["everything"]:
            query = QueryDict(self.cleaned_data["query"])
            return QueueForm(query, actor=self.actor, offers=offers()).apply(tickets).queryset
        return tickets.filter(pk__in=self.cleaned_data["ticket"])

    @property
    def change(self) -> dict[str, Any]:
        """Kind, arguments and words of the job."""
        said, kind = self.cleaned_data, self.cleaned_data["kind"]
        assignee, macro, target = said["assignee"], said["macro"], said["target"]
        arguments, words = {
            BulkKind.ASSIGN: ({"assignee": assignee and assignee.pk}, f"Assign to {assignee or 'nobody'}"),
            BulkKind.STATUS: (
                {"status": said["status"]},
                f"Set status to {_label(Status, said['status'])}",
            ),
            BulkKind.SEVERITY: (
                {"severity": said["severity"], "reason": said["reason"]},
                f"Set severity to {_label(Severity, said['severity'])}",
            ),
            BulkKind.TAGS: ({"tags": said["tags"]}, f"Add tags {', '.join(said['tags'])}"),
            BulkKind.MACRO: ({"macro": macro and macro.pk}, f"Apply macro “{macro}”"),
            BulkKind.MERGE: ({"target": target and target.pk}, f"Merge into {target}"),
        }[kind]
        return {"kind": kind, "arguments": arguments, "words": words[:200]}


def _label(choices: Any, value: str) -> str:
    return str(dict(choices.choices).get(value, value))
