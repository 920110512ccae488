"""Load the demo data, in bulk and in one transaction; the same data at the same time of the same day."""

import random
import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

from orgs.actor import Actor
from orgs.models import Organization, Service, User
from orgs.source import Source
from supportcenter.local.demo.billing import load_billing
from supportcenter.local.demo.conversation import Cast, Conversation
from supportcenter.local.demo.story import Story, load_stories
from supportcenter.local.demo.workspace import load_workspace
from supportcenter.local.demo.world import World, create_world
from supportcenter.outbox.models import OutboxMessage
from supportcenter.placeholders import fill
from tickets.actions.files import attach, stage_files
from tickets.actions.indexing import reindex
from tickets.models.catalog import Product, Reason
from tickets.models.clock import SlaClock
from tickets.models.conversation import Activity, Comment
from tickets.models.people import Escalation, Participant, Rating, Visit
from tickets.models.ticket import Ticket
from tickets.reports.actions import count_dirty_days, mark_all_days
from tickets.states import Status

SEED = 1042
TICKETS = 400
# How many tickets each unfinished story becomes; the rest are solved ones.
UNFINISHED_REPEATS = 2
# How many hours ago, at most, the last message of an open story was written.
OPEN_FOR = {"low": 13, "high": 2.5, "critical": 0.6}
SHARE = {"acme": 34, "globex": 22, "initech": 14, "umbra": 9, "nordwind": 14, "marula": 7}
# Which solved tickets are rated, and with which scores.
RATED_EVERY = 3
SCORES = (5, 4, 5, 5, 3, 4, 5, 2, 5, 4, 1)
# The people in the documentation open more tickets than others.
CAST = {"ada@acme.example", "ben@acme.example", "cleo@acme.example", "eve@globex.example"}


def is_empty() -> bool:
    return not Organization.objects.exists()


@transaction.atomic
def load(now: datetime | None = None) -> str:
    """Create all demo data and return a summary."""
    now = now or timezone.now()
    rng = random.Random(SEED)
    world = create_world(now)
    load_billing(world.organizations, now, random.Random(SEED))
    OutboxMessage.objects.all().delete()  # nobody is notified about the past
    conversations = sorted(_conversations(world, now, rng), key=lambda each: each.ticket.created_at)
    for conversation in conversations:
        conversation.run(now)
    _save(conversations, now)
    load_workspace()
    for _ in reindex():
        pass
    mark_all_days()
    count_dirty_days()
    people, organizations = User.objects.count(), len(world.organizations)
    return f"{people} people in {organizations} organizations, {len(conversations)} tickets"


def _conversations(world: World, now: datetime, rng: random.Random) -> Iterator[Conversation]:
    products = {each.code: each for each in Product.objects.all()}
    reasons = {each.code: each for each in Reason.objects.all()}
    stories = load_stories(products, reasons)
    unfinished = [story for story in stories if story.status != Status.SOLVED] * UNFINISHED_REPEATS
    solved = [story for story in stories if story.status == Status.SOLVED]
    chosen = unfinished + [solved[index % len(solved)] for index in range(TICKETS - len(unfinished))]
    shares = {slug: share for slug, share in SHARE.items() if slug in world.organizations}
    for number, story in enumerate(chosen):
        slug = rng.choices(list(shares), weights=list(shares.values()))[0]
        cast = _cast(world, slug, rng)
        service = _service(world.services[slug], story, rng)
        values = {
            "service": service.name,
            "project": service.project.name,
            "requester": cast.requester.get_short_name(),
            "agent": cast.agent.get_short_name(),
            "org": world.organizations[slug].name,
            "n": str(rng.randint(3, 48)),
        }
        # Dice of its own, as how often they are cast depends on the day: all else is the same each day.
        opened = _opened_at(story, now, random.Random(SEED + number))
        ticket = Ticket(
            organization=world.organizations[slug],
            requester=cast.requester,
            subject=fill(story.subject, values)[:200],
            severity=story.severity,
            product=products[story.product],
            reason=reasons[story.reason],
            submission_key=uuid.UUID(int=rng.getrandbits(128), version=4),
            created_at=opened,
            updated_at=opened,
        )
        ticket._services = [service] if number % 5 else []  # type: ignore[attr-defined]  # noqa: SLF001
        yield Conversation(ticket, story, cast, values)


def _cast(world: World, slug: str, rng: random.Random) -> Cast:
    members = world.members[slug]
    weights = [4 if user.email in CAST else 1 for user in members]
    requester = rng.choices(members, weights=weights)[0]
    participant = rng.choice([user for user in members if user != requester])
    return Cast(requester, participant, rng.choice(world.agents), world.lead)


def _service(services: list[Service], story: Story, rng: random.Random) -> Service:
    matching = [service for service in services if service.product == story.product]
    return rng.choice(matching or services)


def _opened_at(story: Story, now: datetime, rng: random.Random) -> datetime:
    """Spread solved stories over the last 90 days, mostly weekdays; let the others end recently."""
    length = timedelta(minutes=sum(message.minutes for message in story.messages))
    if story.status == Status.OPEN:
        return now - length - timedelta(hours=rng.uniform(0.05, OPEN_FOR[story.severity]))
    if story.status != Status.SOLVED:
        return now - length - timedelta(days=rng.uniform(0.3, 4))
    while True:
        opened = now - length - timedelta(days=rng.uniform(0.2, 88))
        opened = opened.replace(hour=min(22, max(5, round(rng.gauss(12, 3)))), minute=rng.randrange(60))
        if opened + length < now and (opened.weekday() < 5 or rng.random() < 0.25):
            return opened


def _save(conversations: list[Conversation], now: datetime) -> None:
    Ticket.objects.bulk_create([each.ticket for each in conversations])
    Comment.objects.bulk_create([comment for each in conversations for comment in each.comments])
    Activity.objects.bulk_create([activity for each in conversations for activity in each.activities])
    SlaClock.objects.bulk_create([clock for each in conversations for clock in each.clocks.rows])
    Escalation.objects.bulk_create([each.escalation for each in conversations if each.escalation])
    Participant.objects.bulk_create(
        [
            Participant(ticket=each.ticket, user=each.cast.participant, added_by=each.cast.requester)
            for each in conversations
            if any(message.who == "participant" for message in each.story.messages) or each.ticket.pk % 3 == 0
        ]
    )
    Rating.objects.bulk_create(
        [
            Rating(
                ticket=each.ticket,
                rated_by=each.ticket.requester,
                rated_at=min(each.ticket.solved_at + timedelta(hours=each.ticket.pk % 30), now),
                score=SCORES[each.ticket.pk % len(SCORES)],
            )
            for each in conversations
            if each.ticket.solved_at and each.ticket.pk % RATED_EVERY == 0
        ]
    )
    Visit.objects.bulk_create(
        [
            Visit(ticket=each.ticket, user=each.ticket.requester, seen_at=each.ticket.updated_at)
            for each in conversations
            if each.ticket.pk % 6 or each.comments[-1].author == each.ticket.requester
        ]
    )
    services = Ticket.services.through
    services.objects.bulk_create(
        [
            services(ticket=each.ticket, service=service)
            for each in conversations
            for service in each.ticket._services  # type: ignore[attr-defined]  # noqa: SLF001
        ]
    )
    for each in conversations:
        if each.story.attachment:
            _attach(each)


def _attach(conversation: Conversation) -> None:
    assert conversation.story.attachment  # noqa: S101 - checked by the caller
    name, text = conversation.story.attachment
    actor = Actor(user=conversation.cast.requester, source=Source.WEB)
    attach(conversation.comments[0], stage_files(actor=actor, files=[ContentFile(text.encode(), name=name)]))
