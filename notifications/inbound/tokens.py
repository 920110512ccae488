"""Addresses that mails carry so that answers and bounces find back: ``reply+…@`` and ``bounce+…@``. Pure.

Each contains what it is for and a signature. A local part has at most 64 octets and may be changed to another
case on its way (RFC 5321, sections 2.4 and 4.5.3.1.1), so all is in lower case.
"""

import base64
import hmac
import re
from uuid import UUID

from django.conf import settings
from django.utils.crypto import salted_hmac

REPLY, RETURN = "reply", "bounce"
# Bytes of the signature; 80 bits can't be guessed by mail.
SIGNATURE = 10
_REPLY = re.compile(r"([0-9a-f]{1,16})-([0-9a-f]{1,16})-([a-z2-7]{16})")
_RETURN = re.compile(r"([0-9a-f]{32})-([a-z2-7]{16})")


def reply_address(ticket_id: int, user_id: int) -> str:
    """Return the address by which one person answers about one ticket."""
    what = f"{ticket_id:x}-{user_id:x}"
    return f"{REPLY}+{what}-{_signature(REPLY, what, settings.SECRET_KEY)}@{settings.INBOUND_MAIL_DOMAIN}"


def return_address(mail_id: UUID) -> str:
    """Return the envelope sender of a mail, to which it bounces."""
    what = mail_id.hex
    return f"{RETURN}+{what}-{_signature(RETURN, what, settings.SECRET_KEY)}@{settings.INBOUND_MAIL_DOMAIN}"


def tag_of(address: str, kind: str) -> str | None:
    """Return what follows the plus sign of an address of ours, or None for any other address."""
    local, _, domain = address.strip(" <>").lower().rpartition("@")
    name, plus, tag = local.partition("+")
    return tag if plus and name == kind and domain == settings.INBOUND_MAIL_DOMAIN.lower() else None


def read_reply(tag: str) -> tuple[int, int] | None:
    """Return the ids of ticket and person of a tag; None if we didn't sign it."""
    found = _REPLY.fullmatch(tag)
    if not found or not _is_ours(REPLY, f"{found[1]}-{found[2]}", found[3]):
        return None
    return int(found[1], 16), int(found[2], 16)


def read_return(tag: str) -> UUID | None:
    """Return the id of the mail of a tag; None if we didn't sign it."""
    found = _RETURN.fullmatch(tag)
    return UUID(found[1]) if found and _is_ours(RETURN, found[1], found[2]) else None


def _is_ours(kind: str, what: str, signature: str) -> bool:
    """Compare with the signatures by the present key and by earlier ones (``SECRET_KEY_FALLBACKS``)."""
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return any(hmac.compare_digest(_signature(kind, what, key), signature) for key in keys)


def _signature(kind: str, what: str, key: str) -> str:
    digest = salted_hmac(f"notifications.inbound.{kind}", what, secret=key, algorithm="sha256").digest()
    return base64.b32encode(digest[:SIGNATURE]).decode().lower()
