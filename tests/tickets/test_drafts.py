"""What is typed on a ticket is kept on the server until it is sent."""

import re

import pytest
from django.utils import timezone

from orgs.models import Membership
from tests import builders
from tests.cast import actor
from tickets.actions.comments import add_comment
from tickets.actions.composing import delete_stale_drafts, save_draft
from tickets.models.drafts import ServerDraft
from tickets.models.ticket import Ticket


@pytest.fixture
def ticket(cast):
    return builders.ticket(cast.ben, cast.acme, cc=[cast.cleo])


@pytest.fixture
def url(ticket):
    return ticket.get_absolute_url()


def text(response) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


def keep(person, ticket, body="Half a thought", kind="answer"):
    return save_draft(actor=actor(person), ticket=ticket, kind=kind, body=body)


def test_draft_is_there_in_another_browser_with_kind_and_status(cast, client_of, url):
    typed = {"kind": "note", "body": "Half a thought", "status": "on_hold"}
    assert client_of(cast.fay).post(f"{url}draft/", typed).status_code == 204
    page = text(client_of(cast.fay).get(url))
    assert "Half a thought</textarea>" in page
    assert 'value="note" checked' in page
    assert '<option value="on_hold" selected>' in page
    assert "Draft saved" in page


def test_draft_is_nobody_elses(cast, client_of, ticket, url):
    keep(cast.fay, ticket)
    assert "Half a thought" not in text(client_of(cast.gus).get(url))
    assert "Half a thought" not in text(client_of(cast.ben).get(url))


def test_newest_text_stays_and_an_empty_one_forgets(cast, ticket):
    keep(cast.ben, ticket)
    keep(cast.ben, ticket, "A whole thought")
    assert ServerDraft.objects.get().body == "A whole thought"
    keep(cast.ben, ticket, "")
    assert not ServerDraft.objects.exists()


def test_sending_forgets_and_a_refused_one_does_not(cast, client_of, ticket, url):
    keep(cast.fay, ticket)
    fay = client_of(cast.fay)
    fay.post(f"{url}comments/", {"kind": "answer", "body": "Half", "status": "new"})
    assert ServerDraft.objects.exists()
    fay.post(f"{url}comments/", {"kind": "answer", "body": "Half", "status": ""})
    assert not ServerDraft.objects.exists()


def test_comment_by_another_way_leaves_the_draft(cast, ticket):
    keep(cast.ben, ticket)
    add_comment(actor=actor(cast.ben), ticket=ticket, body="By mail")
    assert ServerDraft.objects.exists()


def test_text_that_was_sent_meanwhile_does_not_come_back(cast, client_of, ticket, url):
    ben, seen = client_of(cast.ben), ticket.activities.last().pk
    ben.post(f"{url}comments/", {"body": "A whole thought"})
    assert ben.post(f"{url}draft/", {"body": "A whole th", "seen": seen}).status_code == 409
    assert not ServerDraft.objects.exists()
    assert ben.post(f"{url}draft/", {"body": "And", "seen": ticket.activities.last().pk}).status_code == 204


def test_note_does_not_become_a_comment_of_a_former_agent(cast, client_of, ticket, url):
    keep(cast.fay, ticket, kind="note")
    type(cast.fay).objects.filter(pk=cast.fay.pk).update(staff_role="")
    Membership.objects.create(organization=cast.acme, user=cast.fay, role="admin")
    assert "Half a thought" not in text(client_of(cast.fay).get(url))


def test_drafts_of_closed_tickets_and_of_people_who_left_are_dropped(cast, ticket):
    closed = builders.ticket(cast.cleo, cast.acme)
    for person in [cast.ben, cast.fay, cast.cleo, cast.gus]:
        keep(person, ticket)
    keep(cast.cleo, closed)
    Membership.objects.filter(user=cast.cleo).delete()
    type(cast.gus).objects.filter(pk=cast.gus.pk).update(is_active=False)
    Ticket.objects.filter(pk=closed.pk).update(status="closed", solved_at=timezone.now())
    assert delete_stale_drafts() == 3
    assert {each.user for each in ServerDraft.objects.all()} == {cast.ben, cast.fay}


def test_closed_ticket_keeps_no_draft(cast, ticket):
    keep(cast.ben, ticket)
    Ticket.objects.update(status="closed", solved_at=timezone.now())
    assert not keep(cast.ben, ticket, "More")
    assert not ServerDraft.objects.exists()
