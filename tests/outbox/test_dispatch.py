from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from supportcenter.outbox import dispatch, registry
from supportcenter.outbox.dispatch import MAX_ATTEMPTS, backoff, dispatch_due, prune
from supportcenter.outbox.models import OutboxDelivery, OutboxMessage
from supportcenter.outbox.publish import publish
from supportcenter.outbox.registry import subscribe

pytestmark = pytest.mark.django_db


@pytest.fixture
def heard(monkeypatch):
    """A subscriber of ``test.happened`` that keeps what it heard; ``fail`` makes it raise."""
    monkeypatch.setattr(registry, "_subscribers", {})
    monkeypatch.setattr(registry, "_names_by_event", registry.defaultdict(list))

    class Heard(list):
        fail = False

    heard = Heard()

    @subscribe("tests.listener", "test.happened")
    def listen(message: OutboxMessage) -> None:
        heard.append(message.payload)
        if heard.fail:
            OutboxMessage.objects.create(name="half-done", payload={}, occurred_at=timezone.now())
            raise ValueError("no")

    return heard


def happened() -> None:
    publish("test.happened", {"id": 1}, actor_id=None)


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_publishing_outside_a_transaction_is_refused():
    with pytest.raises(RuntimeError, match="must run in the transaction"):
        happened()
    assert not OutboxMessage.objects.exists()


def test_fact_goes_with_the_change_when_it_is_rolled_back(heard):
    with transaction.atomic():
        happened()
        transaction.set_rollback(True)
    assert not OutboxMessage.objects.exists()


def test_each_subscriber_hears_once(heard):
    happened()
    assert dispatch_due() == 1
    assert dispatch_due() == 0
    assert heard == [{"id": 1}]
    assert OutboxDelivery.objects.get().state == "done"


def test_failure_undoes_the_subscriber_and_waits(heard):
    heard.fail = True
    happened()
    dispatch_due()
    delivery = OutboxDelivery.objects.get()
    assert (delivery.state, delivery.attempts) == ("pending", 1)
    assert "ValueError: no" in delivery.last_error
    assert delivery.due_at > timezone.now()
    assert not OutboxMessage.objects.filter(name="half-done").exists()


def test_failed_delivery_runs_again_when_it_is_due(heard):
    heard.fail = True
    happened()
    dispatch_due()
    heard.fail = False
    OutboxDelivery.objects.update(due_at=timezone.now())
    dispatch_due()
    assert OutboxDelivery.objects.get().state == "done"


def test_delivery_that_never_works_is_given_up(heard):
    heard.fail = True
    happened()
    OutboxDelivery.objects.update(attempts=MAX_ATTEMPTS - 1)
    dispatch_due()
    assert OutboxDelivery.objects.get().state == "dead"


def test_attempt_counts_even_when_the_worker_dies_of_it(heard, monkeypatch):
    happened()
    monkeypatch.setattr(dispatch, "_run", lambda delivery: None)  # as if the process were gone
    dispatch_due()
    delivery = OutboxDelivery.objects.get()
    assert (delivery.state, delivery.attempts) == ("pending", 1)
    assert delivery.due_at > timezone.now()


def test_delivery_that_kills_every_worker_is_given_up(heard):
    happened()
    OutboxDelivery.objects.update(attempts=MAX_ATTEMPTS)
    dispatch_due()
    assert heard == []
    delivery = OutboxDelivery.objects.get()
    assert (delivery.state, delivery.last_error) == ("dead", "The worker died while the subscriber ran.")


def test_delivery_that_another_worker_claimed_meanwhile_is_left_to_it(heard):
    happened()
    delivery = dispatch._claim()
    OutboxDelivery.objects.update(attempts=2)
    dispatch._run(delivery)
    assert heard == []


def test_poison_does_not_hold_up_others(heard):
    heard.fail = True
    happened()
    happened()
    assert dispatch_due() == 2


def test_old_events_that_are_done_are_forgotten(heard):
    happened()
    dispatch_due()
    heard.fail = True
    happened()
    dispatch_due()
    assert prune() == 0
    OutboxMessage.objects.update(occurred_at=timezone.now() - timedelta(days=31))
    prune()
    assert OutboxMessage.objects.get().deliveries.get().state == "pending"


def test_backoff_grows_to_an_hour():
    waits = [backoff(attempts) for attempts in range(1, MAX_ATTEMPTS + 1)]
    assert waits == sorted(waits)
    assert waits[0] == timedelta(seconds=2)
    assert waits[-1] == timedelta(hours=1)


def test_urgent_events_are_delivered_first(heard, monkeypatch):
    monkeypatch.setattr(registry, "_urgent_events", {"test.urgent"})
    subscribe("tests.other", "test.urgent")(lambda message: heard.append("urgent"))
    happened()
    publish("test.urgent", {}, actor_id=None)
    dispatch_due()
    assert heard == ["urgent", {"id": 1}]


def test_worker_turns_to_other_tasks_after_its_slice(heard, monkeypatch):
    monkeypatch.setattr(dispatch, "SLICE", -1)
    happened()
    happened()
    assert [dispatch_due() for _ in range(3)] == [1, 1, 0]
