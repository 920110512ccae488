import uuid
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from supportcenter.errors import RuleViolation
from supportcenter.outbox.models import OutboxMessage
from tests import builders
from tests.cast import actor
from tickets.actions.files import delete_unsent_files, stage_files
from tickets.actions.opening import open_ticket
from tickets.models.conversation import Attachment
from tickets.models.ticket import Ticket


def test_ticket_gets_a_reference_and_its_first_response_target(cast):
    ticket = builders.ticket(cast.ben, cast.acme, severity="critical")
    assert ticket.reference == f"SUP-{ticket.pk}"
    assert ticket.pk > 1000
    assert (ticket.response_due_at - ticket.created_at).total_seconds() == 30 * 60
    assert (ticket.due_kind, ticket.tier) == ("first_response", "advanced")


def test_opening_is_recorded_and_published(cast):
    ticket = builders.ticket(cast.ben, cast.acme)
    activity = ticket.activities.get()
    assert (activity.kind, activity.actor, activity.source) == ("opened", cast.ben, "web")
    assert activity.comment.body.startswith("The lag")
    message = OutboxMessage.objects.get()
    assert (message.name, message.payload["ticket"]) == ("ticket.opened", ticket.pk)


def test_same_submission_twice_is_one_ticket(cast):
    key = uuid.uuid4()
    first = builders.ticket(cast.ben, cast.acme, submission_key=key)
    second = builders.ticket(cast.ben, cast.acme, submission_key=key)
    assert first == second
    assert Ticket.objects.count() == 1
    assert OutboxMessage.objects.count() == 1


def test_submission_key_of_someone_else_gives_nothing_away(cast):
    key = uuid.uuid4()
    builders.ticket(cast.ben, cast.acme, submission_key=key)
    theirs = builders.ticket(cast.eve, cast.globex, submission_key=key)
    assert (theirs.requester, theirs.organization) == (cast.eve, cast.globex)


def test_free_only_organization_cannot_open_tickets(cast):
    with pytest.raises(RuleViolation, match="paid service"):
        builders.ticket(cast.ivy, cast.hobby)
    assert not Ticket.objects.exists()


def test_requester_is_not_a_participant(cast):
    ticket = builders.ticket(cast.ben, cast.acme, cc=[cast.cleo, cast.ben])
    assert [each.user for each in ticket.participants.all()] == [cast.cleo]


def test_files_of_the_author_go_on_the_description(cast, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    [file] = stage_files(actor=actor(cast.ben), files=[SimpleUploadedFile("../../etc/x.log", b"boom")])
    ticket = builders.ticket(cast.ben, cast.acme, files=[file])
    attachment = ticket.comments.get().attachments.get()
    assert attachment.name == "x.log"
    assert attachment.file.name == f"{file.pk.hex[:2]}/{file.pk.hex}"
    with attachment.file.open() as stored:
        assert stored.read() == b"boom"


def test_files_of_someone_else_stay_where_they_are(cast, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    [file] = stage_files(actor=actor(cast.eve), files=[SimpleUploadedFile("secret.log", b"boom")])
    ticket = builders.ticket(cast.ben, cast.acme, files=[file])
    file.refresh_from_db()
    assert file.comment is None
    assert not ticket.comments.get().attachments.exists()


def test_best_effort_target_of_basic_is_marked(cast):
    from billing.models.tiers import SupportTier, TierPeriod

    TierPeriod.objects.filter(organization=cast.acme).update(tier=SupportTier.objects.get(code="basic"))
    ticket = open_ticket(actor=actor(cast.ben), organization=cast.acme, draft=builders.draft())
    assert ticket.is_best_effort


def test_uploads_that_nobody_sent_are_deleted_after_two_days(cast, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    old, fresh = stage_files(
        actor=actor(cast.ben),
        files=[SimpleUploadedFile("old.log", b"x"), SimpleUploadedFile("new.log", b"x")],
    )
    Attachment.objects.filter(pk=old.pk).update(uploaded_at=timezone.now() - timedelta(days=2, seconds=1))
    assert delete_unsent_files() == 1
    assert Attachment.objects.get() == fresh
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == [fresh.pk.hex]


def test_outsiders_cannot_open_tickets(cast):
    with pytest.raises(RuleViolation, match="Only members"):
        builders.ticket(cast.eve, cast.acme)
