"""Facts about the mails of one batch, loaded once for the batch rather than once for each mail.

A batch is created seconds before its mails go out, so its facts about roles, tickets and threads are those at
the time of sending, not of the event.
"""

from collections import defaultdict
from collections.abc import Sequence
from functools import cached_property
from itertools import chain
from uuid import UUID

from billing.models.changes import TierChange
from billing.models.invoices import Invoice
from notifications import threading
from notifications.entries import RenderedEntry, render
from notifications.mail_texts import fill_in
from notifications.models.messages import EmailMessage
from notifications.models.preferences import MailPreferences
from notifications.models.suppressions import Suppression
from notifications.models.texts import MailText
from orgs.actor import Actor
from orgs.models import Invitation
from orgs.roles import Capability
from orgs.source import Source
from tickets.models.conversation import Activity
from tickets.models.following import Mute
from tickets.models.ticket import Ticket
from tickets.permissions import who_sees


class Batch:
    """Some mails that are sent together; each fact about them is loaded when the first mail needs it."""

    def __init__(self, mails: Sequence[EmailMessage]) -> None:
        self._mails = mails
        self._entries: dict[tuple[int, bool], RenderedEntry] = {}
        self._who_sees: dict[int, set[int]] = {}
        self._earlier: dict[int, dict[int | None, list[str]]] = {}

    def actor(self, mail: EmailMessage) -> Actor:
        """Return the recipient with the roles of this moment."""
        assert mail.recipient_id  # noqa: S101 - only mails to people need one
        return self._actors[mail.recipient_id]

    @cached_property
    def _actors(self) -> dict[int, Actor]:
        return Actor.of_each([mail.recipient for mail in self._mails if mail.recipient], Source.MAIL)

    def lines(self, digest: EmailMessage) -> list[EmailMessage]:
        """Return the updates that a digest was composed of, oldest first."""
        return self._lines[digest.pk]

    @cached_property
    def _lines(self) -> dict[UUID | None, list[EmailMessage]]:
        digests = [mail for mail in self._mails if mail.kind == "digest"]
        lines: dict[UUID | None, list[EmailMessage]] = {digest.pk: [] for digest in digests}
        if digests:
            for each in EmailMessage.objects.in_digests(digests):
                lines[each.digest_id].append(each)
        return lines

    def suppression_of(self, mail: EmailMessage) -> str:
        """Return why the mail's address is suppressed, in a word or two; empty if it is not."""
        return self._suppressions.get(mail.to_address.lower(), "")

    @cached_property
    def _suppressions(self) -> dict[str, str]:
        addresses = {form for mail in self._mails for form in (mail.to_address, mail.to_address.lower())}
        found = Suppression.objects.active().filter(address__in=addresses)
        return {each.address.lower(): each.get_cause_display().lower() for each in found}

    def preferences_of(self, mail: EmailMessage) -> MailPreferences:
        """Return the recipient's preferences, with the defaults for people who never set any."""
        return self._preferences.get(mail.recipient_id) or MailPreferences()

    @cached_property
    def _preferences(self) -> dict[int | None, MailPreferences]:
        return {each.user_id: each for each in MailPreferences.objects.filter(user__in=self._actors)}

    def has_muted(self, mail: EmailMessage) -> bool:
        """Return whether the recipient muted the ticket."""
        return (mail.recipient_id, mail.ticket_id) in self._mutes

    @cached_property
    def _mutes(self) -> set[tuple[int, int]]:
        updates = [*self._mails, *chain.from_iterable(self._lines.values())]
        tickets = {mail.ticket_id for mail in updates if mail.ticket_id}
        mutes = Mute.objects.filter(ticket__in=tickets, user__in=self._actors)
        return set(mutes.values_list("user_id", "ticket_id"))

    def can_see(self, mail: EmailMessage, ticket: Ticket) -> bool:
        """Return whether the recipient may see the ticket."""
        if ticket.pk not in self._who_sees:
            self._who_sees[ticket.pk] = who_sees(ticket, self._actors.values())
        return mail.recipient_id in self._who_sees[ticket.pk]

    def entry(self, activity: Activity, ticket: Ticket, actor: Actor) -> RenderedEntry:
        """Return one entry of the ticket as the actor's side reads it."""
        key = (activity.pk, actor.can(Capability.WORK_QUEUE))
        if key not in self._entries:
            self._entries[key] = render(activity, ticket, actor)
        return self._entries[key]

    def earlier_ids(self, mail: EmailMessage) -> list[str]:
        """Return the Message-IDs of the last mails about the ticket to the same person, oldest first."""
        assert mail.ticket_id  # noqa: S101 - only mails about a ticket have such
        if mail.ticket_id not in self._earlier:
            readers = {each.recipient_id for each in self._mails if each.ticket_id == mail.ticket_id}
            earlier = EmailMessage.objects.last_accepted(mail.ticket_id, readers, threading.LAST_REFERENCES)
            by_reader: dict[int | None, list[str]] = defaultdict(list)
            for each in earlier:
                by_reader[each.recipient_id].append(each.message_id)
            self._earlier[mail.ticket_id] = by_reader
        # A mail that is sent again replies to what came before it, not to itself.
        return [each for each in self._earlier[mail.ticket_id][mail.recipient_id] if each != mail.message_id]

    def was_sent(self, mail: EmailMessage) -> None:
        """Make later mails of the batch replies to this one."""
        if mail.ticket_id in self._earlier:
            self._earlier[mail.ticket_id][mail.recipient_id].append(mail.message_id)

    def invitation(self, mail: EmailMessage) -> Invitation | None:
        """Return the invitation that the mail is about, if it is still open."""
        return self._invitations.get(mail.content["invitation"])

    @cached_property
    def _invitations(self) -> dict[int, Invitation]:
        found = Invitation.objects.filter(pk__in=self._ids("invitation"), accepted_at=None)
        return found.select_related("organization", "invited_by").in_bulk()

    def tier_change(self, mail: EmailMessage) -> TierChange:
        """Return the tier change that the mail is about."""
        return self._tier_changes[mail.content["tier_change"]]

    @cached_property
    def _tier_changes(self) -> dict[int, TierChange]:
        return TierChange.objects.for_list().in_bulk(self._ids("tier_change"))

    def invoice(self, mail: EmailMessage) -> Invoice:
        """Return the invoice that the mail is about."""
        return self._invoices[mail.content["invoice"]]

    @cached_property
    def _invoices(self) -> dict[int, Invoice]:
        return Invoice.objects.select_related("billing_group__organization").in_bulk(self._ids("invoice"))

    def _ids(self, name: str) -> list[int]:
        return [mail.content[name] for mail in self._mails if name in mail.content]

    def texts(self, mail: EmailMessage) -> dict[str, str]:
        """Return the filled-in texts above (``intro``) and below (``closing``) the mail."""
        text = self._texts.get(mail.kind) or MailText()
        name = mail.recipient.name if mail.recipient else ""
        return fill_in({"intro": text.intro, "closing": text.closing}, name)

    @cached_property
    def _texts(self) -> dict[str, MailText]:
        return {each.kind: each for each in MailText.objects.all()}
