from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orgs.actor import Actor
from orgs.models import Membership, Organization, User, Visibility
from orgs.roles import OrganizationRole, StaffRole
from orgs.source import Source
from tests import builders
from tests.cast import actor
from tickets.actions.comments import add_internal_note
from tickets.models.catalog import Product, Reason
from tickets.models.conversation import Activity, Attachment
from tickets.models.people import Participant
from tickets.models.ticket import Ticket
from tickets.permissions import preview_visibility, who_sees


@pytest.fixture
def ticket(cast):
    return builders.ticket(cast.ben, cast.acme, cc=[cast.cleo])


def sees(user, ticket) -> bool:
    return Ticket.objects.visible_to(actor(user)).filter(pk=ticket.pk).exists()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("ben", True),
        ("cleo", True),
        ("ada", True),
        ("fay", True),
        ("gus", True),
        ("dov", False),
        ("eve", False),
        ("ivy", False),
        ("hal", False),
    ],
)
def test_who_sees_a_ticket_with_cc(cast, ticket, name, expected):
    assert sees(getattr(cast, name), ticket) is expected


def test_every_member_sees_all_where_the_organization_shows_all(cast, ticket):
    cast.acme.visibility = Visibility.ALL
    cast.acme.save(update_fields=["visibility"])
    assert sees(cast.dov, ticket)
    assert not sees(cast.eve, ticket)


def test_removed_member_loses_sight_of_own_and_ccd_tickets(cast, ticket):
    Membership.objects.filter(user__in=[cast.ben, cast.cleo]).delete()
    assert not sees(cast.ben, ticket)
    assert not sees(cast.cleo, ticket)


def test_member_of_another_organization_sees_nothing_through_cc_text(cast, ticket):
    Membership.objects.create(organization=cast.globex, user=cast.ben)
    assert [each.pk for each in Ticket.objects.visible_to(actor(cast.ben)).of(cast.globex)] == []


def test_notes_are_rows_that_customers_do_not_get(cast, ticket):
    add_internal_note(actor=actor(cast.fay), ticket=ticket, body="NOTE-CANARY")
    for user in (cast.ben, cast.ada, cast.cleo):
        assert not Activity.objects.visible_to(actor(user)).filter(kind="noted").exists()
    assert Activity.objects.visible_to(actor(cast.fay)).filter(kind="noted").exists()


def test_files_follow_their_comment(cast, ticket):
    note = add_internal_note(actor=actor(cast.fay), ticket=ticket, body="log")
    secret = Attachment.objects.create(comment=note, uploaded_by=cast.fay, name="a", size=1, sha256="")
    shown = Attachment.objects.create(
        comment=ticket.comments.first(), uploaded_by=cast.ben, name="b", size=1, sha256=""
    )
    unsent = Attachment.objects.create(uploaded_by=cast.ben, name="c", size=1, sha256="")

    def files(user):
        return set(Attachment.objects.visible_to(actor(user)))

    assert files(cast.fay) == {secret, shown}
    assert files(cast.cleo) == {shown}
    assert files(cast.ben) == {shown, unsent}
    assert files(cast.eve) == set()


@dataclass(frozen=True)
class World:
    """Some organizations with their visibility, people with staff role and memberships, and tickets."""

    visibilities: list[str]
    people: list[tuple[str, bool, dict[int, str]]]  # staff role, is active, role by organization
    tickets: list[tuple[int, int, set[int]]]  # organization, requester, participants

    def create(self) -> tuple[list[Organization], list[User], list[Ticket]]:
        organizations = Organization.objects.bulk_create(
            Organization(name=f"O{number}", slug=f"o{number}", visibility=visibility)
            for number, visibility in enumerate(self.visibilities)
        )
        users = User.objects.bulk_create(
            User(email=f"p{number}@o.example", name=f"P{number}", staff_role=role, is_active=is_active)
            for number, (role, is_active, _) in enumerate(self.people)
        )
        Membership.objects.bulk_create(
            Membership(organization=organizations[number], user=user, role=role)
            for user, (_, _, roles) in zip(users, self.people, strict=True)
            for number, role in roles.items()
        )
        tickets = Ticket.objects.bulk_create(
            Ticket(
                organization=organizations[organization],
                requester=users[requester],
                subject="S",
                severity="low",
                product=Product.objects.all()[0],
                reason=Reason.objects.all()[0],
            )
            for organization, requester, _ in self.tickets
        )
        Participant.objects.bulk_create(
            Participant(ticket=ticket, user=users[number])
            for ticket, (_, _, participants) in zip(tickets, self.tickets, strict=True)
            for number in participants
        )
        return organizations, users, tickets


@st.composite
def worlds(draw) -> World:
    visibilities = draw(st.lists(st.sampled_from(Visibility.values), min_size=1, max_size=3))
    organizations = st.integers(0, len(visibilities) - 1)
    roles = st.dictionaries(organizations, st.sampled_from(OrganizationRole.values))
    staff_roles = st.sampled_from(["", "", *StaffRole.values])
    people = draw(
        st.lists(st.tuples(staff_roles, st.sampled_from([True, True, False]), roles), min_size=1, max_size=6)
    )
    users = st.integers(0, len(people) - 1)
    tickets = st.tuples(organizations, users, st.sets(users, max_size=3))
    return World(visibilities, people, draw(st.lists(tickets, max_size=5)))


@contextmanager
def rolled_back() -> Iterator[None]:
    """Each example starts from an empty world."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


# Examples roll back what they create, so one database serves them all.
any_world = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])


@any_world
@given(world=worlds())
def test_who_sees_agrees_with_visible_to_in_any_world(db, world):
    with rolled_back():
        _, users, tickets = world.create()
        actors = Actor.of_each(users, Source.WEB).values()
        visible = {one.user_id: set(Ticket.objects.visible_to(one)) for one in actors}
        for ticket in tickets:
            assert who_sees(ticket, actors) == {pk for pk, seen in visible.items() if ticket in seen}


@any_world
@given(world=worlds(), after=st.sampled_from(Visibility.values))
def test_preview_of_a_switch_agrees_with_visible_to_in_any_world(db, world, after):
    with rolled_back():
        organization = world.create()[0][0]
        members = User.objects.filter(is_active=True, memberships__organization=organization)
        preview = preview_visibility(organization, after)

        def visible() -> dict[User, set[Ticket]]:
            found = Actor.of_each(list(members), Source.WEB).values()
            return {one.person: set(Ticket.objects.visible_to(one).of(organization)) for one in found}

        before = visible()
        Organization.objects.filter(pk=organization.pk).update(visibility=after)
        then = visible()
        assert {each.user: (each.now, each.then) for each in preview.people} == {
            user: (len(before[user]), len(then[user])) for user in before
        }
        assert preview.tickets == len(set().union(*(before[user] ^ then[user] for user in before)))


def test_who_sees_asks_once_however_many_ask(cast, ticket, django_assert_num_queries):
    actors = [actor(user) for user in cast.people().values()]
    with django_assert_num_queries(1):
        who_sees(ticket, actors)
