import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.cache import cache
from django.db import OperationalError
from django.utils import timezone

from notifications.claims import claiming
from notifications.models.messages import EmailMessage
from notifications.tasks import deliver, deliver_urgent
from supportcenter import views
from supportcenter.outbox.models import OutboxDelivery, OutboxMessage
from supportcenter.outbox.tasks import HEARTBEAT_KEY, heartbeat

pytestmark = pytest.mark.django_db


def test_alive_needs_nothing(client):
    assert client.get("/healthz").content == b"ok"


def all_workers_report() -> None:
    for task in (heartbeat, deliver, deliver_urgent):
        task()


def test_ready_with_fresh_heartbeats(client):
    all_workers_report()
    response = client.get("/readyz")
    assert response.status_code == 200
    assert response.json() == {
        "database": "ok",
        "broker": "ok",
        "worker": "ok",
        "delivery": "ok",
        "urgent_delivery": "ok",
        "oldest_waiting_mail_seconds": 0,
    }


@pytest.mark.parametrize("name", ["worker", "delivery", "urgent_delivery"])
def test_old_heartbeat_is_not_ready(client, name):
    all_workers_report()
    cache.set(HEARTBEAT_KEY.format(name), (timezone.now() - timedelta(minutes=2)).isoformat())
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()[name] == "last heartbeat 120 s ago"


def test_worker_that_is_still_sending_is_alive(client):
    all_workers_report()
    cache.delete(HEARTBEAT_KEY.format("delivery"))
    assert client.get("/readyz").json()["delivery"] == "no heartbeat"
    with claiming("delivery"):
        assert client.get("/readyz").status_code == 200


def test_broker_that_is_down_is_asked_once(client, monkeypatch):
    all_workers_report()
    asked = []

    def hang(*args, **kwargs):
        asked.append(args)
        raise TimeoutError

    monkeypatch.setattr(cache, "set", hang)
    monkeypatch.setattr(cache, "get", hang)
    checks = client.get("/readyz").json()
    assert (checks["broker"], checks["worker"]) == ("down (TimeoutError)", "unknown")
    assert len(asked) == 1


def test_database_that_is_down_is_named_without_details(client, monkeypatch):
    def down():
        raise OperationalError("password for user 'secret'")

    monkeypatch.setattr(views, "_database", down)
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["database"] == "down (OperationalError)"


def test_age_of_the_oldest_waiting_mail(client):
    all_workers_report()
    created = timezone.now() - timedelta(minutes=7)
    EmailMessage.objects.create(kind="account", to_address="a@b.example", created_at=created, due_at=created)
    assert client.get("/readyz").json()["oldest_waiting_mail_seconds"] == pytest.approx(420, abs=2)


# --- For Prometheus ---

LINE = re.compile(r'[a-z_]+(\{[a-z]+="[a-z]+"(,[a-z]+="[a-z]+")*\})? -?[0-9]+(\.[0-9]+)?')


def values(client) -> dict[str, float]:
    lines = client.get("/metrics").content.decode().splitlines()
    return {name: float(value) for name, value in (line.split(" ") for line in lines if line[0] != "#")}


def test_metrics_are_in_the_format_of_prometheus(client):
    response = client.get("/metrics")
    text = response.content.decode()
    assert response.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert text.endswith("\n")
    told: list[str] = []
    for line in text.splitlines():
        if line.startswith("# "):
            sign, word, name, rest = line.split(" ", 3)
            assert (sign, word in {"HELP", "TYPE"}) == ("#", True)
            assert rest == "gauge" if word == "TYPE" else name not in told
            told.append(name)
        else:
            assert LINE.fullmatch(line)
            assert line.split("{")[0].split(" ")[0] == told[-1]


def test_metrics_count_mails_of_the_last_day_and_events(client, django_assert_num_queries):
    now = timezone.now()
    for state, age in [("failed", 1), ("failed", 23), ("failed", 25), ("withheld", 1)]:
        EmailMessage.objects.create(
            kind="account", to_address="a@b.example", state=state, created_at=now - timedelta(hours=age)
        )
    message = OutboxMessage.objects.create(name="x", payload={}, occurred_at=now)
    OutboxDelivery.objects.create(message=message, subscriber="x", state="dead", due_at=now)
    with django_assert_num_queries(4):
        found = values(client)
    assert found['supportcenter_mail_messages{state="failed"}'] == 2
    assert found['supportcenter_mail_messages{state="withheld"}'] == 1
    assert found['supportcenter_mail_messages{state="sent"}'] == 0
    assert found['supportcenter_outbox_deliveries{state="dead"}'] == 1
    assert found['supportcenter_outbox_deliveries{state="pending"}'] == 0
    assert found["supportcenter_mail_oldest_waiting_seconds"] == 0


def waiting(**values) -> None:
    EmailMessage.objects.create(kind="account", to_address="a@b.example", **values)


@pytest.mark.parametrize(
    ("hours", "state", "attempts", "waits"),
    [
        ((-8, 1), "queued", 0, 0),  # until the quiet hours end
        ((-8, -1), "queued", 0, 1),  # since they ended
        ((-8, 1), "held", 0, 0),  # for a digest
        ((-8, -1), "sending", 0, 1),
        ((-8, 1), "retry", 3, 8),  # since it was asked for
        ((-8, -1), "sending", 3, 8),
        ((-8, -1), "retry", 0, 1),  # given back by a worker that died
        ((-8, -1), "failed", 3, 0),
        ((-8, -1), "withheld", 1, 0),
    ],
)
def test_what_waits_on_purpose_is_not_late(hours, state, attempts, waits):
    created, due = (timezone.now() + timedelta(hours=each) for each in hours)
    waiting(created_at=created, due_at=due, state=state, attempts=attempts)
    oldest = EmailMessage.objects.oldest_delayed_since()
    age = (timezone.now() - oldest).total_seconds() / 3600 if oldest else 0
    assert age == pytest.approx(waits, abs=0.01)


def test_mail_that_is_resent_waits_since_then(client):
    now = timezone.now()
    waiting(created_at=now - timedelta(days=3), resent_at=now, state="retry", attempts=1)
    assert values(client)["supportcenter_mail_oldest_waiting_seconds"] == pytest.approx(0, abs=2)


def test_proxy_hides_what_is_nobodys_business_outside():
    proxy = (Path(__file__).resolve().parents[2] / "Caddyfile").read_text()
    for path in ("/readyz", "/metrics"):
        assert f"respond {path} 404" in proxy
