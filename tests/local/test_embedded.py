"""How PostgreSQL and Valkey are started."""

import os
import pwd
import shutil
from pathlib import Path

import environ
import psycopg
import pytest
from redis import Redis

from supportcenter.local import embedded, probes
from supportcenter.local.errors import StartError


def test_postgres_listens_on_a_private_socket_only(tmp_path: Path) -> None:
    argv = embedded.postgres_argv(tmp_path, tmp_path / "sockets")
    assert "listen_addresses=" in argv
    assert f"unix_socket_directories={tmp_path}/sockets" in argv
    assert "unix_socket_permissions=0700" in argv


def test_postgres_is_durable_by_default(tmp_path: Path) -> None:
    assert "fsync=off" not in embedded.postgres_argv(tmp_path, tmp_path / "sockets")
    assert "fsync=off" in embedded.postgres_argv(tmp_path, tmp_path / "sockets", embedded.THROW_AWAY)


def test_valkey_has_no_port_and_never_drops_jobs(tmp_path: Path) -> None:
    argv = embedded.valkey_argv(tmp_path / "valkey", tmp_path / "valkey.sock")
    options = dict(zip(argv[1::2], argv[2::2], strict=True))
    assert options["--port"] == "0"
    assert options["--maxmemory-policy"] == "noeviction"
    assert options["--appendonly"] == "yes"


def test_django_and_libpq_agree_on_the_database_url() -> None:
    url = embedded.database_url(Path("/srv/my site/run"))
    django = environ.Env.db_url_config(url)
    libpq = psycopg.conninfo.conninfo_to_dict(url)
    assert (django["USER"], django["NAME"]) == (libpq["user"], libpq["dbname"])
    assert django["OPTIONS"]["host"] == libpq["host"] == "/srv/my site/run"


def test_redis_reads_the_valkey_url() -> None:
    pool = Redis.from_url(embedded.valkey_url(Path("/srv/my site/valkey.sock"))).connection_pool
    assert pool.connection_kwargs["path"] == "/srv/my site/valkey.sock"


def test_a_socket_without_a_server_does_not_answer(tmp_path: Path) -> None:
    (tmp_path / "valkey.sock").touch()
    assert not probes.valkey_answers(tmp_path / "valkey.sock")
    assert not probes.postgres_answers(tmp_path)


def test_an_interrupted_first_start_can_be_repeated(tmp_path: Path) -> None:
    (tmp_path / "postgres.new" / "base").mkdir(parents=True)
    try:
        assert embedded.init_postgres(tmp_path / "postgres", durable=False)
        assert (tmp_path / "postgres" / "PG_VERSION").exists()
        assert not embedded.init_postgres(tmp_path / "postgres")
    finally:
        shutil.rmtree(tmp_path / "postgres", ignore_errors=True)


def test_data_of_another_postgres_version_is_refused(tmp_path: Path) -> None:
    (tmp_path / "PG_VERSION").write_text("9.6\n")
    with pytest.raises(StartError, match=r"created by PostgreSQL 9\.6"):
        embedded.init_postgres(tmp_path)


def test_an_ordinary_user_runs_postgres_as_they_are() -> None:
    assert embedded.as_user(None, Path("/root")) == []


def test_root_keeps_a_capability_only_where_folders_are_closed(tmp_path: Path) -> None:
    user = pwd.getpwuid(os.geteuid())
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    assert any("dac_override" in word for word in embedded.as_user(user, closed / "."))
    assert not any("dac_override" in word for word in embedded.as_user(user, Path("/bin/sh")))
