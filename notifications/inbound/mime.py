"""A mail as it came in, read tolerantly: people, subject, text and files, whatever is wrong with it. Pure.

The standard library's parser finds the parts; its accessors raise on one mail in twelve, so headers and
bodies are decoded here. Which parts are the text and which are files follows RFC 8621, section 4.1.4.
"""

import base64
import binascii
import quopri
import re
from dataclasses import dataclass, field
from email.errors import MessageError
from email.message import Message
from email.parser import BytesHeaderParser, BytesParser
from email.policy import Compat32
from email.utils import collapse_rfc2231_value, getaddresses

# The parser takes quadratic time for long headers and for parts within parts, so both are limited.
LONGEST_HEADER = 10_000
LONGEST_CONTENT_HEADER = 2_000
MOST_MULTIPARTS = 100
MOST_PARTS = 1_000
# What is meant by names that programs write wrongly, and by none at all.
CHARSETS = {
    "ansi": "cp1252",
    "iso-8859-1": "cp1252",
    "us-ascii": "utf-8",
    "ascii": "utf-8",
    "unknown-8bit": "utf-8",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "ks_c_5601-1987": "cp949",
    "ks_c_5601": "cp949",
    "euc-kr": "cp949",
    "x-sjis": "cp932",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "utf8": "utf-8",
    "cp-850": "cp850",
    "iso-8859-8-i": "iso-8859-8",
    "x-mac-roman": "mac_roman",
    "macintosh": "mac_roman",
    "binary": "utf-8",
    "default": "utf-8",
    "utf-8mb4": "utf-8",
}
REPORTS = {
    "message/delivery-status",
    "message/global-delivery-status",
    "message/feedback-report",
    "message/disposition-notification",
    "text/rfc822-headers",
    "message/rfc822-headers",
}
TEXTS = {"text/plain", "text/html", "text/enriched", "text/richtext"}
_ENCODED_WORD = re.compile(r"=\?([^?\s]{1,60})\?([bqBQ])\?([^?]*)\?=")
_UUENCODED = re.compile(rb"^begin [0-7]{3,4} ([^\r\n]{1,200})\r?\n", re.MULTILINE)


@dataclass(frozen=True)
class Address:
    """A mail address in lower case, with its name or an empty string."""

    name: str
    email: str


@dataclass(frozen=True)
class File:
    """A part that is not the text."""

    name: str
    content_type: str
    data: bytes


@dataclass(frozen=True)
class Text:
    """A text to read, as plain text or HTML."""

    content: str
    is_html: bool


@dataclass
class Mail:
    """A mail. Of a text that it has as plain text and as HTML, ``texts`` has the plain one."""

    headers: Message
    texts: list[Text] = field(default_factory=list)
    files: list[File] = field(default_factory=list)
    reports: list[Message] = field(default_factory=list)

    @property
    def plain(self) -> str:
        return "\n".join(each.content for each in self.texts if not each.is_html)

    @property
    def html(self) -> str:
        return "\n".join(each.content for each in self.texts if each.is_html)

    def all(self, name: str) -> list[str]:
        """Return the decoded values of a header, in order."""
        return [decoded(value) for value in self._raw(name)]

    def _raw(self, name: str) -> list[str]:
        """Return a header's values as they came; the parser's own accessors replace what isn't ASCII."""
        name = name.lower()
        return [str(value) for key, value in self.headers.raw_items() if key.lower() == name]

    def first(self, name: str) -> str:
        return next(iter(self.all(name)), "")

    @property
    def subject(self) -> str:
        return " ".join(self.first("Subject").split())

    @property
    def author(self) -> Address | None:
        """Return who wrote the mail according to its header, which anyone can write."""
        for name in ("From", "Sender", "Resent-From"):
            if found := self.addresses(name):
                return found[0]
        return None

    @property
    def author_text(self) -> str:
        """Return the author's address, or for want of one what stands there, such as ``mailer-daemon``."""
        if self.author:
            return self.author.email
        bare = (decoded(address) for _, address in _split_addresses(self.first("From")[:LONGEST_HEADER]))
        return next(filter(None, bare), "").lower()

    def addresses(self, *names: str) -> list[Address]:
        """Return the addresses in some headers, without those that aren't any."""
        return [each for name in names for value in self._raw(name) for each in read_addresses(value)]

    @property
    def message_id(self) -> str:
        return next(iter(ids_in(self.first("Message-ID"))), "")

    @property
    def references(self) -> list[str]:
        """Return the Message-IDs that the mail answers, the nearest first."""
        return [*ids_in(self.first("In-Reply-To")), *reversed(ids_in(self.first("References")))]


class _ShortHeaders(Compat32):
    """The parser's usual policy, which drops what is too long of a header."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        name, value = super().header_source_parse(sourcelines)
        is_of_content = name.lower().startswith("content-")
        return name, value[: LONGEST_CONTENT_HEADER if is_of_content else LONGEST_HEADER]


_POLICY = _ShortHeaders()


def read(raw: bytes) -> Mail:
    """Return a mail from its source. Nothing that a mail can contain makes it raise."""
    message = _parsed(raw)
    mail = Mail(message)
    _Reader(mail).read(message)
    return mail


def _parsed(raw: bytes) -> Message:
    # An mbox line, and empty lines that some pipes put first, aren't headers.
    raw = re.sub(rb"\A(?:\s*\n)?(?:From [^\n]*\n)?", b"", raw[:2000]) + raw[2000:]
    if raw.lower().count(b"boundary=") <= MOST_MULTIPARTS:
        try:
            return BytesParser(policy=_POLICY).parsebytes(raw)
        except (MessageError, LookupError, TypeError, ValueError, AttributeError, RecursionError):
            pass
    head, _, body = raw.replace(b"\r\n", b"\n").partition(b"\n\n")
    message = BytesHeaderParser(policy=_POLICY).parsebytes(head + b"\n\n")
    for name in ("Content-Type", "Content-Transfer-Encoding"):
        del message[name]
    message.set_payload(body.decode("ascii", "surrogateescape"))
    return message


class _Reader:
    """Sorts the parts of one mail into text and files."""

    def __init__(self, mail: Mail) -> None:
        self.mail = mail
        self.count = 0

    def read(self, message: Message) -> None:
        self.mail.texts = self._texts([message], "mixed")

    def _texts(self, parts: list[Message], kind: str) -> list[Text]:
        """Return the texts of a multipart's parts, in one of the forms they have; keep files and reports."""
        texts: list[Text] = []
        for number, part in enumerate(parts):
            self.count += 1
            if self.count > MOST_PARTS:
                break
            content_type, payload = part.get_content_type(), part.get_payload()
            if part.get_content_maintype() == "multipart" and isinstance(payload, list):
                children = [each for each in payload if isinstance(each, Message)]
                texts += self._texts(children, part.get_content_subtype())
                continue
            if content_type in REPORTS:
                self.mail.reports.append(part)
            if self._is_text(part, content_type, kind, number):
                texts.append(self._text(part, content_type))
            else:
                self._file(part, content_type)
        plain = [each for each in texts if not each.is_html and each.content.strip()]
        return plain if kind == "alternative" and plain else texts

    def _text(self, part: Message, content_type: str) -> Text:
        is_html = content_type == "text/html"
        text = text_of(part)
        return Text(text if is_html else self._without_uuencoded(text), is_html)

    def _is_text(self, part: Message, content_type: str, kind: str, number: int) -> bool:
        if part.get_content_disposition() == "attachment":
            return False
        if part.get_content_maintype() == "multipart":
            return True  # without parts: what should be in them is text
        if content_type not in TEXTS:
            return False
        return number == 0 or (kind != "related" and not name_of(part))

    def _file(self, part: Message, content_type: str) -> None:
        name = name_of(part)
        if content_type.startswith("message/") and isinstance(part.get_payload(), list):
            inner = next(iter(part.get_payload()), None)
            data = _source(inner) if isinstance(inner, Message) else b""
            subject = decoded(inner.get("Subject", "")) if isinstance(inner, Message) else ""
            name = name or f"{' '.join(subject.split())[:80] or 'message'}.eml"
        else:
            data = bytes_of(part)
        self.mail.files.append(File(name, content_type, data))

    def _without_uuencoded(self, text: str) -> str:
        """Return a text without the files that stand in it, as mails had them before MIME; keep these."""
        raw = text.encode("utf-8", "replace")
        kept: list[bytes] = []
        position = 0
        while found := _UUENCODED.search(raw, position):
            end = raw.find(b"\nend", found.end() - 1)
            if end < 0:
                break
            try:
                data = b"".join(map(binascii.a2b_uu, filter(None, raw[found.end() : end].splitlines())))
            except binascii.Error:
                break
            name = found[1].decode("utf-8", "replace").strip()
            self.mail.files.append(File(name, "application/octet-stream", data))
            kept.append(raw[position : found.start()])
            after = raw.find(b"\n", end + 1)
            position = after + 1 if after >= 0 else len(raw)
        return b"".join([*kept, raw[position:]]).decode("utf-8", "replace")


def _source(message: Message) -> bytes:
    try:
        return message.as_bytes()
    except (MessageError, LookupError, TypeError, ValueError, AttributeError, RecursionError):
        return str(message.get_payload()).encode("utf-8", "surrogateescape")


def bytes_of(part: Message) -> bytes:
    """Return the content of a part, decoded from its transfer encoding as far as that can be read."""
    try:
        data = part.get_payload(decode=True)
    except (MessageError, LookupError, TypeError, ValueError, AttributeError):
        data = None
    if isinstance(data, bytes):
        return data
    payload = part.get_payload()
    return payload.encode("utf-8", "surrogateescape") if isinstance(payload, str) else b""


def text_of(part: Message) -> str:
    """Return the text of a part, in whatever charset it really is."""
    text = in_charset(bytes_of(part), part.get_content_charset(""))
    if str(part.get_param("format", "")).lower() == "flowed" and part.get_content_type() == "text/plain":
        text = _unflowed(text, delete_space=str(part.get_param("delsp", "")).lower() == "yes")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def in_charset(data: bytes, charset: str = "") -> str:
    """Return bytes as text without NUL: in the named charset, else in UTF-8, else in Western Europe's."""
    name = charset.strip(" '\"").lower()
    named = CHARSETS.get(name, name)
    for each in filter(None, (named, "utf-8")):
        try:
            return data.decode(each).replace("\0", "")
        except (LookupError, UnicodeError, ValueError):
            continue
    try:
        return data.decode(named or "cp1252", "replace").replace("\0", "")
    except (LookupError, UnicodeError, ValueError):
        return data.decode("cp1252", "replace").replace("\0", "")


def _unflowed(text: str, *, delete_space: bool) -> str:
    """Join lines that a program wrapped (RFC 3676); those of a quote only with others of the same depth."""
    result: list[str] = []
    open_depth: int | None = None
    for line in text.replace("\r\n", "\n").split("\n"):
        depth = len(line) - len(line.lstrip(">"))
        content = line[depth:]
        if content.startswith(" "):
            content = content[1:]
        if open_depth == depth and content != "-- ":
            result[-1] += content
        else:
            result.append(f"{'>' * depth}{' ' if depth else ''}{content}")
        is_soft = content.endswith(" ") and content != "-- "
        if is_soft and delete_space:
            result[-1] = result[-1][:-1]
        open_depth = depth if is_soft else None
    return "\n".join(result)


def decoded(value: object) -> str:
    """Return the text of a header: encoded words (RFC 2047) in any charset, or raw bytes.

    The bytes of words that follow each other are joined first: programs cut letters in two.
    """
    text = str(value)
    if text.isascii() and "=?" not in text:
        return text.replace("\0", "")
    parts: list[tuple[bytes, str]] = []
    position = 0
    for word in _ENCODED_WORD.finditer(text):
        between = text[position : word.start()]
        if between.strip() or not position:
            parts.append((between.encode("utf-8", "surrogateescape"), ""))
        charset, data = word[1].partition("*")[0].lower(), _decoded_word(word[2], word[3])
        if parts and parts[-1][1] == charset:
            parts[-1] = (parts[-1][0] + data, charset)
        else:
            parts.append((data, charset))
        position = word.end()
    parts.append((text[position:].encode("utf-8", "surrogateescape"), ""))
    return "".join(in_charset(data, charset) for data, charset in parts)


def _decoded_word(encoding: str, text: str) -> bytes:
    raw = text.encode("utf-8", "surrogateescape")
    if encoding in "qQ":
        return quopri.decodestring(raw.replace(b"_", b" "), header=False)
    try:
        return base64.b64decode(re.sub(rb"[^A-Za-z0-9+/]", b"", raw) + b"==")
    except binascii.Error:
        return raw


def name_of(part: Message) -> str:
    """Return the file name of a part, or an empty string. It is for people to read, never a path."""
    for name, header in (("filename", "content-disposition"), ("name", "content-type")):
        try:
            value = part.get_param(name, None, header)
        except (MessageError, LookupError, TypeError, ValueError, AttributeError):
            continue
        if isinstance(value, tuple):
            charset, _, text = value
            return " ".join(in_charset(text.encode("latin-1", "replace"), charset or "").split())
        if value:
            return " ".join(decoded(collapse_rfc2231_value(value)).split())
    return ""


def read_addresses(value: object) -> list[Address]:
    """Return the addresses in a header, without what is none, such as ``undisclosed-recipients:;``."""
    text = str(value)
    # Decoded only after splitting: an encoded comma is no separator.
    found = []
    for name, address in _split_addresses(text[:LONGEST_HEADER]):
        email = decoded(address).strip(" <>\"'").lower()
        if email.count("@") >= 1 and not re.search(r"\s", email):
            found.append(Address(" ".join(decoded(name).split()), email))
    if not found:
        found = [
            Address("", each.lower())
            for each in re.findall(r"[^\s<>\"'(),;:]{1,64}@[^\s<>\"'(),;:]{1,255}", decoded(text))
        ]
    return found


def _split_addresses(text: str) -> list[tuple[str, str]]:
    try:
        return getaddresses([text])
    except (ValueError, IndexError, RecursionError):  # comments within comments, for example
        return []


def ids_in(text: str) -> list[str]:
    """Return the Message-IDs in a header, with their angle brackets."""
    return re.findall(r"<[^<>\s]{1,500}>", text)
