"""What foreign keys name is loaded by id: one query for each table."""

from pytest_django.asserts import assertNumQueries

from tests import builders
from tests.cast import actor
from tickets.actions.assignment import assign
from tickets.models.related import load_all
from tickets.models.ticket import Ticket


def test_people_behind_several_keys_cost_one_query(cast):
    first, second = (builders.ticket(each, cast.acme) for each in (cast.ben, cast.ada))
    assign(actor=actor(cast.fay), ticket=first, assignee=cast.gus)
    with assertNumQueries(2):
        found = {each.pk: each for each in Ticket.objects.load("requester", "assignee")}
        assert (found[first.pk].requester, found[first.pk].assignee) == (cast.ben, cast.gus)
        assert (found[second.pk].requester, found[second.pk].assignee) == (cast.ada, None)


def test_values_and_no_rows_load_nothing(cast):
    builders.ticket(cast.ben, cast.acme)
    with assertNumQueries(2):
        assert list(Ticket.objects.load("requester").values_list("requester", flat=True)) == [cast.ben.pk]
        assert not Ticket.objects.none().load("requester")
        assert not Ticket.objects.filter(pk=0).load("requester")


def test_what_is_known_is_not_loaded_again(cast):
    ticket = Ticket.objects.select_related("requester").get(pk=builders.ticket(cast.ben, cast.acme).pk)
    with assertNumQueries(0):
        load_all([(ticket, "requester"), (ticket, "assignee")])
        assert (ticket.requester, ticket.assignee) == (cast.ben, None)
