import pytest

from supportcenter.errors import RuleViolation
from tests import builders
from tests.cast import actor
from tickets.actions.participants import add_participants, join, remove_participant
from tickets.models.ticket import Ticket


@pytest.fixture
def ticket(cast):
    return builders.ticket(cast.ben, cast.acme, cc=[cast.cleo])


def sees(user, ticket) -> bool:
    return Ticket.objects.visible_to(actor(user)).filter(pk=ticket.pk).exists()


def kinds(ticket) -> list[str]:
    return [each.kind for each in ticket.activities.order_by("id")][1:]


def test_participant_leaves_and_loses_sight(cast, ticket):
    remove_participant(actor=actor(cast.cleo), ticket=ticket, user=cast.cleo)
    assert not sees(cast.cleo, ticket)
    assert kinds(ticket) == ["participant_left"]


@pytest.mark.parametrize("name", ["ben", "ada", "fay"])
def test_requester_admin_and_agent_remove_participants(cast, ticket, name):
    remove_participant(actor=actor(getattr(cast, name)), ticket=ticket, user=cast.cleo)
    assert not ticket.participants.exists()
    assert ticket.activities.last().after["participants"] == ["Cleo Marchetti"]


@pytest.mark.parametrize("name", ["dov", "eve"])
def test_others_remove_nobody(cast, ticket, name):
    with pytest.raises(RuleViolation):
        remove_participant(actor=actor(getattr(cast, name)), ticket=ticket, user=cast.cleo)
    assert ticket.participants.count() == 1


def test_removing_twice_is_removing_once(cast, ticket):
    for _ in range(2):
        remove_participant(actor=actor(cast.ben), ticket=ticket, user=cast.cleo)
    assert kinds(ticket) == ["participant_removed"]


def test_participants_add_others_only_by_policy(cast, ticket):
    with pytest.raises(RuleViolation):
        add_participants(actor=actor(cast.cleo), ticket=ticket, users=[cast.dov], body="x")
    type(cast.acme).objects.update(participants_may_add=True)
    fresh = Ticket.objects.get(pk=ticket.pk)
    assert add_participants(actor=actor(cast.cleo), ticket=fresh, users=[cast.dov], body="x") == [cast.dov]


def test_admin_joins_once(cast, ticket):
    for _ in range(2):
        join(actor=actor(cast.ada), ticket=ticket)
    assert kinds(ticket) == ["participant_joined"]
    assert ticket.participants.filter(user=cast.ada).count() == 1


@pytest.mark.parametrize("name", ["ben", "cleo", "fay", "eve"])
def test_joining_is_for_members_who_are_not_in_it(cast, ticket, name):
    join(actor=actor(getattr(cast, name)), ticket=ticket)
    assert ticket.participants.count() == 1
