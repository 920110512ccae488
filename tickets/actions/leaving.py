"""Releasing what people were responsible for once they leave the support staff or change their role."""

from django.db import transaction

from orgs.actions.record import record_settings
from orgs.actions.settings import release_accounts
from orgs.actor import SYSTEM, Actor
from orgs.models import User
from orgs.roles import Capability
from supportcenter.outbox.publish import publish
from tickets import events
from tickets.actions.assignment import return_to_team
from tickets.actions.record import lock
from tickets.models.following import Follow, FollowScope
from tickets.models.macros import Macro
from tickets.models.queue import SavedView
from tickets.models.teams import TeamMember
from tickets.models.ticket import Ticket

MACRO_NAME_LENGTH = 80


@transaction.atomic
def release_duties(*, actor: Actor, user: User) -> list[Ticket]:
    """Release what a person was responsible for as an agent or account manager, if they no longer are one.

    Unsolved tickets return to their team or to Unassigned, macros become shared, shared views belong to the
    duty leads, and memberships of teams, follows of tickets and accounts end. Their own views stay, in case
    they come back. Duty leads are notified once. Return the tickets; idempotent.
    """
    person, tickets, others = Actor(user=user, source=actor.source), [], 0
    if not person.can(Capability.WORK_QUEUE):
        tickets = _release_tickets(actor, user)
        others += _leave_teams(actor, user) + _share_macros(user)
        others += SavedView.objects.filter(owner=user, is_shared=True).update(owner=None)
        Follow.objects.filter(user=user, scope=FollowScope.TICKET).delete()
    accounts = [] if person.can(Capability.MANAGE_ACCOUNTS) else release_accounts(actor=actor, user=user)
    if tickets or others or accounts:
        released = {
            "user": user.pk,
            "tickets": [each.pk for each in tickets],
            "organizations": [each.pk for each in accounts],
        }
        publish(events.DUTIES_RELEASED, released, actor_id=actor.user_id)
    return tickets


def release_duties_of_former_agents() -> int:
    """Release the tickets of everyone who is no longer an agent, whatever the reason; return how many."""
    assigned = Ticket.objects.unfinished().exclude(assignee=None).order_by()
    agents = User.objects.agents().order_by().values("pk")
    former = User.objects.filter(pk__in=assigned.values("assignee")).exclude(pk__in=agents)
    return sum(len(release_duties(actor=SYSTEM, user=each)) for each in former.order_by("pk"))


def _release_tickets(actor: Actor, user: User) -> list[Ticket]:
    ids = Ticket.objects.unfinished().filter(assignee=user).order_by("pk")
    found = [lock(each) for each in ids]
    return [each for each in found if not each.is_finished and return_to_team(each, actor=actor)]


def _leave_teams(actor: Actor, user: User) -> int:
    memberships = TeamMember.objects.filter(user=user).select_related("team")
    for each in memberships:
        record_settings(
            events.TEAM_CHANGED,
            f"Removed {user} from the team {each.team}",
            actor=actor,
            before={"member": user.name},
            team=each.team_id,
        )
    return memberships.delete()[0]


def _share_macros(user: User) -> int:
    """Share a person's macros, with their name in the name of each that exists already."""
    names = set(Macro.objects.filter(owner=None).values_list("name", flat=True))
    macros = list(Macro.objects.filter(owner=user))
    for macro in macros:
        if macro.name in names:
            ending = f" ({user.name[:40]}, {macro.pk})"
            macro.name = macro.name[: MACRO_NAME_LENGTH - len(ending)] + ending
        macro.owner = None
        macro.save(update_fields=["owner", "name"])
    return len(macros)
