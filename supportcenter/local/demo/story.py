"""The demo's tickets as stories, read from `stories/<area>/<story>.md`.

A file starts with its properties in TOML between two lines of `+++`. The opening comment follows, then each
message below a line like `@agent after 25 minutes`: who writes it, and how long after the message before. The
last section can be `@attachment NAME`, a text file attached to the opening comment. Texts may hold
placeholders like `{{service}}`. A paragraph is one line, as if typed into a browser. The order of the files
decides the tickets' numbers.
"""

import re
import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tickets.states import Severity, Status

FOLDER = Path(__file__).with_name("stories")
PLACEHOLDERS = ("service", "project", "requester", "agent", "org", "n")
FENCE = "+++"
STATUSES = (Status.OPEN, Status.WAITING, Status.ON_HOLD, Status.SOLVED)
_MESSAGE = re.compile(r"@(requester|participant|agent|note) after ([0-9]+) minutes")
_ATTACHMENT = re.compile(r"@attachment ([\w.-]+)")
_PLACEHOLDER = re.compile(r"\{\{(.*?)\}\}")


class StoryError(Exception):
    """A story can't be read; the message names the file, the line and the reason."""


@dataclass(frozen=True)
class Message:
    """One contribution to the conversation."""

    who: str
    """requester, participant, agent, or note (an internal note by the agent)."""
    text: str
    minutes: int
    """Time since the message before."""


@dataclass(frozen=True)
class Story:
    """One ticket, from its opening to the status in which the last message leaves it."""

    subject: str
    product: str
    reason: str
    severity: str
    status: str
    opening: str
    messages: tuple[Message, ...]
    attachment: tuple[str, str] | None = None
    """Name and content of a text file."""

    @property
    def escalation(self) -> Message | None:
        """The message in which the requester escalates."""
        requests = (each for each in self.messages if each.who == "requester")
        return next((each for each in requests if "#escalate" in each.text), None)


def load_stories(products: Collection[str], reasons: Collection[str], folder: Path = FOLDER) -> list[Story]:
    """Return all stories in the order of their files; raise `StoryError` for the first bad one."""
    choices = {"product": products, "reason": reasons, "severity": Severity.values, "status": STATUSES}
    stories = []
    for path in sorted(folder.glob("*/*.md")):
        try:
            stories.append(parse(path.read_text("utf-8").splitlines(), choices))
        except StoryError as error:
            raise StoryError(f"{path}:{error}") from None
    return stories


def parse(lines: list[str], choices: Mapping[str, Collection[str]]) -> Story:
    """Return the story in the lines of a file; errors start with the number of the line."""
    if lines[:1] != [FENCE] or FENCE not in lines[1:]:
        raise StoryError(f"1: put the properties between two lines of {FENCE} at the top")
    for number, line in enumerate(lines, 1):
        for name in _PLACEHOLDER.findall(line):
            if name not in PLACEHOLDERS:
                raise StoryError(f"{number}: there is no placeholder {{{{{name}}}}}")
    end = lines.index(FENCE, 1)
    properties = _properties(lines[:end], choices)
    (_, _, opening), *sections = _sections(lines, end)
    messages, attachment = [], None
    for number, marker, text in sections:
        if attachment:
            raise StoryError(f"{number}: nothing may follow the attachment")
        if match := _MESSAGE.fullmatch(marker):
            messages.append(Message(match[1], text, int(match[2])))
        elif match := _ATTACHMENT.fullmatch(marker):
            attachment = (match[1], f"{text}\n")
        else:
            raise StoryError(f"{number}: write “{marker}” like “@agent after 25 minutes”")
    return Story(**properties, opening=opening, messages=tuple(messages), attachment=attachment)


def _properties(lines: list[str], choices: Mapping[str, Collection[str]]) -> dict[str, str]:
    try:
        # With an empty line in place of the fence, TOML counts lines as the file does.
        properties = tomllib.loads("\n".join(["", *lines[1:]]))
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"line ([0-9]+)", str(error))
        raise StoryError(f"{place[1] if place else len(lines)}: {error}") from None
    if missing := {"subject", *choices} - set(properties):
        raise StoryError(f"1: the properties lack {', '.join(sorted(missing))}")
    for name, value in properties.items():
        number = next(number for number, line in enumerate(lines, 1) if line.startswith(name))
        if name != "subject" and name not in choices:
            raise StoryError(f"{number}: there is no property {name}")
        if name in choices and value not in choices[name]:
            raise StoryError(f"{number}: {name} must be one of {', '.join(choices[name])}")
    return properties


def _sections(lines: list[str], end: int) -> Iterator[tuple[int, str, str]]:
    """Yield the opening and what follows each marker: the marker's line number, the marker, the text."""
    starts = [end, *(index for index in range(end, len(lines)) if lines[index].startswith("@"))]
    for start, stop in zip(starts, [*starts[1:], len(lines)], strict=True):
        text = "\n".join(lines[start + 1 : stop]).strip("\n")
        if not text.strip():
            raise StoryError(f"{start + 1}: there is no text below this line")
        yield start + 1, lines[start], text
