"""A small, fast SMTP server on a loopback port that keeps all mails: for drills and for `make bench`.

Unlike a real mail server, it can be scripted to refuse a command, close the connection or stay silent.
"""

import asyncio
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

# Instead of a reply: stay silent, or close the connection.
SILENCE, HANG_UP = "silence", "hang up"
# Gets a command (MAIL, RCPT, DATA, or END after a mail) and its arguments; returns a reply or "".
Script = Callable[[str, str], str]


@dataclass(frozen=True)
class ReceivedMail:
    """One mail: its recipient, the time (`time.monotonic`), and its bytes as received."""

    recipient: str
    at: float
    content: bytes


@dataclass
class SmtpSink:
    """The mails that a server received, and the script for its next replies."""

    script: Script = lambda command, arguments: ""
    mails: list[ReceivedMail] = field(default_factory=list)
    port: int = 0
    extensions: tuple[str, ...] = ()
    connections: int = 0
    on_mail: Callable[[ReceivedMail], None] | None = None


class _Session(asyncio.Protocol):
    def __init__(self, sink: SmtpSink) -> None:
        self.sink = sink
        self.buffer = bytearray()
        self.in_mail = False
        self.recipient = ""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - TCP
        self.transport = transport
        self.sink.connections += 1
        self.reply("CONNECT", "", "220 sink ESMTP")

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while True:
            end = b"\r\n.\r\n" if self.in_mail else b"\r\n"
            part, found, rest = self.buffer.partition(end)
            if not found:
                return
            self.buffer = rest
            if self.in_mail:
                self.receive(bytes(part) + b"\r\n")
            else:
                self.handle(part.decode(errors="replace"))

    def handle(self, line: str) -> None:
        command, arguments = line[:4].upper(), line[5:]
        if command == "EHLO":
            lines = ["sink", *self.sink.extensions, "8BITMIME"]
            marked = [f"250{' ' if one is lines[-1] else '-'}{one}" for one in lines]
            self.reply(command, arguments, "\r\n".join(marked))
        elif command == "RCPT":
            self.recipient = arguments[arguments.find("<") + 1 : arguments.find(">")]
            self.reply(command, arguments, "250 Ok")
        elif command == "DATA":
            self.in_mail = self.reply(command, self.recipient, "354 Go on")
        elif command == "QUIT":
            self.reply(command, arguments, "221 Bye")
            self.transport.close()
        else:
            self.reply(command, arguments, "250 Ok")

    def receive(self, content: bytes) -> None:
        self.in_mail = False
        number = len(self.sink.mails) + 1
        if self.reply("END", self.recipient, f"250 2.0.0 Ok: queued as {number}"):
            mail = ReceivedMail(self.recipient, time.monotonic(), content.replace(b"\r\n..", b"\r\n."))
            self.sink.mails.append(mail)
            if self.sink.on_mail:
                self.sink.on_mail(mail)

    def reply(self, command: str, arguments: str, usual: str) -> bool:
        """Send the usual reply unless the script returns another; return whether it was the usual one."""
        scripted = self.sink.script(command, arguments)
        if scripted == HANG_UP:
            self.transport.abort()
        elif scripted != SILENCE:
            self.transport.write(f"{scripted or usual}\r\n".encode())
        if scripted.startswith("421"):
            self.transport.close()
        return not scripted


async def _serve(sink: SmtpSink, ready: Callable[[], None], stop: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Session(sink), "127.0.0.1", sink.port)
    sink.port = server.sockets[0].getsockname()[1]
    ready()
    await stop.wait()
    server.close()


@contextmanager
def serving(sink: SmtpSink) -> Iterator[SmtpSink]:
    """Serve in a thread of this process, on the port `sink.port`."""
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
    """Serve on the port in the first argument until killed; print the time and recipient of each mail."""

    def log(mail: ReceivedMail) -> None:
        sink.mails.clear()
        sys.stdout.write(f"{mail.at} {mail.recipient}\n")
        sys.stdout.flush()

    sink = SmtpSink(port=int(sys.argv[1]), on_mail=log)
    asyncio.run(_serve(sink, lambda: None, asyncio.Event()))
    return 0
