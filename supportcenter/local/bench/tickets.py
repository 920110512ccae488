"""Organizations, people and tickets that the benchmarks add to the demo world."""

import uuid
from datetime import timedelta

from django.utils import timezone

from orgs.actor import Actor
from orgs.models import Membership, Organization, User
from orgs.source import Source
from tickets.actions.assignment import assign
from tickets.actions.opening import TicketDraft, open_ticket
from tickets.models.catalog import Product, Reason
from tickets.models.conversation import Activity, ActivityKind, Comment
from tickets.models.people import Participant
from tickets.models.ticket import Ticket


def add_members(organization: Organization, name: str, count: int, role: str) -> list[User]:
    """Add people to an organization."""
    users = (
        User(email=f"{name}-{number}@bench.example".lower(), name=f"{name} {number}", password="!")  # noqa: S106
        for number in range(count)
    )
    people = User.objects.bulk_create(users, batch_size=1000)
    members = (Membership(organization=organization, user=user, role=role) for user in people)
    Membership.objects.bulk_create(members, batch_size=1000)
    return people


def add_customers(count: int) -> None:
    """Add organizations with one member each."""
    organizations = Organization.objects.bulk_create(
        Organization(slug=f"customer-{number}", name=f"Customer {number}") for number in range(count)
    )
    people = User.objects.bulk_create(
        User(email=f"user{number}@customer.example", name=f"User {number}", password="!")  # noqa: S106
        for number in range(count)
    )
    Membership.objects.bulk_create(
        Membership(organization=organization, user=user, role="admin")
        for organization, user in zip(organizations, people, strict=True)
    )


def add_agents(count: int) -> list[User]:
    """Add support agents."""
    return User.objects.bulk_create(
        User(email=f"agent{number}@bench.example", name=f"Agent {number}", staff_role="agent")
        for number in range(count)
    )


def add_ticket(
    organization: Organization, requester: User, subject: str, product: Product, people: list[User]
) -> Ticket:
    """Open a ticket with these people in CC."""
    draft = TicketDraft(
        submission_key=uuid.uuid4(),
        subject=subject,
        severity="high",
        product=product,
        reason=Reason.objects.all()[0],
        description="The lag of group `billing` grows since this morning.",
    )
    ticket = open_ticket(actor=Actor.of(requester, Source.WEB), organization=organization, draft=draft)
    Participant.objects.bulk_create(Participant(ticket=ticket, user=user) for user in people)
    return ticket


def add_conversation(ticket: Ticket, agent: User, comments: int) -> None:
    """Assign a ticket to an agent and let them and the requester comment in turns."""
    assign(actor=Actor.of(agent, Source.WEB), ticket=ticket, assignee=agent)
    authors, now = [agent, ticket.requester], timezone.now()
    made = Comment.objects.bulk_create(
        Comment(
            ticket=ticket,
            author=authors[number % 2],
            body=f"Step {number}: **restarted** the broker.\n\n* `kafka-1` is in sync\n* `kafka-2` lags\n",
            created_at=now + timedelta(milliseconds=number),
        )
        for number in range(comments)
    )
    Activity.objects.bulk_create(
        Activity(
            ticket=ticket,
            kind=ActivityKind.COMMENTED,
            actor=each.author,
            source=Source.WEB,
            comment=each,
            created_at=each.created_at,
        )
        for each in made
    )
