"""An agent works on a ticket: a macro, a mention, the severity with its reason, a merge and its undo."""

import re

import pytest
from playwright.sync_api import Page, expect

FAY = "fay@support.example"


@pytest.fixture
def fay(person):
    return person(FAY)


def open_ticket(fay, number: int) -> Page:
    page = fay.open("/queue/")
    fay.follow(page.locator(".queue-table .ticket-subject").nth(number))
    return page


def test_macro_by_keys_is_previewed_before_it_is_sent(fay):
    page = fay.open("/settings/macros/new/")
    page.get_by_label("Name").fill("Browser: ask for logs")
    page.get_by_label("Text").fill(
        "Hello {{customer_first_name}}, please send **the logs** of {{reference}}."
    )
    page.get_by_label("Set the status to").select_option("Waiting on customer")
    fay.follow(page.get_by_role("button", name="Save macro"))
    page = open_ticket(fay, 0)
    reference = page.locator("#ticket-line .num").text_content()
    field = page.get_by_label("Comment")
    field.fill("One thing first.")
    field.blur()
    page.keyboard.press("m")
    expect(page.get_by_role("searchbox", name="Search macros")).to_be_focused()
    page.keyboard.type("browser: ask")
    expect(page.locator("#macro-options [data-macro]")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.locator("#macro-preview strong")).to_have_text("the logs")
    fay.check()
    expect(page.get_by_role("link", name="Apply macro")).to_be_focused()
    page.keyboard.press("Enter")
    expect(field).to_be_focused()
    expect(field).to_have_value(re.compile(rf"^One thing first\.\n\nHello .+, please .* of {reference}\.$"))
    expect(page.get_by_label("and set the status to")).to_have_value("waiting_on_customer")
    expect(page.locator("#composer-macro")).to_contain_text("Browser: ask for logs")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#ticket-thread")).to_contain_text(f"please send the logs of {reference}")
    expect(page.locator("#ticket-line")).to_contain_text("Waiting on customer")
    expect(field).to_have_value("")


def test_note_stays_a_note_when_a_macro_is_applied(fay):
    page = fay.open("/settings/macros/new/")
    page.get_by_label("Name").fill("Browser: thanks")
    page.get_by_label("Text").fill("Thank you.")
    fay.follow(page.get_by_role("button", name="Save macro"))
    page = open_ticket(fay, 4)
    page.keyboard.press("n")
    page.keyboard.type("This customer is slow to pay.")
    page.get_by_label("Comment").blur()
    page.keyboard.press("m")
    page.locator("#macro-options [data-macro]", has_text="Browser: thanks").click()
    page.get_by_role("link", name="Apply macro").click()
    expect(page.get_by_label("Comment")).to_have_value("This customer is slow to pay.\n\nThank you.")
    expect(page.get_by_role("radio", name="Internal note")).to_be_checked()


def test_colleague_is_mentioned_by_keys_and_gets_a_mail(fay, mail_to):
    page = open_ticket(fay, 1)
    page.keyboard.press("n")
    field = page.get_by_label("Comment")
    page.keyboard.type("Can you look, @gu")
    expect(page.locator(".suggestion")).to_be_visible()
    fay.check()
    page.keyboard.press("Enter")
    expect(field).to_have_value("Can you look, @gus ")
    page.keyboard.type("please")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#ticket-thread .mention").last).to_have_text("@gus")
    mail = mail_to("gus@support.example", "Can you look, @gus please")
    assert "You are mentioned in this internal note." in mail["text"]


def test_severity_needs_its_reason(fay):
    page = open_ticket(fay, 2)
    page.locator("summary", has_text="Severity:").click()
    panel = page.locator("#ticket-side")
    now = panel.get_by_label("Severity").input_value()
    panel.get_by_label("Severity").select_option("high" if now != "high" else "low")
    panel.get_by_role("button", name="Set severity").click()
    expect(panel.locator(".errorlist")).to_be_visible()
    panel.get_by_label("Reason for the change").fill("A workaround is in place")
    panel.get_by_role("button", name="Set severity").click()
    expect(page.locator("#ticket-thread")).to_contain_text(": A workaround is in place")


def test_merge_and_undo(fay):
    page = open_ticket(fay, 3)
    here = page.locator("#ticket-line .num").text_content()
    fay.follow(page.get_by_role("link", name="Merge into another ticket"))
    fay.follow(page.locator("#offered-tickets a.btn").first)
    with page.expect_navigation():
        page.get_by_role("button", name="Merge", exact=True).click()
    expect(page.locator("#toasts")).to_contain_text(f"{here} merged into this ticket.")
    expect(page.locator("#ticket-thread")).to_contain_text(f"merged {here} into this ticket")
    fay.check()
    target = page.url
    page.goto(f"{fay.site}/tickets/{here}/")
    expect(page).to_have_url(target)
    page.get_by_role("button", name="Undo merge").click()
    with page.expect_navigation():
        page.locator("#confirm-yes").click()
    expect(page).to_have_url(re.compile(f"/tickets/{here}/$"))
    expect(page.locator("#toasts")).to_contain_text("is a separate ticket again")


def test_handover_note_and_snooze(fay):
    page = fay.open("/queue/?severity=critical")
    fay.follow(page.locator(".queue-table .ticket-subject").first)
    page.locator("#ticket-handover summary").click()
    page.get_by_label("State").fill("Two of three brokers are back.")
    page.get_by_label("Next step").fill("Watch the lag for an hour.")
    page.get_by_role("button", name="Save handover note").click()
    expect(page.locator("#ticket-handover dd").first).to_have_text("Two of three brokers are back.")
    page.locator("summary", has_text="Snooze").click()
    page.get_by_label("Until").select_option("Tomorrow, 09:00")
    page.get_by_role("button", name="Snooze").click()
    expect(page.locator("#ticket-line")).to_contain_text("Snoozed until")
    fay.check()
