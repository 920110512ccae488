"""Filters as form fields. The fields only read and write text in the filter language."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any, ClassVar, cast

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.choices import BaseChoiceIterator

from orgs.actor import Actor
from supportcenter.bounds import DayField
from supportcenter.combobox import Combobox, ComboboxField
from tickets.paging import Orders
from tickets.search.operators import operators_for
from tickets.search.syntax import Term, Words, parse, write

PLAIN_SELECT = forms.Select(attrs={"class": "form-select"})

Options = Sequence[tuple[Any, Any]]
# Options, or how to read them.
LaterOptions = Options | Callable[[], Options]


class Choices(BaseChoiceIterator):
    """Choices of which the last are read only when needed: to render a form, not to read an address."""

    def __init__(self, first: Options, rest: LaterOptions) -> None:
        self.first = first
        self.rest = rest

    def __iter__(self) -> Iterator[tuple[Any, Any]]:
        yield from self.first
        if callable(self.rest):
            self.rest = self.rest()
        yield from self.rest


def choice(label: str, everything: str, options: Options = ()) -> forms.ChoiceField:
    """Return a select whose first choice filters nothing."""
    return forms.ChoiceField(
        label=label, required=False, choices=[("", everything), *options], widget=PLAIN_SELECT
    )


def long_choice(label: str, everything: str, name: str) -> ComboboxField:
    """Return a choice from a list that may be long; ``name`` is that of the list in the address."""
    widget = Combobox("tickets:options", [name], attrs={"class": "form-select"})
    return ComboboxField(label=label, required=False, choices=[("", everything)], widget=widget)


def day(label: str) -> DayField:
    """Return a field for a day; the language checks what is in it."""
    widget = forms.DateInput(attrs={"class": "form-control", "type": "date"})
    return DayField(label=label, required=False, input_formats=["%Y-%m-%d"], widget=widget)


class FilterForm(forms.Form):
    """A filter as its fields, read from an address. ``text`` is the same filter in the filter language.

    Each field but ``q`` stands for one term, whose beginning is in ``terms``. What no field can show stays in
    ``q``. A value that begins with "-" excludes.
    """

    terms: ClassVar[dict[str, str]] = {}
    orders: ClassVar[Orders] = {}

    q = forms.CharField(label="Search", required=False)

    def __init__(
        self, query: QueryDict, *, actor: Actor, options: Mapping[str, LaterOptions | None], base: str = ""
    ) -> None:
        """``options`` are further choices by field, or None for a field that is left out."""
        super().__init__()
        self.operators = operators_for(actor)
        for name, more in options.items():
            field = cast("forms.ChoiceField", self.fields[name])
            if more is None:
                del self.fields[name]
            else:
                field.choices = Choices(list(cast("list", field.choices)), more)
        present = self.read(base)
        names = ["q", *(name for name in self.terms if name in self.fields)]
        given = {name: self._given(name, str(query[name])) for name in names if name in query}
        self.text = self.write(self.combine(present, given))
        self.is_changed = self.text != self.write(present)
        self.initial = self.read(self.text)
        self.chosen_order = query.get("sort", "") if query.get("sort") in self.orders else ""
        self.order_by()

    def combine(self, present: dict[str, str], given: dict[str, str]) -> dict[str, str]:
        """Return the values of the filter that the address starts from, changed by those it gives."""
        return present | given

    def read(self, text: str) -> dict[str, str]:
        """Return the values of the fields for a text."""
        values: dict[str, str] = {}
        rest: list[Words | Term] = []
        for part in parse(text, self.operators).parts:
            shown = self._shown(part, values) if isinstance(part, Term) else {}
            values |= shown
            if not shown:
                rest.append(part)
        return {"q": write(rest)} | values

    def write(self, values: Mapping[str, str]) -> str:
        """Return the text for values of the fields. What is typed in ``q`` goes before the other fields."""
        typed = parse(values["q"], self.operators)
        named = {_key(term) for term in typed.terms}
        terms = [self._term(name, values[name]) for name in self.terms if values.get(name)]
        chosen = [term for term in terms if _key(term) not in named]
        # A minus at the beginning excludes nothing, which must be so behind the other terms too.
        rest = write(typed.parts) if values["q"].startswith("-") else values["q"]
        return " ".join([*map(str, chosen), rest]).strip()

    def order_by(self, default: str = "", label: str = "") -> str:
        """Return the order that the address names, or else the default, which is the first to choose."""
        default = default or next(iter(self.orders))
        others = [(name, words) for name, (words, _) in self.orders.items() if name != default]
        self.fields["sort"] = choice("Order", label or self.orders[default][0], others)
        self.initial["sort"] = self.chosen_order
        return self.chosen_order or default

    def _given(self, name: str, value: str) -> str:
        text = value.replace("\0", "").strip()
        field = self.fields[name]
        if isinstance(field, ComboboxField):
            with suppress(ValidationError):  # the language says what is wrong with it
                return field.to_python(text)
        return text

    def _shown(self, term: Term, taken: Mapping[str, str]) -> dict[str, str]:
        """Return the field that can show a term, with its value; nothing if there is none."""
        for name, beginning in self.terms.items():
            text = f"{term.name}:{term.value}"
            if name in self.fields and name not in taken and text.startswith(beginning):
                value = f"{'-' if term.is_excluded else ''}{text.removeprefix(beginning)}"
                with suppress(ValidationError):
                    if str(self.fields[name].clean(value)) == value:  # a combobox also takes other words
                        return {name: value}
        return {}

    def _term(self, name: str, value: str) -> Term:
        operator, _, beginning = self.terms[name].partition(":")
        value = value.replace('"', "")
        return Term(operator, beginning + value.removeprefix("-"), value.startswith("-"))


def _key(term: Term) -> tuple[str, str]:
    """What only one term of a text can say: an operator has one value, but a ticket many states."""
    return (term.name, term.value if term.name == "is" else "")
