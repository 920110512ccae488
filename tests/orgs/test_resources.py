from io import StringIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from billing.entitlements import is_entitled
from orgs.actions import resources
from orgs.actions.resources import import_resources
from orgs.csv_import import BadFile
from orgs.models import AuditEntry, OrganizationalUnit, Project, Service
from orgs.resource_file import read_services
from supportcenter.outbox.models import OutboxMessage
from tests.cast import actor

PAGE = "/account-team/organizations/acme/resources/"
HEADER = "unit,project,service,product,plan,paid,early_availability\n"
AS_IT_IS = HEADER + "EU,acme-eu-prod,orders-kafka,kafka,,yes,no\nUS,acme-us-prod,main-pg,postgresql,,yes,no\n"


def load(cast, text: str, **options):
    return import_resources(
        actor=actor(cast.hal), organization=cast.acme, lines=read_services(text), **options
    )


def changes(outcome) -> list[tuple[str, str, str]]:
    return [(each.kind, each.name, each.how) for each in outcome.changes]


def problems(cast, text: str) -> list[str]:
    with pytest.raises(BadFile) as bad:
        load(cast, text)
    return [str(each) for each in bad.value.problems]


def test_new_unit_project_and_service_are_made(cast):
    outcome = load(cast, HEADER + "Platform,acme-data,events,clickhouse,business-16,yes,yes\n")
    assert changes(outcome) == [
        ("unit", "Platform", "added"),
        ("project", "acme-data", "added"),
        ("service", "acme-data/events", "added"),
    ]
    service = Service.objects.get(name="events")
    assert (service.project.unit.organization, service.project.unit.name) == (cast.acme, "Platform")
    assert (service.product, service.plan, service.is_paid, service.is_early_availability) == (
        "clickhouse",
        "business-16",
        True,
        True,
    )


def test_second_run_changes_nothing_and_records_nothing(cast):
    text = AS_IT_IS + "EU,acme-eu-prod,new,kafka,startup-2,no,yes\n"
    load(cast, text, is_complete=True)
    outcome = load(cast, text, is_complete=True)
    assert (outcome.changes, outcome.unchanged) == ((), 3)
    assert AuditEntry.objects.count() == 1
    assert OutboxMessage.objects.count() == 1


def test_changed_service_is_updated(cast):
    outcome = load(cast, AS_IT_IS.replace("kafka,,yes", "kafka,business-4,no"))
    assert changes(outcome) == [("service", "acme-eu-prod/orders-kafka", "changed")]
    assert (outcome.changes[0].before, outcome.changes[0].after) == (
        "kafka, no plan, paid",
        "kafka, business-4, free",
    )
    cast.kafka.refresh_from_db()
    assert (cast.kafka.plan, cast.kafka.is_paid) == ("business-4", False)


def test_project_moves_between_units_with_its_services(cast):
    outcome = load(cast, HEADER + "US,acme-eu-prod,orders-kafka,kafka,,yes,no\n")
    assert changes(outcome) == [("project", "acme-eu-prod", "moved")]
    assert cast.kafka.project.__class__.objects.get(name="acme-eu-prod").unit.name == "US"
    assert OrganizationalUnit.objects.filter(organization=cast.acme, name="EU").exists()


def test_project_of_another_organization_is_an_error_on_its_lines_that_names_nobody(cast):
    text = (
        AS_IT_IS
        + "EU,globex-prod,a,kafka,,yes,no\nEU,new-one,a,kafka,,yes,no\nEU,globex-prod,b,kafka,,no,no\n"
    )
    found = problems(cast, text)
    assert found == [
        "Line 4: The project name globex-prod is already taken.",
        "Line 6: The project name globex-prod is already taken.",
    ]
    assert not Project.objects.filter(name="new-one").exists()
    assert Project.objects.get(name="globex-prod").unit.organization == cast.globex


def test_unit_of_the_same_name_elsewhere_is_another_unit(cast):
    load(cast, HEADER + "Sales,acme-sales,a,kafka,,yes,no\n")
    assert OrganizationalUnit.objects.filter(name="Sales").count() == 2


def test_project_in_two_units_is_an_error(cast):
    text = HEADER + "EU,p,a,kafka,,yes,no\nUS,p,b,kafka,,yes,no\n"
    assert problems(cast, text) == ["Line 3: project p is in unit EU on line 2."]


def test_same_service_twice_is_an_error(cast):
    text = HEADER + "EU,p,a,kafka,,yes,no\nEU,p,a,kafka,,no,no\n"
    assert problems(cast, text) == ["Line 3: project p and service a is already on line 2."]


def test_what_is_not_in_the_file_stays(cast):
    load(cast, HEADER + "EU,acme-eu-prod,other,kafka,,yes,no\n")
    assert not Service.objects.exclude(removed_at=None).exists()


def test_complete_file_removes_the_others_of_this_organization_only(cast):
    outcome = load(
        cast, AS_IT_IS.splitlines()[0] + "\nUS,acme-us-prod,main-pg,postgresql,,yes,no", is_complete=True
    )
    assert changes(outcome) == [("service", "acme-eu-prod/orders-kafka", "removed")]
    assert [each.name for each in Service.objects.exclude(removed_at=None)] == ["orders-kafka"]


def test_service_that_is_gone_already_is_not_removed_again(cast):
    only_us = HEADER + "US,acme-us-prod,main-pg,postgresql,,yes,no\n"
    load(cast, only_us, is_complete=True)
    assert load(cast, only_us, is_complete=True).changes == ()


def test_service_that_reappears_is_running_again_under_the_same_row(cast):
    only_us = HEADER + "US,acme-us-prod,main-pg,postgresql,,yes,no\n"
    load(cast, only_us, is_complete=True)
    outcome = load(cast, AS_IT_IS, is_complete=True)
    assert changes(outcome) == [("service", "acme-eu-prod/orders-kafka", "running again")]
    cast.kafka.refresh_from_db()
    assert cast.kafka.removed_at is None


def test_tickets_are_refused_once_the_last_paid_service_is_gone(cast):
    load(cast, HEADER + "EU,acme-eu-prod,orders-kafka,kafka,,no,no\n", is_complete=True)
    assert not is_entitled(cast.acme)


def test_dry_run_says_the_same_and_changes_nothing(cast):
    text = HEADER + "New,acme-eu-prod,orders-kafka,kafka,p,yes,no\nEU,fresh,a,kafka,,yes,no\n"
    dry = load(cast, text, is_complete=True, dry_run=True)
    assert not Project.objects.filter(name="fresh").exists()
    assert not AuditEntry.objects.exists()
    assert load(cast, text, is_complete=True) == dry


def test_one_audit_entry_with_counts_names_and_values(cast):
    text = HEADER + "EU,acme-eu-prod,orders-kafka,kafka,p,yes,no\nEU,fresh,a,kafka,,yes,no\n"
    load(cast, text, is_complete=True)
    entry = AuditEntry.objects.get()
    assert entry.summary == (
        "Imported units, projects and services: "
        "1 project added, 1 service changed, 1 service added, 1 service removed"
    )
    assert (entry.actor, entry.area, entry.event) == (cast.hal, "resources", "resources.imported")
    assert entry.before == {
        "service acme-eu-prod/orders-kafka": "kafka, no plan, paid",
        "service acme-us-prod/main-pg": "postgresql, no plan, paid",
    }
    assert entry.after["service acme-us-prod/main-pg"] == "removed"
    assert set(entry.after) == {
        "project fresh",
        "service acme-eu-prod/orders-kafka",
        "service fresh/a",
        "service acme-us-prod/main-pg",
    }


def test_import_of_unchanged_services_costs_the_same_with_thirty(cast):
    def cost(text: str) -> int:
        load(cast, text)
        with CaptureQueriesContext(connection) as queries:
            load(cast, text)
        return len(queries)

    more = "".join(f"EU,acme-eu-prod,s{number},kafka,,yes,no\n" for number in range(30))
    assert cost(AS_IT_IS) == cost(AS_IT_IS + more)


def test_name_that_is_taken_while_the_import_runs_is_refused(cast, client_of, monkeypatch):
    monkeypatch.setattr(resources, "_refuse_foreign_projects", lambda *_: None)
    text = HEADER + "EU,fresh,a,kafka,,yes,no\nEU,globex-prod,a,kafka,,yes,no\n"
    response = client_of(cast.hal).post(PAGE, {"text": text, "do": "import"})
    assert response.status_code == 422
    assert "Check the file again." in response.content.decode()
    assert not Project.objects.filter(name="fresh").exists()


def test_page_checks_first_and_keeps_the_lines(cast, client_of):
    text = AS_IT_IS + "EU,acme-eu-prod,new,kafka,,yes,no\n"
    response = client_of(cast.hal).post(PAGE, {"text": text, "do": "check"})
    page = response.content.decode()
    assert response.status_code == 200
    assert "Nothing has been imported yet." in page
    assert "1 service added" in page
    assert "EU,acme-eu-prod,new,kafka,,yes,no" in page
    assert not Service.objects.filter(name="new").exists()


def test_page_imports(cast, client_of):
    text = AS_IT_IS + "EU,acme-eu-prod,new,kafka,,yes,no\n"
    page = client_of(cast.hal).post(PAGE, {"text": text, "do": "import"}).content.decode()
    assert "<strong>Imported:</strong> 1 service added." in page
    assert Service.objects.filter(name="new", project__name="acme-eu-prod").exists()
    assert AuditEntry.objects.get().actor == cast.hal


def test_button_that_is_not_known_only_checks(cast, client_of):
    client_of(cast.hal).post(PAGE, {"text": HEADER + "EU,acme-eu-prod,new,kafka,,yes,no\n", "do": "x"})
    assert not Service.objects.filter(name="new").exists()


def test_chosen_file_shows_as_text_so_that_it_need_not_be_chosen_again(cast, client_of):
    data = "\ufeff" + (AS_IT_IS + "EU;acme").replace("\n", "\r\n")
    file = SimpleUploadedFile("services.csv", data.encode())
    response = client_of(cast.hal).post(PAGE, {"file": file, "do": "check", "is_complete": "on"})
    assert response.status_code == 422
    form = response.context["form"]
    assert form["text"].value() == data.removeprefix("\ufeff")
    assert form["is_complete"].value()
    assert "This line has 1 cell for 7 columns." in response.content.decode()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "The submitted file is empty."),
        ("unit\nM\u00fcnchen".encode("latin-1"), "The file isn&#39;t UTF-8."),
        (b"x" * (1024 * 1024 + 1), "The file is larger than 1,024 KB."),
        (b"a,b\n1,2", "The first line must list the columns: unit, project, service"),
        (b"\x00", "Unknown column"),
    ],
    ids=["empty", "encoding", "huge", "columns", "nul"],
)
def test_files_that_cannot_be_read_say_why(cast, client_of, data, words):
    response = client_of(cast.hal).post(PAGE, {"file": SimpleUploadedFile("a.csv", data), "do": "import"})
    assert response.status_code == 422
    assert words in response.content.decode()


def test_nothing_given_asks_for_a_file_or_lines(cast, client_of):
    response = client_of(cast.hal).post(PAGE, {"text": " \n", "do": "check"})
    assert response.status_code == 422
    assert "Choose a file or paste the lines below." in response.content.decode()


def test_lines_are_escaped_in_problems(cast, client_of):
    response = client_of(cast.hal).post(PAGE, {"text": HEADER + "EU,<b>x,a,kafka,,yes,no"})
    assert "<b>x" not in response.content.decode()


def test_members_read_what_there_is_by_unit_and_project(cast, client_of):
    load(cast, AS_IT_IS + "US,acme-us-dev,toy,valkey,free-1,no,yes\n")
    Service.objects.filter(name="main-pg").update(removed_at=cast.acme.created_at)
    page = client_of(cast.ada).get("/o/acme/admin/resources/").content.decode()
    order = [">EU<", ">orders-kafka<", ">US<", ">toy<", ">valkey<", ">free-1<"]
    positions = [page.index(each) for each in order]
    assert positions == sorted(positions)
    assert "Early availability" in page
    assert "main-pg" not in page
    assert "globex" not in page


def test_list_of_services_costs_the_same_with_thirty(cast, client_of):
    ada = client_of(cast.ada)

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            ada.get("/o/acme/admin/resources/")
        return len(queries)

    few = cost()
    load(cast, HEADER + "".join(f"U{n},p{n},s{n},kafka,,yes,no\n" for n in range(30)))
    assert (few, cost()) == (7, 7)  # session, person, roles; organization; units, projects, services


@pytest.fixture
def command(tmp_path):
    def run(text: str, *options: str, slug: str = "acme") -> str:
        path, out = tmp_path / "services.csv", StringIO()
        path.write_text(text)
        call_command("import_resources", slug, str(path), *options, stdout=out)
        return out.getvalue()

    return run


def test_command_imports_as_the_system(cast, command):
    said = command(AS_IT_IS.replace("kafka,,yes", "kafka,p,yes"))
    assert "service acme-eu-prod/orders-kafka changed: kafka, no plan, paid → kafka, p, paid" in said
    assert "Changed: 1 service changed. Unchanged: 1." in said
    assert AuditEntry.objects.get().actor is None


def test_command_with_dry_run_and_complete(cast, command):
    said = command(AS_IT_IS.rsplit("\n", 2)[0], "--complete", "--dry-run")
    assert "Would change: 1 service removed. Unchanged: 1." in said
    assert not Service.objects.exclude(removed_at=None).exists()


def test_command_says_what_is_wrong(cast, command, tmp_path):
    with pytest.raises(CommandError, match="Line 2: This line has 1 cell for 7 columns"):
        command(HEADER + "EU\n")
    with pytest.raises(CommandError, match="No organization has the slug “acme2”"):
        command(AS_IT_IS, slug="acme2")
    with pytest.raises(CommandError, match=r"^Can't read .*: No such file"):
        call_command("import_resources", "acme", str(tmp_path / "none.csv"))
