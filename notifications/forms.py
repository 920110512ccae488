"""Forms for mail settings."""

from typing import Any

from django import forms

from notifications.mail_texts import MAX_LENGTH
from notifications.models.messages import Reason
from notifications.models.preferences import Frequency

REASON_CHOICES = [each for each in Reason.choices if each[0] != Reason.LEAD]


def _clock(label: str, **options: Any) -> forms.TimeField:
    return forms.TimeField(
        label=label, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"), **options
    )


def _text(label: str) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": 4})
    return forms.CharField(label=label, required=False, max_length=MAX_LENGTH, widget=widget)


class PreferencesForm(forms.Form):
    """When a person gets mail about tickets, and about which."""

    frequency = forms.ChoiceField(
        label="Mail about tickets", choices=Frequency.choices, widget=forms.RadioSelect
    )
    daily_at = _clock("Daily digest at", help_text="In your time zone.", required=False)
    quiet_from = _clock("From", required=False)
    quiet_until = _clock("Until", required=False)
    reasons = forms.MultipleChoiceField(
        label="Send me mail about",
        choices=REASON_CHOICES,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text="You get one email per update, even if several of these apply.",
    )

    def __init__(self, data: Any, *, is_staff: bool, initial: dict[str, Any]) -> None:
        super().__init__(data, initial=initial)
        if not is_staff:  # customers are never assigned or mentioned
            offered = [each for each in REASON_CHOICES if each[0] not in {Reason.ASSIGNEE, Reason.MENTIONED}]
            self.fields["reasons"].choices = offered  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        begins, ends = values.get("quiet_from"), values.get("quiet_until")
        if values.get("frequency") == Frequency.DAILY and not values.get("daily_at"):
            self._add_first_error("daily_at", "Choose the time of day for the digest.")
        if bool(begins) != bool(ends):
            self._add_first_error(
                "quiet_until" if begins else "quiet_from", "Enter both a start and an end for quiet hours."
            )
        if begins and begins == ends:
            self._add_first_error("quiet_until", "Quiet hours must start and end at different times.")
        return values

    def _add_first_error(self, field: str, message: str) -> None:
        """Add an error to a field unless it has one already."""
        if field not in self.errors:
            self.add_error(field, message)


class MailTextForm(forms.Form):
    """The texts above and below the mails of a kind."""

    intro = _text("Text above")
    closing = _text("Text below")

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        return {name: text.replace("\r\n", "\n") for name, text in values.items()}
