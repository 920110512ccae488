"""Choosing another ticket, and splitting one."""

from django import forms


class TargetForm(forms.Form):
    """The other ticket, by its reference."""

    target = forms.CharField(label="Ticket", max_length=40)


class SplitForm(forms.Form):
    subject = forms.CharField(
        label="Subject of the new ticket",
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
