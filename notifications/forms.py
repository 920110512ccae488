"""Shapes of what people say about their mail."""

from typing import Any

from django import forms

from notifications.models.messages import Reason
from notifications.models.preferences import Rhythm
from notifications.texts import MAX_LENGTH

CHOSEN = [each for each in Reason.choices if each[0] != Reason.LEAD]


def _clock(label: str, **options: Any) -> forms.TimeField:
    return forms.TimeField(
        label=label, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"), **options
    )


def _words(label: str) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": 4})
    return forms.CharField(label=label, required=False, max_length=MAX_LENGTH, widget=widget)


class PreferencesForm(forms.Form):
    """When mail about tickets comes, and about which."""

    rhythm = forms.ChoiceField(label="Mail about tickets", choices=Rhythm.choices, widget=forms.RadioSelect)
    daily_at = _clock("Daily digest at", help_text="In your time zone.", required=False)
    quiet_from = _clock("From", required=False)
    quiet_until = _clock("Until", required=False)
    reasons = forms.MultipleChoiceField(
        label="Send me mail about",
        choices=CHOSEN,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text="A mail comes as soon as one of these fits, and only once.",
    )

    def __init__(self, data: Any, *, is_staff: bool, initial: dict[str, Any]) -> None:
        super().__init__(data, initial=initial)
        if not is_staff:  # customers are never assigned, and never mentioned
            mine = [each for each in CHOSEN if each[0] not in {Reason.ASSIGNEE, Reason.MENTIONED}]
            self.fields["reasons"].choices = mine  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        begins, ends = values.get("quiet_from"), values.get("quiet_until")
        if values.get("rhythm") == Rhythm.DAILY and not values.get("daily_at"):
            self._complain("daily_at", "Say at which time of day the digest should come.")
        if bool(begins) != bool(ends):
            self._complain("quiet_until" if begins else "quiet_from", "Quiet hours begin and end.")
        if begins and begins == ends:
            self._complain("quiet_until", "Quiet hours must end at another time than they begin.")
        return values

    def _complain(self, field: str, words: str) -> None:
        """Say what is wrong with a field, unless something is said already."""
        if field not in self.errors:
            self.add_error(field, words)


class MailTextForm(forms.Form):
    """The words above and below the mails of a kind."""

    intro = _words("Above")
    closing = _words("Below")

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        return {name: text.replace("\r\n", "\n") for name, text in values.items()}
