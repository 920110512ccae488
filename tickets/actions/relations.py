"""Every table that points at a ticket, and what merging, undoing, splitting and deleting do with its rows.

A new foreign key to a ticket belongs in ``RELATIONS``; tests/tickets/test_relations.py fails without it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import CASCADE, PROTECT, SET_NULL, Q, QuerySet

from orgs.actor import Actor
from supportcenter.wording import format_count
from tickets.actions.snapshot import plain, set_values
from tickets.models.conversation import Activity, Comment
from tickets.models.drafts import DraftKind, ServerDraft
from tickets.models.following import Follow, Mute
from tickets.models.handover import Handover
from tickets.models.linking import TicketLink
from tickets.models.people import Escalation, Participant
from tickets.models.ticket import Ticket


@dataclass(frozen=True)
class Joining:
    """A merge that is being made: ``source`` goes into ``target``."""

    actor: Actor
    source: Ticket
    target: Ticket
    at: datetime


@dataclass(frozen=True)
class Relation:
    """What happens to the rows that name a ticket in one foreign key.

    On a merge, ``carry`` brings them to the target and returns plain data with which ``restore`` (source,
    target, data) undoes that. Without it they stay with the source, for the reason in ``stays``. ``noun``
    names one of the carried rows to agents, unless they are shown in another way. ``split`` says what the
    new ticket of a split gets, ``on_delete`` what happens if the ticket is deleted.
    """

    split: str
    stays: str = ""
    carry: Callable[[Joining], Any] | None = None
    restore: Callable[[Ticket, Ticket, Any], None] | None = None
    noun: str = ""
    on_delete: Any = CASCADE


def carry_all(joining: Joining) -> dict[str, Any]:
    """Carry everything to the target; return by relation what undoing needs."""
    return {name: each.carry(joining) for name, each in RELATIONS.items() if each.carry}


def restore_all(source: Ticket, target: Ticket, moved: dict[str, Any]) -> None:
    """Undo ``carry_all``. What was added to the target since then stays there."""
    for name, data in moved.items():
        if restore := RELATIONS[name].restore:
            restore(source, target, data)


def counts_of(moved: dict[str, Any]) -> list[str]:
    """Return what ``carry_all`` carried in words, such as “2 comments”."""
    sizes = {name: len(data["moved"] if isinstance(data, dict) else data) for name, data in moved.items()}
    return [
        format_count(size, RELATIONS[name].noun)
        for name, size in sizes.items()
        if size and RELATIONS[name].noun
    ]


def _moved(rows: Callable[[Ticket], QuerySet]) -> dict[str, Any]:
    """Move rows to the target, and back by their ids."""

    def carry(joining: Joining) -> list[int]:
        ids = list(rows(joining.source).values_list("pk", flat=True))
        rows(joining.source).filter(pk__in=ids).update(ticket=joining.target)
        return ids

    def restore(source: Ticket, target: Ticket, ids: list[int]) -> None:
        rows(target).filter(pk__in=ids).update(ticket=source)

    return {"carry": carry, "restore": restore}


def _move_follows(joining: Joining) -> list[int]:
    """Move follows of people who don't follow the target."""
    there = Follow.objects.filter(ticket=joining.target).values_list("user", flat=True)
    rows = Follow.objects.filter(ticket=joining.source).exclude(user__in=list(there))
    ids = list(rows.values_list("pk", flat=True))
    rows.update(ticket=joining.target)
    return ids


def _restore_follows(source: Ticket, target: Ticket, ids: list[int]) -> None:
    Follow.objects.filter(pk__in=ids, ticket=target).update(ticket=source)


def _copy_mutes(joining: Joining) -> list[int]:
    """Mute the target too. On the source the mute still stops mail about it that is held."""
    there = Mute.objects.filter(ticket=joining.target).values_list("user", flat=True)
    rows = Mute.objects.filter(ticket=joining.source).exclude(user__in=list(there))
    made = Mute.objects.bulk_create(
        Mute(user_id=each.user_id, ticket=joining.target, muted_at=each.muted_at) for each in rows
    )
    return [each.pk for each in made]


def _delete_mutes(source: Ticket, target: Ticket, ids: list[int]) -> None:
    Mute.objects.filter(pk__in=ids).delete()


def _united(name: str) -> dict[str, Any]:
    """Add what the source has in a many-to-many field to that of the target."""

    def carry(joining: Joining) -> list[int]:
        present = getattr(joining.target, name)
        there = set(present.values_list("pk", flat=True))
        added = [pk for pk in getattr(joining.source, name).values_list("pk", flat=True) if pk not in there]
        present.add(*added)
        return added

    def restore(source: Ticket, target: Ticket, ids: list[int]) -> None:
        getattr(target, name).remove(*ids)

    return {"carry": carry, "restore": restore}


def _add_people(joining: Joining) -> list[int]:
    """Add the requester and the people in CC to those of the target."""
    source, target = joining.source, joining.target
    there = {target.requester_id, *target.participants.values_list("user_id", flat=True)}
    people = [source.requester_id, *source.participants.order_by("pk").values_list("user_id", flat=True)]
    made = Participant.objects.bulk_create(
        Participant(ticket=target, user_id=pk, added_by=joining.actor.user)
        for pk in dict.fromkeys(people)
        if pk not in there
    )
    return [each.pk for each in made]


def _remove_people(source: Ticket, target: Ticket, ids: list[int]) -> None:
    Participant.objects.filter(pk__in=ids).delete()


def _carry_drafts(joining: Joining) -> dict[str, Any]:
    """Move drafts; of a person who has one on both tickets, both texts are kept in one."""
    there = {each.user_id: each for each in joining.target.drafts.all()}
    moved, joined = [], []
    for draft in joining.source.drafts.order_by("pk"):
        if present := there.get(draft.user_id):
            before = {"source": plain(draft), "target": plain(present)}
            _append(present, draft)
            joined.append(before | {"body": present.body})
        else:
            ServerDraft.objects.filter(pk=draft.pk).update(ticket=joining.target)
        moved.append(draft.pk)
    return {"moved": moved, "joined": joined}


def _append(present: ServerDraft, draft: ServerDraft) -> None:
    """Append a draft to another. What was to be an internal note must not become part of a reply."""
    present.body = f"{present.body}\n\n{draft.body}"
    if DraftKind.NOTE in {present.kind, draft.kind}:
        present.kind = DraftKind.NOTE
    present.status = present.status if present.status == draft.status else ""
    present.save(update_fields=["body", "kind", "status"])
    draft.delete()


def _restore_drafts(source: Ticket, target: Ticket, data: dict[str, Any]) -> None:
    """Move drafts back, and take those apart that nobody edited or sent since."""
    ServerDraft.objects.filter(pk__in=data["moved"], ticket=target).update(ticket=source)
    for each in data["joined"]:
        present = ServerDraft.objects.filter(pk=each["target"]["id"], body=each["body"]).first()
        if present:
            set_values(present, each["target"]).save()
            set_values(ServerDraft(), each["source"]).save(force_insert=True)


def _carry_handover(joining: Joining) -> dict[str, Any]:
    """Move the handover note, or append it to that of the target."""
    note = Handover.objects.filter(ticket=joining.source).first()
    if note is None:
        return {"moved": []}
    before = plain(note)
    present = Handover.objects.filter(ticket=joining.target).first()
    if present is None:
        note.ticket = joining.target
        note.save(update_fields=["ticket"])
        return {"moved": [before], "target": None, "after": plain(note)}
    target_before = plain(present)
    for name in ("state", "next_step"):
        both = f"{getattr(present, name)}\n\n{joining.source.reference}: {getattr(note, name)}"
        setattr(present, name, both)
    times = [each for each in (present.next_update_at, note.next_update_at) if each]
    present.next_update_at = min(times, default=None)
    present.save()
    note.delete()
    return {"moved": [before], "target": target_before, "after": plain(present)}


def _restore_handover(source: Ticket, target: Ticket, data: dict[str, Any]) -> None:
    """Take the notes apart unless the one on the target was rewritten since."""
    present = Handover.objects.filter(ticket=target).first()
    if not data["moved"] or present is None or plain(present) != data["after"]:
        return
    if data["target"]:
        set_values(present, data["target"]).save()
        present = Handover()
    set_values(present, data["moved"][0]).save()


def _links_of(ticket: Ticket) -> QuerySet[TicketLink]:
    return TicketLink.objects.filter(Q(first=ticket) | Q(second=ticket)).order_by("pk")


def _carry_links(joining: Joining) -> dict[str, Any]:
    """Point links at the target. Delete one between the two tickets, and one that the target has already."""
    moved, deleted = [], []
    for link in _links_of(joining.source):
        before = plain(link)
        other = link.second_id if link.first_id == joining.source.pk else link.first_id
        first, second = sorted((other, joining.target.pk))
        if first == second or TicketLink.objects.filter(first=first, second=second).exists():
            link.delete()
            deleted.append(before)
        else:
            link.first_id, link.second_id = first, second
            link.save(update_fields=["first", "second"])
            moved.append(before)
    return {"moved": moved, "deleted": deleted}


def _restore_links(source: Ticket, target: Ticket, data: dict[str, Any]) -> None:
    """Restore links, except those that were removed from the target since."""
    for values in data["moved"]:
        if link := TicketLink.objects.filter(pk=values["id"]).first():
            set_values(link, values).save()
    TicketLink.objects.bulk_create(
        [set_values(TicketLink(), values) for values in data["deleted"]], ignore_conflicts=True
    )


def _move_escalation(joining: Joining) -> dict[str, list[int]]:
    """Move the open escalation, or close it if the target has one."""
    present = Escalation.objects.filter(ticket=joining.source, closed_at=None)
    ids = list(present.values_list("pk", flat=True))
    if joining.target.escalations.filter(closed_at=None).exists():
        outcome = f"The ticket was merged into {joining.target.reference}."
        present.update(closed_at=joining.at, outcome=outcome)
        return {"moved": [], "ended": ids}
    present.update(ticket=joining.target)
    return {"moved": ids, "ended": []}


def _restore_escalation(source: Ticket, target: Ticket, data: dict[str, list[int]]) -> None:
    Escalation.objects.filter(pk__in=data["moved"]).update(ticket=source)
    Escalation.objects.filter(pk__in=data["ended"]).update(closed_at=None, outcome="")


def _written(ticket: Ticket) -> QuerySet[Activity]:
    return Activity.objects.filter(ticket=ticket, comment__isnull=False)


# By "app.Model.field". A many-to-many field is listed by the table behind it.
RELATIONS: dict[str, Relation] = {
    "tickets.Activity.ticket": Relation(
        split="Its own history; both tickets mention the split.", **_moved(_written)
    ),
    "tickets.Comment.ticket": Relation(
        noun="comment",
        split="A copy of the comment, with its files.",
        **_moved(lambda ticket: Comment.objects.filter(ticket=ticket)),
    ),
    "tickets.Participant.ticket": Relation(
        split="The people in the conversation, if the agent chooses so.",
        carry=_add_people,
        restore=_remove_people,
    ),
    "tickets.Escalation.ticket": Relation(
        noun="open escalation", split="None.", carry=_move_escalation, restore=_restore_escalation
    ),
    "tickets.Follow.ticket": Relation(
        noun="follower", split="None.", carry=_move_follows, restore=_restore_follows
    ),
    "tickets.Mute.ticket": Relation(noun="mute", split="None.", carry=_copy_mutes, restore=_delete_mutes),
    "tickets.ServerDraft.ticket": Relation(
        noun="draft", split="None.", carry=_carry_drafts, restore=_restore_drafts
    ),
    "tickets.Handover.ticket": Relation(
        noun="handover note", split="None.", carry=_carry_handover, restore=_restore_handover
    ),
    "tickets.TicketLink.first": Relation(
        noun="link", split="A link to the ticket it came from.", carry=_carry_links, restore=_restore_links
    ),
    "tickets.TicketLink.second": Relation(
        split="A link to the ticket it came from.", stays="Carried with the other end."
    ),
    "tickets.Ticket_tags.ticket": Relation(noun="tag", split="None.", **_united("tags")),
    "tickets.Ticket_projects.ticket": Relation(
        noun="project", split="The same projects.", **_united("projects")
    ),
    "tickets.Ticket_services.ticket": Relation(
        noun="service", split="The same services.", **_united("services")
    ),
    "tickets.SlaClock.ticket": Relation(
        split="Its own clock.",
        stays="They end with the ticket. What is owed is owed on the target (tickets.actions.merging).",
    ),
    "tickets.Rating.ticket": Relation(split="None.", stays="It rates the support on that ticket."),
    "tickets.Visit.ticket": Relation(split="None.", stays="The target is unread for everyone."),
    "tickets.Merge.source": Relation(split="None.", stays="It is the record of the merge."),
    "tickets.Merge.target": Relation(split="None.", stays="It is undone after the later merge."),
    "tickets.Ticket.merged_into": Relation(
        split="None.", stays="Each ticket leads to the next one.", on_delete=PROTECT
    ),
    "tickets.Ticket.follow_up_to": Relation(
        split="None.", stays="The number leads to the target.", on_delete=SET_NULL
    ),
    "tickets.SearchDocument.ticket": Relation(
        split="Its own.", stays="Rebuilt for both; the target is also found by the number of the source."
    ),
    "tickets.PublicDocument.ticket": Relation(split="Its own.", stays="As tickets.SearchDocument.ticket."),
    "tickets.BulkItem.ticket": Relation(split="None.", stays="It records what a job did to that ticket."),
    "notifications.EmailMessage.ticket": Relation(
        split="None.", stays="It records what was sent about that ticket, by its number."
    ),
    "notifications.InboundMail.ticket": Relation(
        split="None.", stays="It records to which ticket the mail came.", on_delete=SET_NULL
    ),
}
