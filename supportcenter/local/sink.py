"""A small, fast SMTP server on a loopback port that does as it is told: for drills and for `make bench`.

It can refuse, hang up or fall silent at each command, which a real mail server will not do on request.
"""

import asyncio
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

# Instead of an answer: keep silent, or close the connection.
SILENCE, HANG_UP = "silence", "hang up"
# What is answered to a command (MAIL, RCPT, DATA, or END at the end of a mail) with its words; "" to go on.
Script = Callable[[str, str], str]


@dataclass(frozen=True)
class Caught:
    """One mail that the server took: for whom, when (`time.monotonic`), and its bytes as they came."""

    recipient: str
    at: float
    content: bytes


@dataclass
class Sink:
    """What a server caught, and what it is told to do from now on."""

    script: Script = lambda command, words: ""
    mails: list[Caught] = field(default_factory=list)
    port: int = 0
    extensions: tuple[str, ...] = ()
    connections: int = 0
    on_mail: Callable[[Caught], None] | None = None


class _Session(asyncio.Protocol):
    def __init__(self, sink: Sink) -> None:
        self.sink = sink
        self.buffer = bytearray()
        self.in_mail = False
        self.recipient = ""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - as TCP has it
        self.transport = transport
        self.sink.connections += 1
        self.answer("CONNECT", "", "220 sink ESMTP")

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while True:
            end = b"\r\n.\r\n" if self.in_mail else b"\r\n"
            part, found, rest = self.buffer.partition(end)
            if not found:
                return
            self.buffer = rest
            if self.in_mail:
                self.take(bytes(part) + b"\r\n")
            else:
                self.obey(part.decode(errors="replace"))

    def obey(self, line: str) -> None:
        command, words = line[:4].upper(), line[5:]
        if command == "EHLO":
            lines = ["sink", *self.sink.extensions, "8BITMIME"]
            marked = [f"250{' ' if one is lines[-1] else '-'}{one}" for one in lines]
            self.answer(command, words, "\r\n".join(marked))
        elif command == "RCPT":
            self.recipient = words[words.find("<") + 1 : words.find(">")]
            self.answer(command, words, "250 Ok")
        elif command == "DATA":
            self.in_mail = self.answer(command, self.recipient, "354 Go on")
        elif command == "QUIT":
            self.answer(command, words, "221 Bye")
            self.transport.close()
        else:
            self.answer(command, words, "250 Ok")

    def take(self, content: bytes) -> None:
        self.in_mail = False
        number = len(self.sink.mails) + 1
        if self.answer("END", self.recipient, f"250 2.0.0 Ok: queued as {number}"):
            caught = Caught(self.recipient, time.monotonic(), content.replace(b"\r\n..", b"\r\n."))
            self.sink.mails.append(caught)
            if self.sink.on_mail:
                self.sink.on_mail(caught)

    def answer(self, command: str, words: str, usual: str) -> bool:
        """Say the usual unless the script has something else; whether it was the usual."""
        scripted = self.sink.script(command, words)
        if scripted == HANG_UP:
            self.transport.abort()
        elif scripted != SILENCE:
            self.transport.write(f"{scripted or usual}\r\n".encode())
        if scripted.startswith("421"):
            self.transport.close()
        return not scripted


async def _serve(sink: Sink, ready: Callable[[], None], stop: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Session(sink), "127.0.0.1", sink.port)
    sink.port = server.sockets[0].getsockname()[1]
    ready()
    await stop.wait()
    server.close()


@contextmanager
def running(sink: Sink) -> Iterator[Sink]:
    """Serve in a thread of this process; the port is in `sink.port`."""
    is_ready = threading.Event()
    loop, stop = asyncio.new_event_loop(), asyncio.Event()
    thread = threading.Thread(target=lambda: loop.run_until_complete(_serve(sink, is_ready.set, stop)))
    thread.start()
    is_ready.wait()
    try:
        yield sink
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()
        loop.close()


def main() -> int:
    """Serve until killed on the port in the first argument; for each mail print its moment and recipient."""

    def tell(caught: Caught) -> None:
        sink.mails.clear()
        sys.stdout.write(f"{caught.at} {caught.recipient}\n")
        sys.stdout.flush()

    sink = Sink(port=int(sys.argv[1]), on_mail=tell)
    asyncio.run(_serve(sink, lambda: None, asyncio.Event()))
    return 0
