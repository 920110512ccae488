"""People, organizations and tiers: the demo world before its first ticket."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.hashers import make_password

from billing.actions.periods import start_period
from billing.models.groups import BillingGroup
from billing.models.tiers import SupportTier
from orgs.models import Membership, Organization, OrganizationalUnit, Project, Service, User
from supportcenter.local.demo.billing import invoiced_months
from supportcenter.local.demo.people import ORGANIZATIONS, STAFF, DemoOrganization
from supportcenter.zones import begin_of
from tickets.models.following import Follow

# Organizations that upgraded: the previous tier, and how many days ago they changed.
UPGRADED = {"acme": ("essential", 48), "globex": ("advanced", 75), "nordwind": ("basic", 33)}
# Organizations that are not billed in euros.
CURRENCIES = {"initech": "USD", "globex": "JPY"}


@dataclass
class World:
    """People and services that take part in tickets."""

    agents: list[User]
    lead: User
    members: dict[str, list[User]] = field(default_factory=lambda: defaultdict(list))
    services: dict[str, list[Service]] = field(default_factory=lambda: defaultdict(list))
    organizations: dict[str, Organization] = field(default_factory=dict)


def create_world(now: datetime) -> World:
    """Create everything except tickets."""
    users = _users(now)
    staff = [users[each.email] for each in STAFF]
    world = World(
        agents=[user for user in staff if user.staff_role == "agent"],
        lead=next(user for user in staff if user.staff_role == "duty_lead"),
    )
    for demo in ORGANIZATIONS:
        _organization(world, demo, users, now)
    return world


def _users(now: datetime) -> dict[str, User]:
    password = make_password(settings.DEMO_PASSWORD)
    joined = now - timedelta(days=400)
    people = {
        person.email: User(email=person.email, name=person.name, time_zone=demo.time_zone)
        for demo in ORGANIZATIONS
        for person in demo.people
    }
    people |= {
        each.email: User(email=each.email, name=each.name, staff_role=each.role, time_zone="Europe/Helsinki")
        for each in STAFF
    }
    for user in people.values():
        user.password = password
        user.date_joined = joined
    User.objects.bulk_create(people.values())
    EmailAddress.objects.bulk_create(
        EmailAddress(user=user, email=user.email, verified=True, primary=True) for user in people.values()
    )
    return people


def _organization(world: World, demo: DemoOrganization, users: dict[str, User], now: datetime) -> None:
    organization = Organization.objects.create(
        slug=demo.slug,
        name=demo.name,
        time_zone=demo.time_zone,
        country=demo.country,
        created_at=begin_of(invoiced_months(now)[0], ZoneInfo(demo.time_zone)),
    )
    world.organizations[demo.slug] = organization
    units = {unit.name: OrganizationalUnit(organization=organization, name=unit.name) for unit in demo.units}
    OrganizationalUnit.objects.bulk_create(units.values())
    for unit in demo.units:
        for project in unit.projects:
            row = Project.objects.create(unit=units[unit.name], name=project.name)
            world.services[demo.slug] += Service.objects.bulk_create(
                Service(project=row, **vars(service)) for service in project.services
            )
    memberships = [
        Membership(
            organization=organization,
            user=users[person.email],
            unit=units.get(person.unit or ""),
            role=person.role,
            joined_at=now - timedelta(days=380),
        )
        for person in demo.people
    ]
    Membership.objects.bulk_create(memberships)
    world.members[demo.slug] = [each.user for each in memberships]
    Follow.objects.bulk_create(
        Follow(user=each.user, organization=organization) for each in memberships if each.role == "admin"
    )
    _billing(organization, demo, now)


def _billing(organization: Organization, demo: DemoOrganization, now: datetime) -> None:
    """Create the billing group and the tiers; `billing.py` adds what services cost."""
    group = BillingGroup.objects.create(
        organization=organization,
        name=f"{demo.name} main",
        currency=CURRENCIES.get(demo.slug, "EUR"),
        billed_to=f"{demo.name}\nAccounts payable",
        is_default=True,
    )
    tiers = {tier.code: tier for tier in SupportTier.objects.all()}
    started = now - timedelta(days=380)
    if demo.slug in UPGRADED:
        earlier, days = UPGRADED[demo.slug]
        start_period(organization, tiers[earlier], at=started, group=group)
        started = now - timedelta(days=days)
    start_period(organization, tiers[demo.tier], at=started, group=group)
