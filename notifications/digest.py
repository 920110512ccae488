"""Digests: the updates that were held for a person, sent as one mail."""

from datetime import datetime

from django.db import transaction

from notifications import nudge
from notifications.batch import Batch
from notifications.lanes import lane_of
from notifications.models.messages import EmailMessage, MailState
from notifications.withholding import reason_to_withhold_update
from orgs.models import User

# After as many, a worker turns to other tasks, and has nudged another for the rest.
PEOPLE_AT_A_TIME = 200


def compose_due(now: datetime) -> int:
    """Compose a digest for each person whose held mails are due, some people at a time; return how many."""
    due = EmailMessage.objects.held().filter(due_at__lte=now)
    people = list(due.order_by("recipient").values_list("recipient", flat=True).distinct()[:PEOPLE_AT_A_TIME])
    composed = sum(_compose(user_id, now) for user_id in people)
    if len(people) == PEOPLE_AT_A_TIME:
        nudge.compose_digests.send()
    return composed


@transaction.atomic
def _compose(user_id: int, now: datetime) -> bool:
    """Put all due mails of one person into one digest. Two workers at once compose one."""
    user = User.objects.select_for_update().get(pk=user_id)
    held = EmailMessage.objects.held().filter(recipient=user, due_at__lte=now)
    if not held.exists():
        return False
    digest = EmailMessage.objects.create(
        kind="digest", lane=lane_of("digest"), recipient=user, to_address=user.email
    )
    held.update(state=MailState.DIGESTED, digest=digest)
    nudge.deliver.send_on_commit()
    return True


def withhold_lines(digest: EmailMessage, batch: Batch) -> None:
    """Record which updates a digest leaves out, and why, so that the ledger shows it for each of them."""
    withheld = []
    for line in batch.lines(digest):
        if reason := reason_to_withhold_update(line, batch):
            line.state, line.detail = MailState.WITHHELD, reason
            withheld.append(line)
    EmailMessage.objects.bulk_update(withheld, ["state", "detail"])
