"""Receiving mail: it is stored first, and then processed, as often as need be."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TypeVar

import structlog
from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.files.base import ContentFile
from django.db import InterfaceError, OperationalError, connection, transaction
from django.http import Http404
from django.utils import timezone

from notifications.actions.tracking import record_dsn, record_report
from notifications.inbound import dsn, tokens
from notifications.inbound.mime import in_charset
from notifications.inbound.reading import Reading, interpret, is_authenticated
from notifications.models.inbound import TO_CHECK, InboundMail, InboundOutcome
from notifications.models.messages import EmailMessage
from notifications.tracking import report_from_bounce
from orgs.actor import Actor
from orgs.models import Membership, Organization, User
from orgs.roles import Capability
from orgs.source import Source
from supportcenter.errors import RuleViolation
from tickets.access import bare_ticket_for
from tickets.actions.comments import add_comment, add_internal_note
from tickets.actions.files import stage_files
from tickets.actions.opening import TicketDraft, open_ticket
from tickets.actions.record import require_agent
from tickets.models.catalog import Product, Reason
from tickets.models.conversation import Attachment, Comment
from tickets.models.ticket import Ticket
from tickets.states import Severity, Status

logger = structlog.get_logger(__name__)

# Comments by mail of one person on one ticket within an hour; more is a loop.
MOST_AN_HOUR = 20
MOST_FILES = 20
# A stored mail whose task didn't come within this time is processed anyway, so many in one run.
WAITING_FOR = timedelta(minutes=1)
BATCH_SIZE = 200
MOST_TEXT = 100_000
MOST_SUBJECT = 200
NOTE, SOLVE = "#note", "#solve"


@dataclass
class Result:
    """What became of a mail, and why."""

    outcome: InboundOutcome
    reason: str = ""
    ticket: Ticket | None = None
    comment: Comment | None = None
    reading: Reading | None = field(default=None, repr=False)


Choices = TypeVar("Choices", Product, Reason)


class _Ended(Exception):
    """The mail makes no comment; the outcome and the reason say why."""

    def __init__(self, outcome: InboundOutcome, reason: str, ticket: Ticket | None = None) -> None:
        super().__init__(reason)
        self.outcome, self.reason, self.ticket = outcome, reason, ticket


def store(raw: bytes, *, sender: str = "", recipients: Sequence[str] = ()) -> InboundMail:
    """Store a mail with its envelope, before anything reads it."""
    sender, *named = (in_charset(each.encode("utf-8", "surrogateescape")) for each in (sender, *recipients))
    digest = hashlib.sha256(raw).hexdigest()
    return InboundMail.objects.create(raw=raw, sha256=digest, sender=sender, recipients=named)


def process(stored: InboundMail, *, accepted_by: User | None = None) -> Result:
    """Find out what a stored mail is, and do it; a mail that was processed stays as it is.

    Whatever goes wrong, the mail stays stored as unprocessed, with the reason, and can be processed again.
    An agent may accept a mail whose sender nothing proves.
    """
    reading = interpret(bytes(stored.raw))
    try:
        with transaction.atomic():
            row = InboundMail.objects.select_for_update().get(pk=stored.pk)
            if row.outcome not in TO_CHECK:
                return Result(InboundOutcome(row.outcome), row.reason, row.ticket, row.comment, reading)
            row.decided_by = accepted_by
            result = _processed(row, reading)
            _save(row, reading, result)
    except (OperationalError, InterfaceError):
        raise  # the database is down: the task is repeated
    except Exception as error:
        logger.exception("inbound_mail_failed", mail=str(stored.pk))
        result = Result(InboundOutcome.UNPROCESSED, f"{type(error).__name__}: {error}"[:500])
        _save(stored, reading, result)
    result.reading = reading
    return result


def accept(*, actor: Actor, mail: InboundMail) -> Result:
    """Process a mail as an agent who believes that it is its sender's."""
    require_agent(actor)
    return process(mail, accepted_by=actor.person)


@transaction.atomic
def discard(*, actor: Actor, mail: InboundMail, reason: str) -> InboundMail:
    """Refuse a mail that is held or unprocessed, as an agent who says why. It stays stored."""
    require_agent(actor)
    mail = InboundMail.objects.select_for_update().get(pk=mail.pk)
    if mail.outcome not in TO_CHECK:
        raise RuleViolation("decided", "This mail has been processed meanwhile.")
    if not reason.strip():
        raise RuleViolation("reason_missing", "Enter a reason.", field="reason")
    mail.outcome, mail.reason = InboundOutcome.REFUSED, f"Discarded: {reason.strip()}"
    mail.decided_by, mail.processed_at = actor.person, timezone.now()
    mail.save(update_fields=["outcome", "reason", "decided_by", "processed_at"])
    return mail


def process_waiting() -> int:
    """Process mails that were stored a while ago, but never processed; return how many."""
    since = timezone.now() - WAITING_FOR
    waiting = InboundMail.objects.filter(processed_at=None, received_at__lt=since).order_by("received_at")[
        :BATCH_SIZE
    ]
    for each in waiting:
        process(each)
    return len(waiting)


def _save(row: InboundMail, reading: Reading, result: Result) -> None:
    row.message_id = reading.mail.message_id
    row.author = reading.mail.author_text
    row.subject = reading.mail.subject
    row.outcome, row.reason = result.outcome, result.reason
    row.ticket, row.comment = result.ticket, result.comment
    row.processed_at = timezone.now()
    row.save()


def _processed(row: InboundMail, reading: Reading) -> Result:
    """Do what a mail asks for, and return what became of it."""
    try:
        _end_if_bounce(row, reading)
        if reading.automatic:
            raise _Ended(InboundOutcome.AUTOMATIC, f"A program sent it: {reading.automatic}.")
        _end_if_copy(row, reading)
        return _person_wrote(row, reading)
    except _Ended as ended:
        return Result(ended.outcome, ended.reason, ended.ticket)
    except RuleViolation as violation:
        return Result(InboundOutcome.REFUSED, violation.message)


def _end_if_copy(row: InboundMail, reading: Reading) -> None:
    """End if the same mail became a comment or ticket before; hold a lock, as two copies may come at once."""
    message_id = reading.mail.message_id
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [message_id or row.sha256])
    same = InboundMail.objects.filter(sha256=row.sha256)
    if message_id:
        same |= InboundMail.objects.filter(message_id=message_id, author=reading.mail.author_text)
    made = same.filter(outcome__in=[InboundOutcome.COMMENT, InboundOutcome.NEW_TICKET])
    if earlier := made.select_related("ticket").order_by("received_at").first():
        at = f"{earlier.received_at:%Y-%m-%d %H:%M} UTC"
        raise _Ended(InboundOutcome.DUPLICATE, f"The same mail came at {at}.", earlier.ticket)


def _tags(row: InboundMail, reading: Reading, kind: str) -> list[str]:
    """Return the tags of our addresses that a mail was sent to."""
    named = reading.mail.addresses("Delivered-To", "X-Original-To", "Envelope-To", "To", "Cc", "Resent-To")
    addresses = [*row.recipients, *(each.email for each in named)]
    return [tag for each in addresses if (tag := tokens.tag_of(each, kind)) is not None]


def _end_if_bounce(row: InboundMail, reading: Reading) -> None:
    """Record a bounce or complaint. What comes to a return path is one, whatever it looks like."""
    mails = [found for tag in _tags(row, reading, tokens.RETURN) if (found := tokens.read_return(tag))]
    bounce, now = reading.bounce, timezone.now()
    if not mails and bounce is None:
        return
    sent = EmailMessage.objects.filter(pk__in=mails).first()
    if sent and bounce:
        record_report(report_from_bounce(bounce, sent, row.sha256, now))
    elif not sent and (report := dsn.read(bytes(row.raw))):
        sent = record_dsn(report)
    address = bounce.address if bounce else ""
    about = f" about mail to {sent.to_address}" if sent else f" about {address}" if address else ""
    what = "Complaint" if bounce and bounce.is_complaint else "Bounce"
    raise _Ended(InboundOutcome.BOUNCE, f"{what}{about}.", sent.ticket if sent else None)


def _person_wrote(row: InboundMail, reading: Reading) -> Result:
    author = reading.author
    if author is None:
        raise _Ended(InboundOutcome.REFUSED, "It has no sender.")
    is_verified = True if row.decided_by else is_authenticated(reading.mail)
    if is_verified is False:
        raise _Ended(InboundOutcome.HELD, f"Its sender, {author.email}, couldn't be verified.")
    ticket, named = _ticket_named(row, reading)
    user = _user_of(author.email)
    if user is None:
        raise _Ended(InboundOutcome.REFUSED, f"{author.email} isn't the address of a member.")
    if named and named != user.pk and not row.decided_by:
        raise _Ended(
            InboundOutcome.HELD,
            f"It answers a mail that was sent to someone other than {author.email}.",
            ticket,
        )
    actor = Actor.of(user, Source.MAIL)
    if not is_verified and (not named or actor.is_staff):
        raise _Ended(InboundOutcome.HELD, f"Nothing proves that {author.email} sent it.", ticket)
    if not reading.text.strip() and not reading.files:
        raise _Ended(InboundOutcome.REFUSED, "It contains no text and no files.", ticket)
    if ticket is None:
        ticket = _answered_ticket(actor, reading)
    return _commented(actor, ticket, row, reading) if ticket else _opened(actor, row, reading)


def _ticket_named(row: InboundMail, reading: Reading) -> tuple[Ticket | None, int | None]:
    """Return ticket and person of the reply address. One that isn't ours, or changed, holds the mail."""
    tags = _tags(row, reading, tokens.REPLY)
    found = next(filter(None, map(tokens.read_reply, tags)), None)
    if tags and not found and not row.decided_by:
        raise _Ended(InboundOutcome.HELD, "Its reply address isn't valid.")
    if not found:
        return None, None
    return Ticket.objects.filter(pk=found[0]).first(), found[1]


def _user_of(address: str) -> User | None:
    """Return the active person with a verified address."""
    user = User.objects.filter(email__iexact=address, is_active=True).first()
    if user is None:
        verified = EmailAddress.objects.filter(email__iexact=address, verified=True, user__is_active=True)
        found = verified.select_related("user").first()
        user = found.user if found else None
    return user


def _answered_ticket(actor: Actor, reading: Reading) -> Ticket | None:
    """Return the ticket of a mail that we sent to this person and that theirs answers."""
    sent = EmailMessage.objects.with_message_ids(reading.mail.references[:20]).filter(recipient=actor.user_id)
    found = sent.exclude(ticket=None).select_related("ticket").order_by("-created_at").first()
    return found.ticket if found else None


def _commented(actor: Actor, ticket: Ticket, row: InboundMail, reading: Reading) -> Result:
    try:
        present = bare_ticket_for(actor, ticket.reference)
    except Http404:
        reason = f"{actor.person.email} can't see {ticket.reference} anymore."
        raise _Ended(InboundOutcome.REFUSED, reason, ticket) from None
    if present.is_closed:
        return _opened_in(actor, present.organization, row, reading, follow_up_to=present)
    _hold_loops(actor, present)
    text, is_note, status = _commands(actor, reading.text)
    files = _staged(actor, reading)
    if is_note:
        comment = add_internal_note(actor=actor, ticket=present, body=text, files=files)
    else:
        comment = add_comment(actor=actor, ticket=present, body=text, files=files, status=status)
    return Result(InboundOutcome.COMMENT, "", present, comment)


def _commands(actor: Actor, text: str) -> tuple[str, bool, str | None]:
    """Return an agent's text without the command on its first line, whether it is a note, and the status."""
    first, _, rest = text.strip("\n").partition("\n")
    if not actor.can(Capability.WORK_QUEUE) or first.strip().lower() not in {NOTE, SOLVE}:
        return _text(text), False, None
    is_note = first.strip().lower() == NOTE
    return _text(rest), is_note, None if is_note else Status.SOLVED


def _text(text: str) -> str:
    return text.strip("\n").rstrip()[:MOST_TEXT] or "(Files only.)"


def _hold_loops(actor: Actor, ticket: Ticket) -> None:
    since = timezone.now() - timedelta(hours=1)
    recent = ticket.comments.filter(author=actor.person, source=Source.MAIL, created_at__gt=since)
    if recent.count() >= MOST_AN_HOUR:
        raise _Ended(
            InboundOutcome.HELD,
            f"{actor.person.email} sent more than {MOST_AN_HOUR} mails in an hour.",
            ticket,
        )


def _staged(actor: Actor, reading: Reading) -> list[Attachment]:
    files = [ContentFile(each.data, name=each.name or "file") for each in reading.files if each.data]
    try:
        return stage_files(actor=actor, files=files[:MOST_FILES])
    except RuleViolation as violation:
        raise _Ended(InboundOutcome.HELD, violation.message) from violation


def _opened(actor: Actor, row: InboundMail, reading: Reading) -> Result:
    """Open a ticket in the sender's organization: the only one, or the first that is entitled to support."""
    if not settings.INBOUND_NEW_TICKETS:
        raise _Ended(InboundOutcome.REFUSED, "New tickets by mail are turned off.")
    found = Membership.objects.filter(user=actor.person).select_related("organization").order_by("pk")
    organizations = [
        each.organization for each in found if actor.can(Capability.OPEN_TICKETS, each.organization)
    ]
    if not organizations:
        raise _Ended(InboundOutcome.REFUSED, f"{actor.person.email} belongs to no organization.")
    problem: RuleViolation | None = None
    for organization in organizations:
        try:
            with transaction.atomic():
                return _opened_in(actor, organization, row, reading)
        except RuleViolation as violation:
            problem = violation
    raise _Ended(InboundOutcome.REFUSED, problem.message if problem else "")


def _opened_in(
    actor: Actor,
    organization: Organization,
    row: InboundMail,
    reading: Reading,
    *,
    follow_up_to: Ticket | None = None,
) -> Result:
    draft = TicketDraft(
        submission_key=row.pk,  # one mail opens one ticket
        subject=reading.mail.subject[:MOST_SUBJECT] or "(No subject)",
        severity=Severity.LOW,
        product=_usual(Product, "product", actor, organization),
        reason=_usual(Reason, "reason", actor, organization),
        description=_text(reading.text),
        files=_staged(actor, reading),
        follow_up_to=follow_up_to,
    )
    ticket = open_ticket(actor=actor, organization=organization, draft=draft)
    reason = f"It follows up {follow_up_to.reference}, which is closed." if follow_up_to else ""
    return Result(InboundOutcome.NEW_TICKET, reason, ticket, ticket.comments.first())


def _usual(choices: type[Choices], name: str, actor: Actor, organization: Organization) -> Choices:
    """Return the product or reason of the sender's last ticket, as a mail names none."""
    own = Ticket.objects.of(organization).requested_by(actor.user_id).order_by("-created_at")
    last = own.filter(**{f"{name}__is_retired": False}).values_list(name, flat=True).first()
    available = choices.objects.filter(is_retired=False)
    usual = available.filter(pk=last).first() if last is not None else None
    return usual or available[0]
