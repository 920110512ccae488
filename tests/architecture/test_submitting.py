"""How an action and the form or button behind it come together."""

import pytest
from django import forms
from django.contrib.messages import get_messages
from django.contrib.messages.storage.fallback import FallbackStorage

from supportcenter.errors import RuleViolation
from supportcenter.http import status_for
from supportcenter.rules import attempt, submit


class NameForm(forms.Form):
    name = forms.CharField()


def refuse(field: str | None = None):
    raise RuleViolation("taken", "This name is taken.", field=field)


def test_an_action_runs_for_a_valid_form():
    assert submit(NameForm({"name": "Ada"}), lambda: "saved") == "saved"


@pytest.mark.parametrize("data", [None, {}])
def test_an_action_does_not_run_for_a_form_that_is_not_valid(data):
    assert submit(NameForm(data), lambda: pytest.fail("ran")) is None


@pytest.mark.parametrize(("field", "shown"), [("name", "name"), (None, "__all__"), ("other", "__all__")])
def test_a_refusal_is_an_error_of_the_form(field, shown):
    form = NameForm({"name": "Ada"})
    assert submit(form, lambda: refuse(field)) is None
    assert form.errors == {shown: ["This name is taken."]}
    assert form["name"].value() == "Ada"


@pytest.fixture
def request_with_messages(rf):
    request = rf.post("/")
    request.session = {}
    request._messages = FallbackStorage(request)
    return request


@pytest.mark.parametrize(
    ("action", "told"),
    [(lambda: None, ("success", "Done.")), (refuse, ("error", "This name is taken."))],
)
def test_a_button_reports_what_came_of_it(request_with_messages, action, told):
    assert attempt(request_with_messages, action, "Done.") is (told[0] == "success")
    assert [(each.level_tag, str(each)) for each in get_messages(request_with_messages)] == [told]


@pytest.mark.parametrize(
    ("method", "form", "status"),
    [
        ("post", NameForm({}), 422),
        ("post", NameForm({"name": "Ada"}), 200),
        ("post", NameForm(), 200),
        ("get", NameForm({}), 200),
    ],
)
def test_only_a_form_that_was_sent_with_errors_is_422(rf, method, form, status):
    assert status_for(getattr(rf, method)("/"), {"title": "Names", "form": form}) == status
