"""Processors for structured logs."""

import re
from typing import Any

# Paths whose last part signs someone in or accepts something: readers of the log must not be able to.
SECRET_LINK = re.compile(r"(/(?:invitations|account/password/reset/key|account/confirm-email)/)[^/\s'\"]+")


def hide_secret_links(logger: Any, method: str, event: dict[str, Any]) -> dict[str, Any]:
    """Replace the secret part of mailed links anywhere in a log entry."""
    for name, value in event.items():
        if isinstance(value, str):
            event[name] = SECRET_LINK.sub(r"\1[hidden]", value)
    return event
