import re

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower


class Tag(models.Model):
    """A word by which support finds tickets again. Customers never see it."""

    name = models.CharField(max_length=40, unique=True)

    class Meta:
        ordering = ["name"]
        constraints = [models.CheckConstraint(condition=Q(name=Lower("name")), name="tag_lower_case")]

    def __str__(self) -> str:
        return self.name


MOST_TAGS = 20


LONGEST_TAG = 40


_TAG = re.compile(r"[^\s,;]+")


_ALLOWED = re.compile(r"[\w.:/+-]+")


def parse_tags(text: str) -> list[str]:
    """The tags of a line in lower case, each once; spaces, commas and semicolons separate them."""
    return list(dict.fromkeys(tag.lower().removeprefix("#") for tag in _TAG.findall(text) if tag != "#"))


def tag_problem(names: list[str]) -> str:
    """What is wrong with a list of tags, in a sentence; empty if nothing is."""
    if len(names) > MOST_TAGS:
        return f"At most {MOST_TAGS} tags can be on a ticket."
    bad = [name for name in names if len(name) > LONGEST_TAG or not _ALLOWED.fullmatch(name)]
    if bad:
        return f"“{bad[0][:50]}” cannot be a tag: use up to {LONGEST_TAG} letters, digits, and . : / + - _"
    return ""
