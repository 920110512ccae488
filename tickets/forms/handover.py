"""Snoozing and handing over a ticket."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone

from supportcenter.bounds import InstantField
from tickets.actions.snoozing import SNOOZES, snoozed_until
from tickets.models.handover import Handover
from tickets.models.ticket import Ticket

INSTANT = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")


class SnoozeForm(forms.Form):
    """A preset time or a custom one."""

    until = forms.ChoiceField(label="Until", choices=[*SNOOZES.items(), ("at", "A custom time")])
    at = InstantField(label="Time", required=False, widget=INSTANT)

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, auto_id="snooze_%s")

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if values.get("until") == "at" and not values.get("at") and "at" not in self.errors:
            self.add_error("at", "Choose a time.")
        return values

    def instant(self) -> datetime:
        """Return the chosen instant of a valid form."""
        chosen = self.cleaned_data["until"]
        own: datetime = self.cleaned_data["at"]
        return own if chosen == "at" else snoozed_until(chosen, timezone.localtime())


class HandoverForm(forms.Form):
    state = forms.CharField(
        label="State",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="What you know and what you've tried.",
    )
    next_step = forms.CharField(label="Next step", max_length=1000, widget=forms.Textarea(attrs={"rows": 2}))
    next_update_at = InstantField(
        label="Next update to the customer by",
        required=False,
        widget=INSTANT,
        help_text="The customer sees this promise.",
    )

    def __init__(self, data: Any = None, *, ticket: Ticket) -> None:
        super().__init__(data, initial=_initial(ticket), auto_id="handover_%s")


def _initial(ticket: Ticket) -> dict[str, Any]:
    card: Handover | None = getattr(ticket, "handover", None)
    names = ["state", "next_step", "next_update_at"]
    return {name: getattr(card, name) for name in names} if card else {}
