"""Loading the demo world: the same world for the same day, in one transaction and in bulk."""

import random
import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

from orgs.actor import Actor, Source
from orgs.models import Organization, Service, User
from supportcenter.local.demo import world as worlds
from supportcenter.local.demo.billing import load_billing
from supportcenter.local.demo.conversation import Cast, Play
from supportcenter.local.demo.desk import load_desk
from supportcenter.local.demo.story import Story, load_stories
from supportcenter.local.demo.world import World
from supportcenter.outbox.models import OutboxMessage
from tickets.actions.files import attach, stage_files
from tickets.actions.indexing import reindex
from tickets.models.catalog import Product, Reason
from tickets.models.clock import SlaClock
from tickets.models.conversation import Activity, Comment
from tickets.models.people import Escalation, Participant, Rating, Visit
from tickets.models.ticket import Ticket
from tickets.placeholders import fill
from tickets.reports.actions import count_dirty_days, mark_all_days
from tickets.states import Status

SEED = 1042
TICKETS = 400
# How often an unfinished story may be told; the finished ones fill up.
UNFINISHED_TWICE = 2
# How many hours ago, at most, the last word was said in a story that waits for an answer.
OPEN_FOR = {"low": 13, "high": 2.5, "critical": 0.6}
SHARE = {"acme": 34, "globex": 22, "initech": 14, "umbra": 9, "nordwind": 14, "marula": 7}
# How often a solved ticket is rated, and what with.
RATED_EVERY = 3
SCORES = (5, 4, 5, 5, 3, 4, 5, 2, 5, 4, 1)
# People who are met in the documentation open more tickets than others.
CAST = {"ada@acme.example", "ben@acme.example", "cleo@acme.example", "eve@globex.example"}


def is_empty() -> bool:
    return not Organization.objects.exists()


@transaction.atomic
def load(now: datetime | None = None) -> str:
    """Create the whole demo world; what was created, in words."""
    now = now or timezone.now()
    dice = random.Random(SEED)
    world = worlds.build(now, dice)
    load_billing(world.organizations, now, random.Random(SEED))
    OutboxMessage.objects.all().delete()  # nobody is mailed about the past
    plays = sorted(_plays(world, now, dice), key=lambda play: play.ticket.created_at)
    for play in plays:
        play.perform(now)
    _save(plays, now)
    load_desk()
    for _ in reindex():
        pass
    mark_all_days()
    count_dirty_days()
    return f"{User.objects.count()} people in {len(world.organizations)} organizations, {len(plays)} tickets"


def _plays(world: World, now: datetime, dice: random.Random) -> Iterator[Play]:
    products = {each.code: each for each in Product.objects.all()}
    reasons = {each.code: each for each in Reason.objects.all()}
    stories = load_stories(products, reasons)
    unfinished = [story for story in stories if story.status != Status.SOLVED] * UNFINISHED_TWICE
    solved = [story for story in stories if story.status == Status.SOLVED]
    told = unfinished + [solved[index % len(solved)] for index in range(TICKETS - len(unfinished))]
    shares = {slug: share for slug, share in SHARE.items() if slug in world.organizations}
    for number, story in enumerate(told):
        slug = dice.choices(list(shares), weights=list(shares.values()))[0]
        cast = _cast(world, slug, dice)
        service = _service(world.services[slug], story, dice)
        words = {
            "service": service.name,
            "project": service.project.name,
            "requester": cast.requester.get_short_name(),
            "agent": cast.agent.get_short_name(),
            "org": world.organizations[slug].name,
            "n": str(dice.randint(3, 48)),
        }
        opened = _opened_at(story, now, dice)
        ticket = Ticket(
            organization=world.organizations[slug],
            requester=cast.requester,
            subject=fill(story.subject, words)[:200],
            severity=story.severity,
            product=products[story.product],
            reason=reasons[story.reason],
            submission_key=uuid.UUID(int=dice.getrandbits(128), version=4),
            created_at=opened,
            updated_at=opened,
        )
        ticket._services = [service] if number % 5 else []  # type: ignore[attr-defined]  # noqa: SLF001
        yield Play(ticket, story, cast, words)


def _cast(world: World, slug: str, dice: random.Random) -> Cast:
    members = world.members[slug]
    weights = [4 if user.email in CAST else 1 for user in members]
    requester = dice.choices(members, weights=weights)[0]
    participant = dice.choice([user for user in members if user != requester])
    return Cast(requester, participant, dice.choice(world.agents), world.lead)


def _service(services: list[Service], story: Story, dice: random.Random) -> Service:
    fitting = [service for service in services if service.product == story.product]
    return dice.choice(fitting or services)


def _opened_at(story: Story, now: datetime, dice: random.Random) -> datetime:
    """Finished stories over the last 90 days, mostly on weekdays; unfinished ones so that they end lately."""
    length = timedelta(minutes=sum(message.minutes for message in story.messages))
    if story.status == Status.OPEN:
        return now - length - timedelta(hours=dice.uniform(0.05, OPEN_FOR[story.severity]))
    if story.status != Status.SOLVED:
        return now - length - timedelta(days=dice.uniform(0.3, 4))
    while True:
        opened = now - length - timedelta(days=dice.uniform(0.2, 88))
        opened = opened.replace(hour=min(22, max(5, round(dice.gauss(12, 3)))), minute=dice.randrange(60))
        if opened + length < now and (opened.weekday() < 5 or dice.random() < 0.25):
            return opened


def _save(plays: list[Play], now: datetime) -> None:
    Ticket.objects.bulk_create([play.ticket for play in plays])
    Comment.objects.bulk_create([comment for play in plays for comment in play.comments])
    Activity.objects.bulk_create([activity for play in plays for activity in play.activities])
    SlaClock.objects.bulk_create([clock for play in plays for clock in play.clocks.rows])
    Escalation.objects.bulk_create([play.escalation for play in plays if play.escalation])
    Participant.objects.bulk_create(
        [
            Participant(ticket=play.ticket, user=play.cast.participant, added_by=play.cast.requester)
            for play in plays
            if any(message.who == "participant" for message in play.story.messages) or play.ticket.pk % 3 == 0
        ]
    )
    Rating.objects.bulk_create(
        [
            Rating(
                ticket=play.ticket,
                rated_by=play.ticket.requester,
                rated_at=min(play.ticket.solved_at + timedelta(hours=play.ticket.pk % 30), now),
                score=SCORES[play.ticket.pk % len(SCORES)],
            )
            for play in plays
            if play.ticket.solved_at and play.ticket.pk % RATED_EVERY == 0
        ]
    )
    Visit.objects.bulk_create(
        [
            Visit(ticket=play.ticket, user=play.ticket.requester, seen_at=play.ticket.updated_at)
            for play in plays
            if play.ticket.pk % 6 or play.comments[-1].author == play.ticket.requester
        ]
    )
    services = Ticket.services.through
    services.objects.bulk_create(
        [
            services(ticket=play.ticket, service=service)
            for play in plays
            for service in play.ticket._services  # type: ignore[attr-defined]  # noqa: SLF001
        ]
    )
    for play in plays:
        if play.story.attachment:
            _attach(play)


def _attach(play: Play) -> None:
    assert play.story.attachment  # noqa: S101 - checked by the caller
    name, text = play.story.attachment
    actor = Actor(user=play.cast.requester, source=Source.WEB)
    attach(play.comments[0], stage_files(actor=actor, files=[ContentFile(text.encode(), name=name)]))
