"""Choosing another ticket, and splitting one."""

from collections.abc import Sequence
from typing import Any

from django import forms

from orgs.models import User
from supportcenter.wording import format_list


class TargetForm(forms.Form):
    """The other ticket, by its reference."""

    target = forms.CharField(label="Ticket", max_length=40)


class SplitForm(forms.Form):
    subject = forms.CharField(
        label="Subject of the new ticket",
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    with_cc = forms.BooleanField(label="CC the other people in this conversation", required=False)

    def __init__(self, *args: Any, others: Sequence[User], **kwargs: Any) -> None:
        """``others`` are the people who can be CC'd."""
        super().__init__(*args, **kwargs)
        if others:
            self.fields["with_cc"].help_text = format_list([each.name for each in others])
        else:
            del self.fields["with_cc"]
