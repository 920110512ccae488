"""The queue's filters, saved views, and how an agent likes the queue to look."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any, ClassVar

from django import forms
from django.http import QueryDict

from billing.entitlements import tier_choices
from orgs.access import person_labels
from orgs.actor import Actor
from orgs.models import User
from supportcenter.combobox import SuggestedText
from tickets import access
from tickets.forms.filters import PLAIN_SELECT, FilterForm, LaterOptions, Options, choice, day, long_choice
from tickets.models.queue import Density, SavedView
from tickets.options import Lists, lists_of_queue
from tickets.paging import Orders, Sort
from tickets.queue import COLUMNS
from tickets.search.finding import searched
from tickets.search.operators import ME, STATUSES, UNASSIGNED
from tickets.search.syntax import parse
from tickets.states import Severity

ORDERS: Orders = {
    "due": ("Next due first", Sort("queue_order")),
    "-due": ("Next due last", Sort("queue_order").reversed()),
    "-severity": ("Most severe first", Sort("severity_rank", read=int).reversed()),
    "severity": ("Least severe first", Sort("severity_rank", read=int)),
    "-last_reply": ("Newest reply first", Sort("last_reply_at").reversed()),
    "last_reply": ("Oldest reply first", Sort("last_reply_at")),
    "-created": ("Newest first", Sort("created_at").reversed()),
    "created": ("Oldest first", Sort("created_at")),
    "-updated": ("Recently updated first", Sort("updated_at").reversed()),
    "updated": ("Least recently updated first", Sort("updated_at")),
}
STATUS_OPTIONS = [
    ("unfinished", "Unsolved"),
    ("waiting,hold", "Waiting or on hold"),
    ("solved,closed", "Solved or closed"),
    *((code, means) for code, (means, _) in STATUSES.items() if code != "unfinished"),
]


class QueueOptions:
    """The choices from the lists that staff edit, each read once and only when it is needed."""

    def __init__(self, actor: Actor) -> None:
        self.actor = actor

    @cached_property
    def assignees(self) -> dict[User, str]:
        """The agents, and former agents who still have tickets, with their labels; one query."""
        return person_labels(access.assignees())

    @property
    def agents(self) -> dict[User, str]:
        """The agents with their labels."""
        return {each: label for each, label in self.assignees.items() if not each.is_former}  # type: ignore[attr-defined]

    @property
    def former_agents(self) -> dict[User, str]:
        """The former agents with their labels."""
        return {each: label for each, label in self.assignees.items() if each.is_former}  # type: ignore[attr-defined]

    @cached_property
    def lists(self) -> Lists:
        """The teams, products and macros; one query."""
        return lists_of_queue(self.actor)

    def to_filter(self) -> dict[str, LaterOptions]:
        """Return the choices of the filters."""
        return {
            "assignee": lambda: [
                ME,
                UNASSIGNED,
                *((each.email, label) for each, label in self.agents.items()),
                *((each.email, f"{label} (former agent)") for each, label in self.former_agents.items()),
            ],
            "team": lambda: [(each.name, each.name) for each in self.lists["teams"]],
            "tier": tier_choices,
            "product": lambda: [(each.key, each.name) for each in self.lists["products"]],
        }

    def to_change(self) -> dict[str, LaterOptions]:
        """Return the choices of a bulk change."""
        return {
            "assignee": lambda: [(each.pk, label) for each, label in self.agents.items()],
            "macro": lambda: [(each.key, each.name) for each in self.lists["macros"]],
        }

    def named(self, name: str) -> Options | None:
        """Return the choices of a long list by its name in the address; None if there is no such list."""
        found = (self.to_filter() | {f"bulk-{key}": each for key, each in self.to_change().items()}).get(name)
        return found() if callable(found) else found


class QueueForm(FilterForm):
    """The filters and order of the queue."""

    terms: ClassVar = {
        "status": "status:",
        "severity": "severity:",
        "assignee": "assignee:",
        "team": "team:",
        "organization": "org:",
        "tier": "tier:",
        "product": "product:",
        "tag": "tag:",
        "escalated": "is:",
        "due": "is:",
        "snoozed": "is:",
        "since": "created:>=",
    }
    orders: ClassVar = ORDERS

    status = choice("Status", "Any status", STATUS_OPTIONS)
    severity = choice("Severity", "Any severity", Severity.choices)
    assignee = long_choice("Assignee", "Any assignee", "assignee")
    team = long_choice("Team", "Any team", "team")
    organization = forms.CharField(
        label="Organization",
        required=False,
        widget=SuggestedText("tickets:organization_options", attrs={"class": "form-select"}),
    )
    tier = choice("Support tier", "Any tier")
    product = long_choice("Product", "Any product", "product")
    tag = forms.CharField(
        label="Tag",
        required=False,
        widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "off"}),
    )
    escalated = choice("Escalation", "Escalated or not", [("escalated", "Escalated")])
    due = choice("Response due", "Any due time", [("due", "Due soon or overdue"), ("overdue", "Overdue")])
    snoozed = choice("Snoozed", "Snoozed or not", [("-snoozed", "Not snoozed"), ("snoozed", "Snoozed")])
    since = day("Created since")

    @property
    def more_filters(self) -> list[forms.BoundField]:
        """The filters that fold away."""
        return [self[name] for name in list(self.terms)[3:]]

    @property
    def has_more_filters(self) -> bool:
        """Whether a filter that folds away is set. Views usually leave snoozed tickets out."""
        return any(field.value() not in {None, "", "-snoozed"} for field in self.more_filters)

    def combine(self, present: dict[str, str], given: dict[str, str]) -> dict[str, str]:
        """Let a search find what the view leaves out only by default: snoozed tickets, and solved ones if it
        asks for a status or a state.
        """
        changed = {name: value for name, value in given.items() if value != present.get(name, "")}
        values = present | given
        if changed.get("q"):
            named = {term.name for term in parse(values["q"], self.operators).terms}
            if values.get("snoozed") == "-snoozed" and "snoozed" not in changed:
                del values["snoozed"]
            if values.get("status") == "unfinished" and "status" not in changed and "is" in named:
                del values["status"]
        return values


COLUMN_CHOICES = list(COLUMNS.items())


class SavedViewForm(forms.Form):
    """A view of the queue: a filter and an order under a name."""

    name = forms.CharField(label="Name", max_length=40, strip=True)
    is_shared = forms.BooleanField(label="Share with all agents", required=False)
    query = forms.CharField(
        label="Filter",
        required=False,
        help_text="Operators and words, such as status:open assignee:me. If empty, it shows all tickets.",
        widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "off"}),
    )
    sort = forms.ChoiceField(
        label="Order",
        required=False,
        choices=[(name, words) for name, (words, _) in ORDERS.items()],
        widget=PLAIN_SELECT,
    )
    columns = forms.MultipleChoiceField(
        label="Columns",
        required=False,
        choices=COLUMN_CHOICES,
        widget=forms.CheckboxSelectMultiple,
        help_text="If you choose none, each agent sees their usual columns.",
    )

    def __init__(
        self, data: QueryDict | None, *, actor: Actor, address: QueryDict, view: SavedView | None = None
    ) -> None:
        values: Mapping[str, Any] = {name: getattr(view, name) for name in self.base_fields} if view else {}
        replaced = {name: address[key] for name, key in (("query", "q"), ("sort", "sort")) if key in address}
        super().__init__(data, initial={**values, **replaced})
        self.actor = actor

    def clean_query(self) -> str:
        """Refuse what the queue would ignore."""
        text = self.cleaned_data["query"]
        if problems := searched(self.actor, access.queue_tickets(self.actor), text).problems:
            raise forms.ValidationError(list(problems))
        return text


class QueuePreferencesForm(forms.Form):
    """Columns and density of an agent's queue."""

    columns = forms.MultipleChoiceField(
        label="Columns", required=False, choices=COLUMN_CHOICES, widget=forms.CheckboxSelectMultiple
    )
    density = forms.ChoiceField(label="Rows", choices=Density.choices, widget=forms.RadioSelect)
