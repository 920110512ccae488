"""What people do on a ticket's page, over HTTP."""

import json
import re

import pytest
from django.utils import timezone

from tests import builders
from tests.cast import actor
from tickets.actions.changes import solve
from tickets.actions.comments import add_internal_note
from tickets.models.conversation import Attachment
from tickets.models.people import Rating, Visit
from tickets.models.ticket import Ticket


@pytest.fixture
def ticket(cast):
    return builders.ticket(cast.ben, cast.acme, cc=[cast.cleo])


@pytest.fixture
def url(ticket):
    return ticket.get_absolute_url()


def text(response) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


def test_looking_for_news_costs_nothing_when_there_is_none(cast, client_of, ticket, url):
    ben = client_of(cast.ben)
    last = ticket.activities.last().pk
    assert ben.get(f"{url}thread/?after={last}", headers={"HX-Request": "true"}).status_code == 204
    builders.comment(cast.fay, ticket, "An answer")
    response = ben.get(f"{url}thread/?after={last}", headers={"HX-Request": "true"})
    assert "An answer" in text(response)
    assert 'hx-target="#ticket-side"' in text(response)
    assert 'id="composer"' not in text(response)


def test_news_for_staff_are_none_for_customers(cast, client_of, ticket, url):
    last = ticket.activities.last().pk
    add_internal_note(actor=actor(cast.fay), ticket=ticket, body="NOTE-CANARY")
    assert client_of(cast.ben).get(f"{url}thread/?after={last}").status_code == 204


def test_page_leads_on_in_the_tickets_own_organization(cast, client_of, url):
    from orgs.models import Membership, Organization

    other = Organization.objects.create(slug="aaa", name="Aaa")
    Membership.objects.create(organization=other, user=cast.ben)
    page = text(client_of(cast.ben).get(url))
    assert 'href="/o/acme/tickets/new/"' in page
    assert "/o/aaa/tickets/new/" not in page


def test_answer_to_a_solved_ticket_leaves_it_solved(cast, client_of, ticket, url):
    solve(actor=actor(cast.ben), ticket=ticket)
    fay = client_of(cast.fay)
    assert '<option value="" selected>No change</option>' in text(fay.get(url))
    fay.post(f"{url}comments/", {"kind": "answer", "body": "You are welcome.", "status": ""})
    ticket.refresh_from_db()
    assert ticket.status == "solved"


def test_reopening_is_said_in_the_thread(cast, client_of, ticket, url):
    solve(actor=actor(cast.ben), ticket=ticket)
    builders.comment(cast.ben, ticket, "Not yet")
    assert "Ben Okafor reopened the ticket" in text(client_of(cast.ben).get(url))


def test_customer_changes_the_severity(cast, client_of, ticket, url):
    client_of(cast.ben).post(f"{url}severity/", {"severity": "critical"})
    ticket.refresh_from_db()
    assert ticket.severity == "critical"


def test_escalating_by_the_button(cast, client_of, ticket, url):
    client_of(cast.cleo).post(f"{url}escalation/", {"text": "Two days of silence"})
    page = text(client_of(cast.ben).get(url))
    assert "Cleo Marchetti escalated this ticket" in page
    assert "Acknowledge escalation" not in page
    client_of(cast.gus).post(f"{url}escalation/acknowledgement/")
    assert "Gus Lindgren acknowledged it" in text(client_of(cast.ben).get(url))
    client_of(cast.gus).post(f"{url}escalation/outcome/", {"outcome": "Engineer assigned"})
    assert "closed the escalation: Engineer assigned" in text(client_of(cast.ben).get(url))


def test_leaving_and_removing(cast, client_of, ticket, url):
    page = text(client_of(cast.cleo).get(url))
    assert "Leave this conversation?" in page
    assert client_of(cast.cleo).post(f"{url}participants/{cast.cleo.pk}/remove/").url == "/o/acme/tickets/cc/"
    assert client_of(cast.cleo).get(url).status_code == 404


def test_only_those_in_charge_see_the_buttons_to_remove(cast, client_of, ticket, url):
    assert "Remove Cleo Marchetti" in text(client_of(cast.ben).get(url))
    assert "Remove " not in text(client_of(cast.cleo).get(url))


def test_rating(cast, client_of, ticket, url):
    solve(actor=actor(cast.ben), ticket=ticket)
    client_of(cast.ben).post(f"{url}rating/", {"score": "4", "comment": "Quick"})
    assert Rating.objects.get().score == 4
    assert "rated the ticket 4 out of 5: Quick" in text(client_of(cast.ben).get(url))
    assert client_of(cast.ben).post(f"{url}rating/", {"score": "9"}).status_code == 422


def test_closed_ticket_offers_a_follow_up_that_keeps_the_link(cast, client_of, ticket, url):
    Ticket.objects.update(status="closed", solved_at=timezone.now())
    ben = client_of(cast.ben)
    form = f"/o/acme/tickets/new/?follow_up={ticket.reference}"
    assert form in text(ben.get(url))
    assert ticket.reference in text(ben.get(form))
    ben.post(form, builders.form_data())
    follow_up = Ticket.objects.get(follow_up_to=ticket)
    assert ticket.reference in text(ben.get(follow_up.get_absolute_url()))
    assert f"opened the follow-up ticket {follow_up.reference}" in text(ben.get(url))


def test_follow_up_of_someone_elses_ticket_is_ignored(cast, client_of, ticket):
    Ticket.objects.update(status="closed", solved_at=timezone.now())
    client_of(cast.eve).post(f"/o/globex/tickets/new/?follow_up={ticket.reference}", builders.form_data())
    assert Ticket.objects.get(organization=cast.globex).follow_up_to is None


def test_export_has_the_whole_history_but_no_notes(cast, client_of, ticket, url):
    add_internal_note(actor=actor(cast.fay), ticket=ticket, body="NOTE-CANARY")
    builders.comment(cast.fay, ticket, "An answer")
    response = client_of(cast.ben).get(f"{url}export/")
    found = json.loads(response.content)
    assert [each["kind"] for each in found["history"]] == ["opened", "commented"]
    assert found["history"][1]["text"] == "An answer"
    assert "NOTE-CANARY" not in response.content.decode()
    assert f'filename="{ticket.reference}.json"' in response.headers["Content-Disposition"]
    assert "NOTE-CANARY" in client_of(cast.fay).get(f"{url}export/").content.decode()


def test_preview_shows_how_a_text_will_look(cast, client_of):
    page = text(client_of(cast.ben).post("/preview/", {"body": "**bold** <script>x</script>"}))
    assert "<strong>bold</strong>" in page
    assert "<script>" not in page


PNG = b"\x89PNG\r\n\x1a\n" + b"x" * 20


def test_images_have_a_preview_and_other_files_do_not(cast, client_of, url, settings, tmp_path):
    from django.core.files.uploadedfile import SimpleUploadedFile

    settings.MEDIA_ROOT = tmp_path
    files = [SimpleUploadedFile("a.txt", PNG), SimpleUploadedFile("b.png", b"<svg onload=alert(1)>")]
    client_of(cast.ben).post(f"{url}comments/", {"body": "See", "files_sent": files})
    image, text_file = Attachment.objects.order_by("name")
    ben = client_of(cast.ben)
    response = ben.get(f"/attachments/{image.pk}/preview/")
    assert b"".join(response.streaming_content) == PNG
    assert response.headers["Content-Type"] == "image/png"
    assert "sandbox" in response.headers["Content-Security-Policy"]
    assert ben.get(f"/attachments/{text_file.pk}/preview/").status_code == 404
    assert client_of(cast.eve).get(f"/attachments/{image.pk}/preview/").status_code == 404


def test_who_can_see_it_and_why(cast, client_of, ticket, url):
    page = text(client_of(cast.ben).get(url))
    assert "Ben Okafor, the requester." in page
    assert "Cleo Marchetti, in CC." in page
    assert "Organization admins of Acme: Ada Lindqvist." in page
    assert "Every user of Acme" not in page


def test_clock_is_explained(cast, client_of, ticket, url):
    page = text(client_of(cast.ben).get(url))
    assert "Target: first response within 1 hour (High severity, Advanced tier)." in page
    assert "First response due by" in page


def test_visit_is_remembered(cast, client_of, ticket, url):
    client_of(cast.ben).get(url)
    first = Visit.objects.get().seen_at
    client_of(cast.ben).get(url)
    assert Visit.objects.get().seen_at > first


@pytest.mark.parametrize(("words", "leads"), [("{reference}", "ticket"), ("orders", "list")])
def test_header_search_jumps_or_lists(cast, client_of, ticket, words, leads):
    words = words.format(reference=ticket.reference)
    response = client_of(cast.ada).get(f"/o/acme/search/?q={words}")
    expected = {"ticket": ticket.get_absolute_url(), "list": f"/o/acme/tickets/organization/?q={words}"}
    assert response.url == expected[leads]


def test_search_does_not_jump_to_a_ticket_of_others(cast, client_of, ticket):
    assert (
        client_of(cast.eve)
        .get(f"/o/globex/search/?q={ticket.reference}")
        .url.startswith("/o/globex/tickets/")
    )
