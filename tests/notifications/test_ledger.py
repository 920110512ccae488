"""The ledger of mails: on a ticket, for all of the site, and sending again."""

from datetime import timedelta

import pytest
from django.core import mail as django_mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from notifications.actions.resending import resend_mail, resend_mails
from notifications.delivery import deliver_due
from notifications.models.messages import EmailMessage, TrackingEvent
from notifications.models.suppressions import Suppression
from orgs.models import User
from supportcenter.errors import RuleViolation
from tests import builders
from tests.cast import actor
from tickets.actions.comments import add_internal_note

ALL = "/mail/"
TOGETHER = "/mail/resend/"


@pytest.fixture
def ticket(cast, run_outbox):
    found = builders.ticket(cast.ben, cast.acme, cc=[cast.cleo])
    builders.comment(cast.fay, found)
    run_outbox()
    return found


@pytest.fixture
def page(client_of, ticket):
    return lambda person, query="": (
        client_of(person).get(f"/tickets/{ticket.reference}/mails/{query}").content.decode()
    )


@pytest.fixture
def mail(cast, ticket):
    """The mail to Ben about Fay's comment."""
    return EmailMessage.objects.get(recipient=cast.ben, activity__kind="commented")


def become(mail: EmailMessage, state: str, **values) -> None:
    sent_at = timezone.now() if state in {"sent", "delivered", "bounced", "complained"} else None
    EmailMessage.objects.filter(pk=mail.pk).update(state=state, sent_at=sent_at, **values)
    mail.refresh_from_db()


def other_mail(state: str = "failed", address: str = "a@b.example", **values) -> EmailMessage:
    fields = {"kind": "invoice_issued", "content": {"invoice": 1}} | values
    return EmailMessage.objects.create(to_address=address, state=state, **fields)


# --- On the ticket ---


def test_staff_see_for_each_update_who_got_which_mail(cast, page, mail):
    become(mail, "bounced", detail="accepted", provider_id="p-1")
    TrackingEvent.objects.create(
        mail=mail, event_key="1", kind="bounced", description="No such user", happened_at=timezone.now()
    )
    shown = page(cast.fay)
    for words in [
        "Fay Dubois commented",
        "Ben Okafor opened the ticket",
        "ben@acme.example",
        "cleo@acme.example",
        "You opened this ticket.",
        "Bounced",
        "No such user",
        mail.message_id.replace("<", "&lt;").replace(">", "&gt;"),
    ]:
        assert words in shown


def test_newest_update_stands_first(cast, page):
    shown = page(cast.fay)
    assert shown.index("Fay Dubois commented") < shown.index("Ben Okafor opened the ticket")


def test_customers_see_their_own_lines_and_nothing_of_the_servers(cast, page, mail):
    become(mail, "failed", detail="550 SECRET-ANSWER")
    shown = page(cast.ben)
    assert "Fay Dubois commented" in shown
    assert "Failed" in shown
    for words in ["cleo@", "SECRET-ANSWER", str(mail.pk), "Resend"]:
        assert words not in shown


def test_filters_are_not_for_customers(cast, page):
    assert "Ben Okafor opened the ticket" in page(cast.cleo, "?q=ben@acme.example")


def test_mails_about_internal_notes_are_for_staff(cast, page, ticket, run_outbox):
    note = add_internal_note(actor=actor(cast.fay), ticket=ticket, body="Psst")
    EmailMessage.objects.create(
        kind="ticket_update",
        recipient=cast.ben,
        to_address=cast.ben.email,
        ticket=ticket,
        activity=note.activity,
    )
    assert "added an internal note" in page(cast.gus)
    assert "added an internal note" not in page(cast.ben)


def test_ticket_without_mail_says_so(cast, client_of):
    quiet = builders.ticket(cast.ben, cast.acme)
    for person in (cast.fay, cast.ben):
        assert "No mail" in client_of(person).get(f"/tickets/{quiet.reference}/mails/").content.decode()


@pytest.mark.parametrize(
    ("query", "shows"),
    [
        ("?q=cleo@acme.example", True),
        ("?q=marchetti", True),
        ("?q=ben", False),
        ("?show=failed", False),
        ("?show=delayed", False),
        ("?day=2020-01-01", False),
        ("?day=nonsense&show=nonsense", True),
    ],
)
def test_filters(cast, page, query, shows):
    assert ("cleo@acme.example</span>" in page(cast.fay, query)) is shows


def test_ticket_page_leads_to_the_ledger(cast, client_of, ticket):
    for person in (cast.fay, cast.ben):
        assert f"/tickets/{ticket.reference}/mails/" in client_of(person).get(ticket.get_absolute_url()).text


def many(ticket, mail: EmailMessage, count: int) -> None:
    people = User.objects.bulk_create(
        User(email=f"p{number}@acme.example", name=f"Person {number}") for number in range(count)
    )
    rows = EmailMessage.objects.bulk_create(
        EmailMessage(
            kind="ticket_update",
            recipient=user,
            to_address=user.email,
            ticket=ticket,
            activity=mail.activity,
            state="failed",
            resent_by=mail.recipient,
        )
        for user in people
    )
    TrackingEvent.objects.bulk_create(
        TrackingEvent(mail=row, event_key=str(row.pk), kind="deferred", happened_at=timezone.now())
        for row in rows
    )


@pytest.mark.parametrize("path", ["ticket", ALL])
def test_ledger_costs_the_same_with_thirty(cast, client_of, ticket, mail, path):
    url = ALL if path == ALL else f"/tickets/{ticket.reference}/mails/"
    client = client_of(cast.fay)
    many(ticket, mail, 1)
    with CaptureQueriesContext(
        connection,
    ) as few:
        client.get(url)
    User.objects.filter(name="Person 0").delete()
    many(ticket, mail, 30)
    with CaptureQueriesContext(connection) as more:
        assert client.get(url).text.count("Person ") >= 28
    assert len(few) == len(more)


def test_pages_hold_every_mail_once(cast, client_of, ticket, mail):
    many(ticket, mail, 70)
    client, url, seen = client_of(cast.fay), f"/tickets/{ticket.reference}/mails/", []
    query = "?"
    while query:
        response = client.get(url + query)
        seen += [line.mail.pk for line in response.context["rows"]]
        query = response.context["older_url"]
    assert len(seen) == len(set(seen)) == EmailMessage.objects.filter(ticket=ticket).count()
    newer = client.get(url + response.context["newer_url"]).context["rows"]
    assert [line.mail.pk for line in newer] == seen[30:60]


@pytest.mark.parametrize("cursor", ["x", "1~x", "~", f"{10**30}~00000000-0000-0000-0000-000000000000"])
def test_nonsense_in_the_address_shows_the_first_page(cast, page, cursor):
    assert "Fay Dubois commented" in page(cast.fay, f"?after={cursor}")


# --- Sending again ---


@pytest.mark.parametrize("state", ["failed", "bounced", "withheld", "sent"])
def test_resent_mail_goes_out_under_the_same_message_id(cast, mail, state):
    become(mail, state, attempts=9)
    django_mail.outbox.clear()
    waiting = resend_mail(actor=actor(cast.fay), mail=mail)
    assert (waiting.state, waiting.attempts, waiting.sent_at) == ("queued", 0, None)
    assert waiting.resent_by == cast.fay
    deliver_due()
    (again,) = django_mail.outbox
    assert again.extra_headers["Message-ID"] == mail.message_id


@pytest.mark.parametrize(
    "state", ["queued", "retry", "sending", "held", "digested", "delivered", "complained"]
)
def test_what_waits_or_arrived_is_not_resent(cast, mail, state):
    become(mail, state)
    with pytest.raises(RuleViolation) as caught:
        resend_mail(actor=actor(cast.fay), mail=mail)
    assert caught.value.code == "not_resendable"


def test_digest_is_resent_with_what_is_in_it(cast, mail):
    digest = other_mail(kind="digest", content={}, recipient=cast.ben, address=cast.ben.email)
    become(mail, "digested", digest=digest)
    django_mail.outbox.clear()
    resend_mail(actor=actor(cast.fay), mail=digest)
    deliver_due()
    assert "Fay Dubois commented" in django_mail.outbox[0].body


def test_sign_in_mail_whose_content_is_forgotten_is_not_resent(cast):
    with pytest.raises(RuleViolation):
        resend_mail(actor=actor(cast.fay), mail=other_mail(kind="account", content={}))


def test_nothing_is_resent_to_a_suppressed_address(cast, mail):
    become(mail, "bounced")
    Suppression.objects.create(address=mail.to_address, cause="bounce")
    with pytest.raises(RuleViolation) as caught:
        resend_mail(actor=actor(cast.fay), mail=mail)
    assert caught.value.code == "suppressed"


def test_resending_from_the_page(cast, client_of, ticket, mail):
    become(mail, "failed")
    url = f"/tickets/{ticket.reference}/mails/"
    response = client_of(cast.fay).post(f"/mail/{mail.pk}/resend/", {"back": url}, follow=True)
    assert response.redirect_chain == [(url, 302)]
    assert "will be resent" in response.text
    assert EmailMessage.objects.get(pk=mail.pk).resent_by == cast.fay


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example/", "", "javascript:alert(1)"])
def test_resending_leads_nowhere_else(cast, client_of, mail, back):
    response = client_of(cast.fay).post(f"/mail/{mail.pk}/resend/", {"back": back})
    assert response.headers["Location"] == ALL


def test_refused_resending_says_why(cast, client_of, mail):
    become(mail, "delivered")
    response = client_of(cast.fay).post(f"/mail/{mail.pk}/resend/", follow=True)
    assert "is already queued or can" in response.text


def test_many_are_resent_but_those_that_cannot_be(cast):
    Suppression.objects.create(address="gone@b.example", cause="bounce")
    wanted = other_mail()
    for address, values in [("gone@b.example", {}), ("b@b.example", {"kind": "account", "content": {}})]:
        other_mail(address=address, **values)
    waits = other_mail("retry")
    assert resend_mails(actor=actor(cast.fay), mails=EmailMessage.objects.all()) == 1
    wanted.refresh_from_db()
    waits.refresh_from_db()
    assert (wanted.state, wanted.resent_by, waits.state) == ("queued", cast.fay, "retry")


# --- All mail ---


def test_tabs_and_numbers(cast, client_of, ticket):
    old = timezone.now() - timedelta(minutes=6)
    for state in ("failed", "failed", "withheld"):
        other_mail(state)
    other_mail("retry", created_at=old, attempts=1)
    other_mail("bounced", sent_at=old)
    shown = client_of(cast.fay).get(ALL)
    numbers = shown.context["summary"]
    assert (numbers.failed, numbers.withheld, numbers.bounced) == (2, 1, 1)
    assert (numbers.waiting, numbers.delayed) == (1, 1)


@pytest.mark.parametrize(
    ("state", "tab"),
    [("failed", "failed"), ("withheld", "withheld"), ("complained", "bounced"), ("retry", "delayed")],
)
def test_each_tab_shows_its_own(cast, client_of, state, tab):
    old = timezone.now() - timedelta(minutes=6)
    other_mail(state, created_at=old, due_at=old, sent_at=old if state == "complained" else None)
    client = client_of(cast.fay)
    for name in ("failed", "withheld", "bounced", "delayed"):
        shown = client.get(f"{ALL}?show={name}").context["rows"]
        assert (len(shown) == 1) is (name == tab)


def test_all_filtered_are_resent_after_a_question(cast, client_of):
    for address in ("a@b.example", "c@b.example"):
        other_mail(address=address)
    client = client_of(cast.fay)
    query = "?show=failed&q=a@b.example"
    assert f"{TOGETHER}{query}".replace("@", "%40").replace("&", "&amp;") in client.get(ALL + query).text
    assert "Resend 1 message<" in client.get(TOGETHER + query).text
    assert EmailMessage.objects.filter(state="queued").count() == 0
    response = client.post(TOGETHER + query, follow=True)
    assert "1 message will be resent" in response.text
    assert EmailMessage.objects.get(state="queued").to_address == "a@b.example"


def test_when_none_can_be_resent_the_page_says_why(cast, client_of):
    other_mail(kind="account", content={})
    shown = client_of(cast.fay).get(f"{TOGETHER}?show=failed").text
    assert "No matching message can be resent" in shown


@pytest.mark.parametrize("query", ["", "?show=delayed", "?show=nonsense", "?q=a@b.example"])
def test_only_mail_that_went_wrong_is_resent_together(cast, client_of, query):
    other_mail()
    assert client_of(cast.fay).post(TOGETHER + query).status_code == 302
    assert EmailMessage.objects.filter(state="queued").count() == 0


# --- For duty leads ---


def test_duty_leads_are_warned_about_delay(cast, client_of):
    client = client_of(cast.gus)
    assert client.get("/mail/delay/").text.strip() == ""
    ago = timezone.now() - timedelta(minutes=6)
    other_mail("queued", created_at=ago, due_at=ago)
    assert "The oldest message was due" in client.get("/mail/delay/").text


def test_queue_of_duty_leads_asks_for_delay(cast, client_of):
    assert "/mail/delay/" in client_of(cast.gus).get("/queue/").text
    assert "/mail/delay/" not in client_of(cast.fay).get("/queue/").text
