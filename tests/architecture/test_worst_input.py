"""No text makes a parser take more than linear time.

Each module with a regular expression is in one of two tables: with its parsers and their worst inputs, or
with the reason why it never reads a user's text.
"""

import ast
import contextlib
import gc
import signal
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from billing.charge_file import amount, parse_charges
from billing.holiday_file import parse_holidays
from billing.holiday_ics import MAX_EVENTS
from notifications.inbound import dsn
from notifications.inbound.html_text import to_markdown
from notifications.inbound.reading import interpret
from notifications.inbound.replies import split_reply
from notifications.inbound.tokens import read_reply, read_return
from notifications.tracking import DeliveryReport, cause_of
from orgs.csv_import import Column, read
from orgs.week import parse_blocks
from supportcenter.errors import RuleViolation
from supportcenter.http import csv_download
from supportcenter.logs import hide_secret_links
from supportcenter.placeholders import fill, placeholder_problem
from tests import growth
from tickets.files.types import sniff
from tickets.forms.addresses import split_addresses
from tickets.mentions import asks_to_escalate, handles_in
from tickets.models.tags import parse_tags, tag_problem
from tickets.rendering import parse, to_html
from tickets.search.completion import suggestions
from tickets.search.lexemes import lexemes, places
from tickets.search.marking import excerpt, highlight
from tickets.search.moments import span
from tickets.search.operators import OPERATORS
from tickets.search.references import number_typed
from tickets.search.syntax import parse as parse_search
from tickets.search.syntax import write

ROOT = Path(__file__).resolve().parents[2]
APPS = ["supportcenter", "orgs", "billing", "tickets", "notifications"]
SIZE = 100_000
SECONDS = 0.1
# On a slow machine, as long as this many times a look at each letter.
PASSES = 30
# A parser that does much for each letter may take this many times as long as for an ordinary text.
TIMES = 4
NOW = datetime(2026, 10, 1, tzinfo=UTC)
QUERY = "consumer connection timeout kafka replica postgres leader election"


def filled(part: str, end: str = "") -> str:
    """Return 100 KB of the part, repeated."""
    return (part * (SIZE // len(part) + 1))[: SIZE - len(end)] + end


# What headers of mails are made of.
MAIL_PIECES = ("=?utf-8?q?a?= ", "=?", "=?a?b?", "a@b.c, ", "<a@b> ", "<", '"', "(", "\n ", ",")


def events(*lines: str, times: int = MAX_EVENTS) -> str:
    """Return a calendar file with events of the same lines."""
    return "BEGIN:VCALENDAR\n" + "\n".join(["BEGIN:VEVENT", *lines, "END:VEVENT", ""]) * times


def words(length: int) -> str:
    """Return different words that begin like one of the query, 100 KB of them."""
    return " ".join(f"{QUERY[: length - 4]}{number:04}"[:length] for number in range(SIZE // (length + 1)))


def letters(length: int) -> str:
    """Return different words without digits, which may be misspelled, 100 KB of them."""
    rows = range(SIZE // (length + 1))
    return " ".join("cons" + f"{number:0{length - 4}}".translate(LETTERS) for number in rows)


LETTERS = str.maketrans("0123456789", "abcdefghij")


def mail(report: str, head: str = "") -> bytes:
    """Return a mail with a report on a delivery."""
    return (
        f"Content-Type: multipart/report; boundary=b{head}\n\n--b\n"
        f"Content-Type: message/delivery-status\n\n{report}\n\n--b--\n"
    ).encode()


def report(text: str) -> DeliveryReport:
    return DeliveryReport("key", "failed", NOW, text=text)


def read_dsn(text: str) -> None:
    """Read a text as a mail, as its report and as each of the fields that are parsed further."""
    fields = "Original-Message-ID: <a@b.c>\nFinal-Recipient: rfc822; a@b.c\nAction: failed\n"
    line = " ".join(text.splitlines())
    dsn.read(text.encode())
    dsn.read(mail(text))
    for name in ("Final-Recipient", "Status", "Action", "Diagnostic-Code", "Last-Attempt-Date"):
        dsn.read(mail(f"{name}: {line}\n{fields}"))
    dsn.read(mail(f"Original-Message-ID: {line}\n"))
    dsn.read(mail(fields, f"; {line}"))


def nested(depth: int) -> str:
    parts = "".join(f"Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n" for n in range(depth))
    return (
        filled("x\n")[: SIZE - len(parts)]
        if len(parts) > SIZE
        else parts + "x\n" * ((SIZE - len(parts)) // 2)
    )


def read_table(text: str) -> None:
    read(text, [Column("date", str), Column("project", str)], once=["date", "project"])


def condition(text: str) -> None:
    """Read a search, and each of its conditions that needs no database."""
    for term in parse_search(text, OPERATORS).terms:
        OPERATORS[term.name].condition(term.value, None)  # type: ignore[arg-type]


MARKDOWN = [
    *("![", "[a](", "*a **a ", "``a`", "> a\n", "a|b\n-|-\n", "://", "http://a", "http://a/(", "(//a.co/"),
    *("a@b.co\n", "a.co/(", "xn--a.", "@a."),
]
LINES = ["a\n" * (SIZE // 2)]
# For each module: a parser, ordinary texts, which show how much it does for each letter, and the worst ones.
Parser = tuple[Callable[[str], object], list[str], list[str]]
PARSERS: dict[str, list[Parser]] = {
    "supportcenter/placeholders.py": [
        (lambda text: fill(text, {"name": "x"}), [], list(map(filled, ["{{ ", "{", "{{ a }", "{{a}}"]))),
        (lambda text: fill("{{" + text, {"name": "x"}), [], [filled(" "), filled("\n"), filled("a")]),
        (
            lambda text: placeholder_problem("{{" + text, {}),
            [],
            [filled(" "), filled("{{ "), filled("{{a}}")],
        ),
    ],
    "supportcenter/logs.py": [
        (
            lambda text: hide_secret_links(None, "info", {"event": text}),
            [],
            [filled("/invitations/"), filled("/"), filled("/account/"), filled("/invitations/", "'")],
        )
    ],
    "orgs/week.py": [
        (parse_blocks, [], [filled(" ", "x"), filled(","), filled("1-2,"), "1" + filled(" ") + "x"])
    ],
    "orgs/csv_import.py": [
        (
            read_table,
            ["date,project\n" + "1,2\n" * 9_900, "date,project\n" + "a\n" * 30_000],
            [
                *map(filled, ["date,", "a,", '"', '""', "\n", ";", "_-", "date,project\n"]),
                *("date,project\n" + filled(rest) for rest in ("a\n", "1,2\n", "a,", '"\n', '"a"\n')),
            ],
        )
    ],
    "billing/charge_file.py": [
        (amount, [], [filled("9"), filled("0."), "0." + filled("9"), "-" + filled("9", ".")]),
        (
            parse_charges,
            LINES,
            ["date,project,service,amount\n" + filled(row) for row in ("1,2,3,4\n", "a\n")],
        ),
    ],
    "billing/holiday_file.py": [
        (
            parse_holidays,
            LINES,
            [
                *map(filled, ["x\n", "2026-01-01\n", "date ", '"', "2026-01-01 "]),
                "2026-01-01" + filled(" ") + "\nx",
                *(
                    "BEGIN:VCALENDAR\n" + filled(rest)
                    for rest in (
                        "BEGIN:VEVENT\n",
                        "END:VEVENT\n",
                        "BEGIN:VEVENT\nDTSTART:20260101\nDTEND:20260201\nEND:VEVENT\n",
                        " a\n",
                        "BEGIN:VEVENT\n SUMMARY:\\,\n",
                    )
                ),
                "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20260101\nSUMMARY:" + filled("\\,") + "\nEND:VEVENT",
            ],
        ),
        (
            parse_holidays,
            [events("UID:a", "DTSTART:20260101"), events("DTSTART:20260101", filled("X:y\n"), times=1)],
            [
                *(
                    events(series, rest)
                    for series in ("X:y", "UID:a", "UID:a\nRECURRENCE-ID:20260101")
                    for rest in ("X:y", "DTSTART:20260101\nRRULE:FREQ=DAILY;COUNT=1", "BEGIN:A", "END:A")
                ),
                *(
                    events("DTSTART:20260101", filled(line), times=1)
                    for line in (
                        "EXDATE:20260101\n",
                        "RDATE:20260101\n",
                        "RRULE:FREQ=DAILY;COUNT=1\n",
                        "RRULE:FREQ=MONTHLY;BYMONTHDAY=30;BYMONTH=2\n",
                        "A;b=",
                        "\\",
                    )
                ),
            ],
        ),
    ],
    "tickets/rendering.py": [
        (to_html, LINES, [filled(part) for part in MARKDOWN]),
        # Links are read word by word.
        (
            parse,
            LINES,
            [
                filled(f"{(part * 500)[:length]} ")
                for part in (
                    "http://a.co/(b",
                    "a.co/(",
                    "(//a.co/",
                    "a.xn--",
                    "http://xn--a.",
                    "a@xn--a.",
                    "a.a.",
                )
                for length in (999,)
            ],
        ),
    ],
    "tickets/mentions.py": [
        (
            lambda text: (asks_to_escalate(text), handles_in(text)),
            LINES,
            list(
                map(
                    filled,
                    ["@a.", "@fay ", "#escalate", "-- a\n", "`a "],
                )
            ),
        )
    ],
    "tickets/models/tags.py": [
        (lambda text: tag_problem(parse_tags(text)), [], [filled("a"), filled("a,"), filled("#"), words(9)])
    ],
    "tickets/forms/addresses.py": [
        (split_addresses, [], [filled("<"), filled(" ,;"), filled("a,"), words(9)])
    ],
    "tickets/search/marking.py": [
        (
            lambda text: highlight(text, QUERY),
            [letters(12)],
            [
                letters(8),
                letters(9),
                words(6),
                filled("a"),
                filled("consume "),
                filled("con"),
                filled("\u0300\u0316"),
            ],
        ),
        (
            lambda text: excerpt(text, QUERY),
            [letters(12)],
            [
                letters(8),
                letters(9),
                *map(filled, [" ", "\n", "consumer-", "consumer--"]),
                filled("x ", " consumer"),
                "consumer" + filled("-"),
            ],
        ),
    ],
    "tickets/search/lexemes.py": [
        (
            lambda text: (lexemes(text), places([("A", text)])),
            [words(6)],
            [
                *map(filled, ["\u0300\u0316", "\u0f73", "ä", "a ", "_", "한", "ａ"]),
                words(5),
                letters(8),
                *map(filled, ["エ", "한", "🔥", "c++ ", "a# ", "a:/", "kafka 1 ", "\u1112\u1161"]),
            ],
        )
    ],
    "tickets/search/references.py": [
        (
            number_typed,
            [],
            list(map(filled, ["1", "#", "[", "SUP-", "http://a/", "/", "SUP-1/", "\u0300\u0316"])),
        )
    ],
    "tickets/search/syntax.py": [
        (
            lambda text: write(parse_search(text, OPERATORS).parts),
            [],
            list(
                map(
                    filled,
                    ["a", "a:", '"', '"a', "-", "a:b ", "org:a ", "org: ", '-a:"', " ", "-a ", "-ab a"],
                )
            ),
        ),
        (condition, [], ["is:" + filled("due,"), "severity:" + filled("low,")]),
    ],
    "tickets/search/moments.py": [
        (
            lambda text: span(text, NOW),
            [],
            [filled("<"), filled("."), filled("9"), ">" + filled("="), filled("9", "d"), filled("2026-10..")],
        )
    ],
    "tickets/search/completion.py": [
        (
            suggestions,
            [],
            [
                filled(part, end)
                for end in ('"', ' ""')
                for part in ("a", "a ", "a:", '"', '" ', "-", 'x:" ', "a:b ")
            ],
        )
    ],
    "notifications/inbound/mime.py": [
        (
            lambda text: interpret(text.encode()),
            ["Subject: x\n\n" + filled("word ")],
            [
                *(
                    name + ": " + filled(part)
                    for name in ("From", "Subject", "References", "Date", "X")
                    for part in MAIL_PIECES
                ),
                *("\n\n" + filled(part) for part in ("begin 644 a\n", "begin 644 a\nend\n", "M" * 60 + "\n")),
                filled("Content-Type: multipart/mixed; boundary=b\n\n--b\n"),
                'Content-Type: text/plain; name="' + filled(";"),
            ],
        )
    ],
    "notifications/inbound/replies.py": [
        (
            split_reply,
            LINES,
            list(
                map(
                    filled,
                    [
                        "> a\n",
                        "> a\nb\n",
                        "\n",
                        " ",
                        "-",
                        "-- \n",
                        "From: a\n",
                        "a:\n",
                        "On 1/1/2026 a@b ",
                        "On 1/1/2026 a@b\n",
                        "<",
                        "*",
                        "--a",
                        "Sent from\n",
                        ">",
                    ],
                )
            ),
        )
    ],
    "notifications/inbound/bounces.py": [
        (
            lambda text: interpret(f"From: mailer-daemon@b.c\nSubject: failure\n\n{text}".encode()),
            LINES,
            list(
                map(
                    filled,
                    [
                        "a",
                        "a@",
                        "a@b ",
                        "a@b.c user unknown ",
                        "5.1.1 ",
                        "recipient ",
                        "original ",
                        "\n> ",
                        "to:\n",
                        "<",
                        "did ",
                    ],
                )
            ),
        )
    ],
    "notifications/inbound/automatic.py": [
        (
            lambda text: interpret(f"From: a@b.c\nSubject: {text}\n\nx".encode()),
            ["words " * 10_000],
            list(map(filled, ["re:", "re: ", "[", "re ", " "])),
        )
    ],
    "notifications/inbound/html_text.py": [
        (
            to_markdown,
            [filled("<p>Some words</p>"), filled("&")],
            list(
                map(
                    filled,
                    [
                        "<",
                        "<a ",
                        "<b>x",
                        "<div>",
                        "<ul><li>",
                        "<blockquote>",
                        "<a href='https://b.c'>x",
                        "<!--",
                        "<pre>\n",
                        "<td>x",
                        "<img src=cid:a>",
                    ],
                )
            ),
        )
    ],
    "notifications/inbound/tokens.py": [
        (lambda text: (read_reply(text), read_return(text)), [], [filled("a"), filled("1-"), filled("a-a-")])
    ],
    "notifications/inbound/dsn.py": [
        (
            lambda text: (dsn.ADDRESS.search(text), dsn.MESSAGE_ID.search(text), dsn.STATUS.search(text)),
            [],
            [filled("a"), filled("@"), "<" + filled("@"), filled("<a@"), filled("5.1")],
        ),
        (
            read_dsn,
            [filled("a\n\n")],
            [
                *map(
                    filled,
                    [
                        "a",
                        "<@",
                        "@",
                        "a@",
                        "1 ",
                        "(",
                        "5.1.",
                        "\n",
                        "\n ",
                        "a:\n",
                        "a: b\n",
                        ";",
                        '"',
                        ";a=b",
                    ],
                ),
                *map(filled, ["message-id:<a\n", "Final-Recipient: a@b\n\n", "a: b\n c"]),
                filled(";") + '"',
                'x="' + filled(";"),
                nested(20),
                nested(300),
            ],
        ),
    ],
    "notifications/tracking.py": [
        (
            lambda text: cause_of(report(text)),
            [],
            list(map(filled, ["4.1.", " 4", "tran", "soft ", "5.1.1", "\n5"])),
        )
    ],
    "supportcenter/http.py": [
        (
            lambda text: list(csv_download("x.csv", [[text]]).streaming_content),
            [],
            [*map(filled, [" ", ";", "\u200b", "=", "＝", "\t", '"']), filled(" ", "x")],
        )
    ],
    "tickets/files/types.py": [(lambda text: sniff(text.encode()), [], [filled("a"), filled("é")])],
}
NO_USER_TEXT = {
    "supportcenter/bundling.py": "our own scripts and styles, when static files are collected",
    "tickets/actions/files.py": "names that we gave to files in storage",
    "billing/models/groups.py": "a currency, which the field limits to three letters",
}


class Stopped(BaseException):
    """A parser took too long. No parser catches it, whatever else it catches."""


@contextlib.contextmanager
def stopped_after(seconds: float) -> Iterator[None]:
    """
    Raise ``Stopped`` in a block that takes more CPU time: a quadratic one would take minutes.

    The garbage collector rests meanwhile: an exception raised within its callbacks would be lost there.
    """

    def stop(*_: object) -> None:
        raise Stopped

    before = signal.signal(signal.SIGPROF, stop)
    gc.disable()
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
        gc.enable()


def look(text: str) -> int:
    return sum(ord(letter) for letter in text)


def cpu(parser: Callable[[str], object], text: str) -> float:
    """Return the CPU seconds of a parser, also for a text that it refuses."""

    def parse(each: str) -> None:
        with contextlib.suppress(ValueError, RuleViolation):
            parser(each)

    return growth.cpu(parse, text)


@pytest.mark.parametrize("module", PARSERS)
def test_worst_input_takes_linear_time(module):
    for parser, ordinary, worst in PARSERS[module]:
        limit = max(
            [SECONDS, PASSES * cpu(look, filled("a")), *(TIMES * cpu(parser, text) for text in ordinary)]
        )
        for text in worst:
            # The best of three: what else runs on the machine slows down each of them, but rarely all.
            if not any(is_done(parser, text, limit) for _ in range(3)):
                pytest.fail(f"took more than {limit:.2f} s for {len(text)} letters: {text[:40]!r}…")


def is_done(parser: Callable[[str], object], text: str, limit: float) -> bool:
    """Return whether the parser ends within a limit of CPU seconds."""
    try:
        with stopped_after(limit):
            cpu(parser, text)
    except Stopped:
        return False
    return True


def reads_patterns(path: Path) -> bool:
    """Return whether a module compiles or runs regular expressions."""
    tree = ast.walk(ast.parse(path.read_text()))
    names = {"re", "regex", "RegexValidator", "validate_slug", "re_path"}
    return any(
        (isinstance(each, ast.Import | ast.ImportFrom) and names & {alias.name for alias in each.names})
        or (isinstance(each, ast.ImportFrom) and each.module in names)
        for each in tree
    )


def test_each_module_with_a_pattern_is_in_one_of_the_tables():
    modules = {
        str(path.relative_to(ROOT))
        for app in APPS
        for path in (ROOT / app).rglob("*.py")
        if not {"migrations", "local"} & set(path.parts) and reads_patterns(path)
    }
    assert modules - PARSERS.keys() == NO_USER_TEXT.keys()
    assert modules & PARSERS.keys() == PARSERS.keys() - {"tickets/files/types.py"}
