"""Last word and escalation deadline stay true when conversations move."""

from tests import builders
from tests.cast import actor
from tickets.actions.escalation import escalate
from tickets.actions.merging import merge_into, undo_merge


def test_merge_takes_the_last_reply_and_the_call_along_and_undoing_brings_them_back(cast):
    source = builders.ticket(cast.ben, cast.acme)
    target = builders.ticket(cast.ada, cast.acme)
    builders.comment(cast.gus, source)
    call = escalate(actor=actor(cast.ben), ticket=source)
    merge = merge_into(actor=actor(cast.fay), ticket=source, target=target)
    target.refresh_from_db()
    source.refresh_from_db()
    assert (target.last_reply_by, target.escalation_due_at) == (cast.gus, call.deadline_at)
    assert source.escalation_due_at is None
    undo_merge(actor=actor(cast.fay), merge=merge)
    target.refresh_from_db()
    source.refresh_from_db()
    assert (target.last_reply_by, target.escalation_due_at) == (cast.ada, None)
    assert (source.last_reply_by, source.escalation_due_at) == (cast.gus, call.deadline_at)
