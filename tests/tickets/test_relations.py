"""Everything that hangs on a ticket, carried by a merge and brought back by undoing it."""

import re
from datetime import timedelta

import pytest
from django.apps import apps
from django.utils import timezone

from supportcenter.errors import RuleViolation
from supportcenter.outbox.models import OutboxMessage
from tests import builders
from tests.cast import actor
from tickets.access import muted_by
from tickets.actions.changes import change_severity
from tickets.actions.composing import save_draft
from tickets.actions.following import follow_ticket, mute
from tickets.actions.handover import hand_over
from tickets.actions.indexing import index_tickets
from tickets.actions.linking import link, unlink
from tickets.actions.merging import merge_into, undo_merge
from tickets.actions.relations import RELATIONS
from tickets.actions.snoozing import snooze
from tickets.actions.tags import set_tags
from tickets.models.drafts import ServerDraft
from tickets.models.linking import Merge, TicketLink
from tickets.models.ticket import Ticket


@pytest.fixture
def target(cast):
    return builders.ticket(cast.ben, cast.acme, subject="The one", severity="low")


@pytest.fixture
def source(cast, target):
    return builders.ticket(cast.cleo, cast.acme, cc=[cast.dov], subject="The same again", severity="low")


def merge(cast, source, target) -> Merge:
    return merge_into(actor=actor(cast.fay), ticket=source, target=target)


def undo(cast, made) -> None:
    undo_merge(actor=actor(cast.fay), merge=made)


def keys_to_tickets() -> dict:
    found = {}
    for model in apps.get_models(include_auto_created=True):
        for field in model._meta.concrete_fields:
            if field.related_model is Ticket:
                found[f"{model._meta.app_label}.{model.__name__}.{field.name}"] = field
    return found


def test_every_key_to_a_ticket_is_listed():
    keys = keys_to_tickets()
    assert sorted(keys) == sorted(RELATIONS)
    for name, field in keys.items():
        assert RELATIONS[name].on_delete is field.remote_field.on_delete, name


def test_each_relation_either_moves_and_returns_or_says_why_it_stays():
    for name, each in RELATIONS.items():
        assert bool(each.carry) is bool(each.restore) is not bool(each.stays), name
        assert each.split, name


def rows() -> dict:
    """All rows of the carried tables, as they are stored."""
    models = {name.rpartition(".")[0] for name, each in RELATIONS.items() if not each.stays}
    kept = {name: list(apps.get_model(name).objects.order_by("pk").values()) for name in models}
    kept["tickets.Activity"] = [each for each in kept["tickets.Activity"] if "merge" not in each["kind"]]
    return kept


def draft(who, ticket, body, **changes):
    save_draft(actor=actor(who), ticket=ticket, kind=changes.pop("kind", "answer"), body=body, **changes)


def hang_everything(cast, source, target) -> None:
    draft(cast.cleo, source, "Only here")
    draft(cast.fay, source, "For the second", status="solved")
    draft(cast.fay, target, "For the first")
    mute(user_id=cast.dov.pk, ticket_id=source.pk, on=True)
    mute(user_id=cast.gus.pk, ticket_id=source.pk, on=True)
    mute(user_id=cast.gus.pk, ticket_id=target.pk, on=True)
    for each in (source, target):
        follow_ticket(actor=actor(cast.gus), ticket=each, on=True)
    follow_ticket(actor=actor(cast.fay), ticket=source, on=True)
    elsewhere, both = (builders.ticket(cast.eve, cast.globex) for _ in range(2))
    for one, other in ((source, target), (source, elsewhere), (source, both), (target, both)):
        link(actor=actor(cast.fay), ticket=one, other=other)
    set_tags(actor=actor(cast.fay), ticket=source, tags=["disk", "shared"])
    set_tags(actor=actor(cast.fay), ticket=target, tags=["lag", "shared"])
    source.services.add(cast.kafka)
    for each in (source, target):
        hand_over(actor=actor(cast.fay), ticket=each, state=f"State {each.pk}", next_step="Wait")


def test_everything_is_carried(cast, source, target):
    hang_everything(cast, source, target)
    merge(cast, source, target)
    assert {each.user: each.body for each in target.drafts.all()} == {
        cast.cleo: "Only here",
        cast.fay: "For the first\n\nFor the second",
    }
    assert {each.user for each in target.mutes.all()} == {cast.dov, cast.gus}
    assert {each.user for each in target.follows.all()} == {cast.fay, cast.gus}
    assert {tag.name for tag in target.tags.all()} == {"disk", "lag", "shared"}
    assert list(target.services.all()) == [cast.kafka]
    assert TicketLink.objects.filter(first=target).count() == 2
    assert not TicketLink.objects.filter(second=target).exists()
    assert not source.links_to.exists()
    assert not source.links_from.exists()
    note = target.handover
    assert note.state == f"State {target.pk}\n\n{source.reference}: State {source.pk}"


def test_everything_is_brought_back(cast, source, target):
    hang_everything(cast, source, target)
    before = rows()
    made = merge(cast, source, target)
    assert rows() != before
    undo(cast, made)
    assert rows() == before


def test_note_of_a_draft_never_becomes_part_of_a_reply(cast, source, target):
    draft(cast.fay, source, "They don't pay", kind="note")
    draft(cast.fay, target, "Hello")
    merge(cast, source, target)
    assert ServerDraft.objects.get().kind == "note"


def test_what_was_edited_since_stays_with_the_target(cast, source, target):
    hang_everything(cast, source, target)
    made = merge(cast, source, target)
    draft(cast.fay, target, "Both in one")
    unlink(actor=actor(cast.fay), ticket=target, other=Ticket.objects.filter(organization=cast.globex)[0])
    hand_over(actor=actor(cast.fay), ticket=target, state="All in one", next_step="Wait")
    undo(cast, made)
    assert target.drafts.get(user=cast.fay).body == "Both in one"
    assert {each.user for each in source.drafts.all()} == {cast.cleo}
    assert not TicketLink.objects.filter(first=source, second__organization=cast.globex)[1:].exists()
    assert target.handover.state == "All in one"


@pytest.fixture
def critical(cast):
    return builders.ticket(cast.cleo, cast.acme, severity="critical")


def fresh(ticket) -> Ticket:
    return Ticket.objects.get(pk=ticket.pk)


def test_stricter_promise_and_severity_stay(cast, critical, target):
    due_at = critical.response_due_at
    assert due_at < target.response_due_at
    made = merge(cast, critical, target)
    assert (fresh(target).severity, fresh(target).response_due_at) == ("critical", due_at)
    entry = target.activities.get(kind="merged")
    assert (entry.before, entry.after["severity"]) == ({"severity": "low"}, "critical")
    undo(cast, made)
    assert (fresh(target).severity, fresh(target).response_due_at) == ("low", target.response_due_at)


def test_stricter_promise_of_the_target_is_not_missed_by_an_older_ticket(cast, source, critical):
    """The older ticket's clock must not be counted by the severity of the other one."""
    began = timezone.now() - timedelta(days=1)
    source.clocks.update(started_at=began)
    due_at = critical.response_due_at
    merge(cast, source, critical)
    assert fresh(critical).response_due_at == due_at
    assert not critical.clocks.get().breached_at


def test_severity_of_the_target_stays_if_it_is_higher(cast, source, critical):
    merge(cast, source, critical)
    assert fresh(critical).severity == "critical"
    assert "severity" not in critical.activities.get(kind="merged").after


def test_severity_set_since_the_merge_stays(cast, critical, target):
    made = merge(cast, critical, target)
    change_severity(actor=actor(cast.fay), ticket=target, severity="high", reason="A workaround")
    undo(cast, made)
    assert fresh(target).severity == "high"


def test_earlier_of_two_promised_updates_stays(cast, source, target):
    soon, later = (timezone.now() + timedelta(hours=hours) for hours in (2, 5))
    for ticket, at in ((source, soon), (target, later)):
        hand_over(actor=actor(cast.fay), ticket=ticket, state="Waits", next_step="Ask", next_update_at=at)
    merge(cast, source, target)
    assert target.clocks.get(kind="next_update", ended_at=None).due_at == soon
    assert target.handover.next_update_at == soon


def text(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def test_preview_says_what_a_merge_would_do_and_does_nothing(cast, client_of, critical, target):
    draft(cast.fay, critical, "Half a reply")
    set_tags(actor=actor(cast.fay), ticket=critical, tags=["disk"])
    snooze(actor=actor(cast.fay), ticket=target, until=timezone.now() + timedelta(hours=3))
    before = rows(), list(Ticket.objects.order_by("pk").values()), OutboxMessage.objects.count()
    url = f"{critical.get_absolute_url()}merge/?target={target.reference}"
    page = text(client_of(cast.fay).get(url))
    for words in ("1 comment", "1 draft", "1 tag", "Cleo", "Ben", "Severity: Low → Critical", "snooze ends"):
        assert words in page
    assert "link" not in page.partition("What moves")[2].partition("Who gains")[0]
    assert (rows(), list(Ticket.objects.order_by("pk").values()), OutboxMessage.objects.count()) == before


@pytest.mark.parametrize("named", ["SUP-999999", "nonsense", "other", "self", ""])
def test_preview_says_why_it_does_not_merge(cast, client_of, source, named):
    others = {"other": builders.ticket(cast.eve, cast.globex).reference, "self": source.reference}
    url = f"{source.get_absolute_url()}merge/?target={others.get(named, named)}"
    page = client_of(cast.fay).get(url).content.decode()
    assert "form-errors" in page
    assert "offered-tickets" in page


def test_both_numbers_find_the_merged_ticket(cast, client_of, source, target):
    last = builders.ticket(cast.ben, cast.acme, subject="The last")
    made = merge(cast, source, target)
    merge(cast, target, last)
    index_tickets([source.pk, target.pk, last.pk])
    fay = client_of(cast.fay)
    page = text(fay.get("/queue/all/", {"q": str(source.pk)}))
    assert f"Merged into {target.reference}" in page
    assert "The last" in page
    assert f"Merged into {target.reference}" in text(fay.get("/palette/", {"q": source.reference}))
    cleo = text(client_of(cast.cleo).get("/o/acme/tickets/", {"q": str(source.pk)}))
    assert f"Merged into {target.reference}" in cleo
    for way in (f"/queue/all/?q={source.reference}", source.get_absolute_url()):
        assert fay.get(way, follow=True).redirect_chain[-1][0] == last.get_absolute_url()
    assert made.target == target


def test_number_of_a_merged_ticket_offers_the_one_it_went_into(cast, client_of, source, target):
    merge(cast, source, target)
    other = builders.ticket(cast.ben, cast.acme)
    page = text(client_of(cast.fay).get(f"{other.get_absolute_url()}merge/?q={source.reference}"))
    assert f"{target.reference} The one" in page


@pytest.mark.parametrize(("data", "cc"), [({}, set()), ({"with_cc": "on"}, {"cleo", "ben"})])
def test_split_offers_to_take_the_other_people_along(cast, client_of, source, data, cc):
    source.participants.create(user=cast.ben)
    source.participants.create(user=cast.eve)  # left the organization meanwhile
    comment = builders.comment(cast.dov, source, "Another thing")
    fay, url = client_of(cast.fay), f"{source.get_absolute_url()}comments/{comment.pk}/split/"
    page = text(fay.get(url))
    assert cast.cleo.name in page
    assert cast.eve.name not in page
    fay.post(url, {"subject": "Another thing", **data})
    made = Ticket.objects.latest("pk")
    assert made.requester == cast.dov
    assert {each.user for each in made.participants.all()} == {getattr(cast, name) for name in cc}


def test_mute_from_an_old_mail_mutes_the_ticket_that_causes_mail_now(cast, source, target):
    merge(cast, source, target)
    mute(user_id=cast.cleo.pk, ticket_id=source.pk, on=True)
    assert [each.user for each in target.mutes.all()] == [cast.cleo]
    mute(user_id=cast.cleo.pk, ticket_id=source.pk, on=False)
    assert not target.mutes.exists()


def test_mute_still_stops_what_was_held_about_the_merged_ticket(cast, source, target):
    mute(user_id=cast.cleo.pk, ticket_id=source.pk, on=True)
    merge(cast, source, target)
    assert {each.ticket for each in cast.cleo.mutes.all()} == {source, target}
    assert [each.ticket for each in muted_by(actor(cast.cleo))] == [target]


def test_link_to_a_merged_ticket_is_one_to_the_ticket_it_went_into(cast, source, target):
    merge(cast, source, target)
    other = builders.ticket(cast.ben, cast.acme)
    made = link(actor=actor(cast.fay), ticket=other, other=source)
    assert (made.first, made.second) == (target, other)
    with pytest.raises(RuleViolation, match="linked to itself"):
        link(actor=actor(cast.fay), ticket=target, other=source)
