import re
from datetime import timedelta

import pytest
from django.utils import timezone

from supportcenter.errors import RuleViolation
from tests import builders
from tests.cast import actor
from tickets.actions.handover import hand_over

SOON = timezone.now() + timedelta(hours=3)
CARD = {"state": "Brokers 2 and 3 are down.", "next_step": "Wait for the volume."}


@pytest.fixture
def ticket(cast):
    return builders.ticket(cast.ben, cast.acme, severity="critical")


def text(response) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


def test_card_keeps_what_it_said_before_in_the_history(cast, ticket):
    hand_over(actor=actor(cast.fay), ticket=ticket, **CARD)
    hand_over(actor=actor(cast.gus), ticket=ticket, **CARD | {"state": "All is up."})
    hand_over(actor=actor(cast.fay), ticket=ticket, **CARD | {"state": "All is up."})
    entry = ticket.activities.last()
    assert (entry.before["state"], entry.after["state"]) == (CARD["state"], "All is up.")
    assert (entry.is_internal, ticket.handover.written_by) == (True, cast.gus)
    assert ticket.activities.filter(kind="handed_over").count() == 2


def test_next_update_is_a_promise_once(cast, ticket):
    for _ in range(2):
        hand_over(actor=actor(cast.fay), ticket=ticket, **CARD, next_update_at=SOON)
    assert ticket.clocks.get(kind="next_update", ended_at=None).due_at == SOON
    assert ticket.activities.filter(kind="update_promised").count() == 1


def test_only_agents_hand_over(cast, ticket):
    with pytest.raises(RuleViolation, match="support agents"):
        hand_over(actor=actor(cast.ben), ticket=ticket, **CARD)


def test_card_is_on_the_agents_page_only(cast, client_of, ticket):
    url = ticket.get_absolute_url()
    page = text(client_of(cast.fay).post(f"{url}handover/", CARD, follow=True))
    assert "Brokers 2 and 3 are down." in page
    for path in (url, f"{url}thread/", f"{url}export/"):
        assert "Brokers 2 and 3" not in text(client_of(cast.ben).get(path))


def test_card_is_offered_for_critical_tickets_and_kept_for_others(cast, client_of, ticket):
    low = builders.ticket(cast.ben, cast.acme, severity="low").get_absolute_url()
    fay = client_of(cast.fay)
    assert "Add a handover note" in text(fay.get(ticket.get_absolute_url()))
    assert "Add a handover note" not in text(fay.get(low))
    fay.post(f"{low}handover/", CARD)
    assert "Brokers 2 and 3 are down." in text(fay.get(low))


@pytest.mark.parametrize("at", ["2020-01-01T10:00", "soon"])
def test_promise_that_cannot_be_keeps_what_was_typed(cast, client_of, ticket, at):
    url = f"{ticket.get_absolute_url()}handover/"
    response = client_of(cast.fay).post(url, CARD | {"next_update_at": at}, headers={"HX-Request": "true"})
    assert response.status_code == 422
    assert text(response).lstrip().startswith('<div id="ticket-handover">')
    assert "Wait for the volume." in text(response)


def test_card_is_offered_as_soon_as_a_ticket_becomes_critical(cast, client_of):
    url = builders.ticket(cast.ben, cast.acme).get_absolute_url()
    fay = client_of(cast.fay)
    assert "Save handover note" not in text(fay.get(url))
    form = {"severity": "critical", "reason": "All is down"}
    changed = fay.post(f"{url}severity/", form, headers={"HX-Request": "true"})
    assert "Save handover note" in text(changed)
