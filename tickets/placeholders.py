"""Placeholders in macros: ``{{customer_first_name}}``. A fixed list, and no code in a text. Pure."""

import re
from collections.abc import Mapping

# What can stand in a macro, and what it becomes.
PLACEHOLDERS = {
    "customer_first_name": "first name of the requester",
    "customer_name": "name of the requester",
    "agent_first_name": "your first name",
    "agent_name": "your name",
    "reference": "the ticket's number",
    "subject": "the ticket's subject",
    "organization": "the customer's organization",
    "product": "what the ticket is about",
    "severity": "the severity",
    "due_time": "when the next answer is due",
}
_MARK = re.compile(r"\{\{\s*(.*?)\s*\}\}", re.DOTALL)


def unknown_placeholders(text: str) -> list[str]:
    """Names in double braces that mean nothing, each once, in the order of the text."""
    return [name for name in dict.fromkeys(_MARK.findall(text)) if name not in PLACEHOLDERS]


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with every known placeholder replaced; what a value holds is not looked at again."""
    return _MARK.sub(lambda mark: values.get(mark[1], mark[0]), text)
