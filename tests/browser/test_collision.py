"""Two browsers at once on one ticket."""

import re

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import Person
from tests.browser.steps import create_ticket
from tests.waiting import wait_until


@pytest.fixture
def address(person) -> str:
    """The address of a new ticket that Ben created."""
    page = create_ticket(person("ben@acme.example"), "Two at once")
    return page.url


def test_who_is_viewing_or_writing_appears_without_a_reload(person, address):
    fay, gus = person("fay@support.example"), person("gus@support.example")
    head = fay.open(address).locator("#ticket-presence")
    expect(head).to_have_attribute("hx-trigger", "every 4s")
    gus.page.goto(address)
    expect(head).to_have_text("Gus is viewing")
    type_until(gus, head, "Gus is writing a reply…")
    type_until(gus, fay.page.locator("#composer-presence"), "Gus is writing a reply…")
    gus.page.get_by_text("Internal note", exact=True).first.check()
    type_until(gus, head, "Gus is writing a note…")
    fay.check()
    gus.page.get_by_label("Comment").fill("")
    gus.page.get_by_label("Comment").blur()


def type_until(writer: Person, seen: Locator, words: str) -> None:
    """Keep typing until another page shows it: the sign that someone writes expires after some seconds."""

    def type_and_look() -> bool:
        writer.page.get_by_label("Comment").press_sequentially("a")
        return seen.text_content().strip() == words

    wait_until(type_and_look, words)


def test_second_reply_waits_until_the_first_was_read(person, address):
    fay, gus = person("fay@support.example"), person("gus@support.example")
    for one in (fay, gus):
        # Their pages don't poll: sending must show the other's reply.
        one.context.route(re.compile("/thread/"), lambda route: route.fulfill(status=204))
        one.page.goto(address)
    fay.page.get_by_label("Comment").fill("Restart it.")
    gus.page.get_by_label("Comment").fill("Do not restart it!")
    gus.page.locator(".composer-status select").select_option("on_hold")
    fay.page.get_by_role("button", name="Send reply").click()
    expect(fay.page.locator(".thread .comment").last).to_contain_text("Restart it.")
    gus.page.get_by_role("button", name="Send reply").click()
    news = gus.page.get_by_role("region", name="New comments")
    expect(news).to_contain_text("Restart it.")
    expect(gus.page.get_by_role("textbox", name="Comment")).to_have_value("Do not restart it!")
    expect(gus.page.locator(".composer-status select")).to_have_value("on_hold")
    gus.check()
    gus.page.get_by_role("button", name="Send anyway").click()
    expect(gus.page.locator("#ticket-thread .comment").last).to_contain_text("Do not restart it!")
    expect(news).to_have_count(0)


def test_draft_moves_to_another_browser_and_goes_when_it_is_sent(person, address):
    desk, laptop = person("fay@support.example"), person("fay@support.example")
    page = desk.page
    page.goto(address)
    page.get_by_text("Internal note", exact=True).first.check()
    with page.expect_response(lambda response: "Half+a+thought" in (response.request.post_data or "")):
        page.get_by_label("Comment").press_sequentially("Half a thought")
    other = laptop.open(address)
    expect(other.get_by_label("Comment")).to_have_value("Half a thought")
    expect(other.get_by_role("radio", name="Internal note")).to_be_checked()
    other.get_by_role("button", name="Add internal note").click()
    expect(other.locator(".comment-note").last).to_contain_text("Half a thought")
    page.reload()
    expect(page.get_by_label("Comment")).to_have_value("")


def test_unsaved_text_is_restored_in_the_same_tab(person, address):
    ben = person("ben@acme.example")
    page = ben.page
    page.goto(address)
    page.route(re.compile("/draft/"), lambda route: route.abort())
    page.get_by_label("Comment").fill("Typed without a connection")
    page.goto(f"{ben.site}/help/")
    page.unroute(re.compile("/draft/"))
    with page.expect_response(lambda response: response.url.endswith("/draft/")):
        page.goto(address)
    expect(page.get_by_label("Comment")).to_have_value("Typed without a connection")


def test_unsaved_text_is_not_shown_to_the_next_person_who_signs_in(person, address):
    fay = person("fay@support.example")
    page = fay.page
    page.goto(address)
    page.route(re.compile("/draft/"), lambda route: route.abort())
    page.get_by_text("Internal note", exact=True).first.check()
    page.get_by_label("Comment").fill("Not for customers")
    page.goto(f"{fay.site}/help/")
    page.unroute(re.compile("/draft/"))
    fay.context.clear_cookies()  # the session has expired
    fay.sign_in("ben@acme.example")
    page.goto(address)
    expect(page.get_by_label("Comment")).to_have_value("")


def test_updates_keep_the_form_that_someone_is_typing_in(person, address):
    fay, gus = person("fay@support.example"), person("gus@support.example")
    page = gus.open(address)
    page.get_by_text("Severity: ").click()
    page.get_by_label("Reason for the change").fill("Half a rea")
    fay.open(address).locator("body").press("n")
    fay.page.keyboard.type("Something new")
    expect(fay.page.get_by_role("button", name="Add internal note")).to_be_in_viewport()
    fay.page.keyboard.press("Control+Enter")
    expect(page.locator("#ticket-thread")).to_contain_text("Something new")
    page.keyboard.type("son")
    expect(page.get_by_label("Reason for the change")).to_have_value("Half a reason")
