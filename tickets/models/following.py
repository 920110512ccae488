"""Following tickets without being in their conversation, and muting them."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone

from orgs.models import Membership, Organization, OrganizationalUnit, Project, User
from orgs.roles import Capability
from tickets.models.catalog import Product
from tickets.models.ticket import Ticket
from tickets.states import Severity


class FollowScope(models.TextChoices):
    ORGANIZATION = "organization", "All tickets"
    SEVERE = "severe", "High and Critical tickets"
    UNIT = "unit", "Tickets of a unit"
    PROJECT = "project", "Tickets of a project"
    PRODUCT = "product", "Tickets about a product"
    TICKET = "ticket", "One ticket"


# What each scope needs besides the person; everything else is empty.
NEEDS = {
    FollowScope.ORGANIZATION: ["organization"],
    FollowScope.SEVERE: ["organization"],
    FollowScope.UNIT: ["organization", "unit"],
    FollowScope.PROJECT: ["organization", "project"],
    FollowScope.PRODUCT: ["organization", "product"],
    FollowScope.TICKET: ["ticket"],
}
TARGETS = ["organization", "unit", "project", "product", "ticket"]


def _scope_with_its_target() -> Q:
    allowed = Q(pk__in=[])
    for scope, needed in NEEDS.items():
        allowed |= Q(scope=scope) & Q(**{f"{name}__isnull": name not in needed for name in TARGETS})
    return allowed


class FollowQuerySet(models.QuerySet):
    def reaching(self, ticket: Ticket) -> Self:
        """Return follows that include this ticket, of people whose role still allows them.

        A unit's tickets are those about its projects and services, and those opened by its members.
        """
        projects = Project.objects.filter(Q(tickets=ticket) | Q(services__tickets=ticket))
        units = Q(unit__projects__in=projects) | Q(unit__memberships__user=ticket.requester_id)
        of_organization = Q(scope="organization") | Q(scope="product", product=ticket.product_id)
        of_organization |= Q(scope="project", project__in=projects) | Q(Q(scope="unit") & units)
        if ticket.severity != Severity.LOW:
            of_organization |= Q(scope="severe")
        wanted = Q(organization=ticket.organization_id) & of_organization
        following = Membership.objects.that_can(Capability.FOLLOW_ALL_TICKETS, ticket.organization_id)
        may = Q(user__in=following.values("user"))
        agents = User.objects.staff_with(Capability.WORK_QUEUE)
        found = self.filter((wanted & may) | Q(scope="ticket", ticket=ticket, user__in=agents))
        return found.select_related("organization", "unit", "project", "product").distinct()

    def for_list(self) -> Self:
        """Select what ``words`` needs, in a stable order."""
        return self.select_related("organization", "unit", "project", "product", "ticket").order_by("pk")


class Follow(models.Model):
    """A person who is notified about tickets: all or some of an organization, as long as their role there
    allows it, or for agents a single ticket.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="follows")
    scope = models.CharField(max_length=15, choices=FollowScope, default=FollowScope.ORGANIZATION)
    organization = models.ForeignKey(
        Organization, null=True, on_delete=models.CASCADE, related_name="follows"
    )
    unit = models.ForeignKey(OrganizationalUnit, null=True, on_delete=models.CASCADE, related_name="follows")
    project = models.ForeignKey(Project, null=True, on_delete=models.CASCADE, related_name="follows")
    product = models.ForeignKey(Product, null=True, on_delete=models.CASCADE, related_name="follows")
    ticket = models.ForeignKey(Ticket, null=True, on_delete=models.CASCADE, related_name="follows")
    followed_at = models.DateTimeField(default=timezone.now)

    objects = FollowQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "scope", *TARGETS], name="follow_once", nulls_distinct=False
            ),
            models.CheckConstraint(condition=_scope_with_its_target(), name="follow_scope_with_its_target"),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.words}"

    @property
    def words(self) -> str:
        """Return what is followed, to complete “You follow …”."""
        if self.scope == FollowScope.TICKET:
            return "this ticket"
        what = {
            FollowScope.ORGANIZATION: "all tickets",
            FollowScope.SEVERE: "High and Critical tickets",
            FollowScope.UNIT: f"tickets of the unit {self.unit}",
            FollowScope.PROJECT: f"tickets of the project {self.project}",
            FollowScope.PRODUCT: f"tickets about {self.product}",
        }
        return f"{what[FollowScope(self.scope)]} of {self.organization}"


class Mute(models.Model):
    """A person who gets no mail about a ticket, whatever the reason would be."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="mutes")
    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="mutes")
    muted_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "ticket"], name="mute_once")]

    def __str__(self) -> str:
        return f"{self.user} mutes {self.ticket.reference}"
