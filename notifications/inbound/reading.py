"""What a mail says, in the terms of a support center. Pure."""

from dataclasses import dataclass

from django.conf import settings

from notifications.inbound import mime
from notifications.inbound.automatic import why_automatic
from notifications.inbound.bounces import Bounce, bounce_in
from notifications.inbound.html_text import to_markdown
from notifications.inbound.mime import Address, File, Mail
from notifications.inbound.replies import split_reply

# Converting HTML takes longer than linear time for the worst of it.
MOST_HTML = 300_000


@dataclass(frozen=True)
class Reading:
    """A mail as it was understood. ``automatic`` is the sign by which no person wrote it, or empty.

    ``text`` is what the author wrote, ``quoted`` the rest of the text: the mail they answer, signatures.
    """

    mail: Mail
    text: str
    quoted: str
    bounce: Bounce | None
    automatic: str

    @property
    def author(self) -> Address | None:
        return self.mail.author

    @property
    def files(self) -> list[File]:
        return self.mail.files


def interpret(raw: bytes) -> Reading:
    """Return what a mail says. Nothing that it can contain makes this raise."""
    mail = mime.read(raw)
    texts = [to_markdown(each.content[:MOST_HTML]) if each.is_html else each.content for each in mail.texts]
    body = "\n".join(filter(None, texts))
    reply = split_reply(body)
    bounce = bounce_in(mail, raw)
    return Reading(mail, reply.text, reply.quoted, bounce, "" if bounce else why_automatic(mail))


def is_authenticated(mail: Mail) -> bool | None:
    """Return whether the author's address was verified on the way; None if no host that we trust says so.

    Reads DMARC, or else DKIM or SPF for the author's own domain, from the results of the host in
    ``INBOUND_TRUSTED_HOST`` (RFC 8601). Anyone else can write such a header too.
    """
    host, author = settings.INBOUND_TRUSTED_HOST.lower(), mail.author
    if not host or author is None:
        return None
    domain = author.email.rpartition("@")[2]
    for value in mail.all("Authentication-Results"):
        server, _, results = value.partition(";")
        if server.split()[:1] != [host] and server.strip().lower() != host:
            continue
        methods = [" ".join(each.split()).lower() for each in results.split(";")]
        dmarc = next((each for each in methods if each.startswith("dmarc=")), "")
        if dmarc:
            return dmarc.startswith("dmarc=pass")
        return any(_vouches(each, domain) for each in methods)
    return None


def _vouches(method: str, domain: str) -> bool:
    """Return whether a DKIM or SPF result is a pass for a domain."""
    if not method.startswith(("dkim=pass", "spf=pass")):
        return False
    named = [word.partition("=")[2].rpartition("@")[2] for word in method.split() if "=" in word]
    return domain in named
