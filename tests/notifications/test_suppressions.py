"""Addresses that nothing is sent to, and what the people concerned see."""

from datetime import timedelta

import pytest
from django.utils import timezone

from notifications.actions.suppressions import remove_suppression
from notifications.models.suppressions import Suppression
from supportcenter.errors import RuleViolation
from tests.cast import actor

PAGE = "/mail/suppressions/"


@pytest.fixture
def suppression(cast):
    cast.ben.bouncing_since = timezone.now() - timedelta(days=2)
    cast.ben.save()
    return Suppression.objects.create(address=cast.ben.email, cause="bounce", detail="550 No such user")


def test_active_and_removed_suppressions_are_listed(cast, client_of, suppression):
    Suppression.objects.create(
        address="old@b.example", cause="complaint", removed_at=timezone.now(), removed_by=cast.gus
    )
    shown = client_of(cast.hal).get(PAGE).text
    assert "550 No such user" in shown
    assert "Removed by Gus Lindgren" in shown
    assert shown.index("ben@acme.example") < shown.index("old@b.example")


@pytest.mark.parametrize(("words", "shows"), [("ben", True), ("BEN@ACME.example", True), ("cleo", False)])
def test_search_by_address(cast, client_of, suppression, words, shows):
    found = client_of(cast.fay).get(PAGE, {"q": words}).context["suppressions"]
    assert bool(found) is shows


def test_removing(cast, client_of, suppression):
    response = client_of(cast.fay).post(f"{PAGE}{suppression.pk}/remove/", follow=True)
    assert "Suppression of ben@acme.example removed." in response.text
    suppression.refresh_from_db()
    cast.ben.refresh_from_db()
    assert suppression.removed_by == cast.fay
    assert cast.ben.bouncing_since is None


def test_removing_twice_is_refused(cast, client_of, suppression):
    remove_suppression(actor=actor(cast.fay), suppression=suppression)
    with pytest.raises(RuleViolation):
        remove_suppression(actor=actor(cast.gus), suppression=suppression)
    response = client_of(cast.gus).post(f"{PAGE}{suppression.pk}/remove/", follow=True)
    assert "was already removed" in response.text
    suppression.refresh_from_db()
    assert suppression.removed_by == cast.fay


def test_list_costs_the_same_with_thirty(cast, client_of, suppression, django_assert_num_queries):
    client = client_of(cast.fay)
    for number in range(30):
        Suppression.objects.create(
            address=f"p{number}@b.example", cause="bounce", removed_at=timezone.now(), removed_by=cast.gus
        )
    with django_assert_num_queries(4):  # session, person, roles; the list
        client.get(PAGE)


def test_person_whose_mail_bounces_sees_so_on_every_page_without_a_query_more(
    cast, client_of, suppression, django_assert_max_num_queries
):
    client = client_of(cast.ben)
    for path in ("/help/", "/account/", "/o/acme/tickets/"):
        shown = client.get(path).text
        assert "Mail to ben@acme.example has been bouncing since" in shown
        assert "account-team@support.example" in shown
    with django_assert_max_num_queries(3):  # session, person, roles
        client.get("/help/")


def test_nobody_else_reads_it(cast, client_of, client, suppression):
    assert "has been bouncing since" not in client_of(cast.cleo).get("/help/").text
    assert "has been bouncing since" not in client.get("/account/login/").text


def test_staff_are_sent_to_the_list(cast, client_of):
    cast.fay.bouncing_since = timezone.now()
    cast.fay.save()
    shown = client_of(cast.fay).get("/help/").text
    assert "ask a colleague to remove the suppression" in shown
