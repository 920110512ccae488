"""What a demo ticket is made of, and the small script notation the stories are written in.

Texts are templates for ``str.format`` over the names in `PLACEHOLDERS`, so literal braces are doubled.
``{requester}`` and ``{agent}`` read best as first names, ``{n}`` is any running number.
Attachments hold no placeholders and no braces: use them as they are.
"""

import re
from dataclasses import dataclass
from inspect import cleandoc

PLACEHOLDERS = ("service", "project", "requester", "agent", "org", "n")

_TURN = re.compile(r"^@(requester|participant|agent|note) (\d+)$", re.MULTILINE)
_FENCE = "```"
_OWN_LINE = re.compile(r"\s*(?:$|[-*] |\d+\. |\||>|```|# )")
_CLOSED_LINE = re.compile(r"\s*(?:$|\||>|```)")


@dataclass(frozen=True)
class Turn:
    """One contribution to the conversation."""

    who: str
    """requester, participant, agent, or note (an internal note by an agent)."""
    text: str
    after: int
    """Minutes since the turn before it."""


@dataclass(frozen=True)
class Story:
    """One ticket from its opening to where the conversation stands."""

    product: str
    reason: str
    severity: str
    subject: str
    opening: str
    turns: tuple[Turn, ...]
    ends: str
    """solved, waiting_on_customer, on_hold or open."""
    escalates_at: int | None = None
    """Index of the requester turn that holds #escalate."""
    attachment: tuple[str, str] | None = None
    """File name and content of a text file that comes with the opening."""


def tell(labels: str, script: str, *, attachment: tuple[str, str] | None = None) -> Story:
    """Build a story from ``product reason severity ends`` and its script.

    The script is the subject, an empty line, the opening, then the turns, each below a line like
    ``@agent 25``: who speaks, and how many minutes after the turn before.
    """
    product, reason, severity, ends = labels.split()
    head, *rest = _TURN.split(cleandoc(script))
    subject, opening = head.split("\n", 1)
    turns = tuple(
        Turn(who=who, text=unwrap(text), after=int(after))
        for who, after, text in zip(rest[0::3], rest[1::3], rest[2::3], strict=True)
    )
    escalations = [i for i, turn in enumerate(turns) if turn.who == "requester" and "#escalate" in turn.text]
    return Story(
        product=product,
        reason=reason,
        severity=severity,
        subject=subject.strip(),
        opening=unwrap(opening),
        turns=turns,
        ends=ends,
        escalates_at=escalations[0] if escalations else None,
        attachment=attachment and (attachment[0], cleandoc(attachment[1]) + "\n"),
    )


def unwrap(text: str) -> str:
    """Join the lines of a paragraph or list item, as if typed into a browser; code and tables stay."""
    lines: list[str] = []
    is_code = False
    for line in text.strip().splitlines():
        joins = lines and not is_code and not _OWN_LINE.match(line) and not _CLOSED_LINE.match(lines[-1])
        if joins:
            lines[-1] += " " + line.strip()
        else:
            lines.append(line)
        if line.lstrip().startswith(_FENCE):
            is_code = not is_code
    return "\n".join(lines)
