"""The pages of incoming mail: what agents see of it, and what they decide."""

from django.urls import reverse

from notifications.actions.inbound import process, store
from notifications.models.inbound import InboundMail
from tests import builders
from tests.notifications.test_inbound import mail, mail_comes_in, reply_to  # noqa: F401 - a fixture
from tickets.models.ticket import Ticket


def received(raw: bytes) -> InboundMail:
    stored = store(raw)
    process(stored)
    return InboundMail.objects.get(pk=stored.pk)


def test_list_shows_what_became_of_each(cast, client_of, django_assert_max_num_queries):
    ticket = builders.ticket(cast.ben, cast.acme)
    received(mail(cast.ben, reply_to(ticket, cast.ben), Subject="An answer"))
    held = received(mail(cast.ben, Subject="Claims to be Ben <b>"))
    for number in range(5):
        received(mail("eve@evil.example", Subject=f"Stranger {number}"))
    fay = client_of(cast.fay)
    with django_assert_max_num_queries(8):
        page = fay.get(reverse("notifications:incoming"))
    assert len(page.context["mails"]) == 7
    text = page.content.decode()
    assert ticket.reference in text
    assert "Claims to be Ben &lt;b&gt;" in text
    to_check = fay.get(reverse("notifications:incoming"), {"show": "check"}).context
    assert [each.pk for each in to_check["mails"]] == [held.pk]
    assert [each["count"] for each in to_check["tabs"] if each["label"] == "To check"] == [1]
    found = fay.get(reverse("notifications:incoming"), {"q": "stranger 3"}).context["mails"]
    assert [each.subject for each in found] == ["Stranger 3"]


def test_agent_accepts_a_held_mail(cast, client_of):
    held = received(mail(cast.ben, body="It is really me.", Subject="Brokers down"))
    fay = client_of(cast.fay)
    page = fay.get(reverse("notifications:incoming_mail", args=[held.pk])).content.decode()
    assert "Nothing proves that ben@acme.example sent it." in page
    assert "It is really me." in page
    answer = fay.post(reverse("notifications:incoming_accept", args=[held.pk]), follow=True)
    ticket = Ticket.objects.get()
    assert (ticket.requester, ticket.subject) == (cast.ben, "Brokers down")
    assert f"New ticket on {ticket.reference}" in answer.content.decode()
    held.refresh_from_db()
    assert (held.outcome, held.decided_by) == ("new_ticket", cast.fay)


def test_accepting_never_lets_a_stranger_in(cast, client_of):
    ticket = builders.ticket(cast.ben, cast.acme)
    held = received(mail(cast.eve, reply_to(ticket, cast.ben)))
    assert held.outcome == "held"
    client_of(cast.fay).post(reverse("notifications:incoming_accept", args=[held.pk]))
    held.refresh_from_db()
    assert (held.outcome, ticket.comments.count()) == ("refused", 1)


def test_agent_discards_with_a_reason(cast, client_of):
    held = received(mail(cast.ben))
    fay, url = client_of(cast.fay), reverse("notifications:incoming_mail", args=[held.pk])
    assert fay.post(url, {"reason": ""}).status_code == 422
    assert fay.post(url, {"reason": "Spam"}).status_code == 302
    held.refresh_from_db()
    assert (held.outcome, held.reason, held.decided_by) == ("refused", "Discarded: Spam", cast.fay)
    assert fay.post(url, {"reason": "Again"}).status_code == 422


def test_retry_processes_what_failed(cast, client_of, settings):
    held = received(mail(cast.ben, Authentication_Results="other.example; dmarc=pass"))
    settings.INBOUND_TRUSTED_HOST = "other.example"
    client_of(cast.fay).post(reverse("notifications:incoming_retry", args=[held.pk]))
    held.refresh_from_db()
    assert held.outcome == "new_ticket"


def test_source_is_a_download_of_what_came(cast, client_of):
    raw = mail(cast.ben, body="<script>alert(1)</script>")
    stored = received(raw)
    answer = client_of(cast.fay).get(reverse("notifications:incoming_source", args=[stored.pk]))
    assert answer.content == raw
    assert answer.headers["Content-Type"] == "message/rfc822"
    assert answer.headers["Content-Disposition"].startswith("attachment")
