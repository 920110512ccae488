"""The words that staff put above and below mails: plain text with a few placeholders. Pure."""

import re
from collections.abc import Mapping

# What can stand in a text, and what it becomes.
PLACEHOLDERS = {"name": "name of the recipient, where it is known", "site_name": "name of this site"}
LONGEST = 1000
_MARK = re.compile(r"\{\{\s*(.*?)\s*\}\}", re.DOTALL)
# The line above the reason and the links at the end of every mail.
_FOOT = "\n--\n"


def unknown_placeholders(text: str) -> list[str]:
    """Names in double braces that mean nothing, each once."""
    return [name for name in dict.fromkeys(_MARK.findall(text)) if name not in PLACEHOLDERS]


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with its placeholders replaced; what a value holds is not looked at again."""
    return _MARK.sub(lambda mark: values.get(mark[1], mark[0]), text).strip()


def framed(body: str, intro: str, closing: str) -> str:
    """A mail's text with one part above it and one below, before its foot."""
    above, foot, below = body.rpartition(_FOOT)
    if not foot:
        above, below = body, ""
    parts = [intro, above.strip("\n"), closing]
    return "\n\n".join(part for part in parts if part) + ("\n" + foot + below if foot else "\n")
