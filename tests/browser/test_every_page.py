"""Every page, as the people who see it: axe finds nothing, the console is quiet, nothing scrolls sideways."""

import re

import pytest
from playwright.sync_api import expect

PAGES = {
    "": ["/account/login/", "/account/password/reset/", "/account/signup/", "/dev/mail/"],
    "ada@acme.example": [
        "/o/acme/tickets/",
        "/o/acme/tickets/cc/",
        "/o/acme/tickets/organization/",
        "/o/acme/tickets/organization/?status=solved",
        "/o/acme/tickets/?q=nothing+like+this",
        "/o/acme/tickets/new/",
        "/o/acme/admin/",
        "/o/acme/admin/support-tier/",
        "/o/acme/admin/support-tier/what-if/",
        "/o/acme/admin/billing-groups/",
        "/o/acme/admin/invoices/",
        "/o/acme/admin/members/",
        "/o/acme/admin/resources/",
        "/o/acme/admin/visibility/",
        "/o/acme/admin/audit-log/",
        "/account/",
        "/account/mail/",
        "/o/acme/following/",
        "/account/password/change/",
        "/account/email/",
        "/account/logout/",
        "/help/",
        "/tickets/SUP-1/",
        "/queue/",
    ],
    "ivy@hobby.example": ["/o/hobby/tickets/", "/o/hobby/tickets/new/"],
    "oystein@hobby.example": [
        "/o/hobby/admin/",
        "/o/hobby/admin/support-tier/",
        "/o/hobby/admin/support-tier/change/",
        "/o/hobby/admin/invoices/",
    ],
    "malgorzata@umbra.example": [
        "/o/umbra/admin/",
        "/o/umbra/admin/support-tier/",
        "/o/umbra/admin/support-tier/change/",
    ],
    "dov@acme.example": ["/o/acme/admin/invoices/"],
    "gus@support.example": [
        "/queue/",
        "/queue/mine/",
        "/queue/escalated/",
        "/queue/all/",
        "/queue/?tier=advanced&severity=critical",
        "/queue/views/",
        "/queue/preferences/",
        "/queue/jobs/",
        "/mail/",
        "/mail/suppressions/",
        "/settings/teams/",
        "/settings/staff/",
        "/settings/products/",
        "/settings/tags/",
        "/settings/calendars/",
        "/settings/calendars/new/",
        "/settings/tiers/",
        "/settings/mail-texts/",
        "/settings/mail-texts/digest/",
        "/settings/log/",
    ],
    "hal@support.example": [
        "/account-team/tier-changes/",
        "/reports/ratings/",
        "/account-team/charges/",
        "/account-team/organizations/",
        "/account-team/organizations/acme/",
        "/account-team/organizations/acme/sla/",
        "/account-team/organizations/globex/sla/",
        "/account-team/organizations/acme/resources/",
        "/account-team/organizations/acme/visibility/",
        "/",
    ],
}


@pytest.mark.parametrize("email", PAGES)
def test_pages_are_accessible_and_quiet(person, email):
    visitor = person(email)
    for path in PAGES[email]:
        visitor.open(path)


def test_tickets_of_all_kinds(person):
    gus = person("gus@support.example")
    for view in ("unassigned", "escalated", "waiting", "all"):
        gus.page.goto(f"{gus.site}/queue/{view}/")
        gus.follow(gus.page.locator(".ticket-subject").first)


def test_error_pages_show_the_request_id(person):
    ada = person("ada@acme.example")
    response = ada.page.goto(f"{ada.site}/tickets/SUP-1/")
    assert response.status == 404
    expect(ada.page.get_by_text(response.headers["x-request-id"])).to_be_visible()


def test_caught_mail_shows_both_parts_and_headers(person, mail_to):
    visitor = person()
    visitor.open("/account/password/reset/")
    visitor.page.get_by_label("Email").fill("ada@acme.example")
    visitor.page.locator("main button[type=submit]").click()
    mail_to("ada@acme.example", "/account/password/reset/key/")
    visitor.open("/dev/mail/?to=ada@acme.example")
    visitor.page.locator(".mail-list a").first.click()
    expect(visitor.page.get_by_text("Auto-Submitted: auto-generated")).to_be_visible()
    expect(visitor.page.frame_locator("iframe").get_by_text("/account/password/reset/key/")).to_be_visible()


def test_keyboard_reaches_the_content_first(person):
    ada = person("ada@acme.example")
    page = ada.page
    page.goto(f"{ada.site}/o/acme/tickets/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator("main :focus")).to_have_count(1)


def test_theme_outlives_a_reload(person):
    ada = person("ada@acme.example")
    page = ada.page
    page.goto(f"{ada.site}/o/acme/tickets/")
    page.locator(".user-menu-button").click()
    page.locator('[data-theme-choice="dark"]').click()
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")


def test_failed_request_is_shown_and_loses_no_text(person):
    ben = person("ben@acme.example")
    page = ben.page
    page.goto(f"{ben.site}/o/acme/tickets/?status=unfinished")
    page.locator(".ticket-subject").first.click()
    page.get_by_label("Comment").fill("A long story")
    expect(page.locator("#composer[data-htmx-powered]")).to_be_visible()
    page.route(re.compile(r"/comments/$"), lambda route: route.abort())
    page.get_by_role("button", name="Send comment").click()
    expect(page.get_by_text("We can't reach the server.")).to_be_visible()
    expect(page.get_by_label("Comment")).to_have_value("A long story")
    assert all("Failed to fetch" in complaint for complaint in ben.complaints)
    ben.complaints.clear()


def test_switcher_leads_to_the_other_organization(person):
    noor = person("noor@kelpworks.example")
    page = noor.open("/")
    page.locator("summary", has_text="Organization:").click()
    page.get_by_role("link", name="Globex").click()
    page.wait_for_url(f"{noor.site}/o/globex/tickets/")
    noor.check()
