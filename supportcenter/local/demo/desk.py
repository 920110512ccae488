"""What agents of the demo have at hand: macros, teams, tags, and the account manager beside each customer."""

from typing import Any

from orgs.actor import Actor, Source
from orgs.models import Organization, User
from tickets.actions.tags import tags_named
from tickets.models.ticket import Ticket
from tickets.settings.macros import save_macro
from tickets.settings.teams import save_team

MACROS: list[dict[str, Any]] = [
    {
        "name": "Ask for logs",
        "body": "Hello {{customer_first_name}},\n\nplease attach the logs of the hour before the problem, "
        "and say when it began. Remove passwords and personal data first.\n\n"
        "Kind regards\n{{agent_first_name}}",
        "status": "waiting_on_customer",
    },
    {
        "name": "We are on it",
        "body": "Hello {{customer_first_name}},\n\nwe are looking into {{reference}} now. You hear from us "
        "by {{due_time}}.\n\nKind regards\n{{agent_first_name}}",
        "is_assigning": True,
    },
    {
        "name": "Solved, and how to reopen",
        "body": "Hello {{customer_first_name}},\n\nthis should be solved now. If it is not, just answer: "
        "that opens {{reference}} again.\n\nKind regards\n{{agent_first_name}}",
        "status": "solved",
    },
    {
        "name": "Known issue, waits for engineering",
        "kind": "note",
        "body": "Known issue with {{product}}. {{organization}} is told when the fix is out.",
        "status": "on_hold",
        "tags": ["known-issue"],
    },
]

# name, what comes to it, how it hands out, and its members
TEAMS = [
    ("Streaming", "Kafka and Flink", "round_robin", ["fay", "joaquin", "katarzyna"]),
    ("Databases", "PostgreSQL, MySQL, ClickHouse", "least_loaded", ["fay", "imani"]),
]


def load_desk() -> None:
    """Macros, teams, tags on some tickets, and one account manager for every organization."""
    people = {user.email.partition("@")[0]: user for user in User.objects.exclude(staff_role="")}
    Organization.objects.update(account_manager=people["hal"])
    usual: dict[str, Any] = {"kind": "answer", "status": "", "is_assigning": False, "tags": []}
    for values in MACROS:
        save_macro(actor=Actor.of(people["fay"], Source.SYSTEM), macro=None, is_shared=True, **usual | values)
    lead = Actor.of(people["gus"], Source.SYSTEM)
    for name, description, hands_out, members in TEAMS:
        staff = [people[each] for each in members]
        save_team(
            actor=lead, team=None, name=name, description=description, hands_out=hands_out, members=staff
        )
    known, docs = sorted(tags_named(["known-issue", "better-docs"]), key=lambda tag: tag.name, reverse=True)
    through = Ticket.tags.through
    keys = list(Ticket.objects.order_by("pk").values_list("pk", flat=True))
    through.objects.bulk_create(through(ticket_id=pk, tag=known) for pk in keys[::9])
    through.objects.bulk_create(through(ticket_id=pk, tag=docs) for pk in keys[::13])
