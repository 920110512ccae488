"""What is started, and what a person sees of it."""

from datetime import UTC, datetime
from pathlib import Path

import honcho.manager
import pytest
from honcho.printer import Message

from supportcenter.local import supervise
from supportcenter.local.layout import Layout
from supportcenter.local.supervise import Screen, after_ready, app_commands, server_commands
from supportcenter.local.welcome import PEOPLE, UP, welcome

VALUES = {"PORT": "8000", "EMAIL_URL": "smtp://127.0.0.1:2525", "DEV_MAILBOX": "/srv/var/mail"}


def write_line(screen: Screen, name: str, text: str) -> None:
    screen.write(
        Message(type="line", data=f"{text}\n".encode(), time=datetime.now(UTC), name=name, colour=None)
    )


def test_servers_in_the_environment_replace_the_embedded_ones(tmp_path: Path) -> None:
    named = {"DATABASE_URL": "postgres://db/x", "REDIS_URL": "redis://cache/0"}
    assert server_commands(Layout(tmp_path), named) == {}


def test_mail_is_caught_unless_the_environment_names_a_server() -> None:
    layout = Layout(Path("/srv/var"))
    assert app_commands(layout, VALUES, {})["mail"][-3:] == ["/srv/var/mail", "-l", "127.0.0.1:2525"]
    assert "mail" not in app_commands(layout, VALUES, {"EMAIL_URL": "smtp://relay:25"})


def test_a_stop_kills_what_has_not_ended_after_ten_seconds() -> None:
    assert supervise.CLIENT_PATIENCE + supervise.SERVER_PATIENCE < honcho.manager.KILL_WAIT < 10


def test_commands_wait_until_the_database_is_ready() -> None:
    line = after_ready(Layout(Path("/srv/my site/var")), ["serve", "a b"])
    assert "test -e '/srv/my site/var/run/ready'" in line
    assert line.endswith("exec serve 'a b'")


def test_only_prepare_is_shown_until_the_site_is_up(capsys: pytest.CaptureFixture[str]) -> None:
    screen = Screen()
    for name, text in [("web", "booting"), ("prepare", "the table"), ("prepare", UP), ("web", "a request")]:
        write_line(screen, name, text)
    output = capsys.readouterr().out
    assert output.startswith("the table\n")
    assert "booting" not in output
    assert "a request" in output


def test_output_of_a_process_that_fails_early_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    screen = Screen()
    write_line(screen, "postgres", "FATAL: no")
    write_line(screen, "valkey", "fine")
    screen.show_held_back("postgres")
    output = capsys.readouterr().out
    assert "FATAL: no" in output
    assert "fine" not in output


def test_the_table_lists_everyone_and_the_mailbox() -> None:
    table = welcome({"SITE_URL": "http://localhost:8000", "DEMO_PASSWORD": "secret-word"}, catches_mail=True)
    assert all(person in table for person in PEOPLE)
    assert "http://localhost:8000/dev/mail/" in table
    assert "secret-word" in table
