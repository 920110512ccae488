import re

import pytest
from django.core.files.base import ContentFile

from supportcenter.errors import RuleViolation
from tests import builders
from tests.cast import actor
from tickets.actions.comments import add_internal_note
from tickets.actions.files import stage_files
from tickets.actions.linking import link, split, unlink
from tickets.models.linking import TicketLink
from tickets.models.ticket import Ticket


@pytest.fixture
def ticket(cast):
    return builders.ticket(cast.ben, cast.acme, cc=[cast.cleo])


def text(response) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


def test_comment_becomes_a_ticket_of_its_author(cast, ticket, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    log = stage_files(actor=actor(cast.cleo), files=[ContentFile(b"abc", name="log.txt")])
    comment = builders.comment(cast.cleo, ticket, "Something else: backups fail", files=log)
    made = split(actor=actor(cast.fay), comment=comment, subject="Backups fail")
    assert (made.requester, made.subject, made.organization) == (cast.cleo, "Backups fail", cast.acme)
    first = made.comments.get()
    with first.attachments.get().file.open() as file:
        assert (first.body, file.read()) == (comment.body, b"abc")
    assert comment.attachments.count() == 1
    assert split(actor=actor(cast.fay), comment=comment, subject="Again") == made
    assert TicketLink.objects.get().second == made


def test_answer_of_support_becomes_a_ticket_of_the_requester(cast, ticket):
    made = split(actor=actor(cast.fay), comment=builders.comment(cast.gus, ticket), subject="Later")
    assert made.requester == cast.ben


def test_note_never_becomes_a_ticket(cast, client_of, ticket):
    note = add_internal_note(actor=actor(cast.fay), ticket=ticket, body="psst")
    with pytest.raises(RuleViolation, match="internal note"):
        split(actor=actor(cast.fay), comment=note, subject="Oops")
    url = f"{ticket.get_absolute_url()}comments/{note.pk}/split/"
    assert client_of(cast.fay).post(url, {"subject": "Oops"}).status_code == 404


def test_agent_splits_on_the_page_and_both_threads_tell(cast, client_of, ticket):
    fay, url = client_of(cast.fay), ticket.get_absolute_url()
    path = f"{url}comments/{ticket.comments.get().pk}/split/"
    assert path in text(fay.get(url))
    assert path not in text(client_of(cast.ben).get(url))
    page = text(fay.post(path, {"subject": "Split"}, follow=True))
    assert f"Fay Dubois opened this ticket from a comment on {ticket.reference}" in page
    made = Ticket.objects.get(subject="Split")
    assert f"split a comment into the new ticket {made.reference}" in text(client_of(cast.ben).get(url))


def test_linked_once_from_either_side_and_internally(cast, client_of, ticket):
    other = builders.ticket(cast.eve, cast.globex, subject="GLOBEX-CANARY")
    link(actor=actor(cast.fay), ticket=ticket, other=other)
    link(actor=actor(cast.gus), ticket=other, other=ticket)
    assert TicketLink.objects.count() == 1
    assert "GLOBEX-CANARY" in text(client_of(cast.fay).get(ticket.get_absolute_url()))
    page = text(client_of(cast.ben).get(ticket.get_absolute_url()))
    assert "GLOBEX-CANARY" not in page
    assert other.reference not in page
    unlink(actor=actor(cast.fay), ticket=other, other=ticket)
    unlink(actor=actor(cast.fay), ticket=ticket, other=other)
    assert not TicketLink.objects.exists()
    assert ticket.activities.filter(kind="unlinked").count() == 1


def test_linking_and_removing_links_on_the_page(cast, client_of, ticket, run_outbox):
    other = builders.ticket(cast.eve, cast.globex, subject="Brokers restart")
    run_outbox()
    fay, url = client_of(cast.fay), ticket.get_absolute_url()
    assert other.reference in text(fay.get(f"{url}links/?q=brokers"))
    fay.post(f"{url}links/", {"target": other.reference})
    assert "Brokers restart" in text(fay.get(url))
    fay.post(f"{url}links/{other.reference}/unlink/")
    assert "Brokers restart" not in text(fay.get(url))
    assert fay.post(f"{url}links/", {"target": ticket.reference}).status_code == 422


@pytest.mark.parametrize("do", [link, unlink])
def test_only_agents_link(cast, ticket, do):
    with pytest.raises(RuleViolation, match="support agents"):
        do(actor=actor(cast.ada), ticket=ticket, other=builders.ticket(cast.ben, cast.acme))
