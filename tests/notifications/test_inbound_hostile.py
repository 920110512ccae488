"""No mail makes reading it raise, lose its text, or take long."""

from email.message import EmailMessage

from hypothesis import given, settings
from hypothesis import strategies as st

from notifications.inbound.reading import interpret
from tests import growth

MEGABYTE = 1024 * 1024
names = st.sampled_from(
    [
        "From", "To", "Subject", "Date", "Message-ID", "References", "Content-Type",
        "Content-Transfer-Encoding", "Content-Disposition", "MIME-Version", "Return-Path",
        "Auto-Submitted", "__class__", "Parse", "X-Failed-Recipients",
    ]
)  # fmt: skip
types = st.sampled_from(
    [
        "text/plain", "text/html", "multipart/mixed; boundary=b", "multipart/alternative; boundary=b",
        "multipart/report; boundary=c", "message/rfc822", "message/delivery-status", "message/partial",
        "text/plain; charset=x-none", "text/plain; charset=\"", "image/png", "multipart/mixed",
        "text/plain; format=flowed; charset=utf-16", "application/octet-stream; name*=utf-8''%ff%",
        "text/calendar", "/", "",
    ]
)  # fmt: skip
words = st.sampled_from(
    [
        "Hello", "=?utf-8?q?=ff?=", "=?utf-8?b?????=", "=?x?q?a?=", "<a@b>", "@", "<>", "\x00", "\udce4",
        "ä", "--b", "--b--", "--c", "base64", "quoted-printable", "uuencode", "begin 644 a", "end",
        "> quote", "On 1 Jan 2026 at 10:00, A <a@b.c> wrote:", "-- ", "a" * 998, "\t", "(", '"', ";",
        "boundary=b", "<div>", "</",
    ]
)  # fmt: skip
headers = st.lists(
    st.builds("{}: {}".format, names, st.lists(words | types, max_size=3).map(" ".join)), max_size=8
)
bodies = st.lists(words | types.map("Content-Type: {}\n".format), max_size=20).map("\n".join)


@st.composite
def mails(draw) -> bytes:
    """Mails out of the pieces of others, with any bytes in between."""
    text = "\n".join(draw(headers)) + "\n\n" + draw(bodies)
    return text.encode("utf-8", "surrogateescape") + draw(st.binary(max_size=50))


def use(raw: bytes) -> None:
    """Read everything that is stored or shown of a mail."""
    reading = interpret(raw)
    mail = reading.mail
    for value in (mail.subject, mail.message_id, reading.text, reading.quoted, *mail.references):
        value.encode()
        assert "\0" not in value
    for file in reading.files:
        file.name.encode()
    assert reading.author is None or "@" in reading.author.email


@settings(max_examples=400, deadline=None)
@given(mails() | st.binary(max_size=300))
def test_nothing_raises(raw):
    use(raw)


def test_names_of_headers_are_no_attributes():
    for name in ("Parse", "__class__", "__init__", "headers", "text", "__dict__", "raw_items", "payload"):
        use(f"{name}: x\nFrom: a@b.c\n\nHi".encode())


def test_large_mail_is_read_fast():
    message = EmailMessage()
    message["From"], message["Subject"] = "ben@acme.example", "Log"
    message.set_content("Look.\n" * 100)
    message.add_attachment(
        b"x" * (MEGABYTE * 3 // 4), maintype="application", subtype="gzip", filename="a.gz"
    )
    raw = bytes(message)
    assert len(raw) > MEGABYTE
    assert growth.cpu(interpret, raw) < 0.25


def test_odd_mails_take_no_longer_than_large_ones():
    heads = b"From: a@b.c\nContent-Type: multipart/mixed; boundary=b\n\n"
    odd = [
        heads + b"--b\n\nx\n" * 20_000,
        b"Content-Type: multipart/mixed; boundary=b\n--b\n" * 5_000,
        b"Subject: " + b"=?utf-8?q?a?= " * 50_000 + b"\n\n",
        b"From: " + b"a@b.c, " * 50_000 + b"\n\n",
        b"References: " + b"<a@b> " * 50_000 + b"\n\n",
        b"X: " + b" \n" * 100_000 + b"\n",
        b"a: b\n" * 100_000,
        heads + b">" * 100_000,
        b"\n\n" + b"> a\nb\n" * 50_000,
        b"\n\n" + b"On 1 Jan 2026, A <a@b.c>\n" * 20_000,
        b"\n\n" + b"From: a\nTo: b\n" * 20_000,
        b"\n\nbegin 644 a\n" * 10_000,
        b"Content-Type: text/html\n\n" + b"<a <!-- <b " * 20_000,
        b"Content-Type: text/html\n\n" + b"<blockquote>" * 10_000,
        b"From: mailer-daemon@b.c\nSubject: failure notice\n\n" + b"a@b.c user unknown " * 10_000,
    ]
    for raw in odd:
        assert growth.cpu(use, raw) < 5, raw[:60]
