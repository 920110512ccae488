"""Delivery status notifications: reading them, and what follows for the mail that they name."""

import io
import random
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from notifications.inbound import dsn
from notifications.management.commands import receive_mail
from notifications.models.messages import EmailMessage
from notifications.models.suppressions import Suppression

ID = "<0b7f3f0e-3f0c-4a39-9a53-5f5f0a0a0a0a@testserver>"
FIELDS = """\
Final-Recipient: rfc822; ben@acme.example
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 <ben@acme.example>: no such
 mailbox here
Last-Attempt-Date: Mon, 02 Nov 2026 10:00:00 +0100"""
RETURNED = """\
Content-Type: text/rfc822-headers

From: Support Center <support@testserver>
To: ben@acme.example
Message-ID: {id}
Subject: [SUP-1] Consumer lag grows
"""
WHOLE = """\
Content-Type: message/rfc822

From: Support Center <support@testserver>
To: ben@acme.example
Message-ID: {id}

Hello
"""


def notification(
    fields: str = FIELDS, returned: str = RETURNED, message_id: str = ID, head: str = "", encoding: str = ""
) -> bytes:
    text = f"""\
From: Mail Delivery System <mailer-daemon@mx.acme.example>
To: support@testserver
Subject: Undelivered mail
Date: Mon, 02 Nov 2026 09:30:00 +0000
Auto-Submitted: auto-replied
{head}MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b1"

--b1
Content-Type: text/plain

Your mail could not be delivered.

--b1
Content-Type: message/delivery-status
{encoding}
Reporting-MTA: dns; mx.acme.example
Arrival-Date: Mon, 02 Nov 2026 09:00:00 +0000

{fields}

--b1
{returned.format(id=message_id)}
--b1--
"""
    return text.encode()


def test_all_that_it_says_is_read():
    assert dsn.read(notification()) == dsn.Dsn(
        message_id=ID,
        recipients=("ben@acme.example",),
        action="failed",
        status="5.1.1",
        diagnostic="smtp; 550 5.1.1 <ben@acme.example>: no such mailbox here",
        happened_at=datetime(2026, 11, 2, 9, tzinfo=UTC),
    )


@pytest.mark.parametrize("returned", [RETURNED, WHOLE])
@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_headers_or_whole_mail_come_back_with_any_line_ends(returned, end):
    raw = notification(returned=returned).replace(b"\n", end)
    told = dsn.read(raw)
    assert (told.message_id, told.action) == (ID, "failed")


def test_both_names_of_a_forwarded_recipient_are_known():
    fields = (
        FIELDS.replace("ben@acme", "b.okafor@mail.acme") + "\nOriginal-Recipient: rfc822;Ben@Acme.example"
    )
    assert dsn.read(notification(fields)).recipients == ("b.okafor@mail.acme.example", "ben@acme.example")


@pytest.mark.parametrize(
    ("fields", "action", "is_permanent"),
    [
        ("Action: failed\nStatus: 5.7.1 (spam)", "failed", True),
        ("Action: FAILED", "failed", False),
        ("Action: failed\nDiagnostic-Code: smtp; 550 no", "failed", True),
        ("Action: failed\nDiagnostic-Code: 550 no", "failed", True),
        ("Action: failed\nStatus: 4.4.7", "failed", False),
        ("Action: delayed\nStatus: 4.4.1", "delayed", False),
        ("Action: delivered (to mailbox)\nStatus: 2.1.5", "delivered", False),
        ("Action: relayed\nStatus: 2.0.0", "relayed", False),
        ("Status: 5.2.2", "failed", True),
        ("Status: 4.2.2", "delayed", False),
    ],
)
def test_actions(fields, action, is_permanent):
    told = dsn.read(notification(f"Final-Recipient: rfc822; ben@acme.example\n{fields}"))
    assert (told.action, told.is_permanent) == (action, is_permanent)


def test_all_fields_in_one_group():
    raw = notification().replace(b"+0000\n\nFinal", b"+0000\nFinal")
    assert dsn.read(raw).status == "5.1.1"


def test_the_failed_one_of_several_recipients_counts():
    fields = f"Final-Recipient: rfc822; list@acme.example\nAction: relayed\n\n{FIELDS}"
    assert dsn.read(notification(fields)).recipients == ("ben@acme.example",)


@pytest.mark.parametrize("head", [f"In-Reply-To: {ID}\n", f"References: <x@y>\nIn-Reply-To: {ID}\n"])
def test_message_id_is_also_looked_for_where_some_servers_put_it(head):
    assert dsn.read(notification(returned="Content-Type: text/plain\n", head=head)).message_id == ID


def test_message_id_behind_parts_that_are_badly_apart():
    raw = notification(returned="Content-Type: text/rfc822-headers\n\nReceived by nobody\nMessage-ID: {id}\n")
    assert dsn.read(raw).message_id == ID


def test_encoded_report():
    raw = notification(
        FIELDS.replace("no such", "no=20such"), encoding="Content-Transfer-Encoding: quoted-printable\n"
    )
    assert dsn.read(raw).status == "5.1.1"


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"Subject: Hello\n\nDoes it work?",
        notification(returned="Content-Type: text/plain\n"),
        notification("Action: failed\nStatus: 5.1.1"),
        notification("Final-Recipient: rfc822; ben@acme.example"),
        notification("Final-Recipient: rfc822; ben@acme.example\nAction: vanished"),
        notification().replace(b"message/delivery-status", b"text/plain"),
    ],
)
def test_other_mail_and_reports_that_name_nothing_are_none(raw):
    assert dsn.read(raw) is None


@settings(deadline=None)
@given(st.binary(max_size=300), st.integers(min_value=0, max_value=2**32))
def test_no_mail_makes_it_stumble(noise, seed):
    raw = bytearray(notification())
    chance = random.Random(seed)  # noqa: S311
    for byte in noise:
        raw[chance.randrange(len(raw))] = byte
    dsn.read(bytes(raw))
    dsn.read(noise)


# --- By the command ---


@pytest.fixture
def mail(cast):
    return EmailMessage.objects.create(
        kind="account",
        recipient=cast.ben,
        to_address=cast.ben.email,
        state="sent",
        sent_at=timezone.now(),
    )


@pytest.fixture
def receive(monkeypatch):
    def run(raw: bytes) -> None:
        monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(raw)))
        call_command("receive_mail", "--now", stdout=io.StringIO())

    return run


def test_lasting_failure_counts_as_a_hard_bounce_once(cast, mail, receive):
    for _ in range(2):
        receive(notification(message_id=mail.message_id))
    mail.refresh_from_db()
    cast.ben.refresh_from_db()
    assert mail.state == "bounced"
    assert mail.tracking.get().description.startswith("5.1.1 smtp; 550")
    assert Suppression.objects.get().address == cast.ben.email
    assert cast.ben.bouncing_since == datetime(2026, 11, 2, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    "fields",
    [
        FIELDS.replace("failed", "delayed"),
        FIELDS.replace("5.1.1", "4.4.7"),
        FIELDS.replace("failed", "relayed"),
    ],
)
def test_what_may_pass_is_only_kept(mail, receive, fields):
    receive(notification(fields, message_id=mail.message_id))
    mail.refresh_from_db()
    assert (mail.state, mail.tracking.count()) == ("sent", 1)
    assert not Suppression.objects.exists()


def test_delivery_is_kept_as_such(mail, receive):
    receive(
        notification(
            FIELDS.replace("failed", "delivered").replace("5.1.1", "2.1.5"), message_id=mail.message_id
        )
    )
    mail.refresh_from_db()
    assert mail.state == "delivered"


def test_recipient_that_was_asked_for_is_enough(mail, receive):
    fields = FIELDS.replace("ben@acme", "b@mail.acme") + "\nOriginal-Recipient: rfc822;ben@acme.example"
    receive(notification(fields, message_id=mail.message_id))
    mail.refresh_from_db()
    assert mail.state == "bounced"


@pytest.mark.parametrize(
    ("message_id", "recipient"),
    [(ID, "ben@acme.example"), ("<x@elsewhere.example>", "ben@acme.example"), (None, "cleo@acme.example")],
)
def test_forged_reports_change_nothing(mail, receive, message_id, recipient):
    fields = FIELDS.replace("ben@acme.example", recipient)
    receive(notification(fields, message_id=message_id or mail.message_id))
    mail.refresh_from_db()
    assert (mail.state, mail.tracking.count()) == ("sent", 0)
    assert not Suppression.objects.exists()


def test_other_mail_is_refused(db, receive):
    with pytest.raises(CommandError, match="accepts delivery reports only") as caught:
        receive(b"Subject: Help\n\nPlease")
    assert caught.value.returncode == 67


def test_server_is_asked_to_try_again_while_the_database_is_down(receive, monkeypatch):
    def down(*args, **kwargs):
        raise OperationalError("gone")

    monkeypatch.setattr(receive_mail, "store", down)
    with pytest.raises(CommandError) as caught:
        receive(notification())
    assert caught.value.returncode == 75


def test_field_that_python_refuses_to_write_is_no_report():
    field = "Diagnostic-Code: smtp; 550 5.1.1 <b\x0bn@acme.example>: no such\n mailbox here"
    head = "Content-Type: multipart/report; boundary=b\n\n--b\nContent-Type: message/delivery-status\n\n"
    assert dsn.read(f"{head}{field}\n\n--b--\n".encode()) is None
