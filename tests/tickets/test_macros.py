import re

import pytest
from pytest_django.asserts import assertNumQueries

from supportcenter.errors import RuleViolation
from tests import builders
from tests.cast import actor
from tickets.actions.macros import apply_macro
from tickets.actions.tags import set_tags
from tickets.models.macros import Macro
from tickets.settings.actions.macros import delete_macro, save_macro


@pytest.fixture
def ticket(cast):
    return builders.ticket(cast.ben, cast.acme)


def text(response) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


def macro(owner, **changes) -> Macro:
    values = {
        "name": "Ask for logs",
        "kind": "answer",
        "body": "Hello {{customer_first_name}}, please send the logs. {{agent_name}}",
        "status": "",
        "is_assigning": False,
        "is_shared": True,
        "tags": [],
    }
    return save_macro(actor=actor(owner), macro=None, **values | changes)


def test_applying_writes_and_sets_everything_in_one_step(cast, ticket):
    set_tags(actor=actor(cast.gus), ticket=ticket, tags=["eu"])
    made = macro(cast.gus, status="waiting_on_customer", is_assigning=True, tags=["logs"])
    apply_macro(actor=actor(cast.fay), ticket=ticket, macro=made)
    ticket.refresh_from_db()
    assert ticket.comments.last().body == "Hello Ben, please send the logs. Fay Dubois"
    assert (ticket.status, ticket.assignee) == ("waiting_on_customer", cast.fay)
    assert sorted(tag.name for tag in ticket.tags.all()) == ["eu", "logs"]


def test_note_macro_tells_the_customer_nothing(cast, ticket):
    apply_macro(actor=actor(cast.fay), ticket=ticket, macro=macro(cast.fay, kind="note", status="on_hold"))
    ticket.refresh_from_db()
    assert (ticket.comments.last().is_internal, ticket.status) == (True, "on_hold")


def test_rule_that_refuses_leaves_nothing_behind(cast, ticket):
    type(ticket).objects.update(status="closed", solved_at=ticket.created_at)
    made = macro(cast.fay, is_assigning=True, tags=["logs"])
    with pytest.raises(RuleViolation, match="closed"):
        apply_macro(actor=actor(cast.fay), ticket=ticket, macro=made)
    ticket.refresh_from_db()
    assert (ticket.assignee, ticket.comments.count(), ticket.tags.count()) == (None, 1, 0)


@pytest.mark.parametrize("who", ["gus", "ada"])
def test_personal_macro_is_nobody_elses(cast, ticket, client_of, who):
    made = macro(cast.fay, is_shared=False)
    person = getattr(cast, who)
    for do in (
        lambda: apply_macro(actor=actor(person), ticket=ticket, macro=made),
        lambda: delete_macro(actor=actor(person), macro=made),
    ):
        with pytest.raises(RuleViolation, match=r"someone else|Only support agents"):
            do()
    assert client_of(person).get(made.get_absolute_url()).status_code in {403, 404}


def test_due_time_is_in_the_customers_zone(cast, ticket):
    type(cast.ben).objects.filter(pk=cast.ben.pk).update(time_zone="Asia/Tokyo")
    ticket.refresh_from_db()
    apply_macro(actor=actor(cast.fay), ticket=ticket, macro=macro(cast.fay, body="By {{due_time}}"))
    hour = (ticket.response_due_at.hour + 9) % 24
    assert f"By {hour:02}:" in ticket.comments.last().body or f", {hour:02}:" in ticket.comments.last().body


def form(**changes) -> dict:
    return {"name": "Thanks", "kind": "answer", "body": "Thank you", "status": "", "tags": ""} | changes


def test_unknown_placeholder_is_refused_with_those_that_exist(cast, client_of):
    response = client_of(cast.fay).post("/settings/macros/new/", form(body="Hi {{name}}"))
    assert response.status_code == 422
    assert "“{{name}}” is not a placeholder" in text(response)
    assert "{{customer_first_name}}, " in text(response)
    with pytest.raises(RuleViolation, match="not a placeholder"):
        macro(cast.fay, body="{{name}}")


def test_macro_is_created_changed_and_deleted(cast, client_of):
    fay = client_of(cast.fay)
    assert "No macros yet" in text(fay.get("/settings/macros/"))
    fay.post("/settings/macros/new/", form(tags="a b"))
    made = Macro.objects.get()
    assert (made.owner, [tag.name for tag in made.tags.all()]) == (cast.fay, ["a", "b"])
    fay.post(made.get_absolute_url(), form(name="Many thanks", is_shared="on"))
    assert "Many thanks" in text(client_of(cast.gus).get("/settings/macros/"))
    assert fay.post("/settings/macros/new/", form(name="Many thanks", is_shared="on")).status_code == 422
    fay.post(f"{made.get_absolute_url()}delete/")
    assert not Macro.objects.exists()


def test_preview_shows_what_would_be_sent_and_sends_nothing(cast, client_of, ticket):
    made = macro(cast.fay, body="**{{customer_first_name}}** <script>", status="solved")
    page = text(client_of(cast.fay).get(f"{ticket.get_absolute_url()}macros/{made.pk}/"))
    assert "<strong>Ben</strong>" in page
    assert "<script>" not in page.split("macro-preview")[1].split("</section>")[0]
    assert "sets the status to Solved" in page
    assert ticket.comments.count() == 1


def test_without_javascript_the_composer_comes_filled(cast, client_of, ticket):
    made = macro(cast.fay, kind="note", status="on_hold")
    page = text(client_of(cast.fay).get(f"{ticket.get_absolute_url()}?macro={made.pk}"))
    assert "Hello Ben, please send the logs." in page
    assert 'value="note" checked' in page
    assert "Hello Ben" not in text(client_of(cast.ben).get(f"{ticket.get_absolute_url()}?macro={made.pk}"))


def test_composer_sends_what_was_typed_and_sets_what_the_macro_sets(cast, client_of, ticket):
    made = macro(cast.fay, is_assigning=True, tags=["logs"], status="solved")
    data = {"kind": "answer", "body": "My own words", "status": "on_hold", "macro": made.pk}
    client_of(cast.fay).post(f"{ticket.get_absolute_url()}comments/", data)
    ticket.refresh_from_db()
    assert (ticket.status, ticket.assignee) == ("on_hold", cast.fay)
    assert ticket.comments.last().body == "My own words"
    assert ticket.tags.get().name == "logs"


@pytest.mark.parametrize(("kind", "expected"), [("note", "on_hold"), ("answer", "new")])
def test_note_sets_the_status_of_a_macro_for_notes_only(cast, client_of, ticket, kind, expected):
    made = macro(cast.fay, kind=kind, status="on_hold")
    data = {"kind": "note", "body": "Words", "status": "solved", "macro": made.pk}
    client_of(cast.fay).post(f"{ticket.get_absolute_url()}comments/", data)
    ticket.refresh_from_db()
    assert ticket.status == expected


@pytest.mark.parametrize("gone", ["999999", "x", "9" * 40, ""])
def test_macro_that_is_gone_stops_no_answer(cast, client_of, ticket, gone):
    data = {"kind": "answer", "body": "Words", "status": "", "macro": gone}
    assert client_of(cast.fay).post(f"{ticket.get_absolute_url()}comments/", data).status_code == 302
    assert ticket.comments.last().body == "Words"


def test_error_keeps_the_macro(cast, client_of, ticket):
    made = macro(cast.fay, is_assigning=True)
    data = {"kind": "answer", "body": " ", "status": "", "macro": made.pk}
    response = client_of(cast.fay).post(f"{ticket.get_absolute_url()}comments/", data)
    assert f'name="macro" value="{made.pk}"' in text(response)


# Session, person, memberships; the macros and their tags.
@pytest.mark.parametrize("count", [1, 30])
def test_list_costs_the_same_for_many_macros(cast, client_of, count):
    for number in range(count):
        macro(cast.fay, name=f"Macro {number}", tags=["a", f"b{number}"])
    fay = client_of(cast.fay)
    with assertNumQueries(5):
        fay.get("/settings/macros/")


def test_macros_are_found_by_words(cast, client_of, ticket):
    macro(cast.fay, name="Refund")
    macro(cast.fay, name="Logs", body="Please attach")
    page = text(client_of(cast.fay).get(f"{ticket.get_absolute_url()}macros/?q=attach"))
    assert "Logs" in page
    assert "Refund" not in page
