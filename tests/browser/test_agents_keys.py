"""The queue and a ticket without a mouse."""

import re

from playwright.sync_api import expect

from tests.browser.steps import TICKET_URL, press_pair


def test_agent_works_through_the_queue_by_keys(person):
    fay = person("fay@support.example")
    page = fay.open("/queue/")
    keys, subjects = page.keyboard, page.locator(".queue-table .ticket-subject")
    keys.press("?")
    expect(page.get_by_role("heading", name="Keyboard shortcuts")).to_be_visible()
    fay.check()
    keys.press("Escape")
    for key in "jjk":
        keys.press(key)
    expect(subjects.first).to_be_focused()
    keys.press("j")
    expect(subjects.nth(1)).to_be_focused()
    with page.expect_navigation():
        keys.press("o")
    page.wait_for_url(TICKET_URL)
    keys.press("n")
    expect(page.get_by_role("radio", name="Internal note")).to_be_checked()
    expect(page.get_by_label("Comment")).to_be_focused()
    keys.type("just a note?/gq")
    expect(page.get_by_label("Comment")).to_have_value("just a note?/gq")
    page.get_by_label("Comment").fill("")
    page.get_by_label("Comment").blur()
    keys.press("r")
    expect(page.get_by_role("radio", name="Reply")).to_be_checked()
    page.get_by_label("Comment").blur()
    keys.press("a")
    expect(page.get_by_label("Assignee")).to_be_focused()
    page.get_by_label("Assignee").blur()
    keys.press("/")
    expect(page.get_by_role("combobox", name="Search tickets")).to_be_focused()
    page.get_by_role("combobox", name="Search tickets").blur()
    with page.expect_navigation():
        press_pair(page, "g", "u")
    expect(page).to_have_url(re.compile("/queue/unassigned/$"))


def test_customers_have_no_keys(person):
    ben = person("ben@acme.example")
    page = ben.open("/o/acme/tickets/")
    page.keyboard.press("?")
    expect(page.locator("#keys-dialog")).to_have_count(0)
