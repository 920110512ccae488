"""Following tickets of an organization, following and muting one."""

import pytest
from django.db import IntegrityError

from orgs.models import Membership, Project
from orgs.roles import OrganizationRole
from supportcenter.errors import RuleViolation
from tests import builders
from tests.cast import actor
from tickets.actions.following import follow, follow_ticket, mute, unfollow
from tickets.models.catalog import Product
from tickets.models.following import Follow, FollowScope, Mute


@pytest.fixture
def ticket(cast):
    """Ben of the unit EU, about Kafka, High, on a service of acme-eu-prod."""
    return builders.ticket(cast.ben, cast.acme, services=[cast.kafka])


def reached(ticket) -> list[str]:
    return [each.words for each in Follow.objects.reaching(ticket).order_by("pk")]


def test_admin_follows_all_tickets_once(cast, ticket):
    for _ in range(2):
        follow(actor=actor(cast.ada), organization=cast.acme)
    assert reached(ticket) == ["all tickets of Acme"]


@pytest.mark.parametrize("name", ["ben", "dov", "eve", "fay", "hal"])
def test_nobody_else_follows_the_organization(cast, name):
    with pytest.raises(RuleViolation, match="Only organization admins"):
        follow(actor=actor(getattr(cast, name)), organization=cast.acme)
    assert not Follow.objects.exists()


def test_parts_reach_the_tickets_that_they_name(cast, ticket):
    ada, eu = actor(cast.ada), cast.acme.units.get(name="EU")
    project, kafka = Project.objects.get(name="acme-eu-prod"), Product.objects.get(code="kafka")
    for scope, target in (("severe", None), ("unit", eu), ("project", project), ("product", kafka)):
        follow(actor=ada, organization=cast.acme, scope=FollowScope(scope), target=target)
    assert reached(ticket) == [
        "High and Critical tickets of Acme",
        "tickets of the unit EU of Acme",
        "tickets of the project acme-eu-prod of Acme",
        "tickets about Apache Kafka of Acme",
    ]
    other = builders.ticket(cast.cleo, cast.acme, severity="low", product=Product.objects.get(code="mysql"))
    assert reached(other) == []


def test_unit_reaches_what_its_members_open_about_nothing_named(cast):
    eu = cast.acme.units.get(name="EU")
    follow(actor=actor(cast.ada), organization=cast.acme, scope=FollowScope.UNIT, target=eu)
    assert reached(builders.ticket(cast.ben, cast.acme))
    assert not reached(builders.ticket(cast.cleo, cast.acme))


def test_follow_reaches_no_other_organization(cast):
    follow(actor=actor(cast.eve), organization=cast.globex)
    assert reached(builders.ticket(cast.ben, cast.acme)) == []


def test_follow_ends_with_the_role(cast, ticket):
    follow(actor=actor(cast.ada), organization=cast.acme)
    Membership.objects.filter(user=cast.ada).update(role=OrganizationRole.MEMBER)
    assert reached(ticket) == []


def test_unfollowing_ends_every_rule_of_the_organization(cast, ticket):
    ada = actor(cast.ada)
    follow(actor=ada, organization=cast.acme)
    follow(actor=ada, organization=cast.acme, scope=FollowScope.SEVERE)
    assert unfollow(actor=ada, organization=cast.acme) == 2
    assert reached(ticket) == []


def test_agent_follows_one_ticket_and_customer_cannot(cast, ticket):
    follow_ticket(actor=actor(cast.fay), ticket=ticket, on=True)
    follow_ticket(actor=actor(cast.fay), ticket=ticket, on=True)
    assert reached(ticket) == ["this ticket"]
    with pytest.raises(RuleViolation):
        follow_ticket(actor=actor(cast.ben), ticket=ticket, on=True)
    follow_ticket(actor=actor(cast.fay), ticket=ticket, on=False)
    assert reached(ticket) == []


def test_database_refuses_a_scope_without_its_target(cast):
    with pytest.raises(IntegrityError, match="follow_scope_with_its_target"):
        Follow.objects.create(user=cast.ada, organization=cast.acme, scope=FollowScope.UNIT)


def test_muting_twice_is_muting_once(cast, ticket):
    for _ in range(2):
        mute(user_id=cast.ben.pk, ticket_id=ticket.pk, on=True)
    assert Mute.objects.count() == 1
    mute(user_id=cast.ben.pk, ticket_id=ticket.pk, on=False)
    assert not Mute.objects.exists()


def test_follow_all_button_says_what_it_does_and_turns_around(cast, client_of):
    ada, url = client_of(cast.ada), "/o/acme/tickets/organization/"
    assert "Follow all tickets" in ada.get(url).content.decode()
    page = ada.post("/o/acme/following/all/", {"on": "1"}, follow=True).content.decode()
    assert "You’ll get mail about all updates on existing and new tickets of Acme." in page
    assert "Unfollow all tickets" in page
    ada.post("/o/acme/following/all/", {"on": "0"})
    assert not Follow.objects.exists()


def test_member_who_sees_all_tickets_has_no_button(cast, client_of):
    cast.acme.visibility = "all"
    cast.acme.save()
    assert (
        "Follow all tickets" not in client_of(cast.ben).get("/o/acme/tickets/organization/").content.decode()
    )


def test_part_is_chosen_and_ended_on_its_page(cast, client_of):
    ada, eu = client_of(cast.ada), cast.acme.units.get(name="EU")
    page = ada.post("/o/acme/following/", {"part": f"unit:{eu.pk}"}, follow=True).content.decode()
    assert "Tickets of the unit EU of Acme" in page
    ada.post(f"/following/{Follow.objects.get().pk}/unfollow/", {"next": "following"})
    assert not Follow.objects.exists()


def test_part_of_another_organization_cannot_be_chosen(cast, client_of):
    theirs = cast.globex.units.get()
    response = client_of(cast.ada).post("/o/acme/following/", {"part": f"unit:{theirs.pk}"})
    assert response.status_code == 422
    assert not Follow.objects.exists()


def test_rule_of_someone_else_cannot_be_ended(cast, client_of):
    rule = follow(actor=actor(cast.ada), organization=cast.acme)
    assert client_of(cast.eve).post(f"/following/{rule.pk}/unfollow/").status_code == 404
    assert Follow.objects.exists()


def test_ticket_page_offers_muting_and_agents_following(cast, client_of, ticket):
    url = ticket.get_absolute_url()
    ben, fay = client_of(cast.ben), client_of(cast.fay)
    ben.post(f"{url}mute/", {"on": "1"})
    assert "You muted this ticket" in ben.get(url).content.decode()
    fay.post(f"{url}following/", {"on": "1"})
    assert "You follow this ticket." in fay.get(url).content.decode()
    assert Mute.objects.get().user == cast.ben
