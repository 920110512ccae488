import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from pytest_django.asserts import assertNumQueries

from orgs.actions.settings import change_account_manager
from orgs.models import AuditEntry, Organization
from supportcenter.errors import RuleViolation
from tests import builders
from tests.cast import actor
from tickets.views.customer_card import customer_card


@pytest.fixture
def ticket(cast):
    return builders.ticket(cast.ben, cast.acme)


def text(response) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


def test_card_says_who_the_customer_is(cast, client_of, ticket):
    change_account_manager(actor=actor(cast.hal), organization=cast.acme, manager=cast.hal)
    Organization.objects.filter(pk=cast.acme.pk).update(time_zone="Asia/Tokyo")
    other = builders.ticket(cast.cleo, cast.acme, subject="Another one")
    builders.ticket(cast.eve, cast.globex, subject="GLOBEX-CANARY")
    page = text(client_of(cast.fay).get(ticket.get_absolute_url()))
    there = datetime.now(tz=ZoneInfo("Asia/Tokyo"))
    assert {f"{there - timedelta(minutes=late):%a %H:%M}" for late in (0, 1)} & set(
        re.findall(r"<dd>(\w{3} \d\d:\d\d) ", page)
    )
    for words in ("Advanced, ", "Hal Whitfield", "Asia/Tokyo", "Other open tickets: 1", other.reference):
        assert words in page
    assert "GLOBEX-CANARY" not in page
    assert "Hal Whitfield" not in text(client_of(cast.ben).get(ticket.get_absolute_url()))


@pytest.mark.parametrize(
    ("more", "shown", "count"), [(0, 0, "0"), (4, 4, "4"), (7, 5, "7"), (101, 5, "more than 100")]
)
def test_other_open_tickets_are_counted_no_further_than_needed(cast, ticket, more, shown, count):
    for _ in range(more):
        builders.ticket(cast.ben, cast.acme)
    card = customer_card(ticket)
    assert (len(card.others), card.others_count) == (shown, count)


def test_account_team_names_the_manager_with_an_audit_entry(cast, client_of):
    url = "/account-team/organizations/acme/account-manager/"
    hal = client_of(cast.hal)
    hal.post(url, {"manager": cast.hal.pk})
    hal.post(url, {"manager": cast.fay.pk})
    cast.acme.refresh_from_db()
    assert cast.acme.account_manager == cast.hal
    hal.post(url, {"manager": ""})
    assert [each.after for each in AuditEntry.objects.order_by("pk")] == [
        {"account manager": "Hal Whitfield"},
        {"account manager": "none"},
    ]


def test_who_cannot_name_or_be_named(cast):
    for who, manager in ((cast.ada, cast.hal), (cast.fay, cast.hal), (cast.hal, cast.fay)):
        with pytest.raises(RuleViolation, match="account"):
            change_account_manager(actor=actor(who), organization=cast.acme, manager=manager)


# Those of the customer's page, one of which reads the agents too, and one what can be chosen; tier with its
# calendar and targets; other open tickets.
@pytest.mark.parametrize("count", [1, 30])
def test_agents_page_costs_the_same_for_many_of_everything(cast, client_of, ticket, count):
    for _ in range(count):
        builders.comment(cast.ben, ticket)
    for _ in range(count + 4):
        builders.ticket(cast.ben, cast.acme)
    fay = client_of(cast.fay)
    fay.get(ticket.get_absolute_url())  # the first visit is an insertion
    with assertNumQueries(13):
        fay.get(ticket.get_absolute_url())
