"""Address lists as people type and paste them. Pure."""

import re

_SEPARATORS = re.compile(r"[\s,;]+")


def split_addresses(text: str) -> list[str]:
    """Addresses separated by spaces, commas, semicolons or line breaks: lower case, each once, in order.

    Angle brackets around an address, as mail programs copy them, are dropped.
    """
    words = (word.strip("<>").lower() for word in _SEPARATORS.split(text))
    return list(dict.fromkeys(word for word in words if word))
