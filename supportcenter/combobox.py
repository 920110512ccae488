"""Suggestions for a field as you type (static/js/combobox.js), and fields for choices from long lists."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import get_text_list
from django.views.decorators.http import require_safe

from supportcenter.http import search_text

# A list with more choices than this is not rendered; its choices are suggested as you type.
MAX_LISTED = 30
MAX_SUGGESTED = 10
MAX_TYPED = 200
# The most names in an error.
MAX_NAMED = 3

Choice = tuple[Any, str]


@dataclass(frozen=True)
class Option:
    """One suggestion: ``text`` is what it puts into the field."""

    text: str
    label: str
    detail: str = ""


def render_options(request: HttpRequest, options: Iterable[Option]) -> HttpResponse:
    """Return the options of a listbox; a fragment."""
    return render(request, "components/_options.html", {"options": list(options)})


def options_view(choices: Callable[..., Iterable[Any]]) -> Callable[..., HttpResponse]:
    """Return a view that suggests choices by their labels. ``choices`` checks what the reader may see."""

    @require_safe
    def suggest(request: HttpRequest, **kwargs: str) -> HttpResponse:
        found = matching(flat(choices(request, **kwargs)), search_text(request, MAX_TYPED))
        return render_options(request, [Option(label, label) for _, label in found[:MAX_SUGGESTED]])

    return suggest


def matching(choices: Iterable[Choice], typed: str) -> list[Choice]:
    """Return the choices whose label contains every typed word, those that begin with the text first."""
    text = typed.strip().casefold()
    found = [each for each in choices if all(word in each[1].casefold() for word in text.split())]
    return sorted(found, key=lambda each: not each[1].casefold().startswith(text))


def flat(choices: Any) -> Iterator[Choice]:
    """Yield each choice, also those in groups, the empty one excepted."""
    for key, label in choices:
        if isinstance(label, list | tuple):
            yield from flat(label)
        elif str(key):
            yield key, str(label)


def key_of(typed: str, choices: Any) -> Any:
    """Return the key of the choice with this label, or of the only one that matches.

    A text that matches none or several is a ``ValidationError`` that says which.
    """
    found = matching(flat(choices), typed[:MAX_TYPED])
    exact = [each for each in found if each[1].casefold() == typed.strip().casefold()]
    if len(exact or found) == 1:
        return (exact or found)[0][0]
    if not found:
        raise ValidationError(f"No match for “{typed[:MAX_TYPED]}”. Choose one of the suggestions.")
    names = get_text_list([label for _, label in found[:MAX_NAMED]], "or")
    raise ValidationError(
        f"“{typed[:MAX_TYPED]}” isn't specific enough. Enter the full name, such as {names}."
    )


class SuggestedText(forms.TextInput):
    """A text field whose suggestions come from the view with this name; one of them replaces the text."""

    def __init__(self, url_name: str, args: Sequence[str] = (), attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs)
        self.url_name = url_name
        self.args = args

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        options = reverse(self.url_name, args=self.args)
        attrs = {"autocomplete": "off", "data-completes": "choice", "data-options": options} | (attrs or {})
        return format_html('<span class="combobox">{}</span>', super().render(name, value, attrs, renderer))


class Combobox(forms.Select):
    """A select; for a long list a text field with suggestions.

    Its field has to accept labels, as those below do, because that is what the text field sends.
    """

    def __init__(self, url_name: str, args: Sequence[str] = (), attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs)
        self.text = SuggestedText(url_name, args, attrs)

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        if len(list(islice(flat(self.choices), MAX_LISTED + 1))) <= MAX_LISTED:
            return super().render(name, value, attrs, renderer)
        labels = {str(key): label for key, label in flat(self.choices)}
        empty = next((label for key, label in self.choices if not str(key)), "")
        attrs = self.attrs | (attrs or {}) | {"placeholder": empty}
        return self.text.render(name, labels.get(str(value), value), attrs, renderer)


class ComboboxField(forms.ChoiceField):
    """A choice from a list that may be long; takes a key, or a label in any case."""

    def to_python(self, value: Any) -> str:
        text = super().to_python(value)
        return text if not text or self.valid_value(text) else str(key_of(text, self.choices))


class ModelComboboxField(forms.ModelChoiceField):
    """A row from a list that may be long; takes a key, or a label in any case."""

    def to_python(self, value: Any) -> Any:
        try:
            return super().to_python(value)
        except ValidationError:
            return super().to_python(key_of(str(value), self.choices))
