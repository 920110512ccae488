"""The words that staff put above and below mails."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.mail_texts import framed
from notifications.models.texts import MailText
from orgs.models import AuditEntry
from tests import builders

URL = "/settings/mail-texts/ticket_update/"
TEXTS = {"intro": "Hello {{name}},", "closing": "Yours,\r\n<b>{{ site_name }}</b>"}


@pytest.fixture
def gus(cast, client_of):
    return client_of(cast.gus)


def test_mail_has_the_words_above_and_below_and_keeps_its_foot(cast, gus, run_outbox):
    assert gus.post(URL, TEXTS).status_code == 302
    ticket = builders.ticket(cast.ben, cast.acme)
    mail = next(each for each in run_outbox() if each.to == [cast.ben.email])
    assert mail.body.startswith("Hello Ben Okafor,\n\nWe received your ticket")
    foot = mail.body.index("\n--\n")
    assert mail.body.index(ticket.subject) < mail.body.index("Yours,\n<b>Support Center</b>") < foot
    html = str(mail.alternatives[0][0])
    assert "<p>Hello Ben Okafor,</p>" in html
    assert "&lt;b&gt;Support Center&lt;/b&gt;" in html


def test_other_kinds_stay_as_they_are_and_the_log_has_the_change(gus):
    gus.post(URL, TEXTS)
    gus.post(URL, TEXTS)
    assert MailText.objects.get().kind == "ticket_update"
    entry = AuditEntry.objects.get()
    assert entry.summary == "Changed mail texts: Ticket update"
    assert entry.after == {"above": "Hello {{name}},", "below": "Yours,\n<b>{{ site_name }}</b>"}


def test_unknown_placeholder_is_refused_and_what_was_typed_stays(gus):
    refused = gus.post(URL, TEXTS | {"closing": "{{ ticket.secret }}"})
    page = refused.content.decode()
    assert refused.status_code == 422
    assert "is not a placeholder" in page
    assert "Hello {{name}}," in page
    assert not MailText.objects.exists()


def test_preview_saves_nothing(gus):
    page = gus.post(URL, TEXTS | {"do": "preview"}).content.decode()
    assert "<p>Hello Gus Lindgren,</p>" in page
    assert "&lt;b&gt;Support Center&lt;/b&gt;" in page
    assert not MailText.objects.exists()


@given(st.text(), st.text(), st.text())
def test_framing_loses_nothing(body, intro, closing):
    whole = framed(f"{body}\n--\nfoot", intro, closing)
    assert whole.endswith("\n--\nfoot")
    assert all(part.strip("\n") in whole for part in (body, intro, closing))
