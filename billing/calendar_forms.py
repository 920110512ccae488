"""Forms for calendars of support hours."""

from collections.abc import Sequence
from typing import Any

import holidays
from babel import Locale
from django import forms
from django.utils import timezone

from billing.holiday_file import Holiday, format_holidays, load_holidays, parse_holidays
from billing.models.calendars import CalendarVersion
from orgs.csv_import import BadFile
from orgs.forms import TIME_ZONES, CsvForm
from orgs.week import WeekForm
from supportcenter.combobox import Combobox, ComboboxField


def _countries() -> list[tuple[str, str]]:
    """Return the countries whose public holidays are known, as code and name, by name."""
    names = Locale("en").territories
    codes = holidays.list_supported_countries(include_aliases=False)
    return sorted(((code, names.get(code, code)) for code in codes), key=lambda each: each[1])


COUNTRIES = _countries()


class CalendarForm(WeekForm):
    """Name, week, time zone and holidays of a calendar."""

    name = forms.CharField(max_length=60, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    time_zone = ComboboxField(
        required=False,
        choices=[("", "The organization's time zone"), *TIME_ZONES],
        widget=Combobox("orgs:time_zones"),
    )
    observes_holidays = forms.BooleanField(
        required=False, label="Closed on public holidays", help_text="In the country below."
    )
    country = ComboboxField(
        required=False,
        choices=[("", "The organization's country"), *COUNTRIES],
        widget=Combobox("billing:countries"),
    )
    extra_holidays = forms.CharField(
        required=False,
        label="Extra holidays",
        help_text="One per line, for example 2026-12-24 Christmas Eve.",
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false", "class": "is-code"}),
    )

    def __init__(self, data: Any = None, *, name: str = "", version: CalendarVersion | None = None) -> None:
        super().__init__(data, week=version.week if version else None)
        if version:
            self.initial = {
                "name": name,
                "time_zone": version.time_zone,
                "observes_holidays": version.observes_holidays,
                "country": version.country,
                "extra_holidays": format_holidays(load_holidays(version.extra_holidays)),
            }

    def clean_extra_holidays(self) -> list[Holiday]:
        try:
            return parse_holidays(self.cleaned_data["extra_holidays"])
        except BadFile as bad:
            raise forms.ValidationError([str(each) for each in bad.problems]) from bad

    @property
    def values(self) -> dict[str, Any]:
        """The arguments of the action."""
        names = ["name", "week", "time_zone", "observes_holidays", "country", "extra_holidays"]
        return {name: self.cleaned_data[name] for name in names}


class HolidaysForm(forms.Form):
    """Choose a country and year to fill in public holidays."""

    country = ComboboxField(
        choices=COUNTRIES, widget=Combobox("billing:countries", attrs={"class": "form-select"})
    )
    year = forms.IntegerField(
        min_value=2000, max_value=2099, widget=forms.NumberInput(attrs={"class": "form-control"})
    )

    def __init__(self, data: Any) -> None:
        super().__init__(data, initial={"year": timezone.localdate().year + 1})


class HolidayImportForm(CsvForm):
    """Extra holidays from a calendar file, a table or a country's public holidays."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["file"].label = "Calendar file (.ics) or table (.csv)"
        self.fields["file"].widget.attrs["accept"] = ".ics,text/calendar,.csv,text/csv,text/plain"
        self.fields["text"].label = "Or the holidays, one per line"

    def read(self, text: str) -> Sequence[Holiday]:
        return parse_holidays(text)
