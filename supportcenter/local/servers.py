"""PostgreSQL and Valkey for a test run, removed with all their data when the run ends.

`tests/embedded.py` starts this and holds the other end of its standard input. However the test run ends, the
kernel closes that end; then this stops the servers and removes the folder. It prints one line, the URLs.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

from supportcenter.local import embedded, probes
from supportcenter.local.errors import StartError
from supportcenter.local.layout import Layout


def start(layout: Layout, log: Path) -> list[subprocess.Popen[bytes]]:
    """Start both servers, fast instead of durable."""
    layout.create()
    embedded.init_postgres(layout.postgres_data, durable=False)
    commands = [
        embedded.postgres_argv(layout.postgres_data, layout.postgres_sockets, embedded.THROW_AWAY),
        embedded.valkey_argv(layout.valkey_data, layout.valkey_socket, durable=False),
    ]
    with log.open("wb") as output:
        return [
            subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
            for argv in commands
        ]


def stop(processes: list[subprocess.Popen[bytes]]) -> None:
    """Stop the servers: SIGQUIT ends PostgreSQL at once with all its children; Valkey has nothing to save."""
    for process in processes:
        process.send_signal(signal.SIGQUIT if "postgres" in str(process.args) else signal.SIGTERM)
    for process in processes:
        try:
            process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            process.kill()


def main() -> int:
    """Run the servers in the folder of the first argument until standard input closes."""
    # A Ctrl-C in the terminal is meant for the test run; the servers stay until it has ended.
    for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(signum, signal.SIG_IGN)
    folder = Path(sys.argv[1]).resolve()
    layout = Layout(folder)
    processes: list[subprocess.Popen[bytes]] = []
    try:
        processes = start(layout, folder / "servers.log")
        probes.wait_until(lambda: probes.postgres_answers(layout.postgres_sockets), "PostgreSQL")
        probes.wait_until(lambda: probes.valkey_answers(layout.valkey_socket), "Valkey")
        urls = {
            "DATABASE_URL": embedded.database_url(layout.postgres_sockets),
            "REDIS_URL": embedded.valkey_url(layout.valkey_socket),
        }
        print(json.dumps(urls), flush=True)
        os.read(sys.stdin.fileno(), 1)
    except StartError as error:
        print(f"tests: {error}", file=sys.stderr)
        return 1
    finally:
        stop(processes)
        shutil.rmtree(folder, ignore_errors=True)
        if layout.sockets != layout.run:
            shutil.rmtree(layout.sockets, ignore_errors=True)
    return 0
