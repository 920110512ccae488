"""Bounces and complaints: which address can't be reached, and whether for good. Pure.

In this order: the fields of a delivery status notification (RFC 3464) or feedback report (RFC 5965), the
formats that ``flufl.bounce`` knows, and the words that servers without either use.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from flufl.bounce import all_failures

from notifications.inbound import dsn
from notifications.inbound.mime import Mail, read_addresses

MOST_TEXT = 30_000
# Local parts of robots that send bounces; also the beginnings of longer ones.
ROBOTS = (
    "mailer-daemon",
    "mailer_daemon",
    "mailerdaemon",
    "mail-daemon",
    "maildaemon",
    "postmaster",
    "mdaemon",
    "mail delivery",
    "bounce",
    "mmdf",
    "uucp",
    "smtp-admin",
    "noreply-mailer",
    "mailer",
    "post_master",
    "mail.administrator",
    "system_administrator",
)
SUBJECTS = re.compile(
    r"undeliver|not deliver|non-?deliver|failure notice|delivery (status|fail|error|problem|report)|"
    r"delivery has failed|mail (delivery|system|error|failure)|message (delivery|status|could|not)|"
    r"returned (mail|message|to sender)|return to sender|rejected|bounce|could not be (sent|delivered)|"
    r"unable to deliver|can.?t be delivered|user unknown|unknown (user|address)|unzustellbar|"
    r"nicht zugestellt|unzustellbarkeit|non remis|échec|echec|non distribu|no se (puede|pudo|ha podido)|"
    r"devuelto|no entregad|mancata consegna|impossibile|não (foi )?entreg|niet (af|be)lever|onbestel|"
    r"kunne ikke leveres|levereras inte|не доставлен|недостав|退信|系统退信|无法投递|配信|送信エラー|"
    r"エラー|반송|delivery notification|message blocked|mail blocked|blocked|warning: |undelivered|"
    r"failed to deliver|nondelivery|problem delivering|delayed|failure delivery|delivery failure",
    re.IGNORECASE,
)
WORDS = re.compile(
    r"user unknown|unknown user|no such (user|recipient|mailbox|address|account)|does ?n[o']t exist|"
    r"not exist|mailbox (is )?(full|unavailable|disabled|not found)|(recipient|address|user|mailbox|"
    r"account)[^.\n]{0,40}(not found|rejected|unknown|invalid|disabled|full|unavailable|inactive|suspended|"
    r"expired)|over ?quota|quota exceeded|host (unknown|not found)|relay(ing)? denied|(can|could)(not| not|"
    r"n't) be (delivered|reached|found)|undeliver|delivery (has )?failed|failed (permanently|recipient)|"
    r"permanent (error|failure|fatal)|fatal error|not listed in|not our customer|unable to (deliver|relay)|"
    r"rejected|access denied|\b5[0-9]{2}[ -][0-9a-z]|\b[45]\.[0-9]\.[0-9]{1,2}\b|could not deliver|"
    r"unknown (address|recipient|local)|timed? ?out|invalid recipient|nicht (gefunden|zugestellt|"
    r"existiert)|unbekannt|inconnu|não existe|no existe|存在しません|不存在|宛先|見つかりません|不明",
    re.IGNORECASE,
)
# Below these, a bounce contains the mail that it is about.
ORIGINAL = re.compile(
    r"^[ \t>*-]{0,40}(original (message|mail|text)|unsent message|(the )?(text|body|header|copy|"
    r"contents?) of (the|your) (original |returned )?(message|mail)|below this line is (a copy|the)|"
    r"this is a copy of|message (header|text|body) follows|returned (message|mail) follows|"
    r"(your )?(original )?message (headers? )?follows|the original message|undelivered message follows|"
    r"received: from|return-path: |ursprüngliche nachricht|message d.origine|mensaje original)",
    re.IGNORECASE | re.MULTILINE,
)
_ADDRESS = re.compile(r"(?<![\w.+/=%&'*-])[\w.+/=%&'*$!#?{}^~-]{1,64}@[\w-][\w.-]{0,250}\.?[\w-]")
_TRANSIENT = re.compile(
    r"\b4\.[0-9]\.[0-9]{1,3}\b|\b4[0-9]{2}[ -]|delay|temporar|will (be retried|continue|keep)|still trying|"
    r"warning",
    re.IGNORECASE,
)
_PERMANENT = re.compile(r"\b5\.[0-9]\.[0-9]{1,3}\b|\b5[0-9]{2}[ -]|permanent|giving up|fatal", re.IGNORECASE)
_STATUS = re.compile(r"\b[245]\.[0-9]{1,3}\.[0-9]{1,3}\b")


@dataclass(frozen=True)
class Bounce:
    """An address that can't be reached, or that complained; empty if the report doesn't say which.

    ``status`` is an enhanced status code (RFC 3463), if there is one.
    """

    address: str
    status: str
    is_permanent: bool
    is_complaint: bool = False


def bounce_in(mail: Mail, raw: bytes) -> Bounce | None:
    """Return what a bounce or complaint says, or None for any other mail."""
    for find in (_notification, _complaint, _known_format, _worded):
        if found := find(mail, raw):
            return found
    return None


def _notification(mail: Mail, raw: bytes) -> Bounce | None:
    if found := dsn.read(raw):
        if found.action in {"delivered", "relayed", "expanded"}:
            return None
        status = found.status or next(iter(_STATUS.findall(found.diagnostic)), "")
        return Bounce(found.recipients[0], status, found.is_permanent)
    for part in mail.reports:
        if part.get_content_type() not in {"message/delivery-status", "message/global-delivery-status"}:
            continue
        groups = dsn.fields_of(part)
        for fields in [*groups[1:], *groups[:1]]:
            address = _first_address(
                fields.get("original-recipient", "").rpartition(";")[2],
                fields.get("final-recipient", "").rpartition(";")[2],
                fields.get("x-actual-recipient", "").rpartition(";")[2],
            )
            action = fields.get("action", "").lower()
            if address and not action.startswith(("delivered", "relayed", "expanded")):
                status = next(
                    iter(_STATUS.findall(fields.get("status", "") + " " + fields.get("diagnostic-code", ""))),
                    "",
                )
                is_permanent = action.startswith("failed") and not status.startswith("4")
                return Bounce(address, status, is_permanent)
    return None


def _complaint(mail: Mail, raw: bytes) -> Bounce | None:
    for part in mail.reports:
        if part.get_content_type() != "message/feedback-report":
            continue
        fields = {name: value for group in dsn.fields_of(part) for name, value in group.items()}
        kind = fields.get("feedback-type", "abuse").lower()
        address = _first_address(
            fields.get("original-rcpt-to", ""), fields.get("removal-recipient", "")
        ) or _recipient_of_original(mail, raw)
        return Bounce(address, "", is_permanent=kind != "not-spam", is_complaint=True)
    return None


def _known_format(mail: Mail, raw: bytes) -> Bounce | None:
    # Some of its formats are so loose that encoded files match them.
    own, _, _ = _split_original(mail.plain[:MOST_TEXT])
    if not (_is_from_robot(mail) or mail.reports or SUBJECTS.search(mail.subject) or WORDS.search(own)):
        return None
    try:
        temporary, permanent = all_failures(mail.headers)
    except Exception:  # noqa: BLE001 - a stranger's mail in a library of seventy formats
        return None
    for found, is_permanent in ((permanent, True), (temporary, False)):
        address = next((each for each in sorted(_decoded(found)) if not _is_robot(each)), "")
        if address:
            text = raw[:MOST_TEXT].decode("utf-8", "replace")
            status = next(iter(_STATUS.findall(text.partition("\n\n")[2] or text)), "")
            return Bounce(address, status, is_permanent and not status.startswith("4"))
    return None


def _worded(mail: Mail, raw: bytes) -> Bounce | None:
    """Recognize a bounce by who sends it and what it says."""
    if (
        mail.first("Auto-Submitted").lower().startswith("auto-replied")
        and "X-Failed-Recipients" not in mail.headers
        and not mail.reports
    ):
        subject_says = SUBJECTS.search(mail.subject)
        if not (subject_says and _is_from_robot(mail)):
            return None
    text = mail.plain or re.sub(r"<[^>]{0,500}>", " ", mail.html)
    text = text[:MOST_TEXT]
    own, _, _ = _split_original(text)
    failed = _first_address(mail.first("X-Failed-Recipients"), mail.first("X-Failed-Recipient"))
    signs = [
        _is_from_robot(mail),
        bool(SUBJECTS.search(mail.subject)),
        bool(WORDS.search(own)),
        bool(mail.reports),
    ]
    if not failed and (sum(signs) < 2 or not (signs[0] or signs[1])):
        return None
    if not failed and not signs[0] and not (signs[1] and signs[2]):
        return None
    address = failed or _address_in(own, mail) or _recipient_of_original(mail, raw) or _address_in(text, mail)
    status = next(iter(_STATUS.findall(own)), "")
    is_temporary = status.startswith("4") or (
        not status.startswith("5") and bool(_TRANSIENT.search(own)) and not _PERMANENT.search(own)
    )
    return Bounce(address, status, not is_temporary)


def _split_original(text: str) -> tuple[str, str, str]:
    """Return a bounce's own words, and the mail that it contains."""
    found = ORIGINAL.search(text, 1)
    return (text[: found.start()], found[0], text[found.end() :]) if found else (text, "", "")


def _is_from_robot(mail: Mail) -> bool:
    path = mail.first("Return-Path").strip()
    author = mail.author
    names = [f"{author.name} {author.email}".lower()] if author else [mail.first("From").lower()]
    return (
        path == "<>"
        or any(robot in name for name in names for robot in ROBOTS)
        or mail.first("From").lower().startswith(ROBOTS)
    )


def _is_robot(address: str) -> bool:
    return address.lower().startswith(ROBOTS)


def _decoded(addresses: object) -> Iterator[str]:
    for each in addresses or ():  # type: ignore[attr-defined]
        text = each.decode("ascii", "replace") if isinstance(each, bytes) else str(each)
        yield from (found.email for found in read_addresses(text))


def _first_address(*texts: str) -> str:
    for text in texts:
        if found := _ADDRESS.search(text):
            return found[0].lower().strip("'")
    return ""


def _address_in(text: str, mail: Mail) -> str:
    """Return the address that a bounce's words are about: near a failure, not a robot's and not ours."""
    ours = {
        each.email
        for each in mail.addresses(
            "To", "From", "Reply-To", "Cc", "Delivered-To", "X-Original-To", "Return-Path", "Sender"
        )
    }
    found: list[tuple[int, int, str]] = []
    for number, match in enumerate(_ADDRESS.finditer(text)):
        address = match[0].lower().strip("'")
        if (
            address in ours
            or _is_robot(address)
            or "message-id" in text[max(0, match.start() - 60) : match.start()].lower()
        ):
            continue
        near = text[max(0, match.start() - 120) : match.end() + 160]
        is_marked = text[max(0, match.start() - 1) : match.start()] in {"<", "("} or text[
            match.end() : match.end() + 2
        ].startswith((">:", ":", ">"))
        found.append((-(2 * bool(WORDS.search(near)) + is_marked), number, address))
        if number > 50:
            break
    return min(found)[2] if found else ""


def _recipient_of_original(mail: Mail, raw: bytes) -> str:
    """Return to whom the mail was sent that a bounce contains."""
    for part in mail.headers.walk():
        if part is mail.headers:
            continue
        if part.get_content_type() in {"text/rfc822-headers", "message/rfc822-headers"}:
            fields = {name: value for group in dsn.fields_of(part)[:1] for name, value in group.items()}
            if found := _first_address(fields.get("to", "")):
                return found
        elif part.get("To") and (found := _first_address(str(part.get("To")))):
            return found
    body = (mail.plain or mail.html)[:MOST_TEXT]
    _, _, original = _split_original(body)
    line = re.search(r"^[ \t>]{0,8}to:([^\n]{1,500})", original or body, re.IGNORECASE | re.MULTILINE)
    return _first_address(line[1]) if line else ""
