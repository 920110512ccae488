"""What a report covers: period, filters, and what it is broken down by."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.validators import MinValueValidator
from django.http import QueryDict

from tickets.reports.period import MOST_DAYS, Period

PERIODS = {
    "7": "Last 7 days",
    "30": "Last 30 days",
    "90": "Last 90 days",
    "month": "This month",
    "last-month": "Last month",
    "custom": "Custom",
}
USUAL = "30"
# The days before it must still be dates.
FIRST_DAY = MinValueValidator(date(2000, 1, 1))
LABELS = {
    "tier": ("Support tier", "Any tier"),
    "severity": ("Severity", "Any severity"),
    "product": ("Product", "Any product"),
    "organization": ("Organization", "Any organization"),
    "agent": ("Agent", "Any agent"),
}


def _select() -> forms.Select:
    return forms.Select(attrs={"class": "form-select"})


def _day(label: str) -> forms.DateField:
    widget = forms.DateInput(attrs={"class": "form-control", "type": "date"})
    return forms.DateField(label=label, required=False, widget=widget, validators=[FIRST_DAY])


class ReportForm(forms.Form):
    """Kept in the address. What makes no sense filters nothing; a custom period says what is wrong with it.

    ``names`` are, for each dimension that the reader may cut by, its values with their words.
    """

    period = forms.ChoiceField(
        label="Period", required=False, choices=list(PERIODS.items()), widget=_select()
    )
    since = _day("From")
    until = _day("To")
    by = forms.ChoiceField(label="Broken down by", required=False, widget=_select())

    def __init__(self, data: QueryDict, *, names: Mapping[str, Mapping[Any, str]], today: date) -> None:
        super().__init__({"period": USUAL} | data.dict())
        self.today = today
        self.dimensions = list(names)
        self.fields["by"].choices = [(each, LABELS[each][0]) for each in names]  # type: ignore[attr-defined]
        for dimension, values in names.items():
            label, anything = LABELS[dimension]
            choices: Sequence[tuple[Any, str]] = [("", anything), *values.items()]
            self.fields[dimension] = forms.TypedChoiceField(
                label=label, required=False, choices=choices, empty_value=None, widget=_select()
            )
        self.full_clean()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("period") == "custom":
            self._check_custom(cleaned.get("since"), cleaned.get("until"))
        return cleaned

    def _check_custom(self, since: date | None, until: date | None) -> None:
        if not since or not until:
            self.add_error(None, "A custom period needs its first and its last day.")
        elif since > until:
            self.add_error(None, "The first day is after the last.")
        elif (until - since).days >= MOST_DAYS:
            self.add_error(None, f"A report covers at most {MOST_DAYS} days.")

    @property
    def covered(self) -> Period:
        """The chosen days; the last thirty where nothing sensible is chosen. No day is in the future."""
        values = getattr(self, "cleaned_data", {})
        chosen = values.get("period") or USUAL
        if chosen == "custom" and not self.non_field_errors():
            return Period(min(values["since"], self.today), min(values["until"], self.today))
        month = self.today.replace(day=1)
        if chosen == "month":
            return Period(month, self.today)
        if chosen == "last-month":
            last = month - timedelta(days=1)
            return Period(last.replace(day=1), last)
        days = int(chosen) if chosen.isdigit() else int(USUAL)
        return Period(self.today - timedelta(days=days - 1), self.today)

    @property
    def dimension(self) -> str:
        """What the table is broken down by."""
        return self.cleaned_data.get("by") or self.dimensions[0]

    @property
    def by_words(self) -> str:
        return LABELS[self.dimension][0]

    @property
    def filters(self) -> dict[str, Any]:
        """Dimensions that are filtered by, and their values."""
        chosen = {name: self.cleaned_data.get(name) for name in self.dimensions}
        return {name: value for name, value in chosen.items() if value not in {None, ""}}
