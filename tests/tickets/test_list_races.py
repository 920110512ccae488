"""Two leads who write the same name at the same time: the database decides, and one of them is told."""

import pytest

from billing.actions.calendars import save_calendar
from billing.models.calendars import SupportCalendar
from tests.cast import actor, make_cast
from tests.races import at_once
from tickets.models.catalog import Product
from tickets.settings.actions.choices import add_choice, change_choice

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


def test_one_of_two_products_with_the_same_name_is_added():
    gus = actor(make_cast().gus)
    outcomes = at_once(
        lambda: add_choice(actor=gus, kind=Product, name="Dragonfly"),
        lambda: add_choice(actor=gus, kind=Product, name="DRAGONFLY"),
    )
    assert sorted(map(str, outcomes), key=str.lower)[1] == "name_taken"
    assert Product.objects.filter(name__iexact="dragonfly").count() == 1


def test_a_new_product_and_a_renamed_one_do_not_share_a_name():
    gus = actor(make_cast().gus)
    kafka = Product.objects.get(code="kafka")
    outcomes = at_once(
        lambda: add_choice(actor=gus, kind=Product, name="Streams"),
        lambda: change_choice(actor=gus, choice=kafka, name="streams", is_retired=False),
    )
    assert "name_taken" in outcomes
    assert Product.objects.filter(name__iexact="streams").count() == 1


def test_one_of_two_calendars_with_the_same_name_is_saved():
    gus = actor(make_cast().gus)
    week = [[["09:00", "17:00"]]] * 7

    def save(name: str):
        values = {"time_zone": "", "observes_holidays": False, "country": ""}
        return lambda: save_calendar(actor=gus, calendar=None, name=name, week=week, **values)

    assert "name_taken" in at_once(save("Weekly"), save("WEEKLY"))
    assert SupportCalendar.objects.filter(name__iexact="weekly").count() == 1
