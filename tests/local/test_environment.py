"""The settings of a start."""

import os
import socket
import stat
from pathlib import Path

import environ
import pytest

from supportcenter.local.environment import check_port, settings, write_env_file
from supportcenter.local.errors import StartError
from supportcenter.local.layout import Layout


def test_everything_embedded_is_inside_var(tmp_path: Path) -> None:
    values = settings(Layout(tmp_path), {"PORT": "8123"})
    assert values["SITE_URL"] == "http://localhost:8123"
    assert str(tmp_path) in values["DATABASE_URL"]
    assert values["EMAIL_URL"].startswith("smtp://127.0.0.1:")


def test_the_environment_overrides_the_defaults(tmp_path: Path) -> None:
    values = settings(Layout(tmp_path), {"DATABASE_URL": "postgres://db/x", "SITE_URL": "http://site:1"})
    assert (values["DATABASE_URL"], values["SITE_URL"]) == ("postgres://db/x", "http://site:1")


@pytest.mark.parametrize("port", ["0", "65536", "-1", "http", "80 80"])
def test_an_invalid_port_is_refused(tmp_path: Path, port: str) -> None:
    with pytest.raises(StartError, match="set it to a number from 1 to 65535"):
        settings(Layout(tmp_path), {"PORT": port})


def test_error_about_a_busy_port_suggests_a_free_one() -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        with pytest.raises(StartError, match=r"is in use: .* make run PORT=[0-9]+"):
            check_port(server.getsockname()[1])


def test_the_secret_key_survives_a_restart(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    first = settings(layout, {})
    write_env_file(layout.env, first)
    assert settings(layout, {})["SECRET_KEY"] == first["SECRET_KEY"]


def test_the_env_file_is_private_and_read_by_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    layout = Layout(tmp_path)
    values = settings(layout, {"DATABASE_URL": "postgres://me:p#ss 'word'@db/x"})
    write_env_file(layout.env, values)
    assert stat.S_IMODE(layout.env.stat().st_mode) == 0o600
    for name in values:
        monkeypatch.delenv(name, raising=False)
    environ.Env.read_env(str(layout.env))
    assert os.environ["DATABASE_URL"] == values["DATABASE_URL"]
