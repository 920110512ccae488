from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import OperationalError
from django.utils import timezone

from notifications.models import EmailMessage
from supportcenter import views
from supportcenter.outbox.tasks import HEARTBEAT_KEY, heartbeat

pytestmark = pytest.mark.django_db


def test_alive_needs_nothing(client):
    assert client.get("/healthz").content == b"ok"


def test_ready_with_a_fresh_heartbeat(client):
    heartbeat()
    response = client.get("/readyz")
    assert response.status_code == 200
    assert response.json() == {
        "database": "ok",
        "broker": "ok",
        "worker": "ok",
        "oldest_waiting_mail_seconds": 0,
    }


def test_old_heartbeat_is_not_ready(client):
    cache.set(HEARTBEAT_KEY, (timezone.now() - timedelta(minutes=2)).isoformat())
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["worker"] == "last heartbeat 120 s ago"


def test_database_that_is_down_is_named_without_details(client, monkeypatch):
    def down():
        raise OperationalError("password for user 'secret'")

    monkeypatch.setattr(views, "_database", down)
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["database"] == "down (OperationalError)"


def test_age_of_the_oldest_waiting_mail(client):
    heartbeat()
    created = timezone.now() - timedelta(minutes=7)
    EmailMessage.objects.create(kind="account", to_address="a@b.example", created_at=created)
    assert client.get("/readyz").json()["oldest_waiting_mail_seconds"] == pytest.approx(420, abs=2)
