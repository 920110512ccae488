"""One change of many tickets: asked for, carried out, refused, stopped, taken up again."""

import re

import pytest
from django.db import OperationalError
from pytest_django.asserts import assertNumQueries

from orgs.models import User
from supportcenter.outbox.models import OutboxMessage
from tests import builders
from tests.cast import actor
from tickets.actions.indexing import index_tickets
from tickets.actions.merging import merge_into
from tickets.bulk import actions as bulk
from tickets.bulk.actions import cancel_bulk, request_bulk, run_bulk
from tickets.bulk.changes import Change
from tickets.bulk.models import BulkItem, BulkJob
from tickets.models.conversation import Activity
from tickets.models.macros import Macro
from tickets.models.tags import Tag
from tickets.models.teams import Team
from tickets.models.ticket import Ticket
from tickets.search import finding


@pytest.fixture
def tickets(cast):
    return [builders.ticket(cast.ben, cast.acme, subject=f"Number {number}") for number in range(3)]


@pytest.fixture
def fay(cast, client_of):
    return client_of(cast.fay)


def text(response) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


def ask(cast, tickets, kind="status", **arguments) -> BulkJob:
    meant = Ticket.objects.filter(pk__in=[each.pk for each in tickets])
    arguments = arguments or {"status": "on_hold"}
    return request_bulk(actor=actor(cast.fay), tickets=meant, kind=kind, arguments=arguments, words="Do it")


def outcomes(job) -> list[str]:
    return list(job.items.order_by("pk").values_list("outcome", flat=True))


def post(client, tickets, **data):
    return client.post("/queue/jobs/", {"ticket": [each.pk for each in tickets]} | data)


def test_each_ticket_is_changed_with_history_and_event_as_by_hand(cast, tickets):
    events = OutboxMessage.objects.count()
    job = ask(cast, tickets)
    assert run_bulk() == 3
    job.refresh_from_db()
    assert outcomes(job) == ["done"] * 3
    assert job.finished_at
    assert Activity.objects.filter(kind="status_changed", actor=cast.fay).count() == 3
    assert OutboxMessage.objects.count() == events + 3
    assert run_bulk() == 0


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"kind": "assign", "assignee": "{gus}"}, {"assignee__name": "Gus Lindgren"}),
        ({"kind": "status", "status": "on_hold"}, {"status": "on_hold"}),
        ({"kind": "severity", "severity": "low", "reason": "It runs again"}, {"severity": "low"}),
        ({"kind": "tags", "tags": "Kafka lag"}, {"tags__name": "kafka"}),
        ({"kind": "macro", "macro": "{macro}"}, {"status": "waiting_on_customer"}),
    ],
)
def test_kinds_from_the_queue(cast, fay, tickets, data, expected):
    macro = Macro.objects.create(name="Ask", body="Which version?", status="waiting_on_customer")
    filled = {name: value.format(gus=cast.gus.pk, macro=macro.pk) for name, value in data.items()}
    response = post(fay, tickets[:2], **filled)
    assert response.url == BulkJob.objects.get().get_absolute_url()
    run_bulk()
    assert outcomes(BulkJob.objects.get()) == ["done", "done"]
    assert set(Ticket.objects.filter(**expected)) == set(tickets[:2])


def test_selected_tickets_are_merged_into_another(cast, fay, tickets):
    other = builders.ticket(cast.eve, cast.globex)
    response = post(fay, [*tickets, other], kind="merge", target=tickets[0].reference)
    assert response.status_code == 302
    run_bulk()
    assert outcomes(BulkJob.objects.get()) == ["skipped", "done", "done", "refused"]
    assert Ticket.objects.filter(merged_into=tickets[0]).count() == 2
    assert tickets[0].comments.count() == 3


def test_ticket_that_was_merged_since_is_refused_and_its_target_left_alone(cast, tickets):
    job = ask(cast, tickets[:1])
    merge_into(actor=actor(cast.fay), ticket=tickets[0], target=tickets[1])
    run_bulk()
    assert job.items.get().message == f"It was merged into {tickets[1].reference}."
    tickets[1].refresh_from_db()
    assert tickets[1].status == "new"


def test_tags_are_added_to_those_that_are_there(cast, fay, tickets):
    tickets[0].tags.set([Tag.objects.create(name="old"), Tag.objects.create(name="lag")])
    post(fay, tickets[:2], kind="tags", tags="lag")
    run_bulk()
    assert outcomes(BulkJob.objects.get()) == ["skipped", "done"]
    assert sorted(tickets[0].tags.values_list("name", flat=True)) == ["lag", "old"]


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        ({"kind": "severity", "severity": "low"}, "Enter a reason"),
        ({"kind": "tags"}, "Enter at least one tag"),
        ({"kind": "macro"}, "Choose a macro"),
        ({"kind": "merge", "target": "SUP-1"}, "No ticket has this number"),
        ({"kind": "merge"}, "Enter the ticket"),
        ({"kind": "nonsense"}, "Select a valid choice"),
        ({"kind": "assign", "assignee": "999999"}, "No match for “999999”"),
        ({"kind": "assign", "ticket": ["x"]}, "The selection is invalid"),
        ({"kind": "assign", "ticket": []}, "Choose at least one ticket"),
        ({"kind": "assign", "ticket": [9**18]}, "Choose at least one ticket"),
    ],
)
def test_what_makes_no_sense_is_422_and_changes_nothing(fay, tickets, data, problem):
    response = post(fay, tickets, **data)
    assert response.status_code == 422
    assert problem in text(response)
    assert not BulkJob.objects.exists()


def test_everything_filtered_is_frozen_when_it_is_asked_for(cast, fay, tickets):
    builders.ticket(cast.ben, cast.acme, severity="low", subject="Not meant")
    post(fay, [], kind="status", status="on_hold", everything="on", query="severity:high")
    late = builders.ticket(cast.ben, cast.acme, subject="Too late")
    assert run_bulk() == 3
    late.refresh_from_db()
    assert late.status == "new"
    assert set(Ticket.objects.filter(status="on_hold")) == set(tickets)


def test_everything_that_a_search_finds_is_changed_however_much_is_ranked(cast, fay, tickets, monkeypatch):
    monkeypatch.setattr(finding, "MOST_RANKED", 1)
    index_tickets([each.pk for each in tickets])
    post(fay, [], kind="status", status="on_hold", everything="on", query="number severity:high")
    job = BulkJob.objects.get()
    assert (job.total, job.query) == (3, "number severity:high")
    assert 'Filter: <span dir="auto">number severity:high</span>' in text(fay.get(job.get_absolute_url()))


def test_search_in_any_script_can_be_changed_in_bulk(cast, fay):
    subject = (
        "очередь сообщений растёт и не обрабатывается уже несколько часов подряд после обновления кластера"
    )
    ticket = builders.ticket(cast.ben, cast.acme, subject=subject)
    index_tickets([ticket.pk])
    page = fay.get("/queue/", {"q": subject[:93]})
    query = page.context["bulk"]["query"].value()
    assert post(fay, [], kind="status", status="on_hold", everything="on", query=query).status_code == 302
    assert BulkItem.objects.get().ticket == ticket


def test_filter_that_is_not_understood_changes_nothing(fay, tickets):
    response = post(fay, [], kind="status", status="on_hold", everything="on", query="severity:hihg")
    assert response.status_code == 422
    assert "“hihg” is not a severity." in text(response)
    assert not BulkJob.objects.exists()


def test_too_many_are_refused_with_the_limit(cast, fay, tickets, monkeypatch):
    monkeypatch.setattr(bulk, "MAX_TICKETS", 2)
    response = post(fay, [], kind="status", status="on_hold", everything="on")
    assert response.status_code == 422
    assert "At most 2 tickets can be changed at once." in text(response)
    assert not BulkItem.objects.exists()


def test_rule_that_refuses_one_ticket_stops_no_other(cast, tickets):
    Ticket.objects.filter(pk=tickets[0].pk).update(status="closed", solved_at=tickets[0].created_at)
    Ticket.objects.filter(pk=tickets[1].pk).update(status="on_hold")
    job = ask(cast, tickets)
    run_bulk()
    assert outcomes(job) == ["refused", "skipped", "done"]
    assert job.items.order_by("pk").first().message == "A ticket that is closed can't become on hold."


def test_agent_who_was_removed_changes_nothing_anymore(cast, tickets):
    job = ask(cast, tickets)
    User.objects.filter(pk=cast.fay.pk).update(staff_role="")
    run_bulk()
    assert outcomes(job) == ["refused"] * 3
    assert not Ticket.objects.filter(status="on_hold").exists()


def test_assignee_who_was_removed_gets_nothing(cast, tickets):
    job = ask(cast, tickets, "assign", assignee=cast.gus.pk)
    User.objects.filter(pk=cast.gus.pk).update(is_active=False)
    run_bulk()
    assert set(outcomes(job)) == {"refused"}


def test_ticket_that_breaks_the_code_is_told_and_stops_no_other(cast, tickets, monkeypatch):
    job = ask(cast, tickets)
    broken(monkeypatch, tickets[0], ValueError("a bug"))
    run_bulk()
    assert outcomes(job) == ["failed", "done", "done"]


def test_worker_that_dies_has_done_a_ticket_with_its_outcome_or_neither(cast, tickets, monkeypatch):
    job = ask(cast, tickets)
    with monkeypatch.context() as context:
        broken(context, tickets[1], OperationalError("the connection is gone"))
        with pytest.raises(OperationalError):
            run_bulk()
    assert outcomes(job) == ["done", "waiting", "waiting"]
    run_bulk()
    assert outcomes(job) == ["done"] * 3
    assert Activity.objects.filter(kind="status_changed").count() == 3


def broken(monkeypatch, ticket, error: Exception) -> None:
    """Changing this ticket fails after it was changed."""
    change = bulk.CHANGES["status"]

    def make(actor, one, arguments):
        change.make(actor, one, arguments)
        if one.pk == ticket.pk:
            raise error

    monkeypatch.setitem(bulk.CHANGES, "status", Change(change.is_done, make))


def test_slice_of_time_ends_and_nudges_for_the_rest(cast, tickets, monkeypatch):
    rung = []
    monkeypatch.setattr(bulk, "SLICE", -1)
    monkeypatch.setattr(bulk.run_bulk_nudge, "send", lambda: rung.append(True))
    job = ask(cast, tickets)
    assert run_bulk() == 1
    assert outcomes(job) == ["done", "waiting", "waiting"]
    assert rung == [True]


def test_canceling_leaves_the_rest(cast, fay, tickets, monkeypatch):
    monkeypatch.setattr(bulk, "SLICE", -1)
    job = ask(cast, tickets)
    run_bulk()
    response = fay.post(f"/queue/jobs/{job.pk}/cancellation/", follow=True)
    assert "Canceled. The remaining tickets were not changed." in text(response)
    assert run_bulk() == 0
    assert outcomes(job) == ["done", "canceled", "canceled"]


def test_only_who_asked_sees_and_cancels_a_job(cast, client_of, tickets):
    job = ask(cast, tickets)
    gus = client_of(cast.gus)
    assert gus.get(f"/queue/jobs/{job.pk}/").status_code == 404
    assert gus.post(f"/queue/jobs/{job.pk}/cancellation/").status_code == 404
    with pytest.raises(Exception, match="This bulk change belongs to someone else"):
        cancel_bulk(actor=actor(cast.gus), job=job)


def test_page_of_a_job_looks_for_news_until_it_is_finished(cast, fay, tickets):
    Ticket.objects.filter(pk=tickets[0].pk).update(status="closed", solved_at=tickets[0].created_at)
    job = ask(cast, tickets)
    url = job.get_absolute_url()
    assert 'hx-trigger="every 1s"' in text(fay.get(url))
    run_bulk()
    news = text(fay.get(url, headers={"HX-Request": "true"}))
    assert "hx-trigger" not in news
    assert "3 of 3</span> tickets" in news
    refused = text(fay.get(f"{url}?outcome=refused"))
    assert "Number 0" in refused
    assert "Number 1" not in refused
    assert "Do it" in text(fay.get("/queue/jobs/"))


# Session, person, memberships; the job, its outcomes, its tickets.
@pytest.mark.parametrize("count", [1, 30])
def test_page_of_a_job_costs_the_same_for_many_tickets(cast, fay, count):
    job = ask(cast, [builders.ticket(cast.ben, cast.acme) for _ in range(count)])
    with assertNumQueries(6):
        fay.get(job.get_absolute_url())


# Session, person, memberships; the jobs.
@pytest.mark.parametrize("count", [1, 30])
def test_list_of_jobs_costs_the_same_for_many(cast, fay, tickets, count):
    for _ in range(count):
        ask(cast, tickets)
    with assertNumQueries(4):
        fay.get("/queue/jobs/")


def test_ticket_of_a_team_without_a_person_is_taken_from_the_team(cast, tickets):
    Ticket.objects.filter(pk=tickets[0].pk).update(team=Team.objects.create(name="Streaming"))
    job = ask(cast, tickets[:2], kind="assign", assignee=None)
    run_bulk()
    assert outcomes(job) == ["done", "skipped"]
    assert Ticket.objects.get(pk=tickets[0].pk).team is None


def test_filter_that_cannot_be_read_changes_nothing(fay, tickets):
    refused = post(fay, [], everything="on", query="kafka\0", kind="status", status="on_hold")
    assert (refused.status_code, BulkJob.objects.count()) == (422, 0)


def test_filter_that_matches_nothing_says_so(fay, tickets):
    refused = post(fay, [], everything="on", query="!!!", kind="status", status="on_hold")
    assert (refused.status_code, BulkJob.objects.count()) == (422, 0)
    assert "Choose at least one ticket." in text(refused)
