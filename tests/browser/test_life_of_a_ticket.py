"""One ticket's whole life: three people, real mail through a real worker."""

from playwright.sync_api import expect

from tests.browser.steps import TICKET_URL, expect_message


def test_life_of_a_ticket(person, mail_to, tmp_path):
    log = tmp_path / "broker.log"
    log.write_text("WARN under-replicated partitions: 12\n")

    # Ben opens a ticket and puts Cleo in CC.
    ben = person("ben@acme.example")
    page = ben.open("/")
    ben.follow(page.get_by_role("link", name="Create ticket").first)
    page.get_by_label("CC").fill("cleo@acme.example")
    page.get_by_label("Subject").fill("Replication falls behind after the upgrade")
    page.get_by_role("radio", name="High Main").check()
    page.get_by_label("Filter projects and services").fill("kafka")
    page.get_by_role("checkbox", name="kafka").first.check()
    expect(page.get_by_text("1 selected")).to_be_visible()
    page.get_by_label("Product").select_option("kafka")
    page.get_by_label("Reason").select_option("performance")
    page.get_by_label("Description").fill(
        "Since 09:00 UTC:\n\n```\nISR shrinks to 1\n```\n\nSee the **log**."
    )
    page.get_by_label("Files").set_input_files(log)
    page.get_by_role("button", name="Create ticket").click()
    page.wait_for_url(TICKET_URL)
    reference = page.url.rstrip("/").rpartition("/")[2]
    expect_message(page, f"Ticket {reference} created")
    expect(page.locator(".attachment", has_text="broker.log")).to_be_visible()
    ben.check()

    # Cleo and Ben get real mails.
    opened = mail_to("cleo@acme.example", "Replication falls behind")
    assert opened["subject"] == f"[{reference}] Replication falls behind after the upgrade"
    assert "Ben Okafor opened the ticket." in opened["text"]
    assert "<code>ISR shrinks to 1" in opened["html"]
    assert f"{ben.site}/tickets/{reference}/" in opened["text"]
    assert "We received your ticket" in mail_to("ben@acme.example", reference)["text"]

    # Cleo follows the link and finds the ticket under CC'd.
    cleo = person("cleo@acme.example")
    page_of_cleo = cleo.open(f"/tickets/{reference}/")
    expect(page_of_cleo.get_by_role("heading", level=1)).to_have_text(
        "Replication falls behind after the upgrade"
    )
    expect(cleo.open("/o/acme/tickets/cc/").get_by_text(reference)).to_be_visible()

    # Fay assigns it to herself, writes a note, and replies.
    fay = person("fay@support.example")
    desk = fay.open("/queue/unassigned/?q=Replication+falls+behind")
    fay.follow(desk.get_by_role("link", name="Replication falls behind").first)
    desk.get_by_label("Assignee").select_option(label="Fay Dubois")
    desk.get_by_role("button", name="Assign", exact=True).click()
    expect(desk.get_by_text("Fay Dubois self-assigned the ticket")).to_be_visible()
    desk.get_by_text("Internal note", exact=True).first.check()
    desk.get_by_label("Comment").fill("Broker 2 ran out of page cache.")
    desk.get_by_role("button", name="Add internal note").click()
    expect(desk.locator(".comment-note")).to_contain_text("Broker 2 ran out of page cache.")
    fay.check()
    desk.get_by_label("Comment").fill("We moved two partitions. Is it better now?")
    desk.locator("#composer").get_by_label("Status").select_option("waiting_on_customer")
    desk.get_by_role("button", name="Send reply").click()
    expect(desk.locator(".comment-agent").last).to_contain_text("We moved two partitions.")

    # Ben sees the reply appear by itself, without the note, and keeps what he is typing.
    ben.page.get_by_label("Comment").fill("Half a sen")
    expect(page.get_by_text("We moved two partitions.")).to_be_visible()
    expect(page.get_by_text("Waiting for you").first).to_be_visible()
    expect(page.get_by_label("Comment")).to_have_value("Half a sen")
    assert "page cache" not in page.content()
    answer = mail_to("ben@acme.example", "We moved two partitions.")
    assert answer["subject"] == opened["subject"]
    assert answer["headers"]["References"].startswith("<ticket.")
    assert "page cache" not in answer["text"] + answer["html"]
    mail_to("cleo@acme.example", "We moved two partitions.")

    # Ben says thanks and solves it; Fay is notified.
    page.get_by_label("Comment").fill("Much better, thank you.")
    page.get_by_role("button", name="Send comment").click()
    expect(page.locator(".comment-mine").last).to_contain_text("Much better, thank you.")
    expect(page.get_by_label("Comment")).to_have_value("")
    page.get_by_role("button", name="Mark as solved").click()
    expect(page.get_by_text("Ben Okafor marked the ticket as solved")).to_be_visible()
    expect(page.get_by_text("Solved").first).to_be_visible()
    mail_to("fay@support.example", "Ben Okafor marked the ticket as solved.")

    # Eve of Globex can't see the ticket.
    eve = person("eve@globex.example")
    assert eve.page.goto(f"{eve.site}/tickets/{reference}/").status == 404
    eve.check()


def test_a_customer_can_do_everything_without_javascript(person, mail_to):
    ben = person("ben@acme.example", java_script_enabled=False)
    page = ben.page
    page.goto(f"{ben.site}/o/acme/tickets/new/")
    page.get_by_label("Subject").fill("Without scripts")
    page.get_by_role("button", name="Create ticket").click()
    expect(page.get_by_text("Some things need your attention")).to_be_visible()
    expect(page.get_by_label("Subject")).to_have_value("Without scripts")
    page.get_by_role("radio", name="Low Main").check()
    page.get_by_label("Product").select_option("grafana")
    page.get_by_label("Reason").select_option("how-to")
    page.get_by_label("Description").fill("How do I share a dashboard?")
    page.get_by_role("button", name="Create ticket").click()
    page.wait_for_url(TICKET_URL)
    page.get_by_role("link", name="Add to conversation").click()
    page.get_by_label("CC").fill("dov@acme.example cleo@acme.example")
    page.get_by_label("Comment").fill("You two know the invoice.")
    page.get_by_role("button", name="Submit").click()
    expect(
        page.get_by_text("Ben Okafor added Dov Katz and Cleo Marchetti to the conversation")
    ).to_be_visible()
    mail_to("dov@acme.example", "You two know the invoice.")
    page.get_by_label("Comment").fill("One more thing.")
    page.get_by_role("button", name="Send comment").click()
    expect(page.get_by_text("One more thing.")).to_be_visible()
    page.get_by_role("button", name="Mark as solved").click()
    expect(page.get_by_text("Ben Okafor marked the ticket as solved")).to_be_visible()
