"""What the demo's agents work with: macros, teams, tags, and an account manager for each organization."""

from typing import Any

from orgs.actor import Actor
from orgs.models import Organization, User
from orgs.source import Source
from tickets.actions.tags import tags_named
from tickets.models.ticket import Ticket
from tickets.settings.actions.macros import save_macro
from tickets.settings.actions.teams import save_team

MACROS: list[dict[str, Any]] = [
    {
        "name": "Ask for logs",
        "body": "Hello {{customer_first_name}},\n\nplease attach the logs of the hour before the problem, "
        "and tell us when it began. Remove passwords and personal data first.\n\n"
        "Kind regards\n{{agent_first_name}}",
        "status": "waiting_on_customer",
    },
    {
        "name": "We are on it",
        "body": "Hello {{customer_first_name}},\n\nwe are looking into {{reference}} now. You will hear "
        "from us by {{due_time}}.\n\nKind regards\n{{agent_first_name}}",
        "is_assigning": True,
    },
    {
        "name": "Solved, and how to reopen",
        "body": "Hello {{customer_first_name}},\n\nthis should be solved now. If it isn't, just reply: "
        "that reopens {{reference}}.\n\nKind regards\n{{agent_first_name}}",
        "status": "solved",
    },
    {
        "name": "Known issue, waiting for engineering",
        "kind": "note",
        "body": "Known issue with {{product}}. Notify {{organization}} when the fix is released.",
        "status": "on_hold",
        "tags": ["known-issue"],
    },
]

# name, description, assignment rule and members
TEAMS = [
    ("Streaming", "Kafka and Flink", "round_robin", ["fay", "joaquin", "katarzyna"]),
    ("Databases", "PostgreSQL, MySQL, ClickHouse", "least_loaded", ["fay", "imani"]),
]


def load_workspace() -> None:
    """Create macros and teams, tag some tickets, and give every organization an account manager."""
    people = {user.email.partition("@")[0]: user for user in User.objects.exclude(staff_role="")}
    Organization.objects.update(account_manager=people["hal"])
    defaults: dict[str, Any] = {"kind": "answer", "status": "", "is_assigning": False, "tags": []}
    agent = Actor.of(people["fay"], Source.SYSTEM)
    for values in MACROS:
        save_macro(actor=agent, macro=None, is_shared=True, **defaults | values)
    lead = Actor.of(people["gus"], Source.SYSTEM)
    for name, description, rule, members in TEAMS:
        staff = [people[each] for each in members]
        save_team(
            actor=lead, team=None, name=name, description=description, assignment_rule=rule, members=staff
        )
    known, docs = sorted(tags_named(["known-issue", "better-docs"]), key=lambda tag: tag.name, reverse=True)
    through = Ticket.tags.through
    keys = list(Ticket.objects.order_by("pk").values_list("pk", flat=True))
    through.objects.bulk_create(through(ticket_id=pk, tag=known) for pk in keys[::9])
    through.objects.bulk_create(through(ticket_id=pk, tag=docs) for pk in keys[::13])
