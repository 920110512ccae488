"""The list of mail that came in: its tabs, filters and order."""

from typing import Any
from uuid import UUID

from django import forms

from notifications.models.inbound import InboundMailQuerySet, InboundOutcome
from tickets.paging import Sort

TABS = {
    "": "All",
    "check": "To check",
    InboundOutcome.COMMENT.value: "Comments",
    InboundOutcome.NEW_TICKET.value: "New tickets",
    InboundOutcome.REFUSED.value: "Refused",
    InboundOutcome.AUTOMATIC.value: "Automatic",
    InboundOutcome.BOUNCE.value: "Bounces",
}
NEWEST_FIRST = Sort("received_at", descending=True, read_pk=UUID)


class InboundFilterForm(forms.Form):
    """The filters in the query string. Invalid values filter nothing."""

    show = forms.ChoiceField(required=False, choices=list(TABS.items()), widget=forms.HiddenInput)
    q = forms.CharField(
        label="Sender or subject",
        required=False,
        max_length=200,
        widget=forms.TextInput(
            attrs={"type": "search", "class": "form-control", "placeholder": "Sender or subject"}
        ),
    )

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        self.full_clean()

    @property
    def tab(self) -> str:
        return self.cleaned_data.get("show", "")

    @property
    def query(self) -> str:
        return self.cleaned_data.get("q", "")

    def apply(self, mails: InboundMailQuerySet) -> InboundMailQuerySet:
        if self.query:
            mails = mails.containing(self.query)
        if self.tab == "check":
            return mails.to_check()
        return mails.filter(outcome=self.tab) if self.tab else mails


class DiscardForm(forms.Form):
    """Why a mail is discarded."""

    reason = forms.CharField(
        label="Reason to discard it", max_length=200, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
