"""A change of the support tier and the resulting invoice, as each person involved."""

import re
from datetime import UTC, datetime, timedelta

from playwright.sync_api import Page, expect

from tests.browser.steps import confirm, expect_message

HAL = "hal@support.example"
EXPORT_HEADER = '"invoice","line","kind","month"'


def to_quote(person, slug: str, tier: str) -> Page:
    """Go from the admin area to the quote as the help page describes it, checking every page."""
    page = person.open(f"/o/{slug}/tickets/")
    person.follow(page.get_by_role("link", name="Admin", exact=True))
    person.follow(page.get_by_role("link", name="View details or change tier"))
    person.follow(page.get_by_role("link", name="Change tier"))
    expect(page.get_by_role("heading", name="Your last 90 days under each tier")).to_be_visible()
    expect(page.get_by_role("columnheader", name="Typical target")).to_be_visible()
    page.get_by_role("radio", name=re.compile(f"^{tier}")).check()
    person.follow(page.get_by_role("button", name="Continue"))
    return page


def ask(person, slug: str, tier: str) -> Page:
    page = to_quote(person, slug, tier)
    expect(page.get_by_text("all current and future services")).to_be_visible()
    page.get_by_role("radio").first.check()
    person.follow(page.get_by_role("button", name="Continue"))
    expect(page.get_by_text("The larger of")).to_be_visible()
    person.follow(page.get_by_role("button", name="Change tier"))
    return page


def change_of(hal, organization: str) -> Page:
    """Open the current change of an organization, as the account team does."""
    page = hal.open("/account-team/tier-changes/")
    line = page.get_by_role("row").filter(has_text=organization).first
    hal.follow(line.get_by_role("link"))
    return page


def test_upgrade_from_the_request_to_the_new_tier(person, mail_to):
    nomvula, hal = person("nomvula@marula.example"), person(HAL)
    page = ask(nomvula, "marula", "Essential")
    expect_message(page, "Change to Essential requested. It will be active by")
    expect(page.locator("#open-change")).to_contain_text("Until then, Basic stays in effect.")
    expect(page.get_by_role("link", name="Change tier")).to_have_count(0)
    mail_to(HAL, "requested to change the support tier of Marula Health from Basic to Essential")
    desk = change_of(hal, "Marula Health")
    desk.get_by_role("button", name="Start setup").click()
    expect_message(desk, "Setup started.")
    mail_to("nomvula@marula.example", "Setup of the Essential support tier has started")
    desk.get_by_role("button", name="Complete setup").click()
    confirm(desk, "Complete setup and move Marula Health to Essential now?")
    expect_message(desk, "Marula Health is now on Essential.")
    mail_to("nomvula@marula.example", "is now on the Essential support tier")
    page.reload()
    expect(page.get_by_role("heading", name="Your tier: Essential")).to_be_visible()
    nomvula.follow(page.get_by_role("link", name="Basic → Essential"))
    expect(page.get_by_role("heading", name="Accepted quote")).to_be_visible()
    nomvula.open("/o/marula/admin/audit-log/")
    expect(page.get_by_text("Activated: support tier Basic → Essential").first).to_be_visible()


def test_admin_sees_why_a_change_was_refused(person, mail_to):
    ada, hal = person("ada@acme.example"), person(HAL)
    page = ask(ada, "acme", "Premium")
    desk = change_of(hal, "Acme")
    desk.locator("summary", has_text="Refuse change").click()
    desk.get_by_role("button", name="Refuse change").click()
    expect(desk.get_by_role("alert")).to_contain_text("This field is required.")
    desk.get_by_label("Reason").fill("Premium needs a signed agreement first.")
    desk.get_by_role("button", name="Refuse change").click()
    expect_message(desk, "Change refused.")
    mail_to("ada@acme.example", "Premium needs a signed agreement first.")
    page.reload()
    expect(page.get_by_role("heading", name="Your tier: Advanced")).to_be_visible()
    ada.follow(page.get_by_role("link", name="Advanced → Premium"))
    expect(page.get_by_text("Premium needs a signed agreement first.")).to_be_visible()


def test_second_admin_sees_the_first_ones_request_and_it_is_canceled(person, mail_to):
    eve, haruto = person("eve@globex.example"), person("haruto.okubo@globex.example")
    other = to_quote(haruto, "globex", "Advanced")
    other.get_by_role("radio").first.check()
    haruto.follow(other.get_by_role("button", name="Continue"))
    page = ask(eve, "globex", "Advanced")
    haruto.follow(other.get_by_role("button", name="Change tier"))
    expect(other.get_by_text("Eve Nakamura has already requested Advanced.")).to_be_visible()
    page.go_back()
    page.reload()
    expect(page.get_by_text("A tier change is already open.")).to_be_visible()
    eve.check()
    page.get_by_role("button", name="Cancel change").click()
    confirm(page, "Cancel the change to Advanced? Premium stays in effect.")
    expect_message(page, "Change to Advanced canceled. You stay on Premium.")
    mail_to("haruto.okubo@globex.example", "Eve Nakamura canceled the change to Advanced")


def test_downgrade_at_the_months_end_and_the_months_invoice(person, mail_to, run_at, site):
    admin = person("juergen.grossmann@nordwind.example")
    page = to_quote(admin, "nordwind", "Basic")
    expect(page.get_by_text("Until then, Advanced stays in effect.")).to_be_visible()
    admin.follow(page.get_by_role("button", name="Change tier"))
    expect_message(page, "You stay on Advanced until the end of the month and then move to Basic.")
    now = datetime.now(UTC)
    month = now.strftime("%B %Y")
    first = (now.replace(day=1) + timedelta(days=32)).replace(day=1, hour=12)
    run_at("apply_due_changes", first)
    run_at("close_months", first)
    run_at("close_months", first)
    mail_to("juergen.grossmann@nordwind.example", "is now on the Basic support tier")
    mail_to("friederike.weiss@nordwind.example", f"The {month} invoice")
    payer = person("friederike.weiss@nordwind.example")
    bills = payer.open("/o/nordwind/admin/invoices/")
    expect(bills.get_by_role("row").filter(has_text=month)).to_have_count(1)
    payer.follow(bills.get_by_role("row").filter(has_text=month).get_by_role("link").first)
    expect(bills.get_by_text("Support tier Advanced")).to_be_visible()
    for name, start in (("PDF", b"%PDF"), ("CSV", EXPORT_HEADER.encode())):
        with bills.expect_download() as download:
            bills.get_by_role("link", name=name).click()
        assert download.value.path().read_bytes().startswith(start)
    assert payer.page.goto(f"{site}/o/acme/admin/invoices/").status == 404


def test_charges_and_credits_of_the_account_team(person):
    hal = person(HAL)
    page = hal.open("/account-team/charges/")
    day = (datetime.now(UTC).replace(day=1) - timedelta(days=1)).date()
    lines = f"date,project,service,amount\n{day},umbra-prod,panel-pg,1000\n{day},umbra-prod,nothing,1\n"
    page.get_by_label("Or paste the lines").fill(lines)
    page.get_by_role("button", name="Check").click()
    expect(page.get_by_text("The project umbra-prod has no service nothing.")).to_be_visible()
    hal.check()
    page.get_by_label("Or paste the lines").fill(lines.replace("nothing,1", "panel-clickhouse,2000"))
    page.get_by_role("button", name="Check").click()
    expect(page.get_by_text("Nothing has been imported yet.")).to_be_visible()
    page.get_by_role("button", name="Import").click()
    expect(page.get_by_text("Imported: 0 added, 2 changed")).to_be_visible()
    hal.open("/account-team/organizations/umbra/")
    expect(page.get_by_text("on the next invoice")).to_be_visible()
    page.get_by_role("combobox", name="Billing group").select_option(label="Umbra Analytics main (EUR)")
    page.get_by_label("Amount in EUR").fill("25")
    page.get_by_label("Reason").fill("The outage of 3 November")
    page.get_by_role("button", name="Grant credit").click()
    expect_message(page, "Credit granted. It will appear on the group's next invoice.")
    expect(
        page.get_by_text("25.00 EUR for Umbra Analytics main (EUR): The outage of 3 November")
    ).to_be_visible()


def test_billing_group_is_created_edited_and_deleted(person):
    ada = person("ada@acme.example")
    page = ada.open("/o/acme/admin/billing-groups/")
    page.get_by_label("Name").fill("Research")
    page.get_by_label("Currency").fill("usd")
    page.get_by_label("acme-data").check()
    page.get_by_role("button", name="Create billing group").click()
    expect_message(page, "Billing group Research (USD) created.")
    ada.follow(page.get_by_role("link", name="Edit Research"))
    expect(page.get_by_text("Projects are charged to this group.")).to_be_visible()
    page.get_by_label("acme-data").uncheck()
    page.get_by_role("button", name="Save").click()
    ada.follow(page.get_by_role("link", name="Edit Research"))
    page.get_by_role("button", name="Delete billing group").click()
    confirm(page, "Delete the billing group Research?")
    expect_message(page, "Billing group Research (USD) deleted.")


def test_custom_sla_is_recorded_and_shown_to_the_customer(person):
    hal, eve = person(HAL), person("eve@globex.example")
    page = hal.open("/account-team/organizations/globex/sla/")
    page.get_by_label("Critical: first response within (minutes)").fill("7")
    page.get_by_label("Link to the signed agreement").fill("https://contracts.example/globex.pdf")
    page.get_by_role("button", name="Save").click()
    expect_message(page, "Custom SLA saved")
    shown = eve.open("/o/globex/admin/support-tier/")
    expect(shown.get_by_text("Critical 7 minutes")).to_be_visible()
    expect(shown.get_by_role("link", name="Signed agreement")).to_be_visible()
    eve.open("/o/globex/tickets/new/")
    expect(shown.get_by_text("First response: 7 minutes")).to_be_visible()
