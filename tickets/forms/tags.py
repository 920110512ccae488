"""Tags of a ticket."""

from typing import Any

from django import forms
from django.urls import reverse_lazy

from tickets.access import tag_line
from tickets.models.tags import parse_tags, tag_problem
from tickets.models.ticket import Ticket


class TagsField(forms.CharField):
    """Any number of tags in one line; cleans to their names. Suggests known tags."""

    def __init__(self, **options: Any) -> None:
        attributes = {
            "autocomplete": "off",
            "spellcheck": "false",
            "data-options": reverse_lazy("tickets:tag_suggestions"),
            "data-completes": "word",
        }
        super().__init__(label="Tags", required=False, widget=forms.TextInput(attrs=attributes), **options)

    def clean(self, value: str) -> list[str]:
        names = parse_tags(super().clean(value))
        if problem := tag_problem(names):
            raise forms.ValidationError(problem)
        return names


class TagsForm(forms.Form):
    tags = TagsField()

    def __init__(self, data: Any = None, *, ticket: Ticket, line: str | None = None) -> None:
        """``line`` has the ticket's tags as one would type them, if they are known."""
        line = tag_line(ticket) if data is None and line is None else line
        super().__init__(data, initial={} if data is not None else {"tags": line})
