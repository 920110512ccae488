"""The audit log for display: filtered, paginated, with readable changes."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast

from django import forms
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils import timezone

from orgs.access import person_choices
from orgs.models import AuditArea, AuditEntry, User
from supportcenter.bounds import DayField
from supportcenter.combobox import Choice, Combobox, ComboboxField
from supportcenter.zones import begin_of

PAGE_SIZE = 50
SYSTEM = "system"


def _select() -> forms.Select:
    return forms.Select(attrs={"class": "form-select"})


def _day(label: str) -> DayField:
    widget = forms.DateInput(attrs={"class": "form-control", "type": "date"})
    return DayField(label=label, required=False, widget=widget)


def actor_choices(people: QuerySet[User]) -> list[Choice]:
    """Return who can have made a change: people, and the system itself."""
    return [*person_choices(people), (SYSTEM, "System")]


class AuditFilterForm(forms.Form):
    """Filters of the audit log in its URL. Invalid values are ignored."""

    area = forms.ChoiceField(
        label="Area", required=False, choices=[("", "All areas"), *AuditArea.choices], widget=_select()
    )
    person = ComboboxField(label="Person", required=False)
    since = _day("From")
    until = _day("To")

    def __init__(self, data: Any, *, people: QuerySet[User], slug: str = "") -> None:
        """``slug`` is the organization's; without one it is the log of the settings, which has no areas."""
        super().__init__(data)
        if not slug:
            del self.fields["area"]
        person = cast("ComboboxField", self.fields["person"])
        options = ("orgs:audit_people", [slug]) if slug else ("orgs:settings_people", [])
        person.widget = Combobox(*options, attrs={"class": "form-select"})
        person.choices = [("", "Anyone"), *actor_choices(people)]
        self.full_clean()

    @property
    def filters(self) -> dict[str, Any]:
        """Return the names and values of the filters that are set and valid."""
        return {name: value for name, value in self.cleaned_data.items() if value}

    def apply(self, entries: QuerySet[AuditEntry]) -> QuerySet[AuditEntry]:
        wanted, here = self.filters, timezone.get_current_timezone()
        if area := wanted.get("area"):
            entries = entries.filter(area=area)
        if person := wanted.get("person"):
            entries = entries.filter(actor=None if person == SYSTEM else person)
        if since := wanted.get("since"):
            entries = entries.filter(created_at__gte=begin_of(since, here))
        if until := wanted.get("until"):
            entries = entries.filter(created_at__lt=begin_of(until + timedelta(days=1), here))
        return entries


@dataclass(frozen=True)
class AuditPage:
    """Entries, newest first, with the URLs of the newer and older pages, or empty strings."""

    entries: list[AuditEntry]
    newer_url: str
    older_url: str


def page_of(entries: QuerySet[AuditEntry], query: QueryDict) -> AuditPage:
    """Return the page before or after an entry id in the query (``before``, ``after``), or the newest."""
    before, after = _id(query, "before"), _id(query, "after")
    if after:
        newer = list(entries.filter(pk__gt=after).order_by("pk")[: PAGE_SIZE + 1])
        rows, has_newer, has_older = newer[:PAGE_SIZE][::-1], len(newer) > PAGE_SIZE, True
    else:
        found = list((entries.filter(pk__lt=before) if before else entries)[: PAGE_SIZE + 1])
        rows, has_newer, has_older = found[:PAGE_SIZE], bool(before), len(found) > PAGE_SIZE
    return AuditPage(
        rows,
        _url(query, "after", rows[0]) if rows and has_newer else "",
        _url(query, "before", rows[-1]) if rows and has_older else "",
    )


def _id(query: QueryDict, name: str) -> int | None:
    text = query.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def _url(query: QueryDict, direction: str, entry: AuditEntry) -> str:
    parameters = query.copy()
    for name in ("before", "after"):
        parameters.pop(name, None)
    parameters[direction] = str(entry.pk)
    return f"?{parameters.urlencode()}"


@dataclass(frozen=True)
class Step:
    """One changed value as text; empty if there was or is none."""

    name: str
    before: str
    after: str


def steps_of(entry: AuditEntry) -> list[Step]:
    """Return the values that an entry changed."""
    names = list(entry.before | entry.after)
    return [
        Step(_name(each), _words(entry.before.get(each)), _words(entry.after.get(each))) for each in names
    ]


def _name(key: str) -> str:
    words = key.replace("_", " ")
    return words[:1].upper() + words[1:]


def _words(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, list):
        return ", ".join(map(_words, value))
    return str(value)


def as_table(entries: QuerySet[AuditEntry]) -> Iterator[list[str]]:
    """Yield the log as rows for a spreadsheet, with a header."""
    yield ["When", "Who", "Email address", "Area", "What", "Before", "After", "Source"]
    for entry in entries.iterator(chunk_size=500):
        steps = steps_of(entry)
        yield [
            entry.created_at.isoformat(timespec="seconds"),
            entry.who,
            entry.actor.email if entry.actor else "",
            entry.get_area_display(),
            entry.summary,
            "; ".join(f"{step.name}: {step.before}" for step in steps if step.before),
            "; ".join(f"{step.name}: {step.after}" for step in steps if step.after),
            entry.get_source_display(),
        ]
