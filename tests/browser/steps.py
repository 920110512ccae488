"""What people do in many of the browser tests."""

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import Person

TICKET_URL = re.compile(r"/tickets/SUP-\d+/$")


def create_ticket(person: Person, subject: str, organization: str = "acme") -> Page:
    """Create a ticket; return its page."""
    page = person.page
    page.goto(f"{person.site}/o/{organization}/tickets/new/")
    page.get_by_label("Subject").fill(subject)
    page.get_by_role("radio", name="High Main").check()
    page.get_by_label("Product").select_option("kafka")
    page.get_by_label("Reason").select_option("performance")
    page.get_by_label("Description").fill("It is slow.")
    page.get_by_role("button", name="Create ticket").click()
    page.wait_for_url(TICKET_URL)
    return page


def expect_message(page: Page, words: str) -> None:
    """Expect a message in the corner."""
    expect(page.get_by_role("region", name="Messages")).to_contain_text(words)


def confirm(page: Page, question: str) -> None:
    """Expect to be asked, and say yes."""
    expect(page.get_by_text(question)).to_be_visible()
    page.locator("#confirm-yes").click()


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def choose_by_arrows(page: Page, option: str) -> None:
    """Choose in the select that has the focus. Typing its name would do only on a fast machine."""
    page.keyboard.press("Home")
    label = "select => select.selectedOptions[0].label"
    while not page.locator("select:focus").evaluate(label).startswith(option):
        before = page.locator("select:focus").input_value()
        page.keyboard.press("ArrowDown")
        expect(page.locator("select:focus")).not_to_have_value(before)


def press_pair(page: Page, first: str, second: str) -> None:
    """Press two keys that mean something only right after each other, however busy the machine is."""
    page.evaluate(
        """keys => keys.forEach((key) => document.activeElement.dispatchEvent(
            new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true })))""",
        [first, second],
    )
