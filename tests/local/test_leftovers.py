"""What an earlier start left behind is found; other processes are not touched."""

import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from supportcenter.local.layout import Layout
from supportcenter.local.leftovers import find_leftovers, mark_environment, stop_leftovers
from tests.waiting import LIMIT_SECONDS, wait_until

Start = Callable[[Path], subprocess.Popen[bytes]]


@pytest.fixture
def start() -> Iterator[Start]:
    """Start something long that belongs to the given `var/`."""
    started = []

    def begin(var: Path) -> subprocess.Popen[bytes]:
        environ = mark_environment(Layout(var), {"PATH": "/usr/bin:/bin"})
        started.append(subprocess.Popen(["/bin/sleep", "infinity"], env=environ))
        return started[-1]

    yield begin
    for process in started:
        process.kill()
        process.wait(LIMIT_SECONDS)


def test_a_leftover_is_ended(tmp_path: Path, start: Start) -> None:
    process = start(tmp_path)
    assert stop_leftovers(Layout(tmp_path), patience=LIMIT_SECONDS) == 1
    assert process.wait(LIMIT_SECONDS) == -signal.SIGTERM


def test_another_checkout_is_left_alone(tmp_path: Path, start: Start) -> None:
    process = start(tmp_path / "other")
    assert stop_leftovers(Layout(tmp_path)) == 0
    assert process.poll() is None


def test_a_zombie_does_not_count(tmp_path: Path, start: Start) -> None:
    process = start(tmp_path)
    process.kill()
    wait_until(lambda: find_leftovers(Layout(tmp_path)) == [], "the process to become a zombie")
    assert stop_leftovers(Layout(tmp_path)) == 0


def test_stale_pid_files_go(tmp_path: Path) -> None:
    stale = [tmp_path / "postgres" / "postmaster.pid", tmp_path / "run" / "postgres" / ".s.PGSQL.5432.lock"]
    for path in stale:
        path.parent.mkdir(parents=True)
        path.write_text("1\n")
    stop_leftovers(Layout(tmp_path))
    assert not any(path.exists() for path in stale)
