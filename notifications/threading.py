"""Message-ID, In-Reply-To and References of the mails about a ticket. Pure (RFC 5322, section 3.6.4)."""

from collections.abc import Sequence

# Relays cut or refuse very long References headers; the root and the last few keep a thread together.
LAST_REFERENCES = 5


def root_id(ticket_id: int, host: str) -> str:
    """Return the id that all mails about a ticket refer to, for every recipient."""
    return f"<ticket.{ticket_id}@{host}>"


def headers(ticket_id: int, host: str, earlier: Sequence[str]) -> dict[str, str]:
    """Return the headers of a mail that follows ``earlier`` ones (Message-IDs, oldest first)."""
    root = root_id(ticket_id, host)
    references = [root, *earlier[-LAST_REFERENCES:]]
    return {"In-Reply-To": references[-1], "References": " ".join(references)}
