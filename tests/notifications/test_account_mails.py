"""Mails about the support tier and invoices: who is notified about which step, and what it says."""

from datetime import timedelta

import pytest
from django.utils import timezone

from billing.actions.tier_changes import (
    cancel_tier_change,
    complete_tier_change,
    notify_overdue_changes,
    refuse_tier_change,
    start_setup,
)
from notifications.models.messages import EmailMessage
from orgs.models import Membership
from orgs.roles import OrganizationRole
from supportcenter.outbox.dispatch import dispatch_due
from tests import builders
from tests.cast import actor, member


@pytest.fixture
def change(cast, run_outbox):
    """Ada's request for Premium, its mails sent."""
    made = builders.tier_change(cast.ada, cast.acme, "premium")
    run_outbox()
    return made


def told(mails, start: int = 0) -> set[str]:
    return {to for mail in mails[start:] for to in mail.to}


def test_request_reaches_admins_and_account_team(cast, change, mailoutbox):
    assert told(mailoutbox) == {"ada@acme.example", "hal@support.example"}
    mail = next(mail for mail in mailoutbox if mail.to == ["ada@acme.example"])
    assert mail.subject == "Acme: Support tier change Advanced → Premium requested"
    assert "Ada Lindqvist requested to change the support tier of Acme from Advanced to Premium." in mail.body
    assert f"{change.promised_on:%A}, {change.promised_on.day}" in mail.body
    assert "10,000.00 EUR, excluding tax" in mail.body
    assert change.get_absolute_url() in mail.body
    assert "Ada Lindqvist requested" in mail.alternatives[0].content


ADMIN, TEAM = {"ada@acme.example"}, {"hal@support.example"}
STEPS = [
    (start_setup, "Setup of the Premium support tier has started", ADMIN),
    (complete_tier_change, "Acme is now on the Premium support tier", ADMIN),
    (cancel_tier_change, "canceled the change to Premium. Advanced stays in effect.", ADMIN | TEAM),
]


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step[0].__name__)
def test_each_step_is_told(cast, change, run_outbox, step):
    take, words, readers = step
    before = len(run_outbox())
    take(actor=actor(cast.hal), change=change)
    mails = run_outbox()
    assert told(mails, before) == readers
    assert all(words in mail.body for mail in mails[before:])


def test_refusal_carries_its_reason(cast, change, run_outbox, mailoutbox):
    before = len(mailoutbox)
    refuse_tier_change(actor=actor(cast.hal), change=change, reason="Sign the agreement first.")
    run_outbox()
    assert told(mailoutbox, before) == {"ada@acme.example"}
    assert "Reason: Sign the agreement first." in mailoutbox[before].body
    assert "<script" not in mailoutbox[before].alternatives[0].content


def test_overdue_change_is_told_to_the_account_team_once(cast, change, run_outbox, mailoutbox):
    before = len(mailoutbox)
    late = timezone.now() + timedelta(days=9)
    assert [notify_overdue_changes(late), notify_overdue_changes(late)] == [1, 0]
    run_outbox()
    assert [mail.to for mail in mailoutbox[before:]] == [["hal@support.example"]]
    assert "is overdue. It was due on" in mailoutbox[before].body


def test_admin_who_lost_the_role_is_not_told(cast, run_outbox, mailoutbox):
    zoe = member(cast.acme, "zoe@acme.example", "Zoe", OrganizationRole.ADMIN)
    builders.tier_change(cast.ada, cast.acme, "premium")
    dispatch_due()
    Membership.objects.filter(user=zoe).update(role=OrganizationRole.MEMBER)
    run_outbox()
    assert "zoe@acme.example" not in told(mailoutbox)
    assert EmailMessage.objects.get(to_address="zoe@acme.example").state == "withheld"


def test_invoice_reaches_everyone_who_may_see_it(cast, run_outbox, mailoutbox):
    invoice = builders.invoice(cast.kafka)
    run_outbox()
    assert told(mailoutbox) == {"ada@acme.example", "dov@acme.example"}
    mail = mailoutbox[0]
    assert mail.subject == f"Acme: Invoice {invoice} for October 2026"
    assert "2,100.00 EUR, excluding tax" in mail.body
    assert invoice.get_absolute_url() in mail.body
