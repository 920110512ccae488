"""The filter language: one table of operators, the values each takes, and who may use it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from billing.entitlements import organizations_on, tier_choices
from orgs.actor import Actor
from orgs.models import Organization, Project, User
from orgs.roles import Capability
from tickets.models.catalog import Product, Reason
from tickets.models.people import Participant
from tickets.models.tags import Tag
from tickets.models.teams import Team
from tickets.models.ticket import (
    Ticket,
    assigned_people,
    is_due_soon,
    is_escalated,
    is_overdue,
    is_snoozed,
    is_unread,
)
from tickets.search.moments import span
from tickets.states import CUSTOMER_FILTERS, UNFINISHED, Severity, Status

# The most rows that one name can stand for, and the most values that are suggested.
MOST_NAMED = 100
MOST_SUGGESTED = 8


@dataclass(frozen=True)
class Lookup:
    """A condition on the rows that a value names.

    ``unchecked`` is a subquery. ``checked`` reads the rows' ids first, so that PostgreSQL can plan with them,
    and raises ``ValueError`` if there are none.
    """

    unchecked: Q
    checked: Callable[[], Q]


Condition = Callable[[str, Actor], Q | Lookup]
Suggest = Callable[[str], Iterable[tuple[str, str]]]
# What a value of a fixed list means, and its condition.
Choices = Mapping[str, tuple[str, Callable[[Actor], Q]]]


@dataclass(frozen=True)
class Operator:
    """A name before a colon, such as ``status:``.

    ``condition`` raises ``ValueError`` with a sentence about a value that it can't read. ``suggest`` returns
    values that continue what is typed, with their meanings. Customers have some of the operators. The
    condition of a dated one holds instants, which depend on the time at which it is made.
    """

    name: str
    means: str
    condition: Condition
    suggest: Suggest
    for_customers: bool = False
    is_dated: bool = False


def _one_of(what: str, choices: Choices) -> tuple[Condition, Suggest]:
    """Read values of a fixed list. Several with commas between them mean any of them."""

    def condition(value: str, actor: Actor) -> Q:
        found = Q(pk__in=[])
        for each in _split(what, value, choices):
            found |= choices[each][1](actor)
        return found

    return condition, _suggest_from({code: means for code, (means, _) in choices.items()})


def _split(what: str, value: str, choices: Iterable[str]) -> list[str]:
    values = value.lower().split(",")
    for each in values:
        if each not in choices:
            raise ValueError(f"“{each}” is not a {what}. Choose from {', '.join(choices)}.")
    return values


def _suggest_from(meanings: Mapping[str, str]) -> Suggest:
    def suggest(typed: str) -> Iterable[tuple[str, str]]:
        before, comma, last = typed.lower().rpartition(",")
        return [
            (f"{before}{comma}{code}", means)
            for code, means in meanings.items()
            if code.startswith(last) or means.lower().startswith(last)
        ]

    return suggest


STATUSES: dict[str, tuple[str, Sequence[str]]] = {
    "new": ("New", [Status.NEW]),
    "open": ("Open", [Status.OPEN]),
    "waiting": ("Waiting on customer", [Status.WAITING]),
    "hold": ("On hold", [Status.ON_HOLD]),
    "solved": ("Solved", [Status.SOLVED]),
    "closed": ("Closed", [Status.CLOSED]),
    "unfinished": ("Unsolved", UNFINISHED),
}


def _status(value: str, actor: Actor) -> Q:
    """Customers can't tell new tickets from open ones, so their words cover other statuses."""
    choices = STATUSES if actor.can(Capability.WORK_QUEUE) else CUSTOMER_FILTERS
    return Q(status__in=[each for code in _split("status", value, choices) for each in choices[code][1]])


def _is(lookup: str, value: object) -> Callable[[Actor], Q]:
    return lambda actor: Q(**{lookup: value})


SEVERITIES: Choices = {
    severity.value: (str(severity.label), _is("severity", severity.value)) for severity in reversed(Severity)
}
MARKS: Choices = {
    "escalated": ("Escalated, not closed yet", lambda actor: is_escalated()),
    "overdue": ("Response overdue", lambda actor: is_overdue(Now())),
    "due": ("Response due soon or overdue", lambda actor: is_due_soon(Now())),
    "unread": ("Updated since your last visit", lambda actor: is_unread(actor.user_id)),
    "merged": ("Merged into another ticket", lambda actor: Q(merged_into__isnull=False)),
    "unassigned": ("No assignee", _is("assignee", None)),
    "snoozed": ("Snoozed", lambda actor: is_snoozed(Now())),
}


def _named(rows: QuerySet, condition: Callable[[Any], Q], problem: Callable[[], str]) -> Lookup:
    unchecked = condition(rows.order_by().values("pk"))

    def checked() -> Q:
        ids = list(rows.values_list("pk", flat=True)[: MOST_NAMED + 1])
        if not ids:
            raise ValueError(problem())
        return condition(ids) if len(ids) <= MOST_NAMED else unchecked

    return Lookup(unchecked, checked)


def _best(rows: QuerySet, exact: Q, part: Q) -> QuerySet:
    """Return the rows of exactly this name or, if there are none, those with a part of it."""
    return rows.filter(exact | part & ~Exists(rows.filter(exact)))


def _catalog(model: type[Product | Reason], lookup: str, what: str) -> tuple[Condition, Suggest]:
    """Read a code, or a part of a name, of a list that duty leads edit."""

    def condition(value: str, actor: Actor) -> Lookup:
        def problem() -> str:
            codes = model.objects.filter(is_retired=False).values_list("code", flat=True)
            return f"“{value}” is not a {what}. Choose from {', '.join(codes)}."

        rows = _best(model.objects.all(), Q(code__iexact=value), Q(name__icontains=value))
        return _named(rows, lambda found: Q(**{f"{lookup}__in": found}), problem)

    def suggest(typed: str) -> Iterable[tuple[str, str]]:
        fits = Q(code__istartswith=typed) | Q(name__icontains=typed)
        return model.objects.filter(fits, is_retired=False).values_list("code", "name")[:MOST_SUGGESTED]

    return condition, suggest


def _organization(value: str, actor: Actor) -> Lookup:
    exact = Q(slug__iexact=value) | Q(name__iexact=value)
    return _named(
        _best(Organization.objects.all(), exact, Q(name__icontains=value)),
        lambda found: Q(organization__in=found),
        lambda: f"There is no organization named “{value}”.",
    )


def _suggest_organizations(typed: str) -> Iterable[tuple[str, str]]:
    fits = Q(slug__istartswith=typed) | Q(name__icontains=typed)
    return Organization.objects.filter(fits).order_by("name").values_list("slug", "name")[:MOST_SUGGESTED]


def _person(condition: Callable[[Any], Q]) -> Condition:
    """Read ``me``, or a name or address. Customers can name only people of their own organizations."""

    def read(value: str, actor: Actor) -> Q | Lookup:
        if value.lower() == "me":
            return condition([actor.user_id])
        people = User.objects.all()
        if not actor.can(Capability.WORK_QUEUE):
            people = people.filter(memberships__organization__in=list(actor.roles))
        part = Q(name__icontains=value) | Q(email__istartswith=value)
        rows = _best(people, Q(email__iexact=value), part)
        return _named(rows, condition, lambda: f"No one has the name or address “{value}”.")

    return read


def _assignee(value: str, actor: Actor) -> Q | Lookup:
    if value.lower() == "none":
        return Q(assignee=None)
    return _person(lambda found: Q(assignee__in=found))(value, actor)


def _in_cc(people: Any) -> Q:
    return Q(Exists(Participant.objects.filter(ticket=OuterRef("pk"), user__in=people)))


def _suggest_people(people: Callable[[], QuerySet[User]], *fixed: tuple[str, str]) -> Suggest:
    def suggest(typed: str) -> Iterable[tuple[str, str]]:
        fits = Q(name__icontains=typed) | Q(email__istartswith=typed)
        found = people().filter(fits).order_by("name", "pk")[:MOST_SUGGESTED]
        named = [(each.email, each.name) for each in found]
        return [*(each for each in fixed if each[0].startswith(typed.lower())), *named]

    return suggest


def _tier(value: str, actor: Actor) -> Lookup:
    code = value.lower()
    condition = Q(organization__in=organizations_on(code))

    def checked() -> Q:
        codes = [code for code, _ in tier_choices()]
        if code not in codes:
            raise ValueError(f"“{value}” is not a tier. Choose from {', '.join(codes)}.")
        return condition

    return Lookup(condition, checked)


def _suggest_tiers(typed: str) -> Iterable[tuple[str, str]]:
    return [(code, name) for code, name in tier_choices() if code.startswith(typed.lower())]


def _team(value: str, actor: Actor) -> Lookup:
    return _named(
        _best(Team.objects.all(), Q(name__iexact=value), Q(name__icontains=value)),
        lambda found: Q(team__in=found),
        lambda: f"There is no team named “{value}”.",
    )


def _tag(value: str, actor: Actor) -> Lookup:
    def condition(found: Any) -> Q:
        return Q(Exists(Ticket.tags.through.objects.filter(ticket=OuterRef("pk"), tag__in=found)))

    rows = Tag.objects.filter(name=value.lower())
    return _named(rows, condition, lambda: f"There is no tag named “{value}”.")


def _project(value: str, actor: Actor) -> Q:
    """Match tickets about a project or about a service in it."""
    whole = Ticket.projects.through.objects.filter(project__name=value).values("ticket")
    parts = Ticket.services.through.objects.filter(service__project__name=value).values("ticket")
    return Q(pk__in=whole.union(parts))


def _suggest_names(model: type[Team | Tag | Project], what: str) -> Suggest:
    def suggest(typed: str) -> Iterable[tuple[str, str]]:
        names = model._default_manager.filter(name__istartswith=typed)  # noqa: SLF001 - Django's documented name
        return [(name, what) for name in names.values_list("name", flat=True)[:MOST_SUGGESTED]]

    return suggest


def _dated(lookup: str) -> tuple[Condition, Suggest]:
    def condition(value: str, actor: Actor) -> Q:
        since, before = span(value, timezone.localtime())
        bounds = {f"{lookup}__gte": since, f"{lookup}__lt": before}
        return Q(**{name: bound for name, bound in bounds.items() if bound})

    def suggest(typed: str) -> Iterable[tuple[str, str]]:
        today = timezone.localdate()
        usual = {
            "today": "Today",
            "<7d": "Last 7 days",
            ">30d": "More than 30 days ago",
            f">{today - timedelta(days=today.day)}": "This month",
        }
        return [(value, words) for value, words in usual.items() if value.startswith(typed)]

    return condition, suggest


ME, UNASSIGNED = ("me", "You"), ("none", "Unassigned")
_table = [
    Operator("org", "Organization, by name or slug", _organization, _suggest_organizations),
    Operator(
        "status",
        "Status",
        _status,
        _suggest_from({code: means for code, (means, _) in STATUSES.items()}),
        for_customers=True,
    ),
    Operator("severity", "Severity", *_one_of("severity", SEVERITIES), for_customers=True),
    Operator(
        "assignee",
        "Assignee: me, none, or a name",
        _assignee,
        _suggest_people(assigned_people, ME, UNASSIGNED),
    ),
    Operator(
        "requester",
        "Requester, by name or address",
        _person(lambda found: Q(requester__in=found)),
        _suggest_people(User.objects.all, ME),
        for_customers=True,
    ),
    Operator("cc", "Person in CC", _person(_in_cc), _suggest_people(User.objects.all, ME)),
    Operator("product", "Product", *_catalog(Product, "product", "product"), for_customers=True),
    Operator("reason", "Reason", *_catalog(Reason, "reason", "reason")),
    Operator("project", "Project, by name", _project, _suggest_names(Project, "Project"), for_customers=True),
    Operator("tier", "Support tier of the organization", _tier, _suggest_tiers),
    Operator("team", "Team", _team, _suggest_names(Team, "Team")),
    Operator("tag", "Tag", _tag, _suggest_names(Tag, "Tag")),
    Operator("is", "State: overdue, escalated, unread, snoozed …", *_one_of("state", MARKS)),
    Operator("created", "Date created", *_dated("created_at"), for_customers=True, is_dated=True),
    Operator("updated", "Date last updated", *_dated("updated_at"), for_customers=True, is_dated=True),
    Operator("solved", "Date solved", *_dated("solved_at"), for_customers=True, is_dated=True),
]
OPERATORS = {each.name: each for each in _table}
CUSTOMER_OPERATORS = {each.name: each for each in _table if each.for_customers}


def operators_for(actor: Actor) -> Mapping[str, Operator]:
    """Return the operators that the actor may use."""
    return OPERATORS if actor.can(Capability.WORK_QUEUE) else CUSTOMER_OPERATORS
