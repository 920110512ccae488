"""The ledger of mails as it is read: filtered, page by page, with what each mail was about in words."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.core.validators import MaxValueValidator
from django.utils import timezone

from notifications.models.messages import EmailMessage, EmailMessageQuerySet
from notifications.models.suppressions import SuppressionQuerySet
from tickets.paging import Sort, read_id
from tickets.timeline import timeline_text

# A mail that waits for longer than this is delayed, and duty leads are told.
DELAYED_AFTER = timedelta(minutes=5)
# What the numbers on top of the page are about.
NUMBERS_OF = timedelta(days=1)
NEWEST_FIRST = Sort("created_at", descending=True, read_pk=UUID)
BY_UPDATE = Sort("activity_id", descending=True, read=read_id, read_pk=UUID)
SHOWN = {
    "": "All mail",
    "delayed": "Delayed",
    "failed": "Failed",
    "bounced": "Came back",
    "withheld": "Withheld",
}
# Of these, all that are shown can be sent again at once.
RESENT_TOGETHER = {"failed", "bounced", "withheld"}
LAST_DAY = MaxValueValidator(date(9998, 12, 31))


class MailFilterForm(forms.Form):
    """Filters of the ledger, kept in its address. What makes no sense filters nothing."""

    show = forms.ChoiceField(
        label="State",
        required=False,
        choices=list(SHOWN.items()),
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
    day = forms.DateField(
        label="Day",
        required=False,
        widget=forms.DateInput(attrs={"class": "form-control", "type": "date"}),
        validators=[LAST_DAY],
    )

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        self.full_clean()

    @property
    def filters(self) -> dict[str, Any]:
        """Names and values that are set and make sense."""
        return {name: value for name, value in self.cleaned_data.items() if value}

    def apply(self, mails: EmailMessageQuerySet) -> EmailMessageQuerySet:
        wanted = self.filters
        mails = shown(mails, wanted.get("show", ""))
        if words := wanted.get("q"):
            mails = mails.to(words)
        if day := wanted.get("day"):
            start = timezone.make_aware(datetime.combine(day, time()))
            mails = mails.filter(created_at__gte=start, created_at__lt=start + timedelta(days=1))
        return mails


class SuppressionSearchForm(forms.Form):
    """A search by address, kept in the page's address."""

    q = forms.CharField(label="Address", required=False, max_length=254)

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        self.full_clean()

    @property
    def words(self) -> str:
        return self.cleaned_data.get("q", "")

    def apply(self, suppressions: SuppressionQuerySet) -> SuppressionQuerySet:
        return suppressions.like(self.words) if self.words else suppressions


def shown(mails: EmailMessageQuerySet, what: str) -> EmailMessageQuerySet:
    """The mails behind one of the names in ``SHOWN``."""
    if what == "delayed":
        return mails.delayed(DELAYED_AFTER)
    if what == "bounced":
        return mails.came_back()
    return mails.filter(state=what) if what else mails


@dataclass(frozen=True)
class Line:
    """A mail, and the update that it tells of in words; empty where it is not about a ticket."""

    mail: EmailMessage
    update: str


def lines_of(mails: Iterable[EmailMessage], *, for_staff: bool) -> list[Line]:
    return [Line(each, _update(each, for_staff=for_staff)) for each in mails]


def _update(mail: EmailMessage, *, for_staff: bool) -> str:
    told = mail.activity
    if told is None:
        return ""
    who = told.actor.name if told.actor else settings.SITE_NAME
    return timeline_text(told.kind, who, told.before, told.after, for_staff=for_staff)


@dataclass(frozen=True)
class Numbers:
    """Mails of the last day by what became of them, and those that wait now."""

    sent: int
    failed: int
    bounced: int
    withheld: int
    waiting: int
    delayed: int


def numbers_of(mails: EmailMessageQuerySet) -> Numbers:
    """What stands on top of the page; three queries that read an index only."""
    states = mails.counts(since=timezone.now() - NUMBERS_OF)
    bounced = states.get("bounced", 0) + states.get("complained", 0)
    return Numbers(
        sent=states.get("sent", 0) + states.get("delivered", 0) + bounced,
        failed=states.get("failed", 0),
        bounced=bounced,
        withheld=states.get("withheld", 0),
        waiting=mails.unsent().count(),
        delayed=mails.delayed(DELAYED_AFTER).count(),
    )
