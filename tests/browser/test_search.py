"""Search with completion, and the command palette, without a mouse."""

import re

from playwright.sync_api import expect

from tests.browser.conftest import violations
from tests.browser.steps import TICKET_URL


def test_operators_are_completed_while_an_agent_types(person):
    fay = person("fay@support.example")
    page = fay.open("/queue/all/")
    keys, field = page.keyboard, page.get_by_role("combobox", name="Search tickets")
    keys.press("/")
    keys.type("kafka sev")
    options = page.locator(".suggestion")
    expect(options).to_have_text(["severity: Severity"])
    assert violations(page) == []
    keys.press("Tab")
    expect(field).to_have_value("kafka severity:")
    expect(options).to_have_count(3)
    keys.press("ArrowDown")
    keys.press("ArrowDown")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    keys.press("Enter")
    expect(field).to_have_value("kafka severity:high ")
    expect(options).to_have_count(0)
    keys.type("org:acm")
    expect(options.first).to_be_visible()
    keys.press("Escape")
    expect(options).to_have_count(0)
    expect(field).to_have_value("kafka severity:high org:acm")
    keys.type("e")
    with page.expect_navigation():
        keys.press("Enter")
    expect(page).to_have_url(re.compile("severity%3Ahigh"))
    expect(page.get_by_role("main").locator("mark").first).to_be_visible()
    fay.check()


def test_unknown_operators_are_reported(person):
    fay = person("fay@support.example")
    page = fay.open("/queue/all/?q=color:red")
    expect(page.get_by_text("“color:” is not an operator")).to_be_visible()
    expect(page.get_by_role("combobox", name="Search tickets")).to_have_value("color:red")


def test_an_agent_navigates_by_the_palette(person):
    fay = person("fay@support.example")
    page = fay.open("/queue/")
    keys, palette, options = (
        page.keyboard,
        page.get_by_role("dialog", name="Go to"),
        page.locator(".suggestion"),
    )
    keys.press("Control+k")
    expect(palette).to_be_visible()
    expect(options.first).to_have_attribute("aria-selected", "true")
    fay.check()
    keys.type("escal")
    expect(options.first).to_contain_text("Escalated")
    expect(options.first).to_have_attribute("aria-selected", "true")
    with page.expect_navigation():
        keys.press("Enter")
    expect(page).to_have_url(re.compile("/queue/escalated/$"))
    keys.press("Control+k")
    keys.type("lag")
    expect(options.first).to_contain_text("SUP-")
    expect(options.first).to_have_attribute("aria-selected", "true")
    expect(options.nth(1)).to_be_visible()
    keys.press("ArrowDown")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    with page.expect_navigation():
        keys.press("Enter")
    expect(page).to_have_url(TICKET_URL)
    keys.press("Control+k")
    keys.type("zzqqxx")
    expect(palette.get_by_text("No results")).to_be_visible()
    keys.press("Enter")
    keys.press("Escape")
    expect(palette).to_be_hidden()


def test_an_agent_assigns_a_ticket_and_writes_by_the_palette(person):
    fay = person("fay@support.example")
    page = fay.open("/queue/unassigned/")
    keys, options = page.keyboard, page.locator(".suggestion")
    fay.follow(page.locator(".queue-table .ticket-subject").first)
    keys.press("Control+k")
    keys.type("assign to me")
    expect(options.first).to_contain_text("Assign to me")
    expect(options.first).to_have_attribute("aria-selected", "true")
    with page.expect_navigation():
        keys.press("Enter")
    expect(page.get_by_label("Assignee")).to_have_value(re.compile(r"\d+"))
    keys.press("Control+k")
    keys.type("internal")
    expect(options.first).to_contain_text("Internal note")
    expect(options.first).to_have_attribute("aria-selected", "true")
    keys.press("Enter")
    expect(page.get_by_role("radio", name="Internal note")).to_be_checked()
    expect(page.get_by_label("Comment")).to_be_focused()
    keys.press("Control+k")
    keys.type("dark")
    expect(options.first).to_contain_text("Dark theme")
    expect(options.first).to_have_attribute("aria-selected", "true")
    keys.press("Enter")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")


def test_a_customer_has_the_palette_too(person):
    ada = person("ada@acme.example")
    page = ada.open("/o/acme/tickets/")
    page.keyboard.press("Control+k")
    page.keyboard.type("memb")
    expect(page.locator(".suggestion").first).to_contain_text("Members")
    ada.check()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/o/acme/admin/members/$"))
