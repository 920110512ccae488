"""Access to figures: who may read which, and by which dimensions."""

from typing import Any

from billing.entitlements import tier_choices
from orgs.access import person_choices, require
from orgs.actor import Actor
from orgs.models import Organization, User
from orgs.roles import Capability
from tickets.models.catalog import Product
from tickets.models.ticket import Ticket
from tickets.reports.models import Figures
from tickets.reports.source import DIMENSIONS, ReportSource
from tickets.states import Severity


def names_for(source: ReportSource) -> dict[str, dict[Any, str]]:
    """Return the values of each available dimension with their names; four queries, two for customers."""
    names: dict[str, dict[Any, str]] = {
        "tier": dict(tier_choices()),
        "severity": dict(Severity.choices),
        "product": {each.pk: each.name for each in Product.objects.all()},
    }
    if "organization" in source.dimensions:
        names["organization"] = dict(Organization.objects.order_by("name").values_list("pk", "name"))
    if "agent" in source.dimensions:
        staff = User.objects.exclude(staff_role="").order_by("name")
        names["agent"] = dict(person_choices(staff))
    return names


def source_for_staff(actor: Actor) -> ReportSource:
    """Return the source of all figures, for staff."""
    require(actor, Capability.SEE_REPORTS)
    return ReportSource(Ticket.objects.all(), Figures.objects.visible_to(actor), DIMENSIONS)


def source_for_organization(actor: Actor, organization: Organization) -> ReportSource:
    """Return the source of an organization's figures, for its admins; without agents."""
    figures = Figures.objects.visible_to(actor).filter(organization=organization)
    tickets = Ticket.objects.visible_to(actor).of(organization)
    return ReportSource(tickets, figures, ("tier", "severity", "product"))
