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

    Reads DMARC, or else DKIM or SPF, for the author's own domain, from the results of the host in
    ``INBOUND_TRUSTED_HOST`` (RFC 8601). Anyone else can write such a header too; the host's is the first. A
    verdict can be about any of several authors, so it counts for none of them.
    """
    host = settings.INBOUND_TRUSTED_HOST.lower()
    authors = mail.addresses("From")
    if not host or len(authors) != 1:
        return None
    domain = authors[0].email.rpartition("@")[2]
    for value in mail.all("Authentication-Results"):
        server, _, results = value.lower().partition(";")
        if server.split()[:1] == [host]:
            return _vouched_for(domain, [each.split() for each in results.split(";")])
    return None


def _vouched_for(domain: str, methods: list[list[str]]) -> bool:
    """Return whether the results are a pass for a domain; if there is DMARC, it alone decides."""
    dmarc = next((each for each in methods if each and each[0].startswith("dmarc=")), None)
    if dmarc:  # always about the author's domain, whether or not it is named
        return dmarc[0] == "dmarc=pass" and domain in (_domains(dmarc) or [domain])
    return any(each[0] in {"dkim=pass", "spf=pass"} and domain in _domains(each) for each in methods if each)


def _domains(method: list[str]) -> list[str]:
    """Return the domains that a result is about, such as that of ``header.from=acme.example``."""
    named = (word for word in method[1:] if word.startswith(("header.", "smtp.")))
    return [word.partition("=")[2].rpartition("@")[2] for word in named]
