"""Following, muting, preferences, and unsubscribing by link, as the recipients."""

import re

from playwright.sync_api import expect

from tests.browser.steps import create_ticket, expect_message


def test_admin_follows_all_tickets_and_unsubscribes_by_link(person, mail_to):
    admin, member = person("eve@globex.example"), person("kwabena.asante@globex.example")
    page = admin.open("/o/globex/tickets/organization/")
    page.get_by_role("button", name="Unfollow all tickets").click()
    expect_message(page, "You no longer follow tickets of Globex.")
    page.get_by_role("button", name="Follow all tickets").click()
    expect_message(page, "You’ll get mail about all updates on existing and new tickets of Globex.")
    create_ticket(member, "Heard by a follower", organization="globex")
    mail = mail_to("eve@globex.example", "Heard by a follower")
    assert mail["headers"]["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "You follow all tickets of Globex." in mail["text"]
    link = re.search(r"Unsubscribe: (\S+)", mail["text"])
    assert link
    reader = person()
    reader.open(link[1])
    reader.page.get_by_role("button", name="Unsubscribe").click()
    expect(reader.page.get_by_role("heading", name="You're unsubscribed")).to_be_visible()
    reader.check()
    page.reload()
    expect(page.get_by_role("button", name="Follow all tickets", exact=True)).to_be_visible()


def test_part_of_the_organization_is_followed(person):
    haruto = person("haruto.okubo@globex.example")
    page = haruto.open("/o/globex/tickets/organization/")
    haruto.follow(page.get_by_role("link", name="Choose what to follow"))
    page.get_by_label("What to follow").select_option(label="Payments")
    page.get_by_role("button", name="Follow", exact=True).click()
    expect_message(page, "You now follow tickets of the unit Payments of Globex.")
    haruto.check()
    page.get_by_role("button", name="Unfollow tickets of the unit Payments of Globex").click()
    expect_message(page, "You no longer follow tickets of the unit Payments of Globex.")


def test_preferences_and_a_muted_ticket(person):
    ben = person("ben@acme.example")
    page = create_ticket(ben, "Quiet please")
    ben.open(page.url)  # without the message in the corner
    page.get_by_role("button", name="Mute").click()
    expect_message(page, "You’ll get no more mail about this ticket.")
    ben.open("/account/mail/")
    expect(page.get_by_role("link", name=re.compile("Quiet please"))).to_be_visible()
    page.get_by_label("From").fill("22:00")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("Enter both a start and an end for quiet hours.")
    ben.check()
    page.get_by_label("Until").fill("07:00")
    page.get_by_role("radio", name="Daily digest").check()
    page.get_by_role("button", name="Save").click()
    expect_message(page, "Mail preferences saved.")
    expect(page.get_by_role("radio", name="Daily digest")).to_be_checked()
    page.get_by_role("radio", name="Immediately").check()
    page.get_by_label("From").fill("")
    page.get_by_label("Until").fill("")
    page.get_by_role("button", name="Save").click()
    expect_message(page, "Mail preferences saved.")


def test_agent_follows_a_ticket(person, mail_to):
    ben, fay = person("ben@acme.example"), person("imani@support.example")
    page = create_ticket(ben, "Followed by an agent")
    desk = fay.open(page.url)
    desk.get_by_role("button", name="Follow", exact=True).click()
    expect_message(desk, "You’ll get mail about each update.")
    page.get_by_label("Comment").fill("One more thing")
    page.get_by_role("button", name="Send comment").click()
    assert "You follow this ticket." in mail_to("imani@support.example", "One more thing")["text"]
