"""The filters of a report: period, grouping and dimensions."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.http import QueryDict
from django.utils import timezone

from orgs.forms import TIME_ZONES
from supportcenter.bounds import DayField
from supportcenter.combobox import Combobox, ComboboxField
from tickets.reports.period import MAX_DAYS, Period

PERIODS = {
    "7": "Last 7 days",
    "30": "Last 30 days",
    "90": "Last 90 days",
    "month": "This month",
    "last-month": "Last month",
    "custom": "Custom",
}
USUAL = "30"
LABELS = {
    "tier": ("Support tier", "Any tier"),
    "severity": ("Severity", "Any severity"),
    "product": ("Product", "Any product"),
    "organization": ("Organization", "Any organization"),
    "agent": ("Agent", "Any agent"),
}


def _select() -> forms.Select:
    return forms.Select(attrs={"class": "form-select"})


def _day(label: str) -> DayField:
    widget = forms.DateInput(attrs={"class": "form-control", "type": "date"})
    return DayField(label=label, required=False, widget=widget)


class ReportForm(forms.Form):
    """The filters in the query string. Invalid values filter nothing; a bad custom period is an error.

    ``names`` holds the values of each dimension that the reader may use, with their labels; ``slugs`` is the
    organization that the report is limited to.
    """

    period = forms.ChoiceField(
        label="Period", required=False, choices=list(PERIODS.items()), widget=_select()
    )
    since = _day("From")
    until = _day("To")
    by = forms.ChoiceField(label="Group by", required=False, widget=_select())
    zone = ComboboxField(
        label="Time zone",
        required=False,
        choices=TIME_ZONES,
        widget=Combobox("orgs:time_zones", attrs={"class": "form-select"}),
    )

    def __init__(
        self,
        data: QueryDict,
        *,
        names: Mapping[str, Mapping[Any, str]],
        now: datetime,
        slugs: Sequence[str] = (),
    ) -> None:
        usual = {"period": USUAL, "zone": str(timezone.get_current_timezone())}
        super().__init__(usual | {name: value for name, value in data.items() if value})
        self.now = now
        self.dimensions = list(names)
        self.fields["by"].choices = [(each, LABELS[each][0]) for each in names]  # type: ignore[attr-defined]
        for dimension, values in names.items():
            label, any_label = LABELS[dimension]
            widget = Combobox(
                "tickets:organization_report_options" if slugs else "tickets:report_options",
                [*slugs, dimension],
                attrs={"class": "form-select"},
            )
            choices: Sequence[tuple[Any, str]] = [("", any_label), *values.items()]
            self.fields[dimension] = ComboboxField(
                label=label, required=False, choices=choices, widget=widget
            )
        self.fields["zone"] = self.fields.pop("zone")  # the last one, as it is changed least
        self.full_clean()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("period") == "custom":
            self._check_custom(cleaned.get("since"), cleaned.get("until"))
        return cleaned

    def _check_custom(self, since: date | None, until: date | None) -> None:
        if not since or not until:
            self.add_error(None, "Enter a start and an end date.")
        elif since > until:
            self.add_error(None, "The end date can't be before the start date.")
        elif (until - since).days >= MAX_DAYS:
            self.add_error(None, f"A report covers at most {MAX_DAYS} days.")

    @property
    def time_zone(self) -> tzinfo:
        """Return the chosen time zone, or the reader's if the choice is invalid."""
        chosen = self.cleaned_data.get("zone")
        return ZoneInfo(chosen) if chosen else timezone.get_current_timezone()

    @property
    def covered(self) -> Period:
        """Return the chosen days, or the last thirty if the choice is invalid. No day is in the future."""
        return Period(*self._days(self.now.astimezone(self.time_zone).date()), self.time_zone)

    def _days(self, today: date) -> tuple[date, date]:
        values = self.cleaned_data
        chosen = values.get("period") or USUAL
        if chosen == "custom" and not self.non_field_errors():
            return min(values["since"], today), min(values["until"], today)
        month = today.replace(day=1)
        if chosen == "month":
            return month, today
        if chosen == "last-month":
            last = month - timedelta(days=1)
            return last.replace(day=1), last
        days = int(chosen) if chosen.isdigit() else int(USUAL)
        return today - timedelta(days=days - 1), today

    @property
    def dimension(self) -> str:
        """Return what the table is grouped by."""
        return self.cleaned_data.get("by") or self.dimensions[0]

    @property
    def dimension_label(self) -> str:
        return LABELS[self.dimension][0]

    @property
    def filters(self) -> dict[str, Any]:
        """Return the dimensions that are filtered by, with their values."""
        chosen = {name: self.cleaned_data.get(name) for name in self.dimensions}
        return {name: value for name, value in chosen.items() if value not in {None, ""}}
