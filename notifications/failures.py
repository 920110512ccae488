"""What a failed attempt to send a mail means: permanent, temporary, or the server is down. Pure."""

import random
import smtplib
from datetime import timedelta

from anymail.exceptions import AnymailAPIError, AnymailInvalidAddress, AnymailRecipientsRefused

from notifications.smtp import AddressNeedsUtf8

# With the waits of `backoff`, about 24 hours of trying. Attempts are counted rather than hours, so that
# neither quiet hours nor a night without a worker use them up.
MAX_ATTEMPTS = 32
# Errors about our configuration or the server, not the mail. They can be fixed, so mail waits.
SETUP_ERRORS = (
    smtplib.SMTPAuthenticationError,
    smtplib.SMTPConnectError,
    smtplib.SMTPHeloError,
    smtplib.SMTPSenderRefused,
)
# The same from a provider's API: wrong key, missing rights, unpaid account, time-out, rate limit.
SETUP_STATUSES = {401, 402, 403, 407, 408, 425, 429}
PERMANENT_ERRORS = (AddressNeedsUtf8, AnymailInvalidAddress, AnymailRecipientsRefused)


def is_permanent(error: Exception) -> bool:
    """Return whether a retry is pointless: 5xx for this mail (RFC 5321, section 4.2.1), 4xx over HTTP."""
    if isinstance(error, PERMANENT_ERRORS):
        return True
    if isinstance(error, AnymailAPIError):
        status = error.status_code or 0
        return 400 <= status < 500 and status not in SETUP_STATUSES
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code >= 500 for code, _ in error.recipients.values())
    if isinstance(error, SETUP_ERRORS):
        return False
    return isinstance(error, smtplib.SMTPResponseException) and error.smtp_code >= 500


def is_refusal(error: Exception) -> bool:
    """Return whether the server refused and keeps the connection open; with 421 it closes it."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code != 421 for code, _ in error.recipients.values())
    return isinstance(error, smtplib.SMTPResponseException) and error.smtp_code != 421


def is_connection_lost(error: Exception) -> bool:
    """Return whether the connection broke or timed out, which says nothing about the mail itself."""
    if isinstance(error, AnymailAPIError):
        return error.status_code is None
    return isinstance(error, OSError) and not is_refusal(error)


def backoff(attempts: int) -> timedelta:
    """Return the wait before the next attempt: 15 s, 30 s, 1 min … at most an hour, plus or minus a fifth."""
    seconds = min(15 * 2 ** min(attempts - 1, 10), 3600)
    return timedelta(seconds=seconds * random.uniform(0.8, 1.2))  # noqa: S311 - jitter
