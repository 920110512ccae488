import smtplib
from datetime import timedelta

import pytest
import requests
from anymail.exceptions import AnymailInvalidAddress, AnymailRecipientsRefused, AnymailRequestsAPIError

from notifications.failures import MAX_ATTEMPTS, backoff, is_connection_lost, is_permanent, is_refusal
from notifications.smtp import AddressNeedsUtf8


def refused(code: int) -> smtplib.SMTPRecipientsRefused:
    return smtplib.SMTPRecipientsRefused({"a@b.example": (code, b"No")})


def over_http(status: int) -> AnymailRequestsAPIError:
    response = requests.Response()
    response.status_code = status
    return AnymailRequestsAPIError(response=response)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (refused(550), True),
        (refused(451), False),
        (smtplib.SMTPDataError(554, b"Spam"), True),
        (smtplib.SMTPDataError(451, b"Later"), False),
        (smtplib.SMTPAuthenticationError(535, b"Bad password"), False),
        (smtplib.SMTPSenderRefused(550, b"Not your address", "support@x.example"), False),
        (OSError("unreachable"), False),
        (AddressNeedsUtf8(), True),
        (over_http(422), True),
        (over_http(401), False),
        (over_http(429), False),
        (over_http(503), False),
        (AnymailRequestsAPIError("unreachable"), False),
        (AnymailRecipientsRefused(), True),
        (AnymailInvalidAddress(), True),
    ],
)
def test_what_is_permanent(error, expected):
    assert is_permanent(error) is expected


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (TimeoutError(), True),
        (smtplib.SMTPServerDisconnected("gone"), True),
        (refused(421), True),
        (smtplib.SMTPDataError(421, b"Closing"), True),
        (AnymailRequestsAPIError("unreachable"), True),
        (over_http(500), False),
        (refused(550), False),
        (smtplib.SMTPDataError(451, b"Later"), False),
        (ValueError("a bug"), False),
    ],
)
def test_what_says_that_the_server_is_away(error, expected):
    assert is_connection_lost(error) is expected


def test_a_connection_outlives_a_refusal_only():
    assert is_refusal(refused(550))
    assert not is_refusal(refused(421))
    assert not is_refusal(ValueError("a bug"))


def test_backoff_stays_below_an_hour_and_a_fifth():
    assert all(backoff(attempts) <= timedelta(seconds=4320) for attempts in range(1, 2000))


def test_trying_goes_on_for_about_a_day():
    waits = [min(15 * 2 ** (attempts - 1), 3600) for attempts in range(1, MAX_ATTEMPTS)]
    assert 24 <= sum(waits) / 3600 < 25
