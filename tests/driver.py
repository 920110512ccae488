"""A Django process beside a running site that does what a test asks of it.

One call a line in, one answer a line out, both JSON: `Driver` is the test's end, `serve` the process's.
"""

import json
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from supportcenter.local.layout import CHECKOUT
from tests.waiting import LIMIT_SECONDS


class Driver:
    def __init__(
        self, module: str, environ: Mapping[str, str], log: Path, wrapper: Sequence[str] = ()
    ) -> None:
        """Start the process; ``wrapper`` is a command that starts it in another way than we would."""
        self.log = log
        with log.open("wb") as output:
            self.process = subprocess.Popen(  # noqa: S603
                [*wrapper, sys.executable, "-m", module],
                cwd=CHECKOUT,
                env=dict(environ),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=output,
            )

    def call(self, name: str, *arguments: Any) -> Any:
        """Have the process call one of its functions; return what that returned."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps([name, *arguments]).encode() + b"\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        assert line, self.log.read_text()[-3000:]
        return json.loads(line)

    def close(self) -> None:
        for stream in (self.process.stdin, self.process.stdout):
            assert stream
            stream.close()
        self.process.wait(LIMIT_SECONDS)


def serve(*functions: Callable[..., Any]) -> None:
    """Answer calls of these functions until standard input ends. Each call gets a new database connection."""
    from django.db import connection

    calls = {each.__name__: each for each in functions}
    for line in sys.stdin:
        name, *arguments = json.loads(line)
        sys.stdout.write(json.dumps(calls[name](*arguments)) + "\n")
        sys.stdout.flush()
        connection.close()
