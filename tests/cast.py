"""The cast: the same people in tests, demo and documentation (see docs/development.md)."""

from dataclasses import dataclass
from datetime import UTC, datetime

from allauth.account.models import EmailAddress

from billing.actions.periods import start_period
from billing.models.groups import BillingGroup
from billing.models.tiers import SupportTier
from orgs.actor import Actor
from orgs.models import Membership, Organization, OrganizationalUnit, Project, Service, User
from orgs.source import Source

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
# Real hashers are slow by design; only tests of sign-in need a real password.
NO_PASSWORD = "!"


@dataclass(frozen=True)
class Cast:
    acme: Organization
    globex: Organization
    hobby: Organization
    ada: User  # admin of Acme
    ben: User  # member in Acme's unit EU
    cleo: User  # member in Acme's unit US
    dov: User  # billing contact of Acme
    eve: User  # admin of Globex; must see nothing of Acme
    ivy: User  # member of Hobby, which has only free services
    fay: User  # support agent
    gus: User  # duty lead
    hal: User  # account manager
    kafka: Service  # a paid service of Acme
    acme_group: BillingGroup  # where Acme's costs go
    globex_group: BillingGroup

    def people(self) -> dict[str, User]:
        names = ["ada", "ben", "cleo", "dov", "eve", "ivy", "fay", "gus", "hal"]
        return {name: getattr(self, name) for name in names}


def actor(user: User, source: Source = Source.WEB) -> Actor:
    return Actor.of(user, source)


def make_cast() -> Cast:
    acme, eu, us = _organization("acme", "Acme", "advanced", ["EU", "US"])
    globex, sales = _organization("globex", "Globex", "premium", ["Sales"])
    hobby, lab = _organization("hobby", "Hobby", "basic", ["Lab"])
    kafka = _service(eu, "acme-eu-prod", "orders-kafka", "kafka")
    _service(us, "acme-us-prod", "main-pg", "postgresql")
    _service(sales, "globex-prod", "crm-pg", "postgresql")
    _service(lab, "hobby-lab", "toy-valkey", "valkey", is_paid=False)
    return Cast(
        acme=acme,
        acme_group=acme.billing_groups.get(),
        globex_group=globex.billing_groups.get(),
        globex=globex,
        hobby=hobby,
        kafka=kafka,
        ada=member(acme, "ada@acme.example", "Ada Lindqvist", "admin"),
        ben=member(acme, "ben@acme.example", "Ben Okafor", "member", eu),
        cleo=member(acme, "cleo@acme.example", "Cleo Marchetti", "member", us),
        dov=member(acme, "dov@acme.example", "Dov Katz", "billing"),
        eve=member(globex, "eve@globex.example", "Eve Nakamura", "admin"),
        ivy=member(hobby, "ivy@hobby.example", "Ivy Sørensen", "member"),
        fay=staff("fay@support.example", "Fay Dubois", "agent"),
        gus=staff("gus@support.example", "Gus Lindgren", "duty_lead"),
        hal=staff("hal@support.example", "Hal Whitfield", "account_manager"),
    )


def person(email: str, name: str, **fields: object) -> User:
    user = User.objects.create(email=email, name=name, password=NO_PASSWORD, **fields)
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return user


def member(
    organization: Organization, email: str, name: str, role: str, unit: OrganizationalUnit | None = None
) -> User:
    user = person(email, name)
    Membership.objects.create(organization=organization, user=user, role=role, unit=unit)
    return user


def staff(email: str, name: str, role: str) -> User:
    return person(email, name, staff_role=role)


def _organization(slug: str, name: str, tier: str, units: list[str]) -> tuple:
    organization = Organization.objects.create(slug=slug, name=name)
    group = BillingGroup.objects.create(organization=organization, name=f"{name} main", is_default=True)
    start_period(organization, SupportTier.objects.get(code=tier), at=LONG_AGO, group=group)
    made = [OrganizationalUnit.objects.create(organization=organization, name=unit) for unit in units]
    return organization, *made


def _service(
    unit: OrganizationalUnit, project: str, name: str, product: str, *, is_paid: bool = True
) -> Service:
    row = Project.objects.create(unit=unit, name=project)
    return Service.objects.create(project=row, name=name, product=product, is_paid=is_paid)
