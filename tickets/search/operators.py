"""The operators of the agents' search: one table of names, what they mean, and which values they take."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from billing.entitlements import organizations_on, tier_choices
from orgs.access import agents
from orgs.actor import Actor
from orgs.models import Organization, User
from tickets.models.catalog import Product, Reason
from tickets.models.people import Participant
from tickets.models.tags import Tag
from tickets.models.teams import Team
from tickets.models.ticket import Ticket, is_due_soon, is_escalated, is_overdue, is_snoozed, is_unread
from tickets.search.moments import span
from tickets.states import UNFINISHED, Severity, Status

# So many organizations or people of a name are looked for, and so many values are offered.
MOST_NAMED = 100
MOST_OFFERED = 8

Condition = Callable[[str, Actor], Q]
Offers = Callable[[str], Iterable[tuple[str, str]]]


@dataclass(frozen=True)
class Operator:
    """A name before a colon. ``condition`` raises ``ValueError`` with a sentence for what it cannot take;
    ``offers`` gives values, and what they are, that fit what is typed so far.
    """

    name: str
    means: str
    condition: Condition
    offers: Offers


def _choice(what: str, values: dict[str, tuple[str, Callable[[Actor], Q]]]) -> tuple[Condition, Offers]:
    """Of named values; some with commas between mean any of them."""

    def condition(value: str, actor: Actor) -> Q:
        found = Q(pk__in=[])
        for each in value.lower().split(","):
            if each not in values:
                raise ValueError(f"“{each}” is no {what}. There are {', '.join(values)}.")
            found |= values[each][1](actor)
        return found

    def offers(typed: str) -> Iterable[tuple[str, str]]:
        before, comma, last = typed.lower().rpartition(",")
        return [
            (f"{before}{comma}{code}", words)
            for code, (words, _) in values.items()
            if code.startswith(last) or words.lower().startswith(last)
        ]

    return condition, offers


def _is(lookup: str, value: object) -> Callable[[Actor], Q]:
    return lambda actor: Q(**{lookup: value})


STATUSES: dict[str, tuple[str, Callable[[Actor], Q]]] = {
    "new": ("New", _is("status", Status.NEW)),
    "open": ("Open", _is("status", Status.OPEN)),
    "waiting": ("Waiting on customer", _is("status", Status.WAITING)),
    "hold": ("On hold", _is("status", Status.ON_HOLD)),
    "solved": ("Solved", _is("status", Status.SOLVED)),
    "closed": ("Closed", _is("status", Status.CLOSED)),
    "unfinished": ("Not solved yet", _is("status__in", UNFINISHED)),
}
SEVERITIES = {
    severity.value: (str(severity.label), _is("severity", severity.value)) for severity in reversed(Severity)
}


MARKS = {
    "escalated": ("Escalated, not closed yet", lambda actor: is_escalated()),
    "late": ("Answer overdue", lambda actor: is_overdue(timezone.now())),
    "soon": ("Answer due soon, or late", lambda actor: is_due_soon(timezone.now())),
    "unread": ("Changed since you looked", lambda actor: is_unread(actor.user_id)),
    "merged": ("Merged into another ticket", lambda actor: Q(merged_into__isnull=False)),
    "unassigned": ("Nobody has it", _is("assignee", None)),
    "snoozed": ("Put aside for now", lambda actor: is_snoozed(timezone.now())),
}


def _listed(model: type[Product | Reason], lookup: str, what: str) -> tuple[Condition, Offers]:
    """Of a list that staff edits: by code, or by a part of the name."""

    def condition(value: str, actor: Actor) -> Q:
        named = Q(code__iexact=value) | Q(name__icontains=value)
        found = list(model.objects.filter(named).values_list("pk", flat=True))
        if not found:
            codes = ", ".join(model.objects.filter(is_retired=False).values_list("code", flat=True))
            raise ValueError(f"“{value}” is no {what}. There are {codes}.")
        return Q(**{f"{lookup}__in": found})

    def offers(typed: str) -> Iterable[tuple[str, str]]:
        fits = Q(code__istartswith=typed) | Q(name__icontains=typed)
        return model.objects.filter(fits, is_retired=False).values_list("code", "name")[:MOST_OFFERED]

    return condition, offers


def _organizations(value: str, actor: Actor) -> Q:
    found = Organization.objects.filter(Q(slug__iexact=value) | Q(name__icontains=value))
    ids = list(found.values_list("pk", flat=True)[:MOST_NAMED])
    if not ids:
        raise ValueError(f"No organization is called “{value}”.")
    return Q(organization__in=ids)


def _offered_organizations(typed: str) -> Iterable[tuple[str, str]]:
    fits = Q(slug__istartswith=typed) | Q(name__icontains=typed)
    return Organization.objects.filter(fits).order_by("name").values_list("slug", "name")[:MOST_OFFERED]


def _named(people: QuerySet[User], value: str) -> QuerySet[User]:
    return people.filter(Q(name__icontains=value) | Q(email__istartswith=value)).order_by("name", "pk")


def _people(value: str, actor: Actor) -> Sequence[int | None]:
    """Ids of the people of a name or address, or of whoever asks."""
    if value.lower() == "me":
        return [actor.user_id]
    found = list(_named(User.objects.all(), value).values_list("pk", flat=True)[:MOST_NAMED])
    if not found:
        raise ValueError(f"Nobody has the name or address “{value}”.")
    return found


def _assigned(value: str, actor: Actor) -> Q:
    return Q(assignee=None) if value.lower() == "nobody" else Q(assignee__in=_people(value, actor))


def _in_copy(value: str, actor: Actor) -> Q:
    people = _people(value, actor)
    return Q(Exists(Participant.objects.filter(ticket=OuterRef("pk"), user__in=people)))


def _offered_people(people: Callable[[], QuerySet[User]], *fixed: tuple[str, str]) -> Offers:
    def offers(typed: str) -> Iterable[tuple[str, str]]:
        found = _named(people(), typed)[:MOST_OFFERED]
        named = [(each.email, each.name) for each in found]
        return [*(each for each in fixed if each[0].startswith(typed.lower())), *named]

    return offers


def _on_tier(value: str, actor: Actor) -> Q:
    codes = [code for code, name in tier_choices() if value.lower() in {code.lower(), name.lower()}]
    if not codes:
        raise ValueError(f"“{value}” is no tier. There are {', '.join(code for code, _ in tier_choices())}.")
    return Q(organization__in=organizations_on(codes[0]))


def _offered_tiers(typed: str) -> Iterable[tuple[str, str]]:
    return [(code, name) for code, name in tier_choices() if code.startswith(typed.lower())]


def _of_team(value: str, actor: Actor) -> Q:
    found = list(Team.objects.filter(name__icontains=value).values_list("pk", flat=True))
    if not found:
        raise ValueError(f"No team is called “{value}”.")
    return Q(team__in=found)


def _offered_teams(typed: str) -> Iterable[tuple[str, str]]:
    names = Team.objects.filter(name__istartswith=typed).values_list("name", flat=True)
    return [(name, "Team") for name in names[:MOST_OFFERED]]


def _tagged(value: str, actor: Actor) -> Q:
    tag = Tag.objects.filter(name=value.lower()).first()
    if tag is None:
        raise ValueError(f"No tag is called “{value}”.")
    return Q(Exists(Ticket.tags.through.objects.filter(ticket=OuterRef("pk"), tag=tag)))


def _offered_tags(typed: str) -> Iterable[tuple[str, str]]:
    names = Tag.objects.filter(name__istartswith=typed).values_list("name", flat=True)
    return [(name, "Tag") for name in names[:MOST_OFFERED]]


def _dated(lookup: str) -> tuple[Condition, Offers]:
    def condition(value: str, actor: Actor) -> Q:
        since, before = span(value, timezone.localtime())
        bounds = {f"{lookup}__gte": since, f"{lookup}__lt": before}
        return Q(**{name: bound for name, bound in bounds.items() if bound})

    def offers(typed: str) -> Iterable[tuple[str, str]]:
        today = timezone.localdate()
        usual = {
            "today": "Today",
            "<7d": "In the last seven days",
            ">30d": "More than thirty days ago",
            f">{today - timedelta(days=today.day)}": "This month",
        }
        return [(value, words) for value, words in usual.items() if value.startswith(typed)]

    return condition, offers


ME, NOBODY = ("me", "You"), ("nobody", "Nobody")
_all = [
    Operator("org", "Organization, by name or short name", _organizations, _offered_organizations),
    Operator("status", "Status", *_choice("status", STATUSES)),
    Operator("severity", "Severity", *_choice("severity", SEVERITIES)),
    Operator("assignee", "Who has it: me, nobody, a name", _assigned, _offered_people(agents, ME, NOBODY)),
    Operator(
        "requester",
        "Who opened it, by name or address",
        lambda value, actor: Q(requester__in=_people(value, actor)),
        _offered_people(User.objects.all, ME),
    ),
    Operator("cc", "Who is in CC", _in_copy, _offered_people(User.objects.all, ME)),
    Operator("product", "Product", *_listed(Product, "product", "product")),
    Operator("reason", "Reason", *_listed(Reason, "reason", "reason")),
    Operator("tier", "Support tier of the organization", _on_tier, _offered_tiers),
    Operator("team", "Team", _of_team, _offered_teams),
    Operator("tag", "Tag", _tagged, _offered_tags),
    Operator("is", "A mark: late, escalated, unread, snoozed …", *_choice("mark", MARKS)),
    Operator("created", "When it was opened", *_dated("created_at")),
    Operator("updated", "When it last changed", *_dated("updated_at")),
    Operator("solved", "When it was solved", *_dated("solved_at")),
]
OPERATORS = {each.name: each for each in _all}
