"""The mail ledger as it is shown: filters, rows and a summary."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.utils import timezone

from notifications.models.messages import EmailMessage, EmailMessageQuerySet
from notifications.models.suppressions import SuppressionQuerySet
from supportcenter.bounds import DayField
from supportcenter.zones import begin_of
from tickets.paging import Sort, read_id
from tickets.timeline import timeline_text

# A mail that waits longer than this is delayed, and duty leads see a warning.
DELAYED_AFTER = timedelta(minutes=5)
# The period of the summary on top of the page.
SUMMARY_PERIOD = timedelta(days=1)
NEWEST_FIRST = Sort("created_at", descending=True, read_pk=UUID)
BY_UPDATE = Sort("activity_id", descending=True, read=read_id, read_pk=UUID)
TABS = {
    "": "All mail",
    "delayed": "Delayed",
    "failed": "Failed",
    "bounced": "Bounced",
    "withheld": "Withheld",
}
# On these tabs, all matching mails can be resent at once.
BULK_RESENDABLE = {"failed", "bounced", "withheld"}


class MailFilterForm(forms.Form):
    """Filters of the ledger, in the query string. Invalid values are ignored."""

    show = forms.ChoiceField(
        label="State",
        required=False,
        choices=list(TABS.items()),
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    q = forms.CharField(
        label="Address or name",
        required=False,
        max_length=254,
        widget=forms.TextInput(
            attrs={"class": "form-control", "type": "search", "placeholder": "Address or name"}
        ),
    )
    day = DayField(
        label="Day",
        required=False,
        widget=forms.DateInput(attrs={"class": "form-control", "type": "date"}),
    )

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        self.full_clean()

    @property
    def filters(self) -> dict[str, Any]:
        """Return the filters that are set and valid."""
        return {name: value for name, value in self.cleaned_data.items() if value}

    def apply(self, mails: EmailMessageQuerySet) -> EmailMessageQuerySet:
        filters = self.filters
        mails = on_tab(mails, filters.get("show", ""))
        if query := filters.get("q"):
            mails = mails.to(query)
        if day := filters.get("day"):
            here = timezone.get_current_timezone()
            ends = begin_of(day + timedelta(days=1), here)
            mails = mails.filter(created_at__gte=begin_of(day, here), created_at__lt=ends)
        return mails


class SuppressionSearchForm(forms.Form):
    """A search by address, in the query string."""

    q = forms.CharField(label="Address", required=False, max_length=254)

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        self.full_clean()

    @property
    def query(self) -> str:
        return self.cleaned_data.get("q", "")

    def apply(self, suppressions: SuppressionQuerySet) -> SuppressionQuerySet:
        return suppressions.matching(self.query) if self.query else suppressions


def on_tab(mails: EmailMessageQuerySet, tab: str) -> EmailMessageQuerySet:
    """Return the mails on one of the ``TABS``."""
    if tab == "delayed":
        return mails.delayed(DELAYED_AFTER)
    if tab == "bounced":
        return mails.bounced()
    return mails.filter(state=tab) if tab else mails


@dataclass(frozen=True)
class LedgerRow:
    """A mail and the update that it is about, in words; empty if it is not about a ticket."""

    mail: EmailMessage
    update: str


def rows_of(mails: Iterable[EmailMessage], *, for_staff: bool) -> list[LedgerRow]:
    """Return the rows for some mails, with updates as staff or customers read them."""
    return [LedgerRow(each, _update(each, for_staff=for_staff)) for each in mails]


def _update(mail: EmailMessage, *, for_staff: bool) -> str:
    activity = mail.activity
    if activity is None:
        return ""
    who = activity.actor.name if activity.actor else settings.SITE_NAME
    return timeline_text(activity.kind, who, activity.before, activity.after, for_staff=for_staff)


@dataclass(frozen=True)
class Summary:
    """Mails of the last day by state, and those that are waiting now."""

    sent: int
    failed: int
    bounced: int
    withheld: int
    waiting: int
    delayed: int


def summary_of(mails: EmailMessageQuerySet) -> Summary:
    """Return the summary on top of the page; three queries, each of which reads an index only."""
    states = mails.counts(since=timezone.now() - SUMMARY_PERIOD)
    bounced = states.get("bounced", 0) + states.get("complained", 0)
    return Summary(
        sent=states.get("sent", 0) + states.get("delivered", 0) + bounced,
        failed=states.get("failed", 0),
        bounced=bounced,
        withheld=states.get("withheld", 0),
        waiting=mails.unsent().count(),
        delayed=mails.delayed(DELAYED_AFTER).count(),
    )
