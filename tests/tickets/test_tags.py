import re

import pytest
from pytest_django.asserts import assertNumQueries

from supportcenter.errors import RuleViolation
from tests import builders
from tests.cast import actor
from tickets.actions.queue import save_view
from tickets.actions.tags import set_tags
from tickets.models.tags import MAX_TAGS, Tag, parse_tags
from tickets.models.ticket import Ticket
from tickets.search.finding import searched
from tickets.settings.actions.tags import rename_tag


@pytest.fixture
def ticket(cast):
    return builders.ticket(cast.ben, cast.acme)


def text(response) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


@pytest.mark.parametrize(
    ("line", "tags"),
    [
        ("", []),
        ("Kafka lag", ["kafka", "lag"]),
        ("a,b; #c  a", ["a", "b", "c"]),
        ("# bug:1/x", ["bug:1/x"]),
    ],
)
def test_tags_of_a_line(line, tags):
    assert parse_tags(line) == tags


def test_setting_tags_is_an_internal_entry_of_what_changed(cast, ticket):
    set_tags(actor=actor(cast.fay), ticket=ticket, tags=["Lag", "kafka"])
    set_tags(actor=actor(cast.fay), ticket=ticket, tags=["kafka", "eu"])
    set_tags(actor=actor(cast.fay), ticket=ticket, tags=["eu", "kafka"])
    assert sorted(tag.name for tag in ticket.tags.all()) == ["eu", "kafka"]
    entry = ticket.activities.last()
    assert (entry.before, entry.after, entry.is_internal) == (
        {"tags": ["kafka", "lag"]},
        {"tags": ["eu", "kafka"]},
        True,
    )
    assert ticket.activities.filter(kind="tagged").count() == 2


@pytest.mark.parametrize("tags", [["x" * 41], ["<b>"], [f"t{n}" for n in range(MAX_TAGS + 1)]])
def test_what_is_no_tag_is_refused(cast, ticket, tags):
    with pytest.raises(RuleViolation, match="tag"):
        set_tags(actor=actor(cast.fay), ticket=ticket, tags=tags)
    assert not Tag.objects.exists()


def test_only_agents_set_tags(cast, ticket):
    with pytest.raises(RuleViolation, match="Only support agents"):
        set_tags(actor=actor(cast.ada), ticket=ticket, tags=["x"])


def test_tags_are_for_agents_only_everywhere(cast, client_of, ticket, run_outbox):
    url = ticket.get_absolute_url()
    client_of(cast.fay).post(f"{url}tags/", {"tags": "churn-risk"})
    assert "Fay Dubois added the tag churn-risk" in text(client_of(cast.fay).get(url))
    ben = client_of(cast.ben)
    for path in (url, f"{url}thread/", f"{url}export/", "/o/acme/tickets/?q=churn-risk"):
        page = text(ben.get(path)).replace('value="churn-risk"', "").replace("?q=churn-risk", "")
        assert "churn-risk" not in page
    builders.comment(cast.fay, ticket)
    assert all("churn-risk" not in mail.body for mail in run_outbox())


def test_bad_tags_come_back_with_what_is_wrong(cast, client_of, ticket):
    url = f"{ticket.get_absolute_url()}tags/"
    response = client_of(cast.fay).post(url, {"tags": "<b>"}, headers={"HX-Request": "true"})
    assert response.status_code == 422
    assert "is not a valid tag" in text(response)


@pytest.mark.parametrize("count", [1, 30])
def test_tags_are_offered_most_used_first(cast, client_of, ticket, count):
    Tag.objects.bulk_create(Tag(name=f"kafka-{n:02}") for n in range(count))
    set_tags(actor=actor(cast.fay), ticket=ticket, tags=["kafka-used", "other"])
    fay = client_of(cast.fay)
    with assertNumQueries(4):  # session, person, memberships; the tags
        found = builders.options(fay.get("/suggestions/tags/?q=KAF"))
    assert found[0] == "kafka-used "
    assert len(found) == min(count + 1, 8)


def test_renamed_tag_is_renamed_in_saved_views_and_found_by_its_new_name(cast, client_of, ticket, run_outbox):
    gus, fay = actor(cast.gus), actor(cast.fay)
    set_tags(actor=fay, ticket=ticket, tags=["flaky", "lag"])
    view = save_view(actor=fay, name="Odd", query='-tag:FLAKY tag:lag flaky "flaky tag:flaky"')
    run_outbox()
    rename_tag(actor=gus, tag=Tag.objects.get(name="flaky"), name="unstable")
    rename_tag(actor=gus, tag=Tag.objects.get(name="lag"), name="unstable")  # merges the two
    run_outbox()
    view.refresh_from_db()
    assert view.query == '-tag:unstable tag:unstable flaky "flaky tag:flaky"'
    for text_typed in ("unstable", "tag:unstable"):
        assert list(searched(fay, Ticket.objects.all(), text_typed).queryset) == [ticket]
    assert not searched(fay, Ticket.objects.all(), "flaky").queryset.exists()
