"""The settings pages: teams, people, products, reasons, tags, and their audit log."""

import csv
import io
import re

import pytest
from pytest_django.asserts import assertNumQueries

from orgs.models import AuditEntry
from tests import builders
from tests.cast import staff
from tickets.models.catalog import Product
from tickets.models.macros import Macro
from tickets.models.tags import Tag
from tickets.models.teams import Availability, Team


def text(response) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


@pytest.fixture
def gus(cast, client_of):
    return client_of(cast.gus)


def log() -> list[str]:
    return list(AuditEntry.objects.filter(area="settings").order_by("id").values_list("summary", flat=True))


def test_team_is_created_changed_and_deleted(cast, gus):
    form = {"name": "Streaming", "assignment_rule": "round_robin", "members": [cast.fay.pk]}
    assert gus.post("/settings/teams/", form).status_code == 302
    page = text(gus.get("/settings/teams/"))
    assert "Streaming" in page
    assert "Round robin" in page
    url = f"/settings/teams/{Team.objects.get().pk}/"
    assert 'value="Streaming"' in text(gus.get(url))
    gus.post(url, form | {"members": []})
    gus.post(f"{url}delete/")
    assert log() == ["Created the team Streaming", "Changed the team Streaming", "Deleted the team Streaming"]


def test_agents_read_and_see_no_buttons(cast, client_of):
    Team.objects.create(name="Streaming")
    fay = client_of(cast.fay)
    assert "Create team" not in text(fay.get("/settings/teams/"))
    assert "Add a product" not in text(fay.get("/settings/products/"))
    assert fay.post("/settings/products/", {"name": "Redis"}).status_code == 403
    assert "Edit availability of Fay" in text(fay.get("/settings/staff/"))
    assert "Edit availability of Gus" not in text(fay.get("/settings/staff/"))


def test_hours_and_days_out_of_office(cast, client_of):
    fay, url = client_of(cast.fay), f"/settings/staff/{cast.fay.pk}/"
    form = {
        "monday": "9-12, 13-17",
        "away_from": "2026-12-24",
        "away_until": "2026-12-31",
        "away_note": "Leave",
    }
    assert fay.post(url, form).status_code == 302
    assert "Mon 09:00–12:00, 13:00–17:00" in text(fay.get("/settings/staff/"))
    page = text(fay.get(url))
    assert 'value="09:00–12:00, 13:00–17:00"' in page
    assert 'value="2026-12-24"' in page
    wrong = fay.post(url, {"monday": "17-9", "away_from": "2026-12-24"})
    assert wrong.status_code == 422
    assert 'value="17-9"' in text(wrong)
    assert "Enter both dates or leave both empty." in text(wrong)
    assert Availability.objects.get().away_note == "Leave"


def test_product_is_added_renamed_retired_and_moved(cast, client_of, gus):
    gus.post("/settings/products/", {"name": "Dragonfly"})
    made = Product.objects.get(code="dragonfly")
    assert Product.objects.last() == made
    gus.post(f"/settings/products/{made.pk}/place/", {"up": "1"})
    assert list(Product.objects.all())[-2] == made
    names = [str(each) for each in gus.get("/settings/products/").context["rows"]]
    assert names == [str(each) for each in Product.objects.all()]
    assert gus.post(f"/settings/products/{made.pk}/", {"name": "kafka"}).status_code == 302
    assert gus.post(f"/settings/products/{made.pk}/", {"name": "PostgreSQL"}).status_code == 422
    gus.post(f"/settings/products/{made.pk}/", {"name": "Dragonfly 2", "is_retired": "on"})
    assert "Dragonfly 2" not in text(client_of(cast.ben).get("/o/acme/tickets/new/"))
    assert log()[-1] == "Changed the product kafka"


def test_last_product_that_can_be_chosen_stays(gus, cast):
    Product.objects.exclude(code="kafka").update(is_retired=True)
    kafka = Product.objects.get(code="kafka")
    refused = gus.post(f"/settings/products/{kafka.pk}/", {"name": "Apache Kafka", "is_retired": "on"})
    assert refused.status_code == 422
    assert "retire the last entry in use" in text(refused)


@pytest.fixture
def tagged(cast):
    """Three tickets: lag, lag and latency, latency; and a macro that sets lag."""
    lag, latency = Tag.objects.create(name="lag"), Tag.objects.create(name="latency")
    for tags in ([lag], [lag, latency], [latency]):
        builders.ticket(cast.ben, cast.acme).tags.set(tags)
    Macro.objects.create(name="Slow", body="x").tags.add(lag)
    return lag


def test_tag_is_renamed_everywhere(gus, tagged):
    gus.post(f"/settings/tags/{tagged.pk}/", {"name": "#Slow"})
    assert [(each.name, each.tickets.count()) for each in Tag.objects.all()] == [("latency", 2), ("slow", 2)]
    assert gus.post(f"/settings/tags/{tagged.pk}/", {"name": "two words"}).status_code == 422


def test_tag_merges_into_the_one_whose_name_it_gets(gus, tagged):
    gus.post(f"/settings/tags/{tagged.pk}/", {"name": "latency"})
    latency = Tag.objects.get()
    assert (latency.tickets.count(), latency.macro_set.count() if hasattr(latency, "macro_set") else 1) == (
        3,
        1,
    )
    assert log() == ["Merged the tag lag into latency"]


def test_tag_is_taken_off_every_ticket(gus, tagged):
    gus.post(f"/settings/tags/{tagged.pk}/delete/")
    assert Tag.objects.get().name == "latency"
    assert AuditEntry.objects.get(event="tag.deleted").before == {"name": "lag", "tickets": 2}


def test_log_has_page_filter_and_file(cast, client_of, gus):
    gus.post("/settings/products/", {"name": "Dragonfly"})
    fay = client_of(cast.fay)
    assert "Added the product Dragonfly" in text(fay.get("/settings/log/"))
    assert "No matching entries" in text(fay.get("/settings/log/?person=system"))
    file = b"".join(fay.get("/settings/log/export/").streaming_content).decode()
    assert [row["What"] for row in csv.DictReader(io.StringIO(file))] == ["Added the product Dragonfly"]
    assert "Dragonfly" not in text(client_of(cast.ada).get("/o/acme/admin/audit-log/"))


def test_change_in_djangos_admin_is_in_the_log(cast, client_of):
    cast.gus.is_staff = cast.gus.is_superuser = True
    cast.gus.save()
    kafka = Product.objects.get(code="kafka")
    form = {"code": "kafka", "name": "Kafka", "position": "1"}
    client_of(cast.gus).post(f"/admin/tickets/product/{kafka.pk}/change/", form)
    assert log() == ["Changed the product Kafka"]


# Session, person, memberships; the rows (with what hangs on them); agents to choose from.
@pytest.mark.parametrize("count", [1, 30])
@pytest.mark.parametrize(
    ("page", "queries"), [("teams", 7), ("staff", 6), ("products", 4), ("tags", 4), ("log", 5)]
)
def test_lists_cost_the_same_for_many_rows(cast, gus, count, page, queries):
    for number in range(count):
        colleague = staff(f"{number}@support.example", f"No {number}", "agent")
        Team.objects.create(name=f"Team {number}").members.create(user=colleague)
        gus.post("/settings/products/", {"name": f"Product {number}"})
        Tag.objects.create(name=f"tag-{number}")
    gus.get("/settings/log/")  # shows what was done; the next page stores no session
    with assertNumQueries(queries):
        assert gus.get(f"/settings/{page}/").status_code == 200
