import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from orgs.models import AuditEntry, Membership, Visibility
from tests import builders
from tests.cast import actor, member
from tickets.models.people import Participant
from tickets.models.ticket import Ticket
from tickets.permissions import preview_visibility

PAGE = "/account-team/organizations/acme/visibility/"


@pytest.fixture
def tickets(cast):
    """Four of Acme and one of Globex; Cleo is twice in CC, once on her own ticket; Fay is a member too."""
    Membership.objects.create(organization=cast.acme, user=cast.fay)
    Membership.objects.create(organization=cast.acme, user=cast.hal)
    Membership.objects.create(organization=cast.acme, user=cast.ivy)
    Membership.objects.create(organization=cast.globex, user=cast.ben)
    own = builders.ticket(cast.cleo, cast.acme)
    Participant.objects.create(ticket=own, user=cast.cleo)
    Participant.objects.create(ticket=own, user=cast.ben)
    builders.ticket(cast.ben, cast.acme, cc=[cast.cleo, cast.dov])
    builders.ticket(cast.ben, cast.acme)
    builders.ticket(cast.ada, cast.acme)
    builders.ticket(cast.ben, cast.globex)


def seen(cast) -> dict[str, set[int]]:
    """By name, the tickets of Acme that each of its people really sees."""
    people = [each.user for each in cast.acme.memberships.select_related("user")]
    visible = {
        each.name: Ticket.objects.visible_to(actor(each)).filter(organization=cast.acme) for each in people
    }
    return {name: set(found.values_list("pk", flat=True)) for name, found in visible.items()}


def switch(cast, visibility: str) -> None:
    cast.acme.visibility = visibility
    cast.acme.save(update_fields=["visibility"])


@pytest.mark.parametrize(("before", "after"), [("own", "all"), ("all", "own"), ("own", "own")])
def test_preview_is_what_visible_to_gives_before_and_after(cast, tickets, before, after):
    switch(cast, before)
    preview, now = preview_visibility(cast.acme, after), seen(cast)
    switch(cast, after)
    then = seen(cast)
    assert {each.user.name: (each.now, each.then) for each in preview.people} == {
        name: (len(now[name]), len(then[name])) for name in now
    }
    changed = {name: now[name] ^ then[name] for name in now}
    assert {each.user.name for each in preview.affected} == {name for name in now if changed[name]}
    assert preview.tickets == len(set().union(*changed.values()))


def test_ticket_that_all_see_already_is_not_counted(cast):
    Membership.objects.filter(user=cast.dov).delete()
    builders.ticket(cast.ben, cast.acme, cc=[cast.cleo])
    preview = preview_visibility(cast.acme, Visibility.ALL)
    assert (preview.tickets, preview.affected) == (0, [])
    own = builders.ticket(cast.ben, cast.acme)
    Participant.objects.create(ticket=own, user=cast.ben)
    preview = preview_visibility(cast.acme, Visibility.ALL)
    assert (preview.tickets, [each.user for each in preview.affected]) == (1, [cast.cleo])


def test_people_who_cannot_sign_in_are_left_out(cast, tickets):
    type(cast.dov).objects.filter(pk=cast.dov.pk).update(is_active=False)
    assert cast.dov not in [each.user for each in preview_visibility(cast.acme, Visibility.ALL).people]


def test_organization_without_people_or_tickets_has_an_empty_preview(cast):
    Membership.objects.filter(organization=cast.hobby).delete()
    preview = preview_visibility(cast.hobby, Visibility.ALL)
    assert (preview.people, preview.tickets) == ([], 0)


def test_page_costs_the_same_with_thirty_people_and_tickets(cast, client_of):
    hal = client_of(cast.hal)

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            hal.get(PAGE)
        return len(queries)

    builders.ticket(cast.ben, cast.acme)
    few = cost()
    for number in range(30):
        builders.ticket(
            member(cast.acme, f"m{number}@acme.example", f"M{number}", "member"), cast.acme, cc=[cast.ben]
        )
    # session, person, roles; organization; total, members, opened, in CC, seen by each; the last switch
    assert (few, cost()) == (10, 10)


def test_account_manager_reads_the_preview_and_switches(cast, client_of):
    builders.ticket(cast.ben, cast.acme, cc=[cast.cleo])
    builders.ticket(cast.ben, cast.acme)
    hal = client_of(cast.hal)
    assert "2 people gain access to 2 tickets." in " ".join(hal.get(PAGE).content.decode().split())
    page = hal.post(PAGE, {"visibility": "all"}, follow=True).content.decode()
    cast.acme.refresh_from_db()
    assert cast.acme.visibility == Visibility.ALL
    assert "Acme now shows: All tickets for every user." in page
    assert "2 people lose access to 2 tickets." in " ".join(page.split())
    assert client_of(cast.dov).get("/o/acme/tickets/organization/").status_code == 200


def test_pressing_twice_does_not_switch_back(cast, client_of):
    for _ in range(2):
        client_of(cast.hal).post(PAGE, {"visibility": "all"})
    cast.acme.refresh_from_db()
    assert cast.acme.visibility == Visibility.ALL
    assert AuditEntry.objects.count() == 1


@pytest.mark.parametrize("value", ["", "everything"])
def test_other_values_are_422(cast, client_of, value):
    assert client_of(cast.hal).post(PAGE, {"visibility": value}).status_code == 422
