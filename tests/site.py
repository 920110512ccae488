"""The whole site as `make run` starts it: one for everything in a test run that needs one."""

import signal
import subprocess
import sys
from pathlib import Path

from supportcenter.local.environment import free_port, outer_environment
from supportcenter.local.layout import CHECKOUT
from tests.waiting import LIMIT_SECONDS, wait_until

ARGV = [sys.executable, "-m", "supportcenter.local", "run"]


class Site:
    """A `var/` folder and a port of its own, and the start that serves it now."""

    def __init__(self, folder: Path) -> None:
        self.var = folder / "var"
        self.log_file = folder / "run.log"
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    @property
    def environ(self) -> dict[str, str]:
        return outer_environment() | {"VAR_DIR": str(self.var), "PORT": str(self.port)}

    @property
    def django_environ(self) -> dict[str, str]:
        """The environment of a Django process of this site, such as `manage.py`."""
        return outer_environment() | {"ENV_FILE": str(self.var / "env")}

    @property
    def log(self) -> str:
        return self.log_file.read_text(errors="replace")

    def start(self) -> None:
        """Start it unless it runs, and wait until it serves."""
        if self.process:
            return
        with self.log_file.open("wb") as output:
            self.process = subprocess.Popen(  # noqa: S603
                ARGV, cwd=CHECKOUT, env=self.environ, stdout=output, stderr=output
            )
        wait_until(self.is_up, lambda: f"make run:\n{self.log}")

    def is_up(self) -> bool:
        assert self.process
        assert self.process.poll() is None, self.log
        return "Ctrl-C stops everything" in self.log

    def end(self, signum: int = signal.SIGTERM) -> int:
        """Signal it and return its exit code; 0 if it did not run."""
        process, self.process = self.process, None
        if process is None:
            return 0
        process.send_signal(signum)
        return process.wait(LIMIT_SECONDS)
