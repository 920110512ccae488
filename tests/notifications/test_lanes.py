"""What is sent first, however many mails are waiting."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from notifications import digest, nudge
from notifications.digest import compose_due
from notifications.models.messages import EmailMessage, Lane, MailState
from supportcenter.outbox.dispatch import dispatch_due
from tests import builders
from tests.cast import actor
from tickets.actions.escalation import escalate

pytestmark = pytest.mark.django_db


def lanes_after(event: str) -> set[int]:
    dispatch_due()
    return set(EmailMessage.objects.filter(event__name=event).values_list("lane", flat=True))


def test_mail_for_signing_in_is_urgent(client, cast):
    client.post("/account/password/reset/", {"email": cast.ben.email})
    assert EmailMessage.objects.get(kind="account").lane == Lane.URGENT


def test_escalation_is_urgent_and_a_comment_is_not(cast):
    ticket = builders.ticket(cast.ben, cast.acme, cc=[cast.cleo])
    escalate(actor=actor(cast.ben), ticket=ticket)
    assert lanes_after("ticket.escalated") == {Lane.URGENT}
    builders.comment(cast.fay, ticket, "Any news?")
    assert lanes_after("ticket.commented") == {Lane.NORMAL}


def test_invoices_come_last(cast):
    builders.invoice(cast.kafka)
    assert lanes_after("invoice.issued") == {Lane.BULK}


def held(user) -> None:
    ticket = builders.ticket(user, user.memberships.get().organization)
    EmailMessage.objects.create(
        kind="ticket_update", recipient=user, to_address=user.email, ticket=ticket, state=MailState.HELD
    )


def test_digests_come_last_and_are_composed_some_at_a_time(cast, monkeypatch):
    nudges: list[int] = []
    monkeypatch.setattr(digest, "PEOPLE_AT_A_TIME", 1)
    monkeypatch.setattr(nudge.compose_digests, "send", lambda: nudges.append(1))
    for user in (cast.ben, cast.cleo):
        held(user)
    later = timezone.now() + timedelta(hours=1)
    assert [compose_due(later) for _ in range(3)] == [1, 1, 0]
    assert nudges == [1, 1]
    assert set(EmailMessage.objects.filter(kind="digest").values_list("lane", flat=True)) == {Lane.BULK}


def test_claim_reads_the_mails_in_the_order_of_an_index():
    """However many mails wait, finding the first of them costs the same."""
    due = EmailMessage.objects.due().not_suspect().select_for_update(skip_locked=True)[:50]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_bitmapscan = off")
    plan = due.explain()
    assert "Index Scan using mail_due" in plan
    assert "Sort" not in plan
