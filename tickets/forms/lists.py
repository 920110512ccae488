"""Filters and orders of lists."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator
from django.db.models import Q
from django.utils import timezone

from orgs.access import members_of, projects_of
from orgs.models import Organization
from tickets import access
from tickets.models.ticket import TicketQuerySet
from tickets.search.finding import matching
from tickets.states import CUSTOMER_FILTERS, Severity

# A select that stands outside of a .field.
PLAIN_SELECT = forms.Select(attrs={"class": "form-select"})
PLAIN_DATE = forms.DateInput(attrs={"class": "form-control", "type": "date"})

# The day after it must still be a date.
LAST_DAY = date(9998, 12, 31)
# Orders of a customer's list, by the names in its address; the first is the usual one.
SORTS = {
    "-updated": "Last updated first",
    "updated": "Longest unchanged first",
    "-created": "Newest first",
    "created": "Oldest first",
    "-severity": "Most severe first",
    "severity": "Least severe first",
    "due": "Answer due first",
    "-due": "Answer due last",
}


class FilterForm(forms.Form):
    """Filters and order of a customer's list, kept in its address. What makes no sense filters nothing."""

    q = forms.CharField(label="Search", required=False, max_length=200, strip=True)
    status = forms.ChoiceField(label="Status", required=False, widget=PLAIN_SELECT)
    severity = forms.ChoiceField(label="Severity", required=False, widget=PLAIN_SELECT)
    product = forms.ChoiceField(label="Product", required=False, widget=PLAIN_SELECT)
    project = forms.ChoiceField(label="Project", required=False, widget=PLAIN_SELECT)
    requester = forms.TypedChoiceField(
        label="Requester", required=False, coerce=int, empty_value=None, widget=PLAIN_SELECT
    )
    since = forms.DateField(
        label="Updated since", required=False, widget=PLAIN_DATE, validators=[MaxValueValidator(LAST_DAY)]
    )
    until = forms.DateField(
        label="Updated until", required=False, widget=PLAIN_DATE, validators=[MaxValueValidator(LAST_DAY)]
    )
    sort = forms.ChoiceField(label="Order", required=False, choices=list(SORTS.items()), widget=PLAIN_SELECT)

    def __init__(self, data: Any, *, organization: Organization, tab: str) -> None:
        super().__init__(data)
        statuses = [(code, words) for code, (words, _) in CUSTOMER_FILTERS.items()]
        products = [(each.code, each.name) for each in access.products()]
        projects = [(each.name, each.name) for each in projects_of(organization)]
        people = [(user.pk, user.name) for user in members_of(organization)] if tab != "mine" else []
        choices: dict[str, tuple[str, Sequence[tuple[Any, Any]]]] = {
            "status": ("Any status", statuses),
            "severity": ("Any severity", Severity.choices),
            "product": ("Any product", products),
            "project": ("Any project", projects),
            "requester": ("Anybody", people),
        }
        for name, (everything, values) in choices.items():
            self.fields[name].choices = [("", everything), *values]  # type: ignore[attr-defined]
        if tab == "mine":
            del self.fields["requester"]
        self.full_clean()

    @property
    def order(self) -> str:
        return self.cleaned_data.get("sort") or next(iter(SORTS))

    @property
    def filters(self) -> dict[str, Any]:
        """What is filtered by: names and values that are set and make sense."""
        return {name: value for name, value in self.cleaned_data.items() if value and name != "sort"}

    def apply(self, tickets: TicketQuerySet) -> TicketQuerySet:
        wanted = self.filters
        if words := wanted.pop("q", ""):
            tickets = matching(tickets, words)
        if status := wanted.pop("status", ""):
            tickets = tickets.in_statuses(CUSTOMER_FILTERS[status][1])
        return tickets.filter(*[FILTERS[name](value) for name, value in wanted.items()])


def start_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))


FILTERS: dict[str, Callable[[Any], Q]] = {
    "severity": lambda value: Q(severity=value),
    "product": lambda value: Q(product__code=value),
    "project": lambda value: Q(pk__in=access.tickets_in_project(value)),
    "requester": lambda value: Q(requester=value),
    "since": lambda value: Q(updated_at__gte=start_of(value)),
    "until": lambda value: Q(updated_at__lt=start_of(value + timedelta(days=1))),
}
