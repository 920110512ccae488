"""What the admins of an organization and its account team do with people, services and visibility."""

import re
from datetime import date

from playwright.sync_api import Page, expect

from tests.browser.steps import confirm, expect_message

HEADER = "unit,project,service,product,plan,paid,early_availability\n"
MEMBERS = "/o/nordwind/admin/members/"
ADMIN = "juergen.grossmann@nordwind.example"
PASSWORD = "correct horse battery staple"


def row(page: Page, words: str):
    return page.get_by_role("row").filter(has_text=words)


def test_invitation_is_resent_withdrawn_and_accepted(person, mail_to):
    admin = person(ADMIN)
    page = admin.open(MEMBERS)
    for name in ("uta", "otto"):
        page.get_by_label("Email address").fill(f"{name}@nordwind.example")
        page.get_by_role("button", name="Send invitation").click()
        expect_message(page, f"Invitation sent to {name}@nordwind.example.")
    admin.check()
    page.get_by_role("button", name="Withdraw the invitation for otto@nordwind.example").click()
    confirm(page, "Withdraw the invitation for otto@nordwind.example?")
    expect_message(page, "Invitation for otto@nordwind.example withdrawn.")
    expect(row(page, "otto@nordwind.example")).to_have_count(0)
    page.get_by_role("button", name="Resend the invitation for uta@nordwind.example").click()
    expect_message(page, "Invitation resent to uta@nordwind.example.")
    mail = mail_to("uta@nordwind.example", "invited you")
    link = re.search(r"http\S+/invitations/\S+/", mail["text"])
    assert link
    uta = person()
    uta.open(link[0])
    uta.follow(uta.page.get_by_role("button", name="Create account"))
    uta.page.get_by_label("Your name").fill("Uta Voß")
    uta.page.get_by_label("Password").fill(PASSWORD)
    uta.page.get_by_role("button", name="Create account").click()
    uta.page.wait_for_url(re.compile("/o/nordwind/tickets/"))
    page.reload()
    expect(row(page, "Uta Voß")).to_contain_text("Member")
    expect(page.get_by_role("heading", name="Pending invitations")).to_have_count(0)


def test_role_and_unit_are_changed_and_a_member_is_removed(person):
    admin, tamar = person(ADMIN), person("tamar.beridze@nordwind.example")
    page = admin.open(MEMBERS)
    admin.follow(page.get_by_role("link", name="Edit Tamar Beridze"))
    page.get_by_label("Role").select_option(label="Billing contact")
    page.get_by_label("Unit").select_option(label="Leitstand")
    page.get_by_role("button", name="Save").click()
    expect_message(page, "Role and unit of Tamar Beridze saved.")
    expect(row(page, "Tamar Beridze")).to_contain_text("Leitstand")
    expect(row(page, "Tamar Beridze")).to_contain_text("Billing contact")
    page.get_by_role("link", name="Edit Tamar Beridze").click()
    page.get_by_role("button", name="Remove member").click()
    confirm(page, "Remove Tamar Beridze from Nordwind Logistik?")
    expect_message(page, "Tamar Beridze is no longer a member of Nordwind Logistik.")
    expect(row(page, "Tamar Beridze")).to_have_count(0)
    gone = tamar.page.goto(f"{tamar.site}/o/nordwind/tickets/")
    assert gone.status == 404
    log = admin.open("/o/nordwind/admin/audit-log/?area=people")
    expect(log.get_by_text("Removed Tamar Beridze")).to_be_visible()


def test_last_admin_stays(person):
    ada = person("ada@acme.example")
    page = ada.open("/o/acme/admin/members/")
    ada.follow(page.get_by_role("link", name="Edit Ada Lindqvist"))
    expect(page.get_by_role("button", name="Remove member")).to_have_count(0)
    page.get_by_label("Role").select_option(label="Member")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("Ada Lindqvist is the only organization admin.")
    ada.check()


def test_services_are_checked_then_imported_and_read_by_the_admin(person, tmp_path):
    file = tmp_path / "services.csv"
    file.write_text(HEADER + "Clinics,marula-clinics,lab-kafka,kafka,startup-2,perhaps,no\n", "utf-8-sig")
    hal = person("hal@support.example")
    page = hal.open("/account-team/organizations/marula/resources/")
    page.get_by_label("CSV file").set_input_files(file)
    page.get_by_role("button", name="Check").click()
    expect(page.get_by_text("paid must be yes or no, not “perhaps”.")).to_be_visible()
    hal.check()
    lines = page.get_by_label("Or paste the lines")
    expect(lines).to_have_value(re.compile("lab-kafka,kafka,startup-2,perhaps"))
    lines.fill(lines.input_value().replace("perhaps", "yes"))
    page.get_by_role("button", name="Check").click()
    expect(page.get_by_text("Nothing has been imported yet.")).to_be_visible()
    expect(row(page, "service marula-clinics/lab-kafka")).to_contain_text("kafka, startup-2, paid")
    hal.check()
    page.get_by_role("button", name="Import").click()
    expect(page.get_by_text("Imported:")).to_be_visible()
    hal.check()
    admin = person("nomvula@marula.example")
    theirs = admin.open("/o/marula/admin/resources/")
    services = theirs.get_by_role("region", name="Services of marula-clinics")
    expect(services.get_by_role("row").filter(has_text="lab-kafka")).to_contain_text("startup-2")
    log = admin.open("/o/marula/admin/audit-log/")
    expect(log.get_by_text("Hal Whitfield, account team").first).to_be_visible()
    log.get_by_text("View changes").first.click()
    expect(log.get_by_text("Service marula-clinics/lab-kafka")).to_be_visible()
    admin.check()
    log.get_by_label("From").fill(date(2030, 1, 1).isoformat())
    log.get_by_role("button", name="Filter").click()
    expect(log.get_by_role("heading", name="No matching entries")).to_be_visible()
    admin.check()


def test_visibility_is_switched_after_a_preview(person):
    member = person("fatoumata.diallo@marula.example")
    page = member.page
    page.goto(f"{member.site}/o/marula/tickets/")
    tab = page.get_by_role("navigation", name="Views").get_by_role("link", name="Tickets in my organization")
    expect(tab).to_have_count(0)
    hal = person("hal@support.example")
    desk = hal.open("/account-team/organizations/marula/visibility/")
    expect(desk.locator(".callout")).to_contain_text(re.compile(r"\d+ people gain access to \d+ tickets\."))
    desk.get_by_role("button", name="Switch to “All tickets for every user”").click()
    confirm(desk, "Switch Marula Health to “All tickets for every user”?")
    expect_message(desk, "Marula Health now shows: All tickets for every user.")
    expect(desk.locator(".callout")).to_contain_text(re.compile(r"\d+ people lose access to \d+ tickets\."))
    hal.check()
    page.reload()
    expect(page.get_by_role("link", name="Tickets in my organization")).to_be_visible()
    admin = person("nomvula@marula.example")
    theirs = admin.open("/o/marula/admin/visibility/")
    expect(theirs.get_by_text("Last changed by Hal Whitfield, account team")).to_be_visible()


def test_admin_decides_who_may_add_people(person):
    admin = person("malgorzata@umbra.example")
    page = admin.open("/o/umbra/admin/visibility/")
    page.get_by_label("Everyone in the conversation, including people in CC").check()
    page.get_by_role("button", name="Save").click()
    expect_message(page, "Setting saved.")
    expect(page.get_by_label("Everyone in the conversation, including people in CC")).to_be_checked()
    admin.open("/o/umbra/admin/audit-log/?area=policy")
    expect(page.get_by_text("Allowed people in CC to add others")).to_be_visible()


def test_export_of_the_audit_log_is_a_file(person):
    admin = person(ADMIN)
    page = admin.open("/o/nordwind/admin/audit-log/")
    with page.expect_download() as download:
        page.get_by_role("link", name="Export CSV").click()
    assert download.value.suggested_filename == "audit-log-nordwind.csv"
