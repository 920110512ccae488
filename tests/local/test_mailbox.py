import mailbox
from email.message import EmailMessage

import pytest

from supportcenter.local.mailbox import caught_mail, caught_mails


@pytest.fixture
def box(settings, tmp_path):
    settings.DEV_MAILBOX = tmp_path / "mail"
    return mailbox.Maildir(settings.DEV_MAILBOX)


def caught(box, to: str, *, date: str = "Mon, 23 Nov 2026 08:00:00 -0000") -> str:
    message = EmailMessage()
    message["X-RcptTo"], message["To"], message["Subject"], message["Date"] = to, to, "Grüße", date
    message.set_content("text ü")
    message.add_alternative("<p>html</p>", subtype="html")
    return box.add(message)


def test_mail_is_read_with_both_parts_and_its_headers(box):
    key = caught(box, "ada@acme.example")
    mail = caught_mail(key)
    assert (mail.to, mail.subject, mail.text.strip()) == ("ada@acme.example", "Grüße", "text ü")
    assert mail.html.strip() == "<p>html</p>"
    assert dict(mail.headers)["X-RcptTo"] == "ada@acme.example"
    assert mail.date.tzinfo is not None


def test_list_can_be_filtered_by_recipient(box):
    caught(box, "ada@acme.example")
    caught(box, "ben@acme.example")
    assert len(caught_mails()) == 2
    assert [mail.to for mail in caught_mails("ben@acme.example")] == ["ben@acme.example"]


def test_list_is_empty_before_the_first_mail(settings, tmp_path):
    settings.DEV_MAILBOX = tmp_path / "missing"
    assert caught_mails() == []
