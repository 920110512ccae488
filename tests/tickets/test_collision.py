"""Two people on one ticket: who is there, and what came while the other typed."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests import builders
from tests.cast import actor, make_cast
from tests.races import at_once
from tickets.actions.changes import change_status
from tickets.actions.comments import add_internal_note
from tickets.actions.composing import send_composed
from tickets.actions.macros import Message
from tickets.models.conversation import Attachment, Comment


@pytest.fixture
def ticket(cast):
    return builders.ticket(cast.ben, cast.acme, cc=[cast.cleo])


@pytest.fixture
def url(ticket):
    return ticket.get_absolute_url()


def text(response) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


def seen_by(client, url) -> str:
    return re.search(r'name="seen" form="composer" value="(\d+)"', text(client.get(url)))[1]


def answer(**changes) -> dict[str, str]:
    return {"kind": "answer", "body": "Restart it.", "status": "solved"} | changes


def test_what_nobody_saw_stops_an_answer_and_nothing_typed_is_lost(cast, client_of, ticket, url):
    fay = client_of(cast.fay)
    seen = seen_by(fay, url)
    builders.comment(cast.ben, ticket, "It works again.")
    file = SimpleUploadedFile("log.txt", b"lines")
    refused = fay.post(f"{url}comments/", answer(seen=seen, files_sent=file))
    assert refused.status_code == 422
    page = text(refused)
    assert "Ben Okafor commented while you were writing," in page
    assert page.count("It works again.") == 2  # in the thread and above the composer
    assert "Restart it.</textarea>" in page
    assert '<option value="solved" selected>' in page
    assert "log.txt" in page
    assert "Send anyway" in page
    assert not Comment.objects.filter(author=cast.fay).exists()


def test_send_anyway_goes_out_with_its_files(cast, client_of, ticket, url):
    fay = client_of(cast.fay)
    seen = seen_by(fay, url)
    builders.comment(cast.ben, ticket, "It works again.")
    fay.post(f"{url}comments/", answer(seen=seen, files_sent=SimpleUploadedFile("log.txt", b"lines")))
    again = answer(seen=seen_by(fay, url), uploads=str(Attachment.objects.get().pk))
    assert fay.post(f"{url}comments/", again).status_code == 302
    assert Comment.objects.get(author=cast.fay).attachments.get().name == "log.txt"


def test_refused_answer_brings_htmx_the_thread_and_the_entry_that_is_seen_now(cast, client_of, ticket, url):
    fay = client_of(cast.fay)
    seen = seen_by(fay, url)
    builders.comment(cast.ben, ticket, "It works again.")
    newest = ticket.activities.last().pk
    page = text(fay.post(f"{url}comments/", answer(seen=seen), headers={"HX-Request": "true"}))
    assert 'hx-target="#ticket-thread"' in page
    assert f'name="seen" form="composer" value="{newest}"' in page
    assert f'id="new-entry-{newest}"' in page


def test_note_of_a_colleague_counts_and_own_ones_and_other_changes_do_not(cast, client_of, ticket, url):
    fay = client_of(cast.fay)
    seen = seen_by(fay, url)
    client_of(cast.gus).post(f"{url}severity/", {"severity": "low"})
    assert fay.post(f"{url}comments/", answer(seen=seen, kind="note")).status_code == 302
    assert fay.post(f"{url}comments/", answer(seen=seen)).status_code == 302
    add_internal_note(actor=actor(cast.gus), ticket=ticket, body="I know the cause.")
    refused = fay.post(f"{url}comments/", answer(seen=seen))
    assert refused.status_code == 422
    assert "Gus Lindgren commented while you were writing," in text(refused)


def test_reply_does_not_overwrite_a_status_that_was_changed_meanwhile(cast, client_of, ticket, url):
    fay = client_of(cast.fay)
    seen = seen_by(fay, url)
    change_status(actor=actor(cast.gus), ticket=ticket, status="on_hold")
    refused = fay.post(f"{url}comments/", answer(seen=seen, status="solved"))
    assert refused.status_code == 422
    assert "Gus Lindgren changed the status to On hold while you were writing," in text(refused)
    ticket.refresh_from_db()
    assert (ticket.status, ticket.comments.filter(author=cast.fay).count()) == ("on_hold", 0)
    assert fay.post(f"{url}comments/", answer(seen=seen, status="")).status_code == 302


def test_customers_are_never_stopped(cast, client_of, ticket, url):
    first = ticket.activities.first().pk
    builders.comment(cast.fay, ticket, "An answer")
    ben = client_of(cast.ben)
    assert ben.post(f"{url}comments/", {"body": "No.", "seen": str(first)}).status_code == 302


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_of_two_who_send_at_once_exactly_one_gets_through():
    cast = make_cast()
    ticket = builders.ticket(cast.ben, cast.acme)
    seen = ticket.activities.get().pk

    def sender(agent):
        message = Message(f"{agent} says")
        return lambda: send_composed(actor=actor(agent), ticket=ticket, message=message, seen=seen)

    outcomes = at_once(sender(cast.fay), sender(cast.gus))
    assert sorted(outcomes, key=str) == sorted([ticket, "unseen"], key=str)
    assert ticket.comments.exclude(author=cast.ben).count() == 1
