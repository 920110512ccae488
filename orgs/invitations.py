"""The signed link of an invitation."""

from django.core.signing import BadSignature, Signer

_signer = Signer(salt="orgs.invitation")


def token_for(invitation_id: int) -> str:
    """Return the secret part of the link. It is deterministic, so a resent mail has the same link."""
    return _signer.sign(str(invitation_id))


def id_from(token: str) -> int | None:
    """Return the id of the invitation in a link, or ``None`` if the link is forged."""
    try:
        return int(_signer.unsign(token))
    except (BadSignature, ValueError):
        return None
