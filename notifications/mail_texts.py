"""The texts that staff put above and below mails: plain text with a few placeholders."""

from collections.abc import Mapping

from django.conf import settings

from supportcenter.placeholders import fill

# Placeholders of these texts, and what each becomes.
PLACEHOLDERS = {"name": "recipient's name, if known", "site_name": "this site's name"}
MAX_LENGTH = 1000
# The line above the reason and the links at the end of every mail.
_FOOT = "\n--\n"


def fill_in(texts: Mapping[str, str], recipient_name: str) -> dict[str, str]:
    """Return the texts, which have a name each, as a recipient reads them."""
    values = {"name": recipient_name, "site_name": settings.SITE_NAME}
    return {key: fill(text, values).strip() for key, text in texts.items()}


def framed(body: str, intro: str, closing: str) -> str:
    """Return a mail's text with one part above it and one below it, before its foot."""
    above, foot, below = body.rpartition(_FOOT)
    if not foot:
        above, below = body, ""
    parts = [intro, above.strip("\n"), closing]
    return "\n\n".join(part for part in parts if part) + ("\n" + foot + below if foot else "\n")
