"""Two workers on one job, and a cancellation in the middle of one."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import transaction

from tests import builders
from tests.cast import Cast, actor, make_cast
from tests.races import at_once, in_thread, result_of
from tickets.bulk.actions import cancel_bulk, request_bulk, run_bulk
from tickets.bulk.models import BulkJob
from tickets.models.conversation import Activity
from tickets.models.ticket import Ticket

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)
COUNT = 24


def ask(cast: Cast) -> BulkJob:
    for _ in range(COUNT):
        builders.ticket(cast.ben, cast.acme)
    return request_bulk(
        actor=actor(cast.fay),
        tickets=Ticket.objects.all(),
        kind="status",
        arguments={"status": "on_hold"},
        words="",
    )


def test_two_workers_share_a_job_and_do_no_ticket_twice():
    job = ask(make_cast())
    done = at_once(run_bulk, run_bulk)
    job.refresh_from_db()
    assert sum(done) == COUNT
    assert job.finished_at
    assert set(job.items.values_list("outcome", flat=True)) == {"done"}
    assert Activity.objects.filter(kind="status_changed").count() == COUNT


def test_what_another_worker_has_in_hand_is_left_to_it():
    job = ask(make_cast())
    in_hand = job.items.order_by("pk").first()
    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        job.items.select_for_update().get(pk=in_hand.pk)
        assert result_of(in_thread(pool, run_bulk)) == COUNT - 1
        job.refresh_from_db()
        assert not job.finished_at
    assert run_bulk() == 1
    job.refresh_from_db()
    assert job.finished_at


def test_canceling_waits_for_nobody_and_what_is_in_hand_is_not_lost():
    cast = make_cast()
    job = ask(cast)
    in_hand = job.items.order_by("pk").first()
    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        job.items.select_for_update().get(pk=in_hand.pk)
        result_of(in_thread(pool, lambda: cancel_bulk(actor=actor(cast.fay), job=job)))
        assert job.items.filter(outcome="canceled").count() == COUNT - 1
    assert run_bulk() == 0
    job.refresh_from_db()
    assert job.finished_at
