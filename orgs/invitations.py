"""The signed link of an invitation."""

from django.core.signing import BadSignature, Signer

_signer = Signer(salt="orgs.invitation")


def token_for(invitation_id: int) -> str:
    """The secret part of the link. Deterministic, so a resent mail carries the same link."""
    return _signer.sign(str(invitation_id))


def id_from(token: str) -> int | None:
    """The invitation that a link names, or ``None`` if we never made such a link."""
    try:
        return int(_signer.unsign(token))
    except (BadSignature, ValueError):
        return None
