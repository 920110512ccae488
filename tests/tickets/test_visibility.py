import pytest

from orgs.models import Membership, User, Visibility
from tests import builders
from tests.cast import actor
from tickets.actions.comments import add_internal_note
from tickets.models.conversation import Activity, Attachment
from tickets.models.ticket import Ticket
from tickets.permissions import who_sees


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


@pytest.mark.parametrize("visibility", list(Visibility))
def test_who_sees_is_the_rule_of_visible_to(cast, visibility):
    cast.acme.visibility = visibility
    cast.acme.save(update_fields=["visibility"])
    Membership.objects.create(organization=cast.globex, user=cast.ben)
    Membership.objects.create(organization=cast.acme, user=cast.eve, role="billing")
    User.objects.filter(pk=cast.gus.pk).update(is_active=False)
    tickets = [builders.ticket(cast.ben, cast.acme, cc=[cast.cleo]), builders.ticket(cast.eve, cast.globex)]
    Membership.objects.filter(user=cast.cleo).delete()
    actors = [actor(user) for user in User.objects.all()]
    for each in tickets:
        assert who_sees(each, actors) == {one.user_id for one in actors if sees(one.user, each)}


def test_who_sees_asks_once_however_many_ask(cast, ticket, django_assert_num_queries):
    actors = [actor(user) for user in cast.people().values()]
    with django_assert_num_queries(1):
        who_sees(ticket, actors)
