"""The queue's filters, and how an agent sets the desk."""

from collections.abc import Callable, Sequence
from typing import Any, cast

from django import forms
from django.core.validators import MaxValueValidator
from django.db.models import Q
from django.http import QueryDict
from django.utils import timezone

from billing.entitlements import organizations_on, tier_choices
from orgs.access import agents, organizations_like
from orgs.actor import Actor
from tickets import access
from tickets.access import teams
from tickets.forms.lists import LAST_DAY, PLAIN_DATE, PLAIN_SELECT, start_of
from tickets.models.queue import Density, SavedView
from tickets.models.ticket import TicketQuerySet
from tickets.paging import Sort
from tickets.queue import COLUMNS
from tickets.search.finding import Found, operators_in, searched
from tickets.states import UNFINISHED, Severity, Status

ME, NOBODY = "me", "nobody"
# What can be chosen besides one status: nothing chosen is what support still has in hand.
STATUS_GROUPS = {
    "": ("Not solved yet", list(UNFINISHED)),
    "any": ("Any status", None),
    "waiting": ("Waiting, on whomever", [Status.WAITING, Status.ON_HOLD]),
    "finished": ("Solved or closed", [Status.SOLVED, Status.CLOSED]),
}
# Orders by the names in the address; the first is the usual one.
ORDERS = {
    "due": ("What to answer next", Sort("queue_order")),
    "-due": ("What to answer last", Sort("queue_order").reversed()),
    "-severity": ("Most severe first", Sort("severity_rank", read=int).reversed()),
    "severity": ("Least severe first", Sort("severity_rank", read=int)),
    "-last_reply": ("Newest reply first", Sort("last_reply_at").reversed()),
    "last_reply": ("Oldest reply first", Sort("last_reply_at")),
    "-created": ("Newest first", Sort("created_at").reversed()),
    "created": ("Oldest first", Sort("created_at")),
    "-updated": ("Last updated first", Sort("updated_at").reversed()),
    "updated": ("Longest unchanged first", Sort("updated_at")),
}


RARER = ["organization", "tier", "product", "team", "tag", "escalated", "due", "aside", "since"]

Offers = dict[str, list[tuple[str, str]]]


def offers() -> Offers:
    """What can be chosen of the lists that staff edit; four queries, for all forms of a page."""
    return {
        "assignee": [(ME, "Me"), (NOBODY, "Nobody"), *((str(each.pk), each.name) for each in agents())],
        "team": [(str(each.pk), each.name) for each in teams()],
        "tier": tier_choices(),
        "product": [(each.code, each.name) for each in access.products()],
    }


def _choice(label: str, nothing: str, choices: Sequence[tuple[str, Any]] = ()) -> forms.ChoiceField:
    every = [("", nothing), *choices]
    return forms.ChoiceField(label=label, required=False, choices=every, widget=PLAIN_SELECT)


class QueueForm(forms.Form):
    """Filters and order of the queue; what its address holds. What makes no sense filters nothing."""

    q = forms.CharField(label="Search", required=False, max_length=200, strip=True)
    status = forms.ChoiceField(
        label="Status",
        required=False,
        choices=[*((code, words) for code, (words, _) in STATUS_GROUPS.items()), *Status.choices],
        widget=PLAIN_SELECT,
    )
    severity = _choice("Severity", "Any severity", Severity.choices)
    assignee = _choice("Assignee", "Anybody")
    team = _choice("Team", "Any team")
    organization = forms.CharField(
        label="Organization",
        required=False,
        max_length=120,
        strip=True,
        widget=forms.TextInput(attrs={"class": "form-control", "list": "organization-names"}),
    )
    tier = _choice("Support tier", "Any tier")
    product = _choice("Product", "Any product")
    tag = forms.CharField(
        label="Tag",
        required=False,
        max_length=40,
        strip=True,
        widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "off"}),
    )
    escalated = _choice("Escalation", "Escalated or not", [("yes", "Escalated")])
    due = _choice("Answer due", "At any time", [("soon", "Soon or late"), ("late", "Late")])
    aside = _choice("Put aside", "Not put aside", [("only", "Put aside only"), ("any", "Put aside or not")])
    since = forms.DateField(
        label="Created since", required=False, widget=PLAIN_DATE, validators=[MaxValueValidator(LAST_DAY)]
    )
    sort = forms.ChoiceField(
        label="Order",
        required=False,
        choices=[(name, words) for name, (words, _) in ORDERS.items()],
        widget=PLAIN_SELECT,
    )

    def __init__(self, data: QueryDict, *, actor: Actor, offers: Offers) -> None:
        super().__init__(data)
        self.actor = actor
        for name, choices in offers.items():
            field = cast("forms.ChoiceField", self.fields[name])
            field.choices = [*cast("list", field.choices), *choices]
        self.full_clean()

    @property
    def rarer(self) -> list[forms.BoundField]:
        """The filters that fold away."""
        return [self[name] for name in RARER]

    @property
    def has_rarer(self) -> bool:
        return any(name in self.filters for name in RARER)

    @property
    def order(self) -> str:
        return self.cleaned_data.get("sort") or next(iter(ORDERS))

    @property
    def key(self) -> Sort:
        return ORDERS[self.order][1]

    @property
    def filters(self) -> dict[str, Any]:
        """What is filtered by: names and values that are set and make sense."""
        return {name: value for name, value in self.cleaned_data.items() if value and name != "sort"}

    @property
    def words(self) -> list[str]:
        """The filters as a reader says them: “Severity: High”."""
        return [f"{self[name].label}: {self._said(name, value)}" for name, value in self.filters.items()]

    def _said(self, name: str, value: Any) -> str:
        choices = getattr(self.fields[name], "choices", [])
        return str(dict(choices).get(value, value))

    @property
    def query(self) -> str:
        """The shortest query string that fills the form like this."""
        query = QueryDict(mutable=True)
        query.update({name: str(value) for name, value in self.cleaned_data.items() if value})
        if self.order == next(iter(ORDERS)):
            query.pop("sort", None)
        return query.urlencode()

    def apply(self, tickets: TicketQuerySet) -> Found:
        wanted = self.filters
        words = wanted.pop("q", "")
        # What is searched for by status may be solved: the usual status would hide it.
        status = wanted.pop("status", "any" if {"status", "is"} & operators_in(words) else "")
        _, statuses = STATUS_GROUPS.get(status, ("", [status]))
        if statuses is not None:
            tickets = tickets.in_statuses(statuses)
        now = timezone.now()
        # Nobody who looks for one or for all of them should miss what a colleague put aside.
        aside = wanted.pop("aside", "any" if words or status == "any" else "")
        if aside != "any":
            tickets = tickets.put_aside(now) if aside else tickets.awake(now)
        if due := wanted.pop("due", ""):
            tickets = tickets.late(now) if due == "late" else tickets.due_soon(now)
        if wanted.pop("escalated", ""):
            tickets = tickets.escalated()
        filtered = tickets.filter(*[FILTERS[name](value, self.actor) for name, value in wanted.items()])
        return searched(self.actor, filtered, words)


def _assigned(value: str, actor: Actor) -> Q:
    return Q(assignee={ME: actor.user_id, NOBODY: None}.get(value, value))


FILTERS: dict[str, Callable[[Any, Actor], Q]] = {
    "severity": lambda value, _: Q(severity=value),
    "assignee": _assigned,
    "team": lambda value, _: Q(team=value),
    "organization": lambda value, _: Q(organization__in=organizations_like(value)),
    "tier": lambda value, _: Q(organization__in=organizations_on(value)),
    "product": lambda value, _: Q(product__code=value),
    "tag": lambda value, _: Q(pk__in=access.tickets_tagged(value)),
    "since": lambda value, _: Q(created_at__gte=start_of(value)),
}

COLUMN_CHOICES = list(COLUMNS.items())


class SavedViewForm(forms.Form):
    """A view of the queue under a name. ``query`` is what the queue's own form makes of an address."""

    name = forms.CharField(label="Name", max_length=40, strip=True)
    is_shared = forms.BooleanField(label="Share with all agents", required=False)
    query = forms.CharField(required=False, max_length=500, widget=forms.HiddenInput)
    columns = forms.MultipleChoiceField(
        label="Columns",
        required=False,
        choices=COLUMN_CHOICES,
        widget=forms.CheckboxSelectMultiple,
        help_text="With none chosen, everybody sees the columns that they usually have.",
    )

    def __init__(
        self, data: Any = None, *, actor: Actor, view: SavedView | None = None, query: str = ""
    ) -> None:
        fields = ("name", "is_shared", "query", "columns")
        initial = {name: getattr(view, name) for name in fields} if view else {}
        super().__init__(data, initial=initial | ({"query": query} if query else {}))
        self.actor = actor

    def clean_query(self) -> str:
        """Only what the queue's form knows: nothing else of an address is kept."""
        return self._filters(self.cleaned_data["query"]).query

    @property
    def words(self) -> list[str]:
        """What the view filters by, for whoever saves it."""
        return self._filters(self["query"].value() or "").words

    def _filters(self, query: str) -> QueueForm:
        return QueueForm(QueryDict(query), actor=self.actor, offers=offers())


class QueuePreferencesForm(forms.Form):
    """Columns and density of an agent's queue."""

    columns = forms.MultipleChoiceField(
        label="Columns", required=False, choices=COLUMN_CHOICES, widget=forms.CheckboxSelectMultiple
    )
    density = forms.ChoiceField(label="Rows", choices=Density.choices, widget=forms.RadioSelect)
