import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests import builders
from tickets.models.conversation import Attachment
from tickets.models.ticket import Ticket

NEW = "/o/acme/tickets/new/"


@pytest.fixture
def ben(cast, client_of, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return client_of(cast.ben)


def text(response) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


def test_fields_stand_in_the_order_of_the_guide(ben):
    page = text(ben.get(NEW))
    labels = [
        "CC",
        "Subject",
        "Severity",
        "Projects and services",
        "Product",
        "Reason",
        "Description",
        "Files",
    ]
    places = [page.index(f"{label}<span class") for label in ("Subject", "Severity", "Product", "Reason")]
    found = [re.search(rf">\s*{label}\s*<", page).start() for label in labels]
    assert found == sorted(found)
    assert places == sorted(places)
    assert found[-1] < page.index("Create ticket</button>")


def test_severities_show_meaning_and_target_of_the_tier(ben):
    page = text(ben.get(NEW))
    assert "Main functions are down and there is no workaround." in page
    assert "First response: 30 minutes" in page


def test_guidance_and_warning_are_there(ben):
    page = text(ben.get(NEW))
    assert "the steps to reproduce the problem" in page
    assert "Support never asks for passwords or personal data." in page
    assert "account-team@support.example" in page


def test_valid_form_makes_a_ticket_and_leads_to_it(cast, ben):
    response = ben.post(
        NEW,
        builders.form_data(
            cc="cleo@acme.example, DOV@acme.example",
            resources=["project:acme-eu-prod", f"service:{cast.kafka.pk}"],
        ),
    )
    ticket = Ticket.objects.get()
    assert response.url == f"/tickets/{ticket.reference}/"
    assert {each.user for each in ticket.participants.all()} == {cast.cleo, cast.dov}
    assert [each.name for each in ticket.projects.all()] == ["acme-eu-prod"]
    assert list(ticket.services.all()) == [cast.kafka]
    assert f"Ticket {ticket.reference} created" in text(ben.get(response.url))


@pytest.mark.parametrize("missing", ["subject", "severity", "product", "reason", "description"])
def test_missing_field_is_named_and_nothing_typed_is_lost(ben, missing):
    response = ben.post(NEW, builders.form_data(**{missing: ""}))
    page = text(response)
    assert response.status_code == 422
    assert not Ticket.objects.exists()
    assert f'id="id_{missing}_error"' in page
    for name, value in builders.form_data().items():
        if name in {"subject", "description"} and name != missing:
            assert value in page


@pytest.mark.parametrize("address", ["eve@globex.example", "nobody@nowhere.example", "not-an-address"])
def test_cc_outside_the_organization_is_refused_in_the_same_words(ben, address):
    response = ben.post(NEW, builders.form_data(cc=f"cleo@acme.example {address}"))
    assert response.status_code == 422
    assert f"“{address}” is not the login address of a member of Acme." in text(response)
    assert "cleo@acme.example is not" not in text(response)


def test_cc_takes_fifty_addresses_at_most(ben):
    many = " ".join(f"p{n}@acme.example" for n in range(51))
    assert "Enter at most 50 addresses" in text(ben.post(NEW, builders.form_data(cc=many)))


def test_services_of_another_organization_cannot_be_chosen(cast, ben):
    from orgs.models import Service

    foreign = Service.objects.get(name="crm-pg")
    response = ben.post(NEW, builders.form_data(resources=[f"service:{foreign.pk}"]))
    assert response.status_code == 422
    assert "crm-pg" not in text(ben.get(NEW))


def test_file_survives_an_error_elsewhere(cast, ben):
    file = SimpleUploadedFile("trace.log", b"boom")
    response = ben.post(NEW, builders.form_data(subject="", files_sent=[file]))
    kept = Attachment.objects.get()
    assert (response.status_code, kept.comment) == (422, None)
    assert f'value="{kept.pk}"' in text(response)
    ben.post(NEW, builders.form_data(uploads=[str(kept.pk)]))
    assert Ticket.objects.get().comments.get().attachments.get() == kept


def test_upload_of_someone_else_cannot_be_taken(cast, ben, client_of):
    eve = client_of(cast.eve)
    file = SimpleUploadedFile("trace.log", b"boom")
    eve.post("/o/globex/tickets/new/", builders.form_data(subject="", files_sent=[file]))
    ben.post(NEW, builders.form_data(uploads=[str(Attachment.objects.get().pk)]))
    assert Attachment.objects.get().comment is None


def test_too_large_file_is_named(ben, settings):
    settings.MAX_FILE_MB = 0
    response = ben.post(NEW, builders.form_data(files_sent=[SimpleUploadedFile("trace.log", b"boom")]))
    assert "trace.log is larger than 0 MB." in text(response)


def test_same_form_twice_makes_one_ticket(ben):
    data = builders.form_data()
    assert ben.post(NEW, data).url == ben.post(NEW, data).url
    assert Ticket.objects.count() == 1


def test_free_only_organization_gets_the_explanation_and_no_form(cast, client_of):
    ivy = client_of(cast.ivy)
    page = text(ivy.get("/o/hobby/tickets/new/"))
    assert "community forum" in page
    assert "https://forum.example.com/" in page
    assert 'name="subject"' not in page
    assert ivy.post("/o/hobby/tickets/new/", builders.form_data()).status_code == 403
    assert not Ticket.objects.exists()


@pytest.mark.parametrize(
    "name", ["organization", "status", "requester", "assignee", "created_at", "is_best_effort"]
)
def test_fields_that_are_not_in_the_form_change_nothing(cast, ben, name):
    ben.post(NEW, builders.form_data(**{name: "1"}))
    ticket = Ticket.objects.get()
    assert (ticket.organization, ticket.status, ticket.requester) == (cast.acme, "new", cast.ben)
    assert ticket.assignee is None


def test_service_of_early_availability_makes_it_low_and_says_why(cast, ben):
    type(cast.kafka).objects.filter(pk=cast.kafka.pk).update(is_early_availability=True)
    response = ben.post(NEW, builders.form_data(severity="critical", resources=[f"service:{cast.kafka.pk}"]))
    assert Ticket.objects.get().severity == "low"
    assert "early availability" in text(ben.get(response.url))
    assert "early availability: severity is always Low" in text(ben.get(NEW))


def test_targets_are_given_as_a_time_too(ben):
    assert re.search(r"First response: 30 minutes, by \d\d:\d\d (today|tomorrow)", text(ben.get(NEW)))


def test_colleagues_tickets_are_offered_to_join(cast, client_of):
    mine = builders.ticket(cast.ben, cast.acme, subject="Consumer lag grows fast")
    path = "/o/acme/similar/?subject=Consumer+lag&product="
    assert mine.reference not in text(client_of(cast.cleo).get(f"{path}kafka"))
    type(cast.acme).objects.update(visibility="all")
    cleo = client_of(cast.cleo)
    page = text(cleo.get(f"{path}kafka"))
    assert mine.reference in page
    assert "Join instead" in page
    assert mine.reference not in text(cleo.get(f"{path}mysql"))
    assert mine.reference not in text(client_of(cast.ben).get(f"{path}kafka"))
    cleo.post(f"/tickets/{mine.reference}/participation/")
    assert mine.participants.get().user == cast.cleo


def test_people_are_offered_for_cc_within_the_organization(cast, client_of):
    ben = client_of(cast.ben)
    assert builders.options(ben.get("/o/acme/people/?q=cle")) == ["cleo@acme.example "]
    assert "Cleo Marchetti" in text(ben.get("/o/acme/people/?q=cle"))
    assert builders.options(ben.get("/o/acme/people/?q=eve")) == []


def test_sent_again_with_files_that_are_gone_leads_to_the_ticket(ben):
    file = SimpleUploadedFile("trace.log", b"boom")
    ben.post(NEW, builders.form_data(subject="", files_sent=[file]))
    data = builders.form_data(uploads=[str(Attachment.objects.get().pk)])
    assert ben.post(NEW, data).url == ben.post(NEW, data).url


def test_one_large_file_does_not_lose_the_others(ben, settings):
    settings.MAX_FILE_MB = 1
    files = [SimpleUploadedFile("big.log", b"x" * (1024 * 1024 + 1)), SimpleUploadedFile("small.log", b"x")]
    page = text(ben.post(NEW, builders.form_data(files_sent=files)))
    assert "big.log is larger than 1 MB." in page
    assert Attachment.objects.get().name == "small.log"


def test_subject_must_be_visible(ben):
    assert ben.post(NEW, builders.form_data(subject="\u200b\u202e")).status_code == 422
    ben.post(NEW, builders.form_data(subject="a\u202eb  c"))
    assert Ticket.objects.get().subject == "ab c"


def test_pasted_ids_are_accepted_if_they_exist_there(cast, ben):
    ids = "acme-us-prod orders-kafka, acme-eu-prod/orders-kafka"
    ben.post(NEW, builders.form_data(ids=ids, resources=[f"service:{cast.kafka.pk}"]))
    ticket = Ticket.objects.get()
    assert list(ticket.services.all()) == [cast.kafka]
    assert [each.name for each in ticket.projects.all()] == ["acme-us-prod"]


@pytest.mark.parametrize("foreign", ["crm-pg", "globex-prod", "nothing-here"])
def test_pasted_ids_from_elsewhere_are_named_in_the_same_words(ben, foreign):
    response = ben.post(NEW, builders.form_data(ids=f"orders-kafka {foreign}"))
    assert response.status_code == 422
    assert f"“{foreign}” is not a project or service of Acme." in text(response)


def test_file_sent_ahead_goes_with_the_form_that_names_it(cast, ben):
    sent = ben.post("/uploads/", {"files_sent": SimpleUploadedFile("trace.log", b"boom")}).json()
    assert sent["name"] == "trace.log"
    ben.post(NEW, builders.form_data(uploads=[sent["id"]]))
    assert str(Ticket.objects.get().comments.get().attachments.get().pk) == sent["id"]


def test_large_file_sent_ahead_is_refused_by_name(ben, settings):
    settings.MAX_FILE_MB = 0
    response = ben.post("/uploads/", {"files_sent": SimpleUploadedFile("trace.log", b"boom")})
    assert (response.status_code, response.json()["errors"]) == (422, ["trace.log is larger than 0 MB."])


def test_nobody_piles_up_files(ben, settings):
    settings.MAX_REQUEST_MB = 1
    big = b"x" * (1024 * 1024 - 2000)
    codes = [
        ben.post("/uploads/", {"files_sent": SimpleUploadedFile(f"{number}.log", big)}).status_code
        for number in range(3)
    ]
    assert codes == [200, 200, 422]


def test_name_of_two_services_must_be_said_with_its_project(cast, ben):
    from orgs.models import Project, Service

    us = Project.objects.get(name="acme-us-prod")
    Service.objects.create(project=us, name="orders-kafka", product="kafka")
    page = text(ben.post(NEW, builders.form_data(ids="orders-kafka")))
    assert "“orders-kafka” is in more than one project. Enter it as project/orders-kafka." in page
    ben.post(NEW, builders.form_data(ids="acme-us-prod/orders-kafka"))
    assert Ticket.objects.get().services.get().project == us


def test_project_without_services_can_be_named(cast, ben):
    from orgs.models import OrganizationalUnit, Project

    Project.objects.create(unit=OrganizationalUnit.objects.get(name="US"), name="acme-empty")
    ben.post(NEW, builders.form_data(ids="acme-empty"))
    assert [each.name for each in Ticket.objects.get().projects.all()] == ["acme-empty"]


@pytest.mark.parametrize(
    "path",
    [
        "/o/acme/tickets/?until=9999-12-31",
        "/o/acme/similar/?subject=%00&product=kafka",
        "/o/acme/people/?q=%00",
        "/o/acme/tickets/?q=%00",
    ],
)
def test_strange_values_in_addresses_break_nothing(ben, path):
    assert ben.get(path).status_code == 200


def test_file_that_is_gone_from_storage_is_404(cast, client_of, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    file = SimpleUploadedFile("trace.log", b"boom")
    client_of(cast.ben).post(NEW, builders.form_data(files_sent=[file]))
    attachment = Attachment.objects.get()
    attachment.file.storage.delete(attachment.file.name)
    assert client_of(cast.ben).get(f"/attachments/{attachment.pk}/").status_code == 404
