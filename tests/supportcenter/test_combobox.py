"""Fields for choices from long lists."""

import pytest
from django import forms
from django.core.exceptions import ValidationError

from supportcenter.combobox import Combobox, ComboboxField, key_of
from tests.cast import person

ZONES = [(name.lower(), name) for name in ["Berlin", "New York", "York", "Yorkton", "Zürich"]]
MANY = [("", "Any"), *((str(number), f"Name {number}") for number in range(31))]


def form_with(choices, data=None, **options):
    class Form(forms.Form):
        choice = ComboboxField(choices=choices, widget=Combobox("orgs:time_zones"), **options)

    return Form(data)


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("Berlin", "berlin"),
        (" ber ", "berlin"),
        ("york", "york"),
        ("yorkt", "yorkton"),
        ("new yo", "new york"),
        ("ZÜR", "zürich"),
    ],
)
def test_label_or_what_only_one_label_contains_is_enough(typed, key):
    assert key_of(typed, [("Cities", ZONES)]) == key


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("yor", "“yor” isn't specific enough. Enter the full name, such as York, Yorkton or New York."),
        ("Paris", "No match for “Paris”. Choose one of the suggestions."),
    ],
)
def test_error_says_what_else_to_type(typed, problem):
    form = form_with(ZONES, {"choice": typed})
    assert form.errors["choice"] == [problem]
    with pytest.raises(ValidationError):
        key_of(typed, ZONES)


@pytest.mark.parametrize("sent", ["7", "Name 7", "name 7"])
def test_key_and_label_are_taken(sent):
    form = form_with(MANY, {"choice": sent})
    assert form.is_valid()
    assert form.cleaned_data == {"choice": "7"}


def test_short_list_is_a_select():
    assert "<select" in str(form_with(MANY[:-1])["choice"])


def test_long_list_is_a_field_that_shows_the_label():
    form = form_with(MANY, {"choice": "7"}, required=False)
    html = str(form["choice"])
    assert 'value="Name 7"' in html
    assert 'placeholder="Any"' in html
    assert 'data-options="/options/time-zones/"' in html
    assert "Name 8" not in html


def test_long_list_keeps_what_was_typed_when_it_is_wrong():
    assert 'value="Nom 7"' in str(form_with(MANY, {"choice": "Nom 7"})["choice"])


def test_empty_choice_of_a_long_list():
    form = form_with(MANY, {"choice": ""}, required=False)
    assert form.is_valid()
    assert form.cleaned_data == {"choice": ""}


def test_time_zones_are_suggested(client_of, cast):
    shown = client_of(cast.ben).get("/options/time-zones/?q=berl").text
    assert 'data-value="Europe/Berlin"' in shown
    assert shown.count("<li") == 1
    assert client_of(cast.ben).get("/options/time-zones/").text.count("<li") == 10


def test_queue_filters_by_a_name_from_a_long_list(client_of, cast):
    for number in range(31):
        person(
            f"agent{number}@support.example",
            "Anna Berg" if number < 2 else f"Agent {number}",
            staff_role="agent",
        )
    fay = client_of(cast.fay)
    page = fay.get("/queue/?assignee=fay+").text
    assert 'name="assignee" value="Fay' in page
    assert (
        'value="Anna Berg (agent1@support.example)"'
        in fay.get("/queue/?assignee=Anna+Berg+(agent1@support.example)").text
    )
    suggested = fay.get("/options/queue/assignee/?q=berg").text
    assert "Anna Berg (agent0@support.example)" in suggested
    assert suggested.count("<li") == 2


def test_organizations_are_suggested_to_agents(client_of, cast):
    assert 'data-value="Acme"' in client_of(cast.fay).get("/options/organizations/?q=acm").text
    assert client_of(cast.ada).get("/options/organizations/?q=acm").status_code == 403
