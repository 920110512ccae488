"""What happened to each mail: for staff, for its recipients, and when an address bounces."""

import base64
import os
import subprocess
import sys

import pytest
from playwright.sync_api import expect

from supportcenter.local.layout import CHECKOUT
from tests.browser.steps import create_ticket, expect_message
from tests.waiting import LIMIT_SECONDS

FAY = "fay@support.example"
BEN = "ben@acme.example"
ADA = "ada@acme.example"
REPORT = """\
Subject: Undelivered mail
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b1"

--b1
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.acme.example

Final-Recipient: rfc822; {address}
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 No such mailbox

--b1
Content-Type: text/rfc822-headers

Message-ID: {message_id}

--b1--
"""


@pytest.fixture
def bounce(running_site):
    """Receive a report that a mail could not be delivered."""

    def run(mail: dict, address: str) -> None:
        report = REPORT.format(address=address, message_id=mail["headers"]["Message-ID"])
        subprocess.run(
            [sys.executable, "manage.py", "receive_mail", "--now"],
            cwd=CHECKOUT,
            env=running_site.django_environ,
            input=report.encode(),
            check=True,
            capture_output=True,
            timeout=LIMIT_SECONDS,
        )

    return run


def comment_on_a_ticket_of(person, email: str, words: str) -> str:
    """Have Fay reply to a new ticket, which nobody can have muted; return its path."""
    customer, fay = person(email), person(FAY)
    path = create_ticket(customer, "Mails about this ticket").url.removeprefix(customer.site)
    fay.page.goto(fay.site + path)
    fay.page.locator(".composer-kind").get_by_text("Reply", exact=True).click()  # not a draft of a note
    fay.page.get_by_label("Comment").fill(words)
    fay.page.get_by_role("button", name="Send reply").click()
    expect(fay.page.locator("#ticket-thread").get_by_text(words)).to_be_visible()
    return path


def test_staff_resend_and_customers_see_only_their_own_mail(person, mail_to):
    words = f"We look at it. {base64.b32encode(os.urandom(5)).decode()}"
    path = comment_on_a_ticket_of(person, BEN, words)
    first = mail_to(BEN, words)
    gus, ben = person("gus@support.example"), person(BEN)
    page = gus.open(path)
    gus.follow(page.get_by_role("link", name="Mail for this ticket"))
    row = page.get_by_role("row").filter(has_text=BEN).first
    row.get_by_text("Details").click()
    expect(row.get_by_text(first["headers"]["Message-ID"])).to_be_visible()
    gus.check()
    row.get_by_role("button", name=f"Resend the message to {BEN}").click()
    page.locator("#confirm-yes").click()
    expect_message(page, f"The mail to {BEN} will be resent")
    row = page.get_by_role("row").filter(has_text=BEN).first
    row.get_by_text("Details").click()
    expect(row.get_by_text("by Gus Lindgren")).to_be_visible()
    own = ben.open(path)
    ben.follow(own.get_by_role("link", name="Your mail about this ticket"))
    expect(own.get_by_role("row").filter(has_text="commented").first).to_be_visible()
    expect(own.get_by_role("button", name="Resend")).to_have_count(0)
    expect(own.get_by_text("@", exact=False).locator("visible=true")).to_have_count(0)


def test_bounced_address_is_shown_listed_and_can_be_unsuppressed(person, mail_to, bounce):
    words = f"One moment. {base64.b32encode(os.urandom(5)).decode()}"
    comment_on_a_ticket_of(person, ADA, words)
    ada, fay = person(ADA), person(FAY)
    bounce(mail_to(ADA, words), ADA)
    ada.open("/o/acme/tickets/")
    banner = ada.page.get_by_role("region", name="Your mail bounces")
    expect(banner).to_contain_text(f"Mail to {ADA} has been bouncing since")
    page = fay.open("/mail/?show=bounced")
    expect(page.get_by_role("row").filter(has_text=ADA).first).to_contain_text("Bounced")
    fay.follow(page.get_by_role("link", name="Suppressed addresses"))
    page.get_by_role("button", name=f"Remove suppression of {ADA}").click()
    page.locator("#confirm-yes").click()
    expect_message(page, f"Suppression of {ADA} removed.")
    expect(page.get_by_role("row").filter(has_text=ADA)).to_contain_text("Removed by Fay Dubois")
    ada.page.reload()
    expect(banner).to_have_count(0)


def test_pages_of_mail_are_accessible_and_quiet(person):
    gus, hal = person("gus@support.example"), person("hal@support.example")
    for path in ("/mail/", "/mail/?show=failed", "/mail/?q=nobody@nowhere.example", "/queue/"):
        gus.open(path)
    hal.open("/")
    hal.follow(hal.page.get_by_role("link", name="Mail", exact=True))
    expect(hal.page.get_by_role("heading", name="Suppressed addresses", exact=True)).to_be_visible()
