"""What someone had on the support staff goes to others once they leave or change their role."""

import pytest

from notifications.models.messages import EmailMessage
from orgs.models import AuditEntry, User
from tests import builders
from tests.cast import actor as actor_for
from tests.cast import person, staff
from tickets.actions.assignment import assign
from tickets.actions.changes import solve
from tickets.actions.following import follow_ticket
from tickets.actions.leaving import release_duties_of_former_agents
from tickets.actions.merging import merge_into, undo_merge
from tickets.models.following import Follow
from tickets.models.macros import Macro
from tickets.models.queue import SavedView
from tickets.models.teams import Team
from tickets.models.ticket import Ticket


@pytest.fixture
def root(cast, client_of):
    """Someone in Django's admin who is not of the staff that customers know."""
    return client_of(person("root@support.example", "Rita Root", is_staff=True, is_superuser=True))


@pytest.fixture
def team(db):
    return Team.objects.create(name="Streaming", assignment_rule="round_robin")


def edit(root, user: User, **changes) -> None:
    values = {"email": user.email, "name": user.name, "time_zone": user.time_zone}
    values |= {"staff_role": user.staff_role, "is_active": "on"} | changes
    path = f"/admin/orgs/user/{user.pk}/change/"
    assert root.post(path, {name: value for name, value in values.items() if value}).status_code == 302


def deactivate(root, user: User) -> None:
    edit(root, user, is_active="")


def ticket_of(cast, assignee: User, **values) -> Ticket:
    ticket = builders.ticket(cast.ben, cast.acme)
    assign(actor=actor_for(cast.gus), ticket=ticket, assignee=assignee)
    Ticket.objects.filter(pk=ticket.pk).update(**values)
    return Ticket.objects.get(pk=ticket.pk)


@pytest.mark.parametrize(
    "changes", [{"is_active": ""}, {"staff_role": ""}, {"staff_role": "account_manager"}]
)
def test_unsolved_tickets_go_back_at_once(cast, root, team, changes):
    of_team, of_none, solved = (
        ticket_of(cast, cast.fay, team=team),
        ticket_of(cast, cast.fay, snoozed_until=None),
        ticket_of(cast, cast.fay),
    )
    solve(actor=actor_for(cast.ben), ticket=solved)
    edit(root, cast.fay, **changes)
    for each in (of_team, of_none, solved):
        each.refresh_from_db()
    assert (of_team.assignee, of_team.team) == (None, team)
    assert (of_none.assignee, of_none.team) == (None, None)
    assert solved.assignee == cast.fay
    entry = of_team.activities.latest("pk")
    assert (entry.kind, entry.is_internal, entry.actor.name) == ("assigned", True, "Rita Root")


def test_history_says_why(cast, root, team, client_of):
    ticket = ticket_of(cast, cast.fay, team=team)
    deactivate(root, cast.fay)
    page = client_of(cast.gus).get(ticket.get_absolute_url()).content.decode()
    assert "returned the ticket to the team Streaming because Fay Dubois is no longer an agent" in page


@pytest.mark.parametrize("changes", [{"staff_role": "duty_lead"}, {"name": "Fay D."}])
def test_who_stays_an_agent_keeps_everything(cast, root, changes):
    ticket = ticket_of(cast, cast.fay)
    edit(root, cast.fay, **changes)
    ticket.refresh_from_db()
    assert ticket.assignee == cast.fay


def test_leads_get_one_mail(cast, root, team, run_outbox):
    tickets = [ticket_of(cast, cast.fay, team=team) for _ in range(2)]
    run_outbox()
    EmailMessage.objects.all().delete()
    deactivate(root, cast.fay)
    [mail] = [each for each in run_outbox() if each.to == [cast.gus.email]]
    assert mail.subject == "Fay Dubois is no longer an agent: 2 tickets to reassign"
    for each in tickets:
        assert each.reference in mail.body
    assert "Streaming" in mail.body


def test_no_mail_about_who_had_nothing(cast, root, run_outbox):
    run_outbox()
    deactivate(root, cast.fay)
    assert not run_outbox()


def test_macros_views_teams_and_follows(cast, root, team):
    team.members.create(user=cast.fay)
    Macro.objects.create(name="Hello", body="Shared")
    for name in ("Hello", "Bye"):
        Macro.objects.create(name=name, body="Mine", owner=cast.fay)
    for is_shared in (True, False):
        SavedView.objects.create(name=f"View {is_shared}", owner=cast.fay, is_shared=is_shared)
    ticket = builders.ticket(cast.ben, cast.acme)
    follow_ticket(actor=actor_for(cast.fay), ticket=ticket, on=True)
    deactivate(root, cast.fay)
    assert not team.members.exists()
    assert AuditEntry.objects.filter(summary="Removed Fay Dubois from the team Streaming").exists()
    assert not Macro.objects.exclude(owner=None).exists()
    assert sorted(each.name.partition(" (")[0] for each in Macro.objects.all()) == ["Bye", "Hello", "Hello"]
    assert SavedView.objects.get(is_shared=True).owner is None
    assert SavedView.objects.get(is_shared=False).owner == cast.fay
    assert not Follow.objects.filter(user=cast.fay).exists()


def test_accounts_of_an_account_manager(cast, root, run_outbox):
    cast.acme.account_manager = cast.hal
    cast.acme.save()
    run_outbox()
    edit(root, cast.hal, staff_role="agent")
    cast.acme.refresh_from_db()
    assert cast.acme.account_manager is None
    assert AuditEntry.objects.get(organization=cast.acme).summary == "Removed the account manager"
    [mail] = [each for each in run_outbox() if each.to == [cast.gus.email]]
    assert "no longer have an account manager: Acme" in mail.body


def test_team_assigns_nothing_to_who_left(cast, root, team, client_of):
    team.members.create(user=cast.fay)
    ticket = ticket_of(cast, cast.fay, team=team)
    deactivate(root, cast.fay)
    data = {"assignee": f"team-{team.pk}"}
    client_of(cast.gus).post(f"{ticket.get_absolute_url()}assignment/", data)
    ticket.refresh_from_db()
    assert ticket.assignee is None


def test_reopened_ticket_does_not_go_to_who_left(cast, root):
    ticket = ticket_of(cast, cast.fay)
    solve(actor=actor_for(cast.ben), ticket=ticket)
    deactivate(root, cast.fay)
    builders.comment(cast.ben, ticket, "It is back")
    ticket.refresh_from_db()
    assert (ticket.status, ticket.assignee) == ("open", None)


def test_ticket_of_an_undone_merge_does_not_go_to_who_left(cast, root):
    ticket = ticket_of(cast, cast.fay)
    target = builders.ticket(cast.ben, cast.acme)
    merge = merge_into(actor=actor_for(cast.gus), ticket=ticket, target=target)
    deactivate(root, cast.fay)
    undo_merge(actor=actor_for(cast.gus), merge=merge)
    ticket.refresh_from_db()
    assert (ticket.status, ticket.assignee) == ("new", None)


def test_whatever_other_way_someone_left_is_found(cast):
    """Such as SQL, or an assignment at the very same moment."""
    ticket = ticket_of(cast, cast.fay)
    assert release_duties_of_former_agents() == 0
    User.objects.filter(pk=cast.fay.pk).update(is_active=False)
    assert release_duties_of_former_agents() == 1
    assert release_duties_of_former_agents() == 0
    ticket.refresh_from_db()
    assert ticket.assignee is None


def test_filter_knows_former_people(cast, root, client_of):
    solved = ticket_of(cast, cast.fay)
    solve(actor=actor_for(cast.ben), ticket=solved)
    deactivate(root, cast.fay)
    gus = client_of(cast.gus)
    found = gus.get("/queue/all/", {"assignee": cast.fay.email}).content.decode()
    assert solved.reference in found
    options = gus.get("/options/queue/assignee/", {"q": "fay"}).content.decode()
    assert "Fay Dubois (former agent)" in options
    assert cast.fay.email in gus.get("/search/suggestions/", {"q": "assignee:fay"}).content.decode()


def test_people_are_not_deleted(cast, root):
    fresh = staff("new@support.example", "New Agent", "agent")
    assert root.post(f"/admin/orgs/user/{fresh.pk}/delete/", {"post": "yes"}).status_code == 403
