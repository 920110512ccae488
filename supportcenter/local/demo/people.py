"""The organizations of the demo with their people and services, and the staff."""

from dataclasses import dataclass


@dataclass(frozen=True)
class DemoService:
    """A service as the platform runs it."""

    name: str
    product: str
    plan: str
    is_paid: bool
    is_early_availability: bool = False


@dataclass(frozen=True)
class DemoProject:
    """A project; its name is unique across all organizations."""

    name: str
    services: tuple[DemoService, ...]


@dataclass(frozen=True)
class DemoUnit:
    """An organizational unit."""

    name: str
    projects: tuple[DemoProject, ...]


@dataclass(frozen=True)
class DemoPerson:
    """A member of an organization; the same e-mail in two organizations is the same person."""

    name: str
    email: str
    role: str
    """member, admin or billing."""
    unit: str | None = None


@dataclass(frozen=True)
class DemoOrganization:
    """A customer."""

    slug: str
    name: str
    tier: str
    time_zone: str
    country: str
    units: tuple[DemoUnit, ...]
    people: tuple[DemoPerson, ...]


@dataclass(frozen=True)
class DemoStaff:
    """Someone who works in the support center."""

    name: str
    email: str
    role: str
    """agent, duty_lead or account_manager."""


def _project(name: str, *services: str) -> DemoProject:
    """Build a project from lines like ``orders-kafka kafka business-8``, maybe with ``free`` or ``early``."""
    return DemoProject(name=name, services=tuple(_service(line) for line in services))


def _service(line: str) -> DemoService:
    name, product, plan, *marks = line.split()
    return DemoService(
        name=name,
        product=product,
        plan=plan,
        is_paid="free" not in marks,
        is_early_availability="early" in marks,
    )


ACME = DemoOrganization(
    slug="acme",
    name="Acme",
    tier="advanced",
    time_zone="Europe/Helsinki",
    country="FI",
    units=(
        DemoUnit(
            "EU",
            (
                _project(
                    "acme-eu-prod",
                    "orders-kafka kafka business-8",
                    "orders-pg postgresql business-16",
                    "catalog-search opensearch business-8",
                    "session-cache valkey business-4",
                    "metrics grafana startup-1",
                ),
                _project(
                    "acme-eu-staging",
                    "orders-kafka-stg kafka startup-4",
                    "orders-pg-stg postgresql startup-4",
                ),
            ),
        ),
        DemoUnit(
            "US",
            (
                _project(
                    "acme-us-prod",
                    "us-orders-kafka kafka business-8",
                    "us-orders-mysql mysql business-8",
                    "us-session-cache valkey business-4",
                ),
                _project("acme-us-dev", "dev-pg postgresql free-1 free", "dev-kafka kafka startup-2"),
            ),
        ),
        DemoUnit(
            "Platform",
            (
                _project(
                    "acme-data",
                    "events-clickhouse clickhouse business-16",
                    "fraud-flink flink business-4",
                    "cdc-kafka kafka premium-6x-16",
                    "lake-catalog postgresql startup-8 early",
                ),
                _project("acme-observability", "logs opensearch business-16", "dashboards grafana startup-4"),
            ),
        ),
    ),
    people=(
        DemoPerson("Ada Lindqvist", "ada@acme.example", "admin"),
        DemoPerson("Ben Okafor", "ben@acme.example", "member", "EU"),
        DemoPerson("Cleo Marchetti", "cleo@acme.example", "member", "US"),
        DemoPerson("Dov Katz", "dov@acme.example", "billing"),
        DemoPerson("Aino Väisänen", "aino.vaisanen@acme.example", "member", "EU"),
        DemoPerson("Rajesh Iyer", "rajesh.iyer@acme.example", "member", "Platform"),
        DemoPerson("Marisol Quiñones", "marisol.quinones@acme.example", "member", "US"),
        DemoPerson("Tevita Fifita", "tevita.fifita@acme.example", "member", "Platform"),
        DemoPerson("Noor El-Masri", "noor@kelpworks.example", "member", "Platform"),
    ),
)

GLOBEX = DemoOrganization(
    slug="globex",
    name="Globex",
    tier="premium",
    time_zone="Asia/Tokyo",
    country="JP",
    units=(
        DemoUnit(
            "Retail",
            (
                _project(
                    "globex-shop-prod",
                    "shop-mysql mysql premium-16",
                    "shop-search opensearch premium-16",
                    "cart-valkey valkey premium-8",
                    "shop-events kafka premium-9x-32",
                ),
                _project(
                    "globex-shop-test", "shop-mysql-test mysql startup-4", "cart-valkey-test valkey startup-4"
                ),
            ),
        ),
        DemoUnit(
            "Payments",
            (
                _project(
                    "globex-payments",
                    "ledger-pg postgresql premium-32",
                    "payments-kafka kafka premium-6x-16",
                    "risk-flink flink business-8",
                ),
                _project("globex-payments-dr", "ledger-pg-dr postgresql premium-32"),
            ),
        ),
        DemoUnit(
            "Logistics",
            (
                _project(
                    "globex-fleet",
                    "telemetry-clickhouse clickhouse premium-32",
                    "fleet-kafka kafka business-16",
                    "route-planner postgresql business-8",
                ),
            ),
        ),
        DemoUnit(
            "Analytics",
            (
                _project(
                    "globex-insight",
                    "insight-clickhouse clickhouse business-32",
                    "insight-grafana grafana startup-4",
                    "stream-prep flink business-4 early",
                ),
                _project("globex-sandbox", "playground-pg postgresql free-1 free"),
            ),
        ),
        DemoUnit(
            "Corporate IT",
            (
                _project(
                    "globex-intranet", "intranet-mysql mysql startup-8", "audit-logs opensearch business-8"
                ),
                _project("globex-monitoring", "status-grafana grafana startup-1"),
            ),
        ),
    ),
    people=(
        DemoPerson("Eve Nakamura", "eve@globex.example", "admin"),
        DemoPerson("Haruto Ōkubo", "haruto.okubo@globex.example", "admin"),
        DemoPerson("Siobhán Ní Dhomhnaill", "siobhan@globex.example", "member", "Payments"),
        DemoPerson("Kwabena Asante", "kwabena.asante@globex.example", "member", "Retail"),
        DemoPerson("Nguyễn Thị Hạnh", "hanh.nguyen@globex.example", "member", "Retail"),
        DemoPerson("Lars-Åke Bengtsson", "larsake@globex.example", "member", "Logistics"),
        DemoPerson("Priya Venkataraman", "priya.v@globex.example", "member", "Analytics"),
        DemoPerson("Mateus Gonçalves", "mateus.goncalves@globex.example", "member", "Corporate IT"),
        DemoPerson("Park Ji-won", "jiwon.park@globex.example", "member", "Payments"),
        DemoPerson("Yael Ben-David", "yael@globex.example", "billing"),
        DemoPerson("Noor El-Masri", "noor@kelpworks.example", "member", "Analytics"),
    ),
)

HOBBY = DemoOrganization(
    slug="hobby",
    name="Hobby",
    tier="basic",
    time_zone="Europe/Oslo",
    country="NO",
    units=(
        DemoUnit(
            "Home",
            (
                _project("hobby-birds", "birds-pg postgresql free-1 free", "birds-cache valkey free-1 free"),
                _project("hobby-weather", "weather-mysql mysql free-1 free"),
            ),
        ),
    ),
    people=(
        DemoPerson("Ivy Sørensen", "ivy@hobby.example", "member", "Home"),
        DemoPerson("Øystein Bråten", "oystein@hobby.example", "admin"),
    ),
)

INITECH = DemoOrganization(
    slug="initech",
    name="Initech",
    tier="essential",
    time_zone="America/Chicago",
    country="US",
    units=(
        DemoUnit(
            "Engineering",
            (
                _project(
                    "initech-core",
                    "core-pg postgresql business-8",
                    "core-kafka kafka startup-4",
                    "core-cache valkey startup-4",
                ),
                _project("initech-ci", "ci-mysql mysql startup-4", "ci-pg postgresql free-1 free"),
            ),
        ),
        DemoUnit(
            "Reporting",
            (_project("initech-reports", "tps-clickhouse clickhouse startup-16", "tps grafana startup-1"),),
        ),
    ),
    people=(
        DemoPerson("Wanda Tsosie", "wanda.tsosie@initech.example", "admin"),
        DemoPerson("Dmitri Volkonsky", "dmitri@initech.example", "member", "Engineering"),
        DemoPerson("Keisha Baptiste", "keisha.baptiste@initech.example", "member", "Engineering"),
        DemoPerson("Óscar Ibáñez", "oscar.ibanez@initech.example", "member", "Reporting"),
        DemoPerson("Linh Tran", "linh.tran@initech.example", "billing"),
        DemoPerson("Tomasz Źrebiec", "tomasz@zrebiec.example", "member", "Reporting"),
    ),
)

UMBRA = DemoOrganization(
    slug="umbra",
    name="Umbra Analytics",
    tier="basic",
    time_zone="Europe/Warsaw",
    country="PL",
    units=(
        DemoUnit(
            "Analytics",
            (
                _project(
                    "umbra-prod",
                    "panel-clickhouse clickhouse startup-16",
                    "panel-pg postgresql startup-4",
                    "ingest-kafka kafka startup-2",
                ),
                _project("umbra-lab", "lab-opensearch opensearch startup-4", "lab-pg postgresql free-1 free"),
            ),
        ),
    ),
    people=(
        DemoPerson("Małgorzata Wiśniewska", "malgorzata@umbra.example", "admin"),
        DemoPerson("Jędrzej Kłos", "jedrzej.klos@umbra.example", "member", "Analytics"),
        DemoPerson("Anahit Petrosyan", "anahit@umbra.example", "member", "Analytics"),
        DemoPerson("Tomasz Źrebiec", "tomasz@zrebiec.example", "member", "Analytics"),
    ),
)

NORDWIND = DemoOrganization(
    slug="nordwind",
    name="Nordwind Logistik",
    tier="advanced",
    time_zone="Europe/Berlin",
    country="DE",
    units=(
        DemoUnit(
            "Lagerverwaltung",
            (
                _project(
                    "nordwind-lager-prod",
                    "lager-pg postgresql business-16",
                    "scanner-kafka kafka business-8",
                    "etiketten-mysql mysql startup-8",
                ),
                _project("nordwind-lager-test", "lager-pg-test postgresql startup-4"),
            ),
        ),
        DemoUnit(
            "Tourenplanung",
            (
                _project(
                    "nordwind-touren",
                    "touren-flink flink business-4",
                    "touren-suche opensearch business-4",
                    "touren-cache valkey startup-4",
                ),
            ),
        ),
        DemoUnit("Leitstand", (_project("nordwind-leitstand", "leitstand grafana startup-4"),)),
    ),
    people=(
        DemoPerson("Jürgen Großmann", "juergen.grossmann@nordwind.example", "admin"),
        DemoPerson("Käthe Schröder", "kaethe.schroeder@nordwind.example", "admin"),
        DemoPerson("Björn Öztürk", "bjoern.oeztuerk@nordwind.example", "member", "Lagerverwaltung"),
        DemoPerson("Annika Petersen", "annika.petersen@nordwind.example", "member", "Tourenplanung"),
        DemoPerson("Dũng Phạm", "dung.pham@nordwind.example", "member", "Leitstand"),
        DemoPerson("Friederike Weiß", "friederike.weiss@nordwind.example", "billing"),
        DemoPerson("Tamar Beridze", "tamar.beridze@nordwind.example", "member", "Tourenplanung"),
    ),
)

MARULA = DemoOrganization(
    slug="marula",
    name="Marula Health",
    tier="basic",
    time_zone="Africa/Johannesburg",
    country="ZA",
    units=(
        DemoUnit(
            "Clinics",
            (
                _project(
                    "marula-clinics", "appointments-pg postgresql business-4", "waiting-room valkey startup-1"
                ),
                _project(
                    "marula-messages", "reminders-kafka kafka startup-2", "reminders-mysql mysql startup-4"
                ),
            ),
        ),
        DemoUnit("Research", (_project("marula-research", "trials-opensearch opensearch startup-4"),)),
    ),
    people=(
        DemoPerson("Nomvula Dlamini", "nomvula@marula.example", "admin"),
        DemoPerson("Pieter van der Berg", "pieter@marula.example", "member", "Clinics"),
        DemoPerson("Fatoumata Diallo", "fatoumata.diallo@marula.example", "member", "Research"),
        DemoPerson("Zainab Khalid", "zainab@marula.example", "billing"),
        DemoPerson("Tawanda Moyo", "tawanda.moyo@marula.example", "member", "Clinics"),
    ),
)

ORGANIZATIONS: tuple[DemoOrganization, ...] = (ACME, GLOBEX, HOBBY, INITECH, UMBRA, NORDWIND, MARULA)

STAFF: tuple[DemoStaff, ...] = (
    DemoStaff("Fay Dubois", "fay@support.example", "agent"),
    DemoStaff("Gus Lindgren", "gus@support.example", "duty_lead"),
    DemoStaff("Hal Whitfield", "hal@support.example", "account_manager"),
    DemoStaff("Imani Wanjiru", "imani@support.example", "agent"),
    DemoStaff("Joaquín Herrera", "joaquin@support.example", "agent"),
    DemoStaff("Katarzyna Nowak", "katarzyna@support.example", "agent"),
)
