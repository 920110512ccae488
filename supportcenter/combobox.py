"""Suggestions for a field as you type (static/js/combobox.js)."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


@dataclass(frozen=True)
class Option:
    """One suggestion: ``text`` is what it puts into the field."""

    text: str
    label: str
    detail: str = ""


def render_options(request: HttpRequest, options: Iterable[Option]) -> HttpResponse:
    """Return the options of a listbox; a fragment."""
    return render(request, "components/_options.html", {"options": list(options)})
