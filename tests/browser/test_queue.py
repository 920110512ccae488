"""An agent's queue: a view made of filters, updates that keep the place, bulk changes by keys."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.browser.steps import choose_by_arrows, press, press_pair
from tickets.clock.countdown import countdown
from tickets.models.ticket import Ticket

FIRST_TWO = "jxjx"


def poll(page: Page) -> None:
    """Have the list poll now, as it does every twelve seconds."""
    with page.expect_response(lambda response: "seen=" in response.url):
        page.evaluate("htmx.trigger('#queue-list', 'every')")


# Moments until a response is due, away from the full minutes.
LEFT = [timedelta(minutes=each + 0.5) for each in (0, 1, 59, 60, 119, 47 * 60, 2879, 2880, 2_000_000)]


@pytest.mark.parametrize("best_effort", [True, False])
def test_browser_counts_down_in_the_words_of_the_server(person, best_effort):
    page, now = person("fay@support.example").open("/queue/"), datetime.now(UTC)
    clocks = [
        countdown(Ticket(response_due_at=now + each, is_best_effort=best_effort), now)
        for left in LEFT
        for each in (left, -left)
    ]
    shown = page.evaluate(
        """clocks => {
            document.body.innerHTML = clocks.map(
                ([left, urgency]) => `<time data-countdown="${urgency}"
                    datetime="${new Date(Date.now() + left * 1000).toISOString()}"></time>`).join("");
            document.dispatchEvent(new Event("htmx:after:swap"));
            return [...document.querySelectorAll("time")].map((each) => each.textContent);
        }""",
        [[(each.due_at - now).total_seconds(), each.urgency] for each in clocks],
    )
    assert shown == [each.words for each in clocks]


def test_view_is_made_of_filters_and_shared(person):
    fay = person("fay@support.example")
    page = fay.open("/queue/")
    page.get_by_label("Severity", exact=True).select_option("high")
    page.get_by_text("More filters").click()
    page.get_by_label("Support tier").select_option("advanced")
    organization = page.get_by_label("Organization")
    organization.press_sequentially("acm")
    expect(page.get_by_role("listbox", name="Suggestions").get_by_role("option")).to_have_text(["Acme"])
    organization.press("Enter")
    expect(organization).to_have_value("Acme")
    page.get_by_role("button", name="Filter", exact=True).click()
    page.wait_for_url(re.compile("severity=high"))
    fay.check()
    count = page.locator(".queue-table tbody tr").count()
    page.get_by_role("link", name="Save as view").click()
    text = "status:unfinished severity:high org:Acme tier:advanced -is:snoozed"
    expect(page.get_by_label("Filter")).to_have_value(text)
    fay.check()
    page.get_by_label("Name").fill("Advanced, high")
    page.get_by_label("Share with all agents").check()
    page.get_by_role("button", name="Save view").click()
    tab = page.get_by_role("navigation", name="Queue views").get_by_role("link", name="Advanced, high")
    expect(tab).to_have_attribute("aria-current", "page")
    expect(tab).to_contain_text(str(count))
    expect(page.locator(".queue-table tbody tr")).to_have_count(count)
    gus = person("gus@support.example")
    gus.open("/queue/")
    gus.page.get_by_role("link", name="Advanced, high").click()
    expect(gus.page.locator(".queue-table tbody tr")).to_have_count(count)


def test_updates_keep_selection_cursor_and_scroll_position(person):
    fay, gus = person("fay@support.example"), person("gus@support.example")
    page = fay.open("/queue/?sort=created")
    press(page, *FIRST_TWO)
    cursor, scrolled = page.locator(".ticket-subject:focus"), page.evaluate("scrollY")
    reference = page.locator(".queue-table tbody tr").nth(2).locator(".ticket-meta span").first.inner_text()
    subject = cursor.inner_text()
    gus.page.goto(f"{gus.site}/tickets/{reference}/")
    gus.page.get_by_label("Assignee").select_option(label="Gus Lindgren")
    with gus.page.expect_response(lambda response: response.url.endswith("/assignment/")):
        gus.page.get_by_role("button", name="Assign", exact=True).click()
    poll(page)
    expect(page.locator(".queue-table tbody tr").nth(2)).to_contain_text("Gus Lindgren")
    expect(page.locator("[data-select]:checked")).to_have_count(2)
    expect(page.get_by_text("2 selected")).to_be_visible()
    expect(cursor).to_have_text(subject)
    assert page.evaluate("scrollY") == scrolled


def test_agent_assigns_many_by_keys_and_watches_the_job(person):
    fay = person("fay@support.example")
    page = fay.open("/queue/unassigned/")
    press(page, *FIRST_TWO)
    expect(page.get_by_text("2 selected")).to_be_visible()
    fay.check()
    press_pair(page, "*", "n")
    expect(page.locator("[data-select]:checked")).to_have_count(0)
    press(page, *FIRST_TWO)
    press(page, "a")
    expect(page.get_by_label("Assign to")).to_be_focused()
    choose_by_arrows(page, "Fay")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/queue/jobs/\d+/$"))
    expect(page.get_by_role("heading", name="Assign to Fay Dubois")).to_be_visible()
    expect(page.get_by_role("status").get_by_text("2 of 2")).to_be_visible()
    expect(page.get_by_text("Finished")).to_be_visible()
    expect(page.locator("#bulk-job .outcome-done")).to_have_count(2)
    fay.check()
    press_pair(page, "g", "b")
    expect(page.get_by_role("heading", name="Bulk changes")).to_be_visible()
    fay.check()
    fay.open("/queue/preferences/")


def test_arrows_choose_in_a_menu_and_escape_closes_it(person):
    page = person("fay@support.example").open("/queue/unassigned/")
    press(page, *"jxs")
    chosen = page.get_by_label("Set status to")
    expect(chosen).to_have_value("open")
    page.keyboard.press("ArrowDown")
    expect(chosen).to_have_value("waiting_on_customer")
    page.keyboard.press("Escape")
    expect(chosen).to_be_hidden()
