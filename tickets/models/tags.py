import re

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower


class Tag(models.Model):
    """A keyword for finding tickets. Customers never see it."""

    name = models.CharField(max_length=40, unique=True)

    class Meta:
        ordering = ["name"]
        constraints = [models.CheckConstraint(condition=Q(name=Lower("name")), name="tag_lower_case")]

    def __str__(self) -> str:
        return self.name


MAX_TAGS = 20
MAX_TAG_LENGTH = 40
_TAG = re.compile(r"[^\s,;]+")
_ALLOWED = re.compile(r"[\w.:/+-]+")


def parse_tags(text: str) -> list[str]:
    """Return the tags of a line in lower case, each once; spaces, commas and semicolons separate them."""
    return list(dict.fromkeys(tag.lower().removeprefix("#") for tag in _TAG.findall(text) if tag != "#"))


def tag_problem(names: list[str]) -> str:
    """Return what is wrong with a list of tags, in a sentence; empty if nothing is."""
    if len(names) > MAX_TAGS:
        return f"A ticket can have at most {MAX_TAGS} tags."
    bad = [name for name in names if len(name) > MAX_TAG_LENGTH or not _ALLOWED.fullmatch(name)]
    if bad:
        return (
            f"“{bad[0][:50]}” is not a valid tag. Use up to {MAX_TAG_LENGTH} letters, digits and . : / + - _"
        )
    return ""
