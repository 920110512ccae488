"""What people get when something behind the site is down, and what the log says."""

import errno
import os
import socket
from types import SimpleNamespace

import pytest
from django.core.cache import cache
from django.core.exceptions import RequestDataTooBig
from django.core.files.storage import filesystem
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction
from redis.exceptions import ConnectionError as BrokerDown

from supportcenter.logs import hide_secret_links
from supportcenter.outbox import nudge
from supportcenter.outbox.models import OutboxMessage
from supportcenter.timeouts import limit_statements
from tests import builders
from tickets.models.conversation import Attachment


@pytest.fixture
def broker_down(monkeypatch):
    """Valkey answers nothing: neither the cache nor the broker works."""

    def refuse(*args, **kwargs):
        raise BrokerDown("refused")

    for name in ("get", "set", "add", "delete", "incr", "touch", "get_many", "set_many"):
        monkeypatch.setattr(type(cache._connections["default"]), name, refuse)
    monkeypatch.setattr(nudge.current_app, "send_task", refuse)


def test_signed_in_people_work_on_without_the_broker(cast, client_of, broker_down):
    ben = client_of(cast.ben)
    assert ben.get("/o/acme/tickets/").status_code == 200
    assert ben.post("/o/acme/tickets/new/", builders.form_data()).status_code == 302
    assert OutboxMessage.objects.get().name == "ticket.opened"


def test_probes_ask_nothing_of_the_database(cast, client_of, monkeypatch):
    ben = client_of(cast.ben)
    monkeypatch.setattr("django.contrib.sessions.backends.db.SessionStore.load", lambda self: 1 / 0)
    assert ben.get("/healthz").status_code == 200


@pytest.fixture
def hanging_broker(settings):
    """Valkey takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"redis://127.0.0.1:{server.getsockname()[1]}/0"
        server.setblocking(False)
        settings.CACHES = {"default": settings.CACHES["default"] | {"LOCATION": url}}
        yield server


def test_hanging_broker_is_asked_once_and_not_by_each_request(cast, client_of, hanging_broker):
    fay, ticket = client_of(cast.fay), builders.ticket(cast.ben, cast.acme)
    pages = [ticket.get_absolute_url(), f"{ticket.get_absolute_url()}presence/", "/queue/", "/queue/?q=lag"]
    assert [fay.get(page).status_code for page in pages] == [200] * 4
    sent = {"body": "Any news?", "kind": "answer", "seen": "0"}
    assert fay.post(f"{ticket.get_absolute_url()}comments/", sent).status_code in {302, 422}
    hanging_broker.accept()[0].close()
    with pytest.raises(BlockingIOError):
        hanging_broker.accept()


def test_sign_in_without_the_broker_is_503(client, cast, broker_down):
    client.raise_request_exception = False
    response = client.post("/account/login/", {"login": cast.ben.email, "password": "wrong"})
    assert response.status_code == 503
    assert response.headers["Retry-After"] == "30"
    assert "temporarily unavailable" in response.text
    assert "the server that counts attempts (Valkey) doesn't respond" in response.text


def test_hanging_broker_is_asked_once_by_those_who_sign_in_and_not_by_each(client, cast, hanging_broker):
    form = {"login": cast.ben.email, "password": "wrong"}
    for url in ("/account/login/", "/account/login/", "/account/password/reset/"):
        assert client.post(url, form).status_code == 503
    assert client.get("/account/login/").status_code == 200
    hanging_broker.accept()[0].close()
    with pytest.raises(BlockingIOError):
        hanging_broker.accept()


@pytest.mark.usefixtures("broker_down")
def test_signing_out_needs_no_broker(cast, client_of):
    ben = client_of(cast.ben)
    ben.post("/account/password/change/", {})
    assert ben.post("/account/logout/").status_code == 302


@pytest.fixture
def full_disk(monkeypatch, settings, tmp_path):
    """The disk takes the first part of a file, and no more."""
    settings.MEDIA_ROOT = tmp_path
    whole = os.fdopen

    def fdopen(fd: int, mode: str) -> object:
        file = whole(fd, mode)

        def write(data: bytes) -> int:
            file.write(data[:100])
            raise OSError(errno.ENOSPC, "No space left on device")

        return SimpleNamespace(write=write, close=file.close)

    files = SimpleNamespace(**{name: getattr(os, name) for name in dir(os)} | {"fdopen": fdopen})
    monkeypatch.setattr(filesystem, "os", files)
    return tmp_path


def big_file() -> SimpleUploadedFile:
    return SimpleUploadedFile("trace.log", b"x" * 200_000)


def stored_in(folder) -> list:
    return [each for each in folder.rglob("*") if each.is_file()]


def test_full_disk_keeps_the_new_ticket_and_leaves_no_part_of_a_file(cast, client_of, full_disk):
    sent = builders.form_data(description="Typed for an hour", files_sent=[big_file()])
    response = client_of(cast.ben).post("/o/acme/tickets/new/", sent)
    assert response.status_code == 507
    assert "The server is out of storage space" in response.text
    assert "Typed for an hour" in response.text
    assert stored_in(full_disk) == []
    assert not Attachment.objects.exists()


def test_full_disk_keeps_the_comment(cast, client_of, full_disk):
    ticket = builders.ticket(cast.ben, cast.acme)
    sent = {"body": "Typed for an hour", "files_sent": [big_file()], "seen": "0"}
    for headers in ({}, {"HX-Request": "true"}):
        response = client_of(cast.ben).post(f"/tickets/{ticket.reference}/comments/", sent, headers=headers)
        assert response.status_code == 507
        assert "Typed for an hour" in response.text
    assert ticket.comments.count() == 1
    assert stored_in(full_disk) == []


def test_full_disk_refuses_an_upload(cast, client_of, full_disk):
    response = client_of(cast.ben).post("/uploads/", {"files_sent": [big_file()]})
    assert response.status_code == 507
    assert "out of storage space" in response.json()["errors"][0]


def test_page_for_a_failure_needs_no_database(cast, client_of, monkeypatch):
    def down(*args):
        raise DatabaseError("down")

    ben = client_of(cast.ben)
    ben.raise_request_exception = False
    monkeypatch.setattr("orgs.models.MembershipQuerySet.of_users", down)
    response = ben.get("/o/acme/tickets/")
    assert response.status_code == 500
    assert "Something went wrong" in response.content.decode()


def test_request_over_the_limit_is_refused_unread(cast, client_of, settings):
    settings.MAX_REQUEST_MB = 0
    response = client_of(cast.ben).post("/o/acme/tickets/new/", builders.form_data())
    assert response.status_code == 413
    assert "too large" in response.content.decode()


def test_form_data_over_djangos_limit_is_too_large_as_well(cast, client_of, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10
    response = client_of(cast.ben).post("/account/", {"name": "x" * 100, "time_zone": "UTC"})
    assert issubclass(RequestDataTooBig, Exception)
    assert response.status_code == 413


def test_request_id_travels_with_the_event(cast, client_of):
    response = client_of(cast.ben).post("/o/acme/tickets/new/", builders.form_data())
    assert OutboxMessage.objects.get().request_id == response.headers["X-Request-ID"]


def test_request_id_is_ours_and_not_the_clients(client):
    response = client.get("/healthz", headers={"X-Request-ID": "chosen"})
    assert len(response.headers["X-Request-ID"]) == 36


@pytest.mark.parametrize(
    "path",
    [
        "/invitations/12:c2VjcmV0/",
        "/account/password/reset/key/1-c8xyz-secret/",
        "/account/confirm-email/MQ:secret:x/",
    ],
)
def test_log_hides_links_that_sign_someone_in(path):
    entry = hide_secret_links(None, "info", {"event": f"Not Found: {path}", "request": f"GET {path}"})
    assert "secret" not in str(entry)
    assert "c2VjcmV0" not in str(entry)
    assert "[hidden]" in entry["request"]


def sleep(*args):
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(3600)")


def test_page_that_takes_too_long_says_so(cast, client_of, monkeypatch):
    monkeypatch.setattr("orgs.models.MembershipQuerySet.of_users", sleep)
    ben = client_of(cast.ben)
    ben.raise_request_exception = False
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = '50ms'")
    with transaction.atomic():  # as far as this test is concerned; a page has no transaction around it
        response = ben.get("/o/acme/tickets/")
        transaction.set_rollback(True)
    assert response.status_code == 503
    assert "That took too long" in response.content.decode()
    assert response.headers["X-Request-ID"] in response.content.decode()


@pytest.mark.parametrize(("given", "seconds", "limit"), [({}, 7, "7s"), ({"options": "-c jit=off"}, 0, "0")])
def test_web_servers_limit_their_statements(db, given, seconds, limit):
    own = connection.copy()
    own.settings_dict["OPTIONS"] |= given
    limit_statements(own.settings_dict, seconds)
    try:
        with own.cursor() as cursor:
            cursor.execute("SELECT current_setting('statement_timeout'), current_setting('jit')")
            assert cursor.fetchone() == (limit, "off" if given else "on")
    finally:
        own.close()


def test_workers_and_commands_have_no_limit(db):
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('statement_timeout')")
        assert cursor.fetchone() == ("0",)
