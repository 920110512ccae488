import pytest

from orgs.actions.members import change_member
from orgs.models import AuditEntry, Membership, Organization, Project, Service, User
from tests.cast import actor as actor_for
from tests.cast import person
from tickets.models.following import Follow


@pytest.fixture
def root(cast, client_of):
    """Someone in Django's admin who is not of the staff that customers know."""
    return client_of(person("root@support.example", "Rita Root", is_staff=True, is_superuser=True))


def save(root, model: str, obj=None, **values):
    path = f"/admin/orgs/{model}/{obj.pk}/change/" if obj else f"/admin/orgs/{model}/add/"
    response = root.post(path, values)
    assert response.status_code in {200, 302}
    return response


def project_values(project: Project, **changes) -> dict:
    return {"unit": project.unit_id, "name": project.name} | changes


def service_values(service: Service, **changes) -> dict:
    values = {"project": service.project_id, "name": service.name, "product": service.product, "plan": ""}
    return values | {"is_paid": "on", "removed_at_0": "", "removed_at_1": ""} | changes


def membership_values(membership: Membership, **changes) -> dict:
    joined = {"joined_at_0": "2026-01-01", "joined_at_1": "00:00:00"}
    return {"role": membership.role, "unit": membership.unit_id or ""} | joined | changes


def test_added_service_is_in_the_audit_log(cast, root):
    project = Project.objects.get(name="acme-eu-prod")
    save(root, "service", project=project.pk, name="fresh", product="kafka", is_paid="on")
    entry = AuditEntry.objects.get()
    assert (entry.organization, entry.area, entry.event) == (cast.acme, "resources", "service.added")
    assert (entry.summary, entry.who) == ("Added the service fresh", "Rita Root, site administration")
    assert entry.before == {}
    assert (entry.after["name"], entry.after["project"], entry.after["is paid"]) == (
        "fresh",
        "acme-eu-prod",
        True,
    )


def test_changed_service_is_there_with_what_changed_alone(cast, root):
    save(root, "service", cast.kafka, **service_values(cast.kafka, plan="business-4"))
    entry = AuditEntry.objects.get()
    assert (entry.summary, entry.event) == ("Changed the service orders-kafka", "service.changed")
    assert (entry.before, entry.after) == ({"plan": ""}, {"plan": "business-4"})


def test_saving_without_a_change_records_nothing(cast, root):
    save(root, "service", cast.kafka, **service_values(cast.kafka))
    assert not AuditEntry.objects.exists()


def test_deleted_service_is_there_with_its_last_values(cast, root):
    root.post(f"/admin/orgs/service/{cast.kafka.pk}/delete/", {"post": "yes"})
    entry = AuditEntry.objects.get()
    assert not Service.objects.filter(name="orders-kafka").exists()
    assert (entry.summary, entry.organization) == ("Deleted the service orders-kafka", cast.acme)
    assert (entry.before["product"], entry.after) == ("kafka", {})


def test_each_of_several_deleted_at_once_is_there(cast, root):
    pks = list(Service.objects.values_list("pk", flat=True))
    data = {"action": "delete_selected", "_selected_action": pks, "post": "yes"}
    root.post("/admin/orgs/service/", data)
    assert not Service.objects.exists()
    assert AuditEntry.objects.filter(event="service.deleted").count() == 4
    assert AuditEntry.objects.filter(organization=cast.globex).count() == 1


def test_units_inside_their_organization_are_audited(cast, root):
    eu, us = cast.acme.units.order_by("name")
    values = {
        "name": "Acme Ltd",
        "slug": "acme",
        "time_zone": "UTC",
        "created_at_0": "2026-01-01",
        "created_at_1": "00:00:00",
        "units-TOTAL_FORMS": 3,
        "units-INITIAL_FORMS": 2,
        "units-0-id": eu.pk,
        "units-0-organization": cast.acme.pk,
        "units-0-name": "Europe",
        "units-1-id": us.pk,
        "units-1-organization": cast.acme.pk,
        "units-1-name": "US",
        "units-1-DELETE": "on",
        "units-2-organization": cast.acme.pk,
        "units-2-name": "Asia",
    }
    assert save(root, "organization", cast.acme, **values).status_code == 302
    found = {each.summary: each for each in AuditEntry.objects.all()}
    assert set(found) == {
        "Changed the organization Acme Ltd",
        "Changed the organizational unit Europe",
        "Deleted the organizational unit US",
        "Added the organizational unit Asia",
    }
    renamed = found["Changed the organizational unit Europe"]
    assert (renamed.before, renamed.after, renamed.area) == ({"name": "EU"}, {"name": "Europe"}, "resources")
    assert found["Changed the organization Acme Ltd"].area == "policy"


def test_new_organization_is_in_its_own_log(root):
    values = {
        "name": "New",
        "slug": "new",
        "time_zone": "UTC",
        "units-TOTAL_FORMS": 0,
        "units-INITIAL_FORMS": 0,
    }
    values |= {"created_at_0": "2026-01-01", "created_at_1": "00:00:00"}
    save(root, "organization", **values)
    assert AuditEntry.objects.get().organization == Organization.objects.get(slug="new")


def test_visibility_is_not_switched_past_its_page_and_organizations_are_not_deleted(cast, root):
    page = root.get(f"/admin/orgs/organization/{cast.acme.pk}/change/").content.decode()
    assert 'name="visibility"' not in page
    assert root.post(f"/admin/orgs/organization/{cast.acme.pk}/delete/", {"post": "yes"}).status_code == 403


def test_project_and_service_stay_in_their_organization(cast, root):
    sales = cast.globex.units.get()
    project = cast.kafka.project
    page = save(root, "project", project, **project_values(project, unit=sales.pk))
    assert "be moved to another organization" in page.content.decode()
    theirs = Project.objects.get(name="globex-prod")
    page = save(root, "service", cast.kafka, **service_values(cast.kafka, project=theirs.pk))
    assert "be moved to another organization" in page.content.decode()
    assert not AuditEntry.objects.exists()


def test_project_moves_between_units(cast, root):
    us = cast.acme.units.get(name="US")
    save(root, "project", cast.kafka.project, **project_values(cast.kafka.project, unit=us.pk))
    entry = AuditEntry.objects.get()
    assert (entry.before, entry.after) == ({"unit": "EU"}, {"unit": "US"})


def test_first_admin_is_added(cast, root):
    values = {"user": cast.ivy.pk, "organization": cast.globex.pk, "role": "admin"}
    save(root, "membership", **values, joined_at_0="2026-01-01", joined_at_1="00:00:00")
    entry = AuditEntry.objects.get()
    assert (entry.organization, entry.event) == (cast.globex, "membership.added")
    assert entry.after["role"] == "Organization admin"


def test_role_is_changed_by_the_action_with_all_that_follows(cast, root, run_outbox):
    change_member(
        actor=actor_for(cast.ada), membership=Membership.objects.get(user=cast.ben), role="admin", unit=None
    )
    Follow.objects.create(user=cast.ben, organization=cast.acme)
    ben = Membership.objects.get(user=cast.ben)
    save(root, "membership", ben, **membership_values(ben, role="billing"))
    run_outbox()
    assert Membership.objects.get(user=cast.ben).role == "billing"
    assert AuditEntry.objects.last().event == "member.role_changed"
    assert not Follow.objects.exists()


def test_last_admin_is_not_demoted(cast, root):
    ada = Membership.objects.get(user=cast.ada)
    page = save(root, "membership", ada, **membership_values(ada, role="member"))
    assert "only organization admin" in page.content.decode()
    assert Membership.objects.get(user=cast.ada).role == "admin"


def test_admins_that_changed_since_the_form_was_checked_are_said(cast, root, monkeypatch):
    monkeypatch.setattr("orgs.admin.MembershipForm.clean_role", lambda form: form.cleaned_data["role"])
    ada = Membership.objects.get(user=cast.ada)
    path = f"/admin/orgs/membership/{ada.pk}/change/"
    page = root.post(path, membership_values(ada, role="member"), follow=True)
    assert "only organization admin" in page.content.decode()
    assert Membership.objects.get(user=cast.ada).role == "admin"


def test_unit_of_another_organization_is_refused(cast, root):
    ben = Membership.objects.get(user=cast.ben)
    page = save(root, "membership", ben, **membership_values(ben, unit=cast.globex.units.get().pk))
    assert "Choose a unit of this organization." in page.content.decode()


def test_members_are_not_deleted_here_neither_with_their_user(cast, root):
    ada = Membership.objects.get(user=cast.ada)
    assert root.post(f"/admin/orgs/membership/{ada.pk}/delete/", {"post": "yes"}).status_code == 403
    root.post(f"/admin/orgs/user/{cast.ada.pk}/delete/", {"post": "yes"})
    root.post(
        "/admin/orgs/user/", {"action": "delete_selected", "_selected_action": [cast.ada.pk], "post": "yes"}
    )
    assert User.objects.filter(pk=cast.ada.pk).exists()
    assert Membership.objects.filter(pk=ada.pk).exists()
