"""A ticket changes between page and answer: the form comes back with the reason and what was typed."""

from collections.abc import Callable

import pytest
from django.utils import timezone

from orgs.models import Service
from tests import builders
from tests.cast import actor
from tickets.actions.changes import change_status, solve
from tickets.actions.escalation import close_escalation, escalate
from tickets.actions.merging import merge_into
from tickets.models.ticket import Ticket
from tickets.states import Status
from tickets.views import create, merging, participation

TYPED = "Half of our consumers stand still"


@pytest.fixture
def ticket(cast):
    return builders.ticket(cast.ben, cast.acme, cc=[cast.cleo])


@pytest.fixture
def meanwhile(monkeypatch):
    """Let something happen after the view has looked and before its action runs."""

    def before(module, name: str, happens: Callable[[], object]) -> None:
        action = getattr(module, name)
        monkeypatch.setattr(module, name, lambda **values: (happens(), action(**values))[1])

    return before


def assert_form_comes_back(response, why: str) -> None:
    page = response.content.decode()
    assert response.status_code == 422
    assert why in page
    assert TYPED in page


def test_ticket_closes_while_a_customer_escalates(cast, client_of, ticket, meanwhile):
    close = lambda: Ticket.objects.update(status=Status.CLOSED, solved_at=timezone.now())  # noqa: E731
    meanwhile(participation, "escalate", close)
    response = client_of(cast.ben).post(f"{ticket.get_absolute_url()}escalation/", {"text": TYPED})
    assert_form_comes_back(response, "This ticket is closed.")


def test_two_agents_close_one_escalation(cast, client_of, ticket, meanwhile):
    escalate(actor=actor(cast.ben), ticket=ticket, text="Nobody answers")
    close = lambda: close_escalation(actor=actor(cast.gus), ticket=ticket, outcome="Done")  # noqa: E731
    meanwhile(participation, "close_escalation", close)
    response = client_of(cast.fay).post(f"{ticket.get_absolute_url()}escalation/outcome/", {"outcome": TYPED})
    assert_form_comes_back(response, "There is no open escalation on this ticket.")


def test_ticket_reopens_while_the_customer_rates_it(cast, client_of, ticket, meanwhile):
    solve(actor=actor(cast.fay), ticket=ticket)
    reopen = lambda: change_status(actor=actor(cast.fay), ticket=ticket, status=Status.OPEN)  # noqa: E731
    meanwhile(participation, "rate", reopen)
    form = {"score": 4, "comment": TYPED}
    response = client_of(cast.ben).post(f"{ticket.get_absolute_url()}rating/", form)
    assert_form_comes_back(response, "can&#39;t be rated now.")


def test_comment_becomes_an_internal_note_while_it_is_split(cast, client_of, ticket, monkeypatch):
    comment = builders.comment(cast.ben, ticket)
    comment.is_internal = True
    monkeypatch.setattr(merging, "comment_for", lambda *_: comment)
    page = f"{ticket.get_absolute_url()}comments/{comment.pk}/split/"
    response = client_of(cast.fay).post(page, {"subject": TYPED})
    assert_form_comes_back(response, "An internal note can&#39;t become a ticket")


def test_last_paid_service_goes_while_a_ticket_is_written(cast, client_of, meanwhile):
    meanwhile(create, "open_ticket", lambda: Service.objects.update(is_paid=False))
    response = client_of(cast.ben).post("/o/acme/tickets/new/", builders.form_data(description=TYPED))
    assert_form_comes_back(response, "Support tickets need at least one paid service.")


def test_ticket_is_merged_while_its_requester_takes_a_person_out(cast, client_of, ticket, meanwhile):
    target = builders.ticket(cast.ada, cast.acme)
    merge = lambda: merge_into(actor=actor(cast.fay), ticket=ticket, target=target)  # noqa: E731
    meanwhile(participation, "remove_participant", merge)
    response = client_of(cast.ben).post(f"{ticket.get_absolute_url()}participants/{cast.cleo.pk}/remove/")
    assert response.status_code == 409
    assert "Only the requester and organization admins can remove people." in response.content.decode()
