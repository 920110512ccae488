"""What becomes of mail that comes in: whose comment it is, on which ticket, or why it is none."""

import io
import json
import uuid
from datetime import timedelta
from email.message import EmailMessage as Message

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError
from django.utils import timezone

from notifications.actions import inbound
from notifications.actions.inbound import Result, process, process_waiting, store
from notifications.inbound import tokens
from notifications.management.commands import receive_mail
from notifications.models.inbound import InboundMail
from notifications.models.messages import EmailMessage
from notifications.models.suppressions import Suppression
from orgs.models import Membership, Service, User
from tests import builders
from tests.cast import actor
from tickets.actions.changes import change_status
from tickets.actions.merging import merge_into
from tickets.models.catalog import Product
from tickets.models.conversation import Attachment
from tickets.models.ticket import Ticket

HOST = "mx.desk.example"
VERIFIED = f"{HOST}; dmarc=pass header.from=acme.example"


@pytest.fixture(autouse=True)
def mail_comes_in(settings, tmp_path):
    settings.INBOUND_MAIL_DOMAIN = "desk.example"
    settings.INBOUND_TRUSTED_HOST = HOST
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def ticket(cast) -> Ticket:
    return builders.ticket(cast.ben, cast.acme)


def mail(
    sender: User | str, to: str = "support@desk.example", body: str = "Still broken.", **headers: str
) -> bytes:
    message = Message()
    message["From"] = sender if isinstance(sender, str) else f"{sender.name} <{sender.email}>"
    message["To"] = to
    values = {"Subject": "Re: Consumer lag", "Message-ID": f"<{uuid.uuid4()}@acme.example>"} | headers
    for name, value in values.items():
        message[name.replace("_", "-")] = value
    message.set_content(body)
    return bytes(message)


def reply_to(ticket: Ticket, user: User) -> str:
    return tokens.reply_address(ticket.pk, user.pk)


def receive(raw: bytes, **envelope) -> Result:
    return process(store(raw, **envelope))


def test_answer_is_a_comment_of_its_sender_without_the_quote(cast, ticket):
    change_status(actor=actor(cast.fay), ticket=ticket, status="on_hold")
    quote = "\n\nOn Mon, 23 Nov 2026 at 09:30, Fay <fay@support.example> wrote:\n> Restart it. #escalate\n"
    result = receive(mail(cast.ben, reply_to(ticket, cast.ben), "It is still broken." + quote))
    assert (result.outcome, result.ticket) == ("comment", ticket)
    comment = result.comment
    assert (comment.author, comment.body, comment.source) == (cast.ben, "It is still broken.", "mail")
    ticket.refresh_from_db()
    assert ticket.status == "open"
    assert ticket.open_escalation is None


def test_escalation_by_mail(cast, ticket):
    receive(mail(cast.ben, reply_to(ticket, cast.ben), "Please #escalate this."))
    ticket.refresh_from_db()
    assert ticket.open_escalation


def test_files_come_along(cast, ticket):
    message = Message()
    message["From"], message["To"] = cast.ben.email, reply_to(ticket, cast.ben)
    message.set_content("See the log.")
    message.add_attachment(b"line\n", maintype="text", subtype="plain", filename="../../broker.log")
    comment = receive(bytes(message)).comment
    file = Attachment.objects.get(comment=comment)
    assert (file.name, file.size, file.uploaded_by) == ("broker.log", 5, cast.ben)


def test_recipient_of_the_envelope_counts_too(cast, ticket):
    result = receive(mail(cast.ben), recipients=[reply_to(ticket, cast.ben).upper()])
    assert result.outcome == "comment"


@pytest.mark.parametrize("who", ["cleo", "fay", "ada"])
def test_address_in_the_hands_of_somebody_else_is_held(cast, ticket, who):
    raw = mail(getattr(cast, who), reply_to(ticket, cast.ben), Authentication_Results=VERIFIED)
    assert receive(raw).outcome == "held"
    assert ticket.comments.count() == 1


@pytest.mark.parametrize(
    "change",
    [lambda tag: tag[:-1] + ("a" if tag[-1] != "a" else "b"), lambda tag: "1-1-" + tag.rpartition("-")[2]],
)
def test_forged_address_is_held(cast, ticket, change):
    local, _, domain = reply_to(ticket, cast.ben).partition("@")
    name, _, tag = local.partition("+")
    assert receive(mail(cast.ben, f"{name}+{change(tag)}@{domain}")).outcome == "held"


def test_addresses_fit_and_survive_a_new_key(cast, ticket, settings):
    assert len(tokens.reply_address(2**63 - 1, 2**63 - 1).partition("@")[0]) <= 64
    address = reply_to(ticket, cast.ben)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another"
    assert receive(mail(cast.ben, address)).outcome == "comment"
    settings.SECRET_KEY_FALLBACKS = []
    assert receive(mail(cast.ben, address)).outcome == "held"


def test_stranger_is_refused(cast, ticket):
    raw = mail(
        "Eve <eve@evil.example>", Authentication_Results=f"{HOST}; dmarc=pass header.from=evil.example"
    )
    result = receive(raw)
    assert (result.outcome, result.reason) == ("refused", "eve@evil.example isn't the address of a member.")
    assert Ticket.objects.count() == 1


def test_number_in_the_subject_proves_nothing(cast, ticket):
    raw = mail(cast.cleo, Subject=f"Re: [{ticket.reference}] Lag", Authentication_Results=VERIFIED)
    result = receive(raw)
    assert result.outcome == "new_ticket"
    assert ticket.comments.count() == 1


@pytest.mark.parametrize(
    "results",
    [
        "",
        f"{HOST}; dmarc=fail",
        "other.example; dmarc=pass",
        f"{HOST}.evil.example; dmarc=pass",
        f"{HOST}; spf=pass smtp.mailfrom=evil.example",
        f"{HOST}; dmarc=pass header.from=evil.example",
        f"{HOST}; dmarc=fail header.from=acme.example; spf=pass smtp.mailfrom=acme.example",
    ],
)
def test_claimed_sender_opens_nothing(cast, results):
    headers = {"Authentication_Results": results} if results else {}
    assert receive(mail(cast.ben, **headers)).outcome == "held"
    assert not Ticket.objects.exists()


@pytest.mark.parametrize(
    "results",
    [
        f"{HOST}; spf=pass smtp.mailfrom=ben@acme.example; dkim=none",
        f"{HOST}; dkim=pass header.d=acme.example",
    ],
)
def test_spf_or_dkim_of_the_own_domain_are_enough_without_dmarc(cast, results):
    assert receive(mail(cast.ben, Authentication_Results=results)).outcome == "new_ticket"


def test_verdict_about_one_of_several_authors_counts_for_none(cast):
    both = f"{cast.ben.email}, eve@evil.example"
    assert receive(mail(both, Authentication_Results=VERIFIED)).outcome == "held"
    assert not Ticket.objects.exists()


def test_agents_answer_on_a_closed_ticket_opens_nothing(cast, ticket):
    Ticket.objects.filter(pk=ticket.pk).update(status="closed", solved_at=timezone.now())
    verified = f"{HOST}; dmarc=pass header.from=support.example"
    result = receive(mail(cast.fay, reply_to(ticket, cast.fay), Authentication_Results=verified))
    assert (result.outcome, result.reason) == ("refused", "Only members of Acme can open its tickets.")


def test_bytes_that_are_no_text_are_stored_too(db):
    stored = store(b"From: \xff\xfe\x00@\xff\n\n\x00", sender="\udcff\0", recipients=["\udcfe"])
    assert process(stored).outcome == "refused"


def test_agents_answer_needs_a_verified_sender(cast, ticket):
    address = reply_to(ticket, cast.fay)
    assert receive(mail(cast.fay, address)).outcome == "held"
    verified = f"{HOST}; dmarc=pass header.from=support.example"
    result = receive(mail(cast.fay, address, "Try again.", Authentication_Results=verified))
    assert (result.outcome, result.comment.is_internal) == ("comment", False)
    note = receive(mail(cast.fay, address, "#note\nKnown bug.", Authentication_Results=verified)).comment
    assert (note.is_internal, note.body) == (True, "Known bug.")
    receive(mail(cast.fay, address, "#solve\n\nFixed.", Authentication_Results=verified))
    ticket.refresh_from_db()
    assert ticket.status == "solved"


def test_customers_have_no_commands(cast, ticket):
    comment = receive(mail(cast.ben, reply_to(ticket, cast.ben), "#note\nHello")).comment
    assert (comment.is_internal, comment.body) == (False, "#note\nHello")


def test_answer_to_a_mail_of_ours_finds_its_ticket(cast, ticket):
    sent = EmailMessage.objects.create(
        kind="ticket_update", recipient=cast.ben, to_address=cast.ben.email, ticket=ticket
    )
    raw = mail(cast.ben, In_Reply_To=sent.message_id, Authentication_Results=VERIFIED)
    assert receive(raw).ticket == ticket
    others = mail(cast.cleo, In_Reply_To=sent.message_id, Authentication_Results=VERIFIED)
    assert receive(others).outcome == "new_ticket"


def test_mail_without_a_person_makes_nothing(cast, ticket):
    raw = mail(cast.ben, reply_to(ticket, cast.ben), Auto_Submitted="auto-replied")
    result = receive(raw)
    assert (result.outcome, result.reason) == (
        "automatic",
        "A program sent it: Auto-Submitted: auto-replied.",
    )
    assert ticket.comments.count() == 1


def test_bounce_is_known_by_where_it_arrives_and_suppresses_the_address(cast, ticket):
    sent = EmailMessage.objects.create(
        kind="ticket_update",
        recipient=cast.ben,
        to_address=cast.ben.email,
        ticket=ticket,
        state="sent",
        sent_at=timezone.now(),
    )
    body = f"Your mail could not be delivered.\n\n<{cast.ben.email}>: 550 5.1.1 user unknown\n"
    raw = mail("MAILER-DAEMON@mx.acme.example", tokens.return_address(sent.pk), body, Subject="Returned mail")
    result = receive(raw)
    assert (result.outcome, result.ticket) == ("bounce", ticket)
    sent.refresh_from_db()
    assert sent.state == "bounced"
    assert Suppression.objects.get().address == cast.ben.email
    assert receive(mail("someone@x.example", tokens.return_address(sent.pk), "Hm?")).outcome == "bounce"


def test_bounce_without_the_address_suppresses_nothing(cast):
    raw = mail(
        "MAILER-DAEMON@mx.acme.example",
        body=f"<{cast.ben.email}>: 550 5.1.1 user unknown\n",
        Subject="Returned mail",
    )
    assert receive(raw).outcome == "bounce"
    assert not Suppression.objects.exists()


def test_same_mail_counts_once(cast, ticket):
    raw = mail(cast.ben, reply_to(ticket, cast.ben))
    assert [receive(raw).outcome, receive(raw + b"\n").outcome] == ["comment", "duplicate"]
    assert ticket.comments.count() == 2
    stored = InboundMail.objects.get(outcome="comment")
    assert process(stored).outcome == "comment"
    assert ticket.comments.count() == 2


def test_copy_of_a_mail_that_made_nothing_is_judged_by_itself(cast):
    bounce = mail(
        "MAILER-DAEMON@mx.acme.example", body="<x@y.example>: 550 user unknown\n", Subject="Returned mail"
    )
    assert [receive(bounce).outcome for _ in range(2)] == ["bounce", "bounce"]


def test_who_was_removed_writes_no_more(cast, ticket):
    Membership.objects.filter(user=cast.ben).delete()
    result = receive(mail(cast.ben, reply_to(ticket, cast.ben)))
    assert (result.outcome, result.reason) == (
        "refused",
        f"{cast.ben.email} can't see {ticket.reference} anymore.",
    )
    User.objects.filter(pk=cast.ben.pk).update(is_active=False)
    assert receive(mail(cast.ben, reply_to(ticket, cast.ben))).outcome == "refused"


def test_answer_on_a_closed_ticket_opens_a_follow_up(cast, ticket):
    Ticket.objects.filter(pk=ticket.pk).update(status="closed", solved_at=timezone.now())
    result = receive(mail(cast.ben, reply_to(ticket, cast.ben), "Again!"))
    assert (result.outcome, result.ticket.follow_up_to) == ("new_ticket", ticket)


def test_answer_on_a_merged_ticket_goes_to_its_target(cast, ticket):
    target = builders.ticket(cast.ben, cast.acme)
    merge_into(actor=actor(cast.fay), ticket=ticket, target=target)
    assert receive(mail(cast.ben, reply_to(ticket, cast.ben))).ticket == target


def test_new_ticket_of_a_member(cast, settings):
    raw = mail(cast.ben, Subject="Brokers down", body="All of them.", Authentication_Results=VERIFIED)
    ticket = receive(raw).ticket
    assert (ticket.subject, ticket.organization, ticket.requester, ticket.source) == (
        "Brokers down",
        cast.acme,
        cast.ben,
        "mail",
    )
    assert ticket.product.code == "kafka"  # the first of all
    postgresql = Product.objects.get(code="postgresql")
    Ticket.objects.update(product=postgresql)
    assert receive(mail(cast.ben, Authentication_Results=VERIFIED)).ticket.product == postgresql
    settings.INBOUND_NEW_TICKETS = False
    assert receive(mail(cast.ben, Authentication_Results=VERIFIED)).outcome == "refused"


def test_organization_without_support_opens_nothing(cast):
    Service.objects.filter(project__unit__organization=cast.acme).update(is_paid=False)
    result = receive(mail(cast.ben, Authentication_Results=VERIFIED))
    assert (result.outcome, result.reason) == ("refused", "Support tickets need at least one paid service.")


def test_empty_answer_is_refused(cast, ticket):
    assert receive(mail(cast.ben, reply_to(ticket, cast.ben), "\n")).outcome == "refused"


def test_loop_is_held(cast, ticket, monkeypatch):
    monkeypatch.setattr(inbound, "MOST_AN_HOUR", 2)
    outcomes = [receive(mail(cast.ben, reply_to(ticket, cast.ben))).outcome for _ in range(3)]
    assert outcomes == ["comment", "comment", "held"]


def test_failure_leaves_the_mail_to_be_processed_again(cast, ticket, monkeypatch):
    def fail(*args):
        raise ZeroDivisionError

    with monkeypatch.context() as broken:
        broken.setattr(inbound, "_person_wrote", fail)
        result = receive(mail(cast.ben, reply_to(ticket, cast.ben)))
    assert (result.outcome, result.reason) == ("unprocessed", "ZeroDivisionError: ")
    assert process(InboundMail.objects.get()).outcome == "comment"


def test_mail_whose_task_was_lost_is_processed(cast, ticket):
    raw = mail(cast.ben, reply_to(ticket, cast.ben))
    store(raw)
    assert process_waiting() == 0
    InboundMail.objects.update(received_at=timezone.now() - timedelta(minutes=2))
    assert process_waiting() == 1
    stored = InboundMail.objects.get()
    assert (stored.outcome, bytes(stored.raw), stored.author) == ("comment", raw, cast.ben.email)


def test_mails_say_where_to_answer(cast, ticket, run_outbox, mailoutbox):
    builders.comment(cast.fay, ticket, "Try again.")
    run_outbox()
    sent = [each for each in mailoutbox if each.to == [cast.ben.email]][-1]
    row = EmailMessage.objects.filter(recipient=cast.ben).latest("created_at")
    assert sent.reply_to == [reply_to(ticket, cast.ben)]
    assert sent.from_email == tokens.return_address(row.pk)
    assert "support@" in sent.message()["From"]
    assert sent.body.startswith("-- Reply above this line to comment on the ticket --")
    answer = "It works.\n\n" + "\n".join(f"> {line}" for line in sent.body.splitlines())
    assert receive(mail(cast.ben, sent.reply_to[0], answer)).comment.body == "It works."


def run(*args: str) -> str:
    out = io.StringIO()
    call_command("receive_mail", *args, stdout=out)
    return out.getvalue()


def test_command_prints_a_line_of_json_for_each_file(cast, ticket, tmp_path):
    (tmp_path / "a.eml").write_bytes(mail(cast.ben, reply_to(ticket, cast.ben), "Look.\n\n-- \nBen"))
    (tmp_path / "b.eml").write_bytes(b"")
    lines = run("--now", "--json", str(tmp_path / "a.eml"), str(tmp_path / "b.eml")).splitlines()
    first, second = map(json.loads, lines)
    assert first == {
        "file": str(tmp_path / "a.eml"),
        "outcome": "comment",
        "reason": "",
        "ticket": ticket.reference,
        "comment": ticket.comments.last().pk,
        "author": cast.ben.email,
        "subject": "Re: Consumer lag",
        "text": "Look.",
        "quoted": "-- \nBen",
        "attachments": [],
        "bounce": None,
        "automatic": False,
    }
    assert (second["outcome"], second["author"], second["text"]) == ("refused", "", "")


def test_command_asks_the_mail_server_to_try_again_while_the_database_is_down(monkeypatch, tmp_path):
    def down(*args, **kwargs):
        raise OperationalError

    monkeypatch.setattr(receive_mail, "store", down)
    (tmp_path / "a.eml").write_bytes(b"x")
    with pytest.raises(CommandError) as failed:
        run(str(tmp_path / "a.eml"))
    assert failed.value.returncode == 75
