"""`make run` itself: a story of two starts with a `kill -9` between them, and starts that are refused."""

import signal
import socket
import subprocess
from pathlib import Path

import pytest

from supportcenter.local.layout import CHECKOUT, Layout
from supportcenter.local.leftovers import find_leftovers
from tests.site import ARGV, Site
from tests.waiting import LIMIT_SECONDS, wait_until

pytestmark = pytest.mark.xdist_group("site")


def refused(site: Site) -> str:
    """Start a second time, which must fail; return its one line."""
    done = subprocess.run(  # noqa: S603
        ARGV,
        cwd=CHECKOUT,
        env=site.environ,
        capture_output=True,
        text=True,
        check=False,
        timeout=LIMIT_SECONDS,
    )
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    return done.stderr


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """A site that was never started."""
    return Site(tmp_path)


def test_a_killed_start_is_recovered_and_a_stop_leaves_nothing(running_site: Site) -> None:
    layout = Layout(running_site.var)
    running_site.start()
    running_site.end(signal.SIGKILL)
    left = find_leftovers(layout)
    assert {"postgres", "valkey-server"} <= {process.name() for process in left}

    running_site.start()
    assert "processes left over from an earlier run" in running_site.log
    pid = running_site.process.pid
    assert f"is running already, at {running_site.url} (pid {pid})" in refused(running_site)

    assert running_site.end() == 0
    wait_until(lambda: find_leftovers(layout) == [], "the last process to end")


def test_a_busy_port_is_one_line(site: Site) -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", site.port))
        server.listen()
        assert f"port {site.port} is in use: choose another," in refused(site)


def test_a_var_that_cannot_be_written_is_one_line(site: Site) -> None:
    site.var.write_text("a file, which not even root can write into")
    assert f"cannot write {site.var} (" in refused(site)
