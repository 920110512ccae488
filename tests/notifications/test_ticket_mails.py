from datetime import UTC, datetime

import pytest
from django.utils import timezone

from notifications.models.messages import EmailMessage
from orgs.models import Membership
from tests import builders
from tests.cast import actor
from tickets.actions.assignment import assign
from tickets.actions.changes import change_severity, solve
from tickets.actions.comments import add_internal_note
from tickets.actions.escalation import acknowledge, escalate, notify_overdue_escalations
from tickets.actions.participants import add_participants
from tickets.models.following import Follow
from tickets.models.people import Escalation


@pytest.fixture
def ticket(cast):
    return builders.ticket(cast.ben, cast.acme, cc=[cast.cleo])


@pytest.fixture
def mails_after(run_outbox, ticket):
    """Mails by recipient of what happens after the opening."""
    opening = len(run_outbox())
    return lambda: {mail.to[0]: mail for mail in run_outbox()[opening:]}


def test_opening_mails_the_cc_and_a_receipt_to_the_requester(cast, ticket, run_outbox):
    mails = {mail.to[0]: mail for mail in run_outbox()}
    assert set(mails) == {"ben@acme.example", "cleo@acme.example"}
    assert "We received your ticket" in mails["ben@acme.example"].body
    assert "Ben Okafor opened the ticket." in mails["cleo@acme.example"].body
    assert "You are CC'd on this ticket." in mails["cleo@acme.example"].body


def test_mail_has_subject_link_comment_and_both_parts(cast, ticket, mails_after):
    builders.comment(cast.fay, ticket, "Try **this** <script>alert(1)</script>")
    mail = mails_after()["ben@acme.example"]
    html = mail.alternatives[0].content
    assert mail.subject == f"[{ticket.reference}] Consumer lag grows"
    assert f"http://testserver/tickets/{ticket.reference}/" in mail.body
    assert "Fay Dubois commented" in mail.body
    assert "Try **this** <script>" in mail.body
    assert "<strong>this</strong>" in html
    assert "<script>" not in html


def test_new_comment_comes_first_and_the_two_before_are_quoted(cast, ticket, mails_after):
    for number in range(3):
        builders.comment(cast.ben, ticket, f"earlier-{number}")
    builders.comment(cast.fay, ticket, "the newest")
    body = mails_after()["ben@acme.example"].body
    assert body.index("the newest") < body.index("> earlier-2") < body.index("> earlier-1")
    assert "earlier-0" not in body


def test_mails_of_a_ticket_are_one_thread(cast, ticket, run_outbox):
    run_outbox()
    builders.comment(cast.fay, ticket)
    opening, answer = [mail for mail in run_outbox() if mail.to == ["cleo@acme.example"]]
    assert answer.subject == opening.subject
    assert answer.extra_headers["In-Reply-To"] == opening.extra_headers["Message-ID"]
    assert answer.extra_headers["References"].startswith(f"<ticket.{ticket.pk}@testserver>")
    assert answer.extra_headers["Auto-Submitted"] == "auto-generated"


def test_actor_gets_no_mail(cast, ticket, mails_after):
    builders.comment(cast.cleo, ticket)
    assert set(mails_after()) == {"ben@acme.example"}


def test_one_update_is_one_mail_each(cast, ticket, mails_after, run_outbox):
    Follow.objects.create(user=cast.ada, organization=cast.acme)
    builders.comment(cast.fay, ticket, status="solved")
    assert set(mails_after()) == {"ben@acme.example", "cleo@acme.example", "ada@acme.example"}
    count = len(run_outbox())
    assert len(run_outbox()) == count


def test_note_reaches_no_customer(cast, ticket, mails_after):
    Follow.objects.create(user=cast.ada, organization=cast.acme)
    assign(actor=actor(cast.fay), ticket=ticket, assignee=cast.gus)
    add_internal_note(actor=actor(cast.fay), ticket=ticket, body="NOTE-CANARY")
    builders.comment(cast.fay, ticket, "A public answer")
    mails = mails_after()
    assert "NOTE-CANARY" in "".join(mail.body for mail in mails_after().values() if "gus" in mail.to[0])
    for address in ("ben@acme.example", "cleo@acme.example", "ada@acme.example"):
        assert "NOTE-CANARY" not in mails[address].body + mails[address].alternatives[0].content


def test_follower_without_the_admin_role_hears_nothing(cast, ticket, mails_after):
    Follow.objects.create(user=cast.ada, organization=cast.acme)
    Membership.objects.filter(user=cast.ada).update(role="member")
    builders.comment(cast.fay, ticket)
    assert "ada@acme.example" not in mails_after()


def test_member_removed_before_sending_gets_nothing(cast, ticket, mails_after):
    from supportcenter.outbox.dispatch import dispatch_due

    builders.comment(cast.fay, ticket)
    dispatch_due()
    Membership.objects.filter(user=cast.cleo).delete()
    assert set(mails_after()) == {"ben@acme.example"}
    assert EmailMessage.objects.filter(to_address="cleo@acme.example", state="withheld").count() == 1


def test_added_participants_get_one_mail_with_the_comment(cast, ticket, mails_after):
    add_participants(actor=actor(cast.ben), ticket=ticket, users=[cast.dov], body="Please look")
    mails = mails_after()
    assert set(mails) == {"cleo@acme.example", "dov@acme.example"}
    assert "Please look" in mails["dov@acme.example"].body
    assert "Ben Okafor added you to the conversation and commented." in mails["dov@acme.example"].body
    assert "added you" not in mails["cleo@acme.example"].body


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            lambda cast, ticket: solve(actor=actor(cast.ben), ticket=ticket),
            "Ben Okafor marked the ticket as solved.",
        ),
        (
            lambda cast, ticket: change_severity(
                actor=actor(cast.fay), ticket=ticket, severity="critical", reason="It grew"
            ),
            "Fay Dubois changed the severity from High to Critical: It grew.",
        ),
    ],
)
def test_changes_without_a_comment_say_what_happened(cast, ticket, mails_after, change, words):
    change(cast, ticket)
    assert words in mails_after()["cleo@acme.example"].body


def test_subject_cannot_inject_headers(cast, run_outbox):
    builders.ticket(cast.ben, cast.acme, subject="Hi\r\nBcc: victim@example.com")
    mail = run_outbox()[0].message()
    assert mail["Bcc"] is None
    assert "\n" not in str(mail["Subject"])


def test_times_in_a_mail_are_those_of_the_recipient(cast, ticket, run_outbox):
    cast.ben.time_zone = "Asia/Tokyo"
    cast.ben.save(update_fields=["time_zone"])
    type(ticket).objects.update(response_due_at=datetime(2026, 3, 1, 20, 30, tzinfo=UTC))
    receipt = next(mail for mail in run_outbox() if mail.to == ["ben@acme.example"])
    assert "Mon 2 Mar 2026, 05:30 JST" in receipt.body


def test_escalation_reaches_duty_leads_and_the_customer_hears_who_took_it(cast, ticket, mails_after):
    builders.comment(cast.ben, ticket, "Two days. #escalate")
    acknowledge(actor=actor(cast.gus), ticket=ticket)
    mails = mails_after()
    assert "Ben Okafor escalated the ticket." in mails["gus@support.example"].body
    assert "Gus Lindgren acknowledged the escalation." in mails["ben@acme.example"].body


def test_late_escalation_is_mailed_again(cast, ticket, mails_after, run_outbox):
    escalate(actor=actor(cast.ben), ticket=ticket)
    run_outbox()
    Escalation.objects.update(deadline_at=timezone.now())
    notify_overdue_escalations()
    assert "The escalation was not acknowledged in time." in mails_after()["gus@support.example"].body
