"""What a failed attempt at a mail means: over for good, later again, or the server itself is away. Pure."""

import random
import smtplib
from datetime import timedelta

from anymail.exceptions import AnymailAPIError, AnymailInvalidAddress, AnymailRecipientsRefused

from notifications.smtp import AddressNeedsUtf8

# With the waits of `backoff`, about 24 hours of trying. Counted in attempts and not by the clock, so that
# neither quiet hours nor a night without a worker use them up.
MAX_ATTEMPTS = 32
# What a server says of our set-up or of itself, not of the mail: it can be mended, and mail waits for it.
OUR_SETUP = (
    smtplib.SMTPAuthenticationError,
    smtplib.SMTPConnectError,
    smtplib.SMTPHeloError,
    smtplib.SMTPSenderRefused,
)
# The same from a provider's API: key wrong or without rights, account unpaid, too slow, too early, too fast.
OUR_SETUP_HTTP = {401, 402, 403, 407, 408, 425, 429}
HOPELESS = (AddressNeedsUtf8, AnymailInvalidAddress, AnymailRecipientsRefused)


def is_permanent(error: Exception) -> bool:
    """Whether trying again is pointless: 5xx to this very mail (RFC 5321, section 4.2.1), 4xx over HTTP."""
    if isinstance(error, HOPELESS):
        return True
    if isinstance(error, AnymailAPIError):
        status = error.status_code or 0
        return 400 <= status < 500 and status not in OUR_SETUP_HTTP
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code >= 500 for code, _ in error.recipients.values())
    if isinstance(error, OUR_SETUP):
        return False
    return isinstance(error, smtplib.SMTPResponseException) and error.smtp_code >= 500


def is_refusal(error: Exception) -> bool:
    """Whether the server said no in an orderly way and goes on listening; 421 says that it goes away."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code != 421 for code, _ in error.recipients.values())
    return isinstance(error, smtplib.SMTPResponseException) and error.smtp_code != 421


def is_broken_line(error: Exception) -> bool:
    """Whether nothing can be said of the mail, because the server hung up, went away or kept silent."""
    if isinstance(error, AnymailAPIError):
        return error.status_code is None
    return isinstance(error, OSError) and not is_refusal(error)


def backoff(attempts: int) -> timedelta:
    """Wait before the next attempt: 15 s, 30 s, 1 min … at most an hour, give or take a fifth."""
    seconds = min(15 * 2 ** min(attempts - 1, 10), 3600)
    return timedelta(seconds=seconds * random.uniform(0.8, 1.2))  # noqa: S311 - jitter
