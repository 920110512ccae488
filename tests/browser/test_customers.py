"""What customers do besides writing and reading."""

import re

from playwright.sync_api import expect

from tests.browser.steps import TICKET_URL, create_ticket, expect_message


def sign_in_again(person) -> None:
    """Sign in in another tab, while the first one waits."""
    again = person.context.new_page()
    again.goto(f"{person.site}/account/login/")
    again.get_by_label("Email").fill("ben@acme.example")
    again.get_by_label("Password").fill("demo-password")
    again.get_by_role("button", name="Log in").click()
    again.wait_for_url(lambda url: "/account/" not in url)


def test_cc_is_offered_while_typing(person):
    ben = person("ben@acme.example")
    page = ben.page
    page.goto(f"{ben.site}/o/acme/tickets/new/")
    cc = page.get_by_label("CC")
    cc.press_sequentially("cle")
    expect(page.get_by_role("option", name="Cleo Marchetti")).to_be_visible()
    ben.check()
    cc.press("ArrowDown")
    cc.press("Enter")
    expect(cc).to_have_value("cleo@acme.example ")
    cc.press_sequentially("eve@globex.example")
    page.get_by_role("button", name="Create ticket").click()
    refused = "“eve@globex.example” is not the login address of a member of Acme."
    expect(page.get_by_text(refused).first).to_be_visible()
    expect(page.get_by_label("CC")).to_have_value("cleo@acme.example eve@globex.example")
    ben.check()


def test_join_instead_of_creating_another_ticket(person):
    ben = person("ben@acme.example")
    create_ticket(ben, "Mirror maker stops at midnight")
    ada = person("ada@acme.example")
    page = ada.page
    page.goto(f"{ada.site}/o/acme/tickets/new/")
    page.get_by_label("Subject").fill("Mirror maker stops")
    page.get_by_label("Product").select_option("kafka")
    button = page.get_by_role("button", name=re.compile("^Join instead")).first
    expect(button).to_be_visible()
    ada.check()
    button.click()
    page.wait_for_url(TICKET_URL)
    expect(page.get_by_text("Ada Lindqvist joined the conversation")).to_be_visible()


def test_escalation_from_a_comment_to_its_outcome(person, mail_to):
    ben = person("ben@acme.example")
    page = create_ticket(ben, "Nobody answers me")
    page.get_by_label("Comment").fill("Two days of silence. #escalate")
    page.get_by_role("button", name="Send comment").click()
    expect(page.get_by_text("Ben Okafor escalated the ticket")).to_be_visible()
    expect(page.get_by_text("To be acknowledged by")).to_be_visible()
    mail_to("gus@support.example", "Ben Okafor escalated the ticket.")
    gus = person("gus@support.example")
    desk = gus.open("/queue/escalated/?q=Nobody+answers")
    desk.get_by_role("link", name="Nobody answers me").first.click()
    desk.get_by_role("button", name="Acknowledge escalation").click()
    expect(desk.get_by_text("Gus Lindgren acknowledged it")).to_be_visible()
    expect(page.get_by_text("Gus Lindgren acknowledged it")).to_be_visible()
    mail_to("ben@acme.example", "Gus Lindgren acknowledged the escalation.")
    gus.follow(desk.get_by_role("link", name="Close escalation"))
    desk.get_by_label("Outcome").fill("An engineer is on it until it is solved.")
    desk.get_by_role("button", name="Close escalation").click()
    expect(page.get_by_text("closed the escalation: An engineer is on it")).to_be_visible()


def test_severity_escalation_solving_and_rating_by_button(person):
    ben = person("ben@acme.example")
    page = create_ticket(ben, "By the buttons")
    page.get_by_label("Severity").select_option("critical")
    page.get_by_role("button", name="Set severity").click()
    expect(page.get_by_text("changed the severity from High to Critical")).to_be_visible()
    ben.follow(page.get_by_role("link", name="Escalate"))
    page.get_by_label("What's wrong?").fill("It is urgent")
    page.get_by_role("button", name="Escalate").click()
    expect_message(page, "Duty leads were notified.")
    ben.check()
    page.get_by_role("button", name="Mark as solved").click()
    expect_message(page, "A comment within 14 days reopens it.")
    ben.follow(page.get_by_role("link", name="Rate", exact=True))
    page.get_by_role("radio", name="4 – good").check()
    page.get_by_label("Comment", exact=True).fill("Quick and clear")
    page.get_by_role("button", name="Send rating").click()
    expect(page.get_by_text("rated the ticket 4 out of 5: Quick and clear")).to_be_visible()


def test_participant_leaves_after_being_asked(person):
    ben = person("ben@acme.example")
    page = create_ticket(ben, "With company")
    ben.follow(page.get_by_role("link", name="Add to conversation"))
    page.get_by_label("CC").fill("dov@acme.example")
    page.get_by_label("Comment").fill("You know this.")
    page.get_by_role("button", name="Submit").click()
    expect_message(page, "Dov Katz joined the conversation.")
    dov = person("dov@acme.example")
    dov.open(page.url)
    dov.page.get_by_role("button", name="Leave").click()
    expect(dov.page.get_by_text("Leave this conversation?")).to_be_visible()
    dov.page.locator("#confirm-yes").click()
    expect_message(dov.page, "You left the conversation")
    assert dov.page.goto(page.url).status == 404


def test_preview_and_pasted_file(person):
    ben = person("ben@acme.example")
    page = create_ticket(ben, "Preview me")
    page.get_by_label("Comment").fill("| a | b |\n|---|---|\n| 1 | **2** |")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator(".preview strong")).to_have_text("2")
    ben.check()
    expect(page.get_by_label("Comment")).to_have_value(re.compile("a"))


def test_draft_of_the_form_survives_a_reload_and_back_makes_no_second_ticket(person):
    ben = person("ben@acme.example")
    page = ben.page
    page.goto(f"{ben.site}/o/acme/tickets/new/")
    page.get_by_label("Subject").fill("Kept over a reload")
    page.get_by_label("Description").fill("All of it")
    page.get_by_role("radio", name="Low Main").check()
    page.get_by_label("Product").select_option("mysql")
    page.reload()
    expect(page.get_by_label("Subject")).to_have_value("Kept over a reload")
    expect(page.get_by_label("Description")).to_have_value("All of it")
    expect(page.get_by_role("radio", name="Low Main")).to_be_checked()
    page.get_by_label("Reason").select_option("how-to")
    page.get_by_role("button", name="Create ticket").click()
    page.wait_for_url(TICKET_URL)
    first = page.url
    page.go_back()
    page.get_by_role("button", name="Create ticket").click()
    page.wait_for_url(TICKET_URL)
    assert page.url == first


def test_note_being_typed_never_becomes_a_public_reply(person):
    fay = person("fay@support.example")
    page = fay.page
    page.goto(f"{fay.site}/queue/")
    page.locator(".ticket-subject").first.click()
    page.get_by_text("Internal note", exact=True).first.check()
    page.get_by_label("Comment").fill("Not for the customer")
    page.get_by_label("Assignee").select_option(label="Gus Lindgren")
    page.get_by_role("button", name="Assign", exact=True).click()
    expect(page.get_by_text("assigned the ticket to Gus Lindgren").last).to_be_visible()
    expect(page.get_by_label("Comment")).to_have_value("Not for the customer")
    expect(page.get_by_role("button", name="Add internal note")).to_be_visible()
    page.reload()
    expect(page.get_by_label("Comment")).to_have_value("Not for the customer")
    expect(page.get_by_role("button", name="Add internal note")).to_be_visible()


def test_expired_session_loses_nothing(person):
    ben = person("ben@acme.example")
    page = create_ticket(ben, "Long writing")
    page.get_by_label("Comment").fill("Hours of work")
    ben.context.clear_cookies(name="session")
    page.get_by_role("button", name="Send comment").click()
    expect(page.get_by_role("region", name="Messages").get_by_text("You're logged out.")).to_be_visible()
    expect(page.get_by_label("Comment")).to_have_value("Hours of work")
    sign_in_again(ben)
    page.get_by_role("button", name="Send comment").click()
    expect(page.locator(".comment-mine").last).to_contain_text("Hours of work")


def test_expired_session_loses_no_file_of_a_new_ticket(person, tmp_path):
    log = tmp_path / "kept.log"
    log.write_text("precious")
    ben = person("ben@acme.example")
    page = ben.page
    page.goto(f"{ben.site}/o/acme/tickets/new/")
    page.get_by_label("Subject").fill("Written before lunch")
    page.get_by_role("radio", name="Low Main").check()
    page.get_by_label("Product").select_option("mysql")
    page.get_by_label("Reason").select_option("how-to")
    page.get_by_label("Description").fill("A long story")
    page.get_by_label("Files").set_input_files(log)
    ben.context.clear_cookies(name="session")
    page.get_by_role("button", name="Create ticket").click()
    expect_message(page, "You're logged out.")
    sign_in_again(ben)
    page.get_by_role("button", name="Create ticket").click()
    page.wait_for_url(TICKET_URL)
    expect(page.locator(".attachment", has_text="kept.log")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_have_text("Written before lunch")


def test_files_are_uploaded_when_chosen_and_can_be_removed(person, tmp_path):
    for name in ("one.log", "two.log"):
        (tmp_path / name).write_text(name * 1000)
    ben = person("ben@acme.example")
    page = create_ticket(ben, "With two files")
    page.get_by_label("Files").set_input_files([tmp_path / "one.log", tmp_path / "two.log"])
    expect(page.locator(".file-uploaded li")).to_have_count(2)
    ben.check()
    page.get_by_role("button", name="Remove one.log").click()
    page.get_by_label("Comment").fill("One of them")
    page.get_by_role("button", name="Send comment").click()
    expect(page.locator(".attachment", has_text="two.log")).to_be_visible()
    expect(page.locator(".attachment", has_text="one.log")).to_have_count(0)


def test_file_that_cannot_be_uploaded_early_is_sent_with_the_form(person, tmp_path):
    (tmp_path / "late.log").write_text("late")
    ben = person("ben@acme.example")
    page = create_ticket(ben, "Late file")
    page.route(re.compile(r"/uploads/$"), lambda route: route.abort())
    page.get_by_label("Files").set_input_files(tmp_path / "late.log")
    page.get_by_label("Comment").fill("See the log")
    page.get_by_role("button", name="Send comment").click()
    expect(page.locator(".attachment", has_text="late.log")).to_be_visible()


def test_list_tolerates_typos_sorts_and_exports(person):
    ada = person("ada@acme.example")
    page = ada.open("/o/acme/tickets/organization/?q=postgrss")
    expect(page.locator("mark").first).to_be_visible()
    page = ada.open("/o/acme/tickets/organization/?sort=-severity")
    expect(page.locator(".severity").first).to_contain_text("Critical")
    with page.expect_download() as download:
        page.get_by_role("link", name="Export this list as CSV").click()
    assert download.value.suggested_filename == "tickets-acme-organization.csv"
    page.get_by_label("Status", exact=True).select_option("solved")
    page.get_by_role("button", name="Filter").click()
    expect(page).to_have_url(re.compile("status=solved"))
    ada.check()


def test_guide_for_har_files(person):
    ben = person("ben@acme.example")
    page = ben.open("/help/har/")
    for name in ("Chrome and Edge", "Firefox", "Safari", "Replace sensitive data"):
        expect(page.get_by_role("heading", name=name)).to_be_visible()
