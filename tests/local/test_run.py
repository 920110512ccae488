"""`make run` itself: a story of two starts with a `kill -9` between them, and starts that are refused."""

import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from supportcenter.local.environment import free_port
from supportcenter.local.layout import CHECKOUT, Layout
from supportcenter.local.leftovers import find_leftovers

ARGV = [sys.executable, "-m", "supportcenter.local", "run"]


@dataclass
class Checkout:
    """A `var/` folder of its own, and what the starts in it wrote."""

    var: Path
    port: int = field(default_factory=free_port)

    @property
    def environ(self) -> dict[str, str]:
        """Nothing of the test run's own settings."""
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
        return {**kept, "VAR_DIR": str(self.var), "PORT": str(self.port)}

    @property
    def log(self) -> Path:
        return self.var.with_name("log")

    def start(self) -> subprocess.Popen[bytes]:
        """Start and wait for the table."""
        with self.log.open("wb") as output:
            process = subprocess.Popen(  # noqa: S603
                ARGV, cwd=CHECKOUT, env=self.environ, stdout=output, stderr=output
            )
        deadline = time.monotonic() + 60
        while "Ctrl-C" not in self.log.read_text():
            assert process.poll() is None, self.log.read_text()
            assert time.monotonic() < deadline, self.log.read_text()
            time.sleep(0.05)
        return process

    def refused(self) -> str:
        """What a start says that must fail at once."""
        done = subprocess.run(  # noqa: S603
            ARGV, cwd=CHECKOUT, env=self.environ, capture_output=True, text=True, check=False, timeout=20
        )
        assert done.returncode == 1
        assert done.stdout == ""
        assert done.stderr.count("\n") == 1
        return done.stderr


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path / "var")


def test_a_killed_start_is_recovered_and_a_stop_leaves_nothing(checkout: Checkout) -> None:
    killed = checkout.start()
    killed.kill()
    killed.wait()
    left = find_leftovers(Layout(checkout.var))
    assert {"postgres", "valkey-server"} <= {process.name() for process in left}

    running = checkout.start()
    assert "processes left behind by an earlier start" in checkout.log.read_text()
    assert (
        f"is running already, at http://localhost:{checkout.port} (pid {running.pid})" in checkout.refused()
    )

    running.send_signal(signal.SIGTERM)
    assert running.wait(timeout=10) == 0
    assert find_leftovers(Layout(checkout.var)) == []


def test_a_busy_port_is_one_line(checkout: Checkout) -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", checkout.port))
        server.listen()
        assert f"port {checkout.port} is in use: choose another one" in checkout.refused()


def test_a_var_that_cannot_be_written_is_one_line(checkout: Checkout) -> None:
    checkout.var.write_text("a file, which not even root can write into")
    assert f"cannot write {checkout.var} (" in checkout.refused()
