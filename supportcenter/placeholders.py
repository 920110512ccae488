"""Placeholders in texts that staff write, like ``{{name}}``: names from a fixed list, no code. Pure."""

import re
from collections.abc import Collection, Mapping

# Neither part can match a brace, so the time is linear in the text.
_PLACEHOLDER = re.compile(r"\{\{([^{}]*)\}\}")


def unknown_placeholders(text: str, known: Collection[str]) -> list[str]:
    """Return names in double braces that are not known, each once, in the order of the text."""
    names = dict.fromkeys(name.strip() for name in _PLACEHOLDER.findall(text))
    return [name for name in names if name not in known]


def placeholder_problem(text: str, known: Collection[str]) -> str:
    """Return what is wrong with a text's placeholders and which there are; empty if nothing is wrong."""
    unknown = unknown_placeholders(text, known)
    names = ", ".join(f"{{{{{name}}}}}" for name in known)
    return f"“{{{{{unknown[0]}}}}}” is not a placeholder. Use one of these: {names}." if unknown else ""


def fill(text: str, values: Mapping[str, str]) -> str:
    """Return the text with every known placeholder replaced. Placeholders in values are not replaced."""
    return _PLACEHOLDER.sub(lambda match: values.get(match[1].strip(), match[0]), text)
