"""An agent's shift from the first ticket to the last, with the keyboard alone."""

import re

from playwright.sync_api import Page, expect

from tests.browser.steps import choose_by_arrows, create_ticket, press, press_pair


def choose(page: Page, option: str) -> None:
    """Choose in the select that has the focus, and press the button after it."""
    choose_by_arrows(page, option)
    press(page, "Tab", "Enter")


def test_shift_by_keyboard(person):
    address = create_ticket(person("ben@acme.example"), "Shift: consumer stalls").url
    reference = re.search(r"SUP-\d+", address)[0]
    fay = person("fay@support.example")
    page = fay.open("/")

    # The newest unassigned ticket is found, opened and assigned.
    press_pair(page, "g", "u")
    page.wait_for_url(re.compile("/queue/unassigned/$"))
    press(page, "/")
    page.keyboard.type("shift stalls assignee:nobody")
    press(page, "Enter")
    page.wait_for_url(re.compile("q="))
    expect(page.locator(".queue-table mark").first).to_be_visible()
    press(page, "j", "o")
    page.wait_for_url(re.compile(f"/tickets/{reference}/"))
    press(page, "a")
    choose(page, "Fay")
    expect(page.locator("#ticket-thread")).to_contain_text("self-assigned the ticket")

    # A note to a colleague, then the reply; Ctrl-Enter sends each.
    page.locator("body").press("n")
    page.keyboard.type("Looks like the broker, @gus ")
    press(page, "Control+Enter")
    expect(page.locator("#ticket-thread .comment-note").last).to_contain_text("Looks like the broker")
    page.locator("body").press("r")
    page.keyboard.type("Please send us the log.")
    press(page, "Control+Enter")
    expect(page.locator("#ticket-thread .comment-agent").last).to_contain_text("Please send us the log.")
    expect(page.locator("#ticket-head")).to_contain_text("Waiting on customer")
    expect(page.locator("#ticket-side")).to_contain_text("support is waiting for the customer")

    # To one's own tickets with the palette, back by the number, and solved.
    press(page, "Control+k")
    page.keyboard.type("mine")
    expect(page.locator("#palette [aria-selected=true]")).to_contain_text("Mine")
    press(page, "Enter")
    page.wait_for_url(re.compile("/queue/mine/$"))
    press(page, "/")
    page.keyboard.type(reference)
    press(page, "Enter")
    page.wait_for_url(re.compile(f"/tickets/{reference}/"))
    press(page, "s")
    choose(page, "Solved")
    expect(page.locator("#ticket-head")).to_contain_text("Solved")

    page.locator("body").press("?")
    expect(page.get_by_role("heading", name="Keyboard shortcuts")).to_be_visible()
    fay.check()
