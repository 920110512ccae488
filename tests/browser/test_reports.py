"""Reports in a browser: filtered, on any screen, on paper, and as a file."""

import pytest
from playwright.sync_api import expect

REPORTS = {
    "first-response": "First response",
    "next-response": "Next response",
    "resolution": "Resolution",
    "backlog": "Backlog",
    "ratings": "Ratings",
    "escalations": "Escalations",
}


@pytest.mark.parametrize("code", REPORTS)
def test_every_report_is_accessible(person, code):
    gus = person("gus@support.example")
    page = gus.open(f"/reports/{code}/?period=90&by=organization")
    expect(page.get_by_role("img", name=REPORTS[code])).to_be_visible()
    expect(page.get_by_role("rowheader", name="Acme", exact=True)).to_be_visible()


def test_lead_chooses_dates_and_exports_the_table(person):
    gus = person("gus@support.example")
    page = gus.open("/reports/")
    expect(page.get_by_role("textbox", name="From")).to_be_hidden()
    page.get_by_label("Period").select_option("custom")
    page.get_by_role("button", name="Apply").click()
    expect(page.get_by_role("alert")).to_contain_text("Enter a start and an end date.")
    gus.check()
    page.get_by_role("textbox", name="From").fill("2026-01-01")
    page.get_by_role("textbox", name="To").fill("2026-12-31")
    page.get_by_label("Group by").select_option("Agent")
    page.get_by_role("button", name="Apply").click()
    expect(page.get_by_role("heading", name="By agent")).to_be_visible()
    gus.follow(page.get_by_role("link", name="Resolution"))
    expect(page.get_by_role("heading", name="By agent")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV of the breakdown").click()
    assert download.value.suggested_filename.startswith("resolution-breakdown-all-2026-01-01")


def test_admin_sees_their_organization_without_names_of_staff(person):
    ada = person("ada@acme.example")
    page = ada.open("/o/acme/admin/reports/?period=90")
    choices = page.get_by_label("Group by").locator("option")
    expect(choices).to_have_text(["Support tier", "Severity", "Product"])
    expect(page.locator("main")).not_to_contain_text("Fay Dubois")


def test_printed_report_has_chart_and_tables_but_no_controls(person):
    gus = person("gus@support.example")
    page = gus.open("/reports/resolution/?period=90")
    page.emulate_media(media="print")
    expect(page.get_by_role("img", name="Resolution")).to_be_visible()
    expect(page.get_by_role("button", name="Apply")).to_be_hidden()
    expect(page.get_by_role("link", name="Ratings")).to_be_hidden()
    expect(page.get_by_role("table")).to_have_count(2)
