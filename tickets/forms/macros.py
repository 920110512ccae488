"""Tags of a ticket, and the macros of agents."""

from typing import Any

from django import forms
from django.urls import reverse_lazy

from tickets.desk_access import tag_line
from tickets.models.macros import Macro, MacroKind
from tickets.models.ticket import Ticket
from tickets.placeholders import PLACEHOLDERS, unknown_placeholders
from tickets.states import AGENT_CHOICES
from tickets.tag_names import split_tags, wrong_tags


class TagsField(forms.CharField):
    """Any number of tags in one line; cleans to their names. Known ones are offered while typing."""

    def __init__(self, **options: Any) -> None:
        attributes = {
            "autocomplete": "off",
            "spellcheck": "false",
            "data-people": reverse_lazy("tickets:tags_like"),
            "data-offers": "tags",
        }
        super().__init__(label="Tags", required=False, widget=forms.TextInput(attrs=attributes), **options)

    def clean(self, value: str) -> list[str]:
        names = split_tags(super().clean(value))
        if problem := wrong_tags(names):
            raise forms.ValidationError(problem)
        return names


class TagsForm(forms.Form):
    tags = TagsField()

    def __init__(self, data: Any = None, *, ticket: Ticket) -> None:
        super().__init__(data, initial={} if data is not None else {"tags": tag_line(ticket)})


class MacroForm(forms.Form):
    """A macro with everything that it sets."""

    name = forms.CharField(label="Name", max_length=80, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    kind = forms.ChoiceField(label="Writes", choices=MacroKind.choices, widget=forms.RadioSelect)
    body = forms.CharField(label="Text", max_length=20_000, widget=forms.Textarea(attrs={"rows": 8}))
    status = forms.ChoiceField(
        label="Set the status to",
        required=False,
        choices=[("", "Leave as it is"), *((status, status.label) for status in AGENT_CHOICES)],
    )
    tags = TagsField(help_text="Added to those that the ticket has.")
    is_assigning = forms.BooleanField(label="Assign the ticket to whoever uses it", required=False)
    is_shared = forms.BooleanField(label="Share with all agents", required=False)

    def __init__(self, data: Any = None, *, macro: Macro | None = None) -> None:
        super().__init__(data, initial=_present(macro) if macro else {"kind": MacroKind.ANSWER})

    def clean_body(self) -> str:
        body: str = self.cleaned_data["body"]
        if unknown := unknown_placeholders(body):
            known = ", ".join(f"{{{{{name}}}}}" for name in PLACEHOLDERS)
            raise forms.ValidationError(f"{{{{{unknown[0]}}}}} is no placeholder. These are: {known}.")
        return body


def _present(macro: Macro) -> dict[str, Any]:
    names = ["name", "kind", "body", "status", "is_assigning"]
    tags = " ".join(tag.name for tag in macro.tags.all())
    return {name: getattr(macro, name) for name in names} | {
        "tags": tags,
        "is_shared": macro.owner_id is None,
    }
