"""What stands on the wire, read from what a server got."""

from email import message_from_bytes, policy

import pytest

from notifications.delivery import deliver_due
from notifications.models.messages import EmailMessage
from supportcenter.local.smtp_sink import SmtpSink, serving
from tests import builders

pytestmark = pytest.mark.django_db


@pytest.fixture
def sink(settings):
    with serving(SmtpSink()) as sink:
        settings.EMAIL_BACKEND = "notifications.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", sink.port
        yield sink


def queued(address: str, subject: str = "Hello") -> EmailMessage:
    content = {"subject": subject, "text": "A text.\n.\nafter a lonely dot"}
    return EmailMessage.objects.create(kind="account", to_address=address, content=content)


def sent(row: EmailMessage) -> EmailMessage:
    deliver_due()
    row.refresh_from_db()
    return row


def test_answer_of_the_server_is_kept(sink):
    assert sent(queued("a@b.example")).detail == "250 2.0.0 Ok: queued as 1"


def test_a_refusal_keeps_the_connection_for_the_next(sink):
    sink.script = lambda command, words: "550 5.1.1 No such user" if words.startswith("TO:<a@") else ""
    refused, taken = queued("a@b.example"), queued("c@d.example")
    deliver_due()
    assert (sent(refused).state, sent(taken).state) == ("failed", "sent")
    assert "No such user" in refused.detail
    assert sink.connections == 1


def test_headers_that_keep_machines_from_answering(sink):
    sent(queued("a@b.example"))
    mail = message_from_bytes(sink.mails[0].content, policy=policy.default)
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Precedence"] == "bulk"
    assert mail["X-Auto-Response-Suppress"] == "All"


@pytest.mark.parametrize("evil", ["Hi\r\nBcc: victim@b.example", "Hi\nBcc: victim@b.example", "Hi\x0bBcc: v"])
def test_subject_cannot_inject_a_header(sink, evil):
    sent(queued("a@b.example", evil))
    head, _, _ = sink.mails[0].content.partition(b"\r\n\r\n")
    assert not [line for line in head.split(b"\r\n") if line.lower().startswith(b"bcc")]
    assert len(sink.mails) == 1


@pytest.mark.parametrize(
    "address", ["a@b.example\r\nBcc: v@b.example", "a@b.example>\r\nRCPT TO:<v@b.example"]
)
def test_address_cannot_inject_a_header_or_a_command(sink, address):
    assert sent(queued(address)).state == "retry"
    assert sink.mails == []


def test_site_name_cannot_inject_a_header(sink, settings):
    settings.DEFAULT_FROM_EMAIL = "Support\r\nBcc: v@b.example <support@b.example>"
    sent(queued("a@b.example"))
    assert sink.mails == []


def test_words_beyond_ascii_arrive_as_they_were(sink):
    sent(queued("a@b.example", "Ärger mit 数据库 🚒 " + "lang " * 40))
    content = sink.mails[0].content
    assert content.isascii()
    assert max(map(len, content.split(b"\r\n"))) <= 998
    subject = message_from_bytes(content, policy=policy.default)["Subject"]
    assert subject.strip().startswith("Ärger mit 数据库 🚒 lang")


def test_name_of_the_sender_beyond_ascii_arrives_as_it_was(sink, settings):
    settings.DEFAULT_FROM_EMAIL = "Hilfe für Åsa <support@b.example>"
    sent(queued("a@b.example"))
    mail = message_from_bytes(sink.mails[0].content, policy=policy.default)
    assert str(mail["From"]) == "Hilfe für Åsa <support@b.example>"


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("ada@bücher.example", "ada@xn--bcher-kva.example"),
        ("ada@straße.example", "ada@xn--strae-oqa.example"),
        ("ada@BÜCHER.example", "ada@xn--bcher-kva.example"),
        ("ada@ascii.example", "ada@ascii.example"),
    ],
)
def test_domains_beyond_ascii_are_in_punycode(sink, address, expected):
    sent(queued(address))
    assert sink.mails[0].recipient == expected
    assert f"To: {expected}".encode() in sink.mails[0].content


def test_local_part_beyond_ascii_fails_with_the_reason(sink):
    row = sent(queued("bücher@b.example"))
    assert row.state == "failed"
    assert "The mail server doesn't support addresses like bücher@b.example." in row.detail


def test_local_part_beyond_ascii_is_sent_to_a_server_that_takes_it(sink):
    sink.extensions = ("SMTPUTF8",)
    assert sent(queued("bücher@b.example")).state == "sent"
    assert sink.mails[0].recipient == "bücher@b.example"
    assert "To: bücher@b.example".encode() in sink.mails[0].content


def test_a_lonely_dot_does_not_end_the_mail(sink):
    sent(queued("a@b.example"))
    assert b"after a lonely dot" in sink.mails[0].content


def test_mails_of_a_ticket_are_one_thread_for_every_client(cast, run_outbox, sink):
    """RFC 5256 and Gmail: by References and In-Reply-To, and by a subject that stays the same."""
    ticket = builders.ticket(cast.ben, cast.acme)
    run_outbox()
    for status in ("waiting_on_customer", "solved"):
        builders.comment(cast.fay, ticket, status=status)
        run_outbox()
    mails = [message_from_bytes(each.content, policy=policy.default) for each in sink.mails]
    ids = [mail["Message-ID"] for mail in mails]
    assert len(set(ids)) == 3
    assert {mail["Subject"] for mail in mails} == {f"[{ticket.reference}] Consumer lag grows"}
    assert [mail["In-Reply-To"] for mail in mails[1:]] == ids[:2]
    root = mails[0]["References"]
    assert mails[2]["References"].split() == [root, *ids[:2]]


def test_two_updates_in_one_batch_are_a_thread_too(cast, run_outbox, sink):
    ticket = builders.ticket(cast.ben, cast.acme)
    builders.comment(cast.fay, ticket)
    run_outbox()
    opening, answer = [message_from_bytes(each.content, policy=policy.default) for each in sink.mails]
    assert answer["In-Reply-To"] == opening["Message-ID"]
