"""Where an action that a rule refuses meets the form, the button or the page behind it."""

from collections.abc import Callable
from typing import TypeVar

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from supportcenter.errors import RuleViolation
from supportcenter.http import is_fragment
from supportcenter.middleware import GetResponse, own_referer

Result = TypeVar("Result")


def submit(form: BaseForm, action: Callable[[], Result]) -> Result | None:
    """Run the action if the form is valid, and return its result.

    Return None if the form is invalid or the action raises ``RuleViolation``. The form then holds the error,
    on the violation's field if it has that field.
    """
    if not form.is_valid():
        return None
    try:
        return action()
    except RuleViolation as violation:
        field = violation.field if violation.field in form.fields else None
        form.add_error(field, ValidationError(violation.message, code=violation.code))
        return None


def attempt(request: HttpRequest, action: Callable[[], object], done: str = "") -> bool:
    """Run the action behind a button. Report ``done``, or why a rule refuses, as a message."""
    try:
        action()
    except RuleViolation as violation:
        messages.error(request, violation.message)
        return False
    if done:
        messages.success(request, done)
    return True


class ConflictPage:
    """Answer 409 for a ``RuleViolation`` that no view handles, such as a change that lost a race.

    A browser gets a page; htmx gets the message as plain text, which htmx-feedback.js shows as a toast.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, RuleViolation):
            return None
        if is_fragment(request):
            return HttpResponse(exception.message, status=409, content_type="text/plain; charset=utf-8")
        context = {"message": exception.message, "back_url": own_referer(request)}
        return HttpResponse(render_to_string("409.html", context), status=409)
