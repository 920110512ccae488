"""Forms for writing on a ticket, escalating and rating."""

from typing import Any

from django import forms
from django.urls import reverse

from orgs.models import Organization
from supportcenter.bounds import MAX_ID, InstantField
from tickets.forms.fields import CcField
from tickets.forms.files import Files, FilesMixin
from tickets.forms.filters import PLAIN_SELECT
from tickets.models.drafts import DraftKind, ServerDraft
from tickets.models.ticket import Ticket
from tickets.states import AGENT_CHOICES, ANSWER_OWED, Status


class CommentForm(FilesMixin):
    """The composer of a customer, filled with the saved draft, if any."""

    body = forms.CharField(label="Comment", max_length=100_000, widget=forms.Textarea(attrs={"rows": 5}))
    seen = forms.IntegerField(required=False, min_value=0, max_value=MAX_ID, widget=forms.HiddenInput)

    def __init__(
        self,
        data: Any = None,
        files: Files | None = None,
        *,
        ticket: Ticket,
        draft: ServerDraft | None = None,
        initial: dict[str, Any] | None = None,
    ) -> None:
        saved = {"body": draft.body, "kind": draft.kind} if draft else {}
        super().__init__(data, files, initial=saved | (initial or {}))
        self.draft = draft


class AnswerForm(CommentForm):
    """The composer of an agent: a reply, with a status in the same step, or an internal note."""

    kind = forms.ChoiceField(choices=DraftKind.choices, initial=DraftKind.ANSWER)
    status = forms.ChoiceField(
        label="and set the status to",
        required=False,
        choices=[("", "No change"), *((status, status.label) for status in AGENT_CHOICES)],
        widget=PLAIN_SELECT,
    )
    next_update_at = InstantField(
        label="Next update by",
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text="The customer sees this promise. The time is in your time zone.",
    )
    macro = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, ticket: Ticket, draft: ServerDraft | None = None, **options: Any) -> None:
        super().__init__(*args, ticket=ticket, draft=draft, **options)
        self.fields["body"].widget.attrs |= {
            "data-options": reverse("tickets:agent_suggestions"),
            "data-options-if": "[name=kind][value=note]:checked",
            "data-completes": "mention",
        }
        # After a reply, agents usually wait for the customer; a reply to a solved ticket keeps it solved.
        usual = Status.WAITING if ticket.status in ANSWER_OWED else ""
        self.fields["status"].initial = draft.status if draft else usual


class DraftForm(forms.Form):
    """The content of the composer while someone types."""

    kind = forms.ChoiceField(choices=DraftKind.choices, required=False)
    body = forms.CharField(required=False, max_length=100_000)
    status = forms.CharField(required=False, max_length=20)
    seen = forms.IntegerField(required=False, min_value=0, max_value=MAX_ID)

    def clean_kind(self) -> str:
        return self.cleaned_data["kind"] or DraftKind.ANSWER


class ParticipantsForm(forms.Form):
    """Add people to the conversation, with a comment."""

    cc = CcField()
    body = forms.CharField(label="Comment", max_length=100_000, widget=forms.Textarea(attrs={"rows": 4}))

    def __init__(self, data: Any = None, *, organization: Organization) -> None:
        super().__init__(data)
        self.fields["cc"].limit_to(organization)  # type: ignore[attr-defined]


class EscalationForm(forms.Form):
    text = forms.CharField(
        label="What's wrong?",
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Optional. Duty leads read this first.",
    )


class OutcomeForm(forms.Form):
    outcome = forms.CharField(
        label="Outcome",
        max_length=1000,
        help_text="Shown to the customer.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class RatingForm(forms.Form):
    score = forms.TypedChoiceField(
        label="How did we do?",
        coerce=int,
        choices=[
            (5, "5 – very good"),
            (4, "4 – good"),
            (3, "3 – fair"),
            (2, "2 – poor"),
            (1, "1 – very poor"),
        ],
        widget=forms.RadioSelect,
    )
    comment = forms.CharField(
        label="Comment",
        required=False,
        max_length=500,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
