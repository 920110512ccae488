import re

import pytest
from pytest_django.asserts import assertNumQueries

from notifications.models.messages import EmailMessage, Reason
from notifications.models.preferences import MailPreferences
from orgs.models import User
from tests import builders
from tests.cast import actor
from tests.growth import LINEAR, growth
from tickets.actions.assignment import assign
from tickets.actions.comments import add_internal_note
from tickets.mentions import handles_in
from tickets.models.mentions import Mention
from tickets.rendering import to_html


@pytest.fixture
def ticket(cast):
    return builders.ticket(cast.ben, cast.acme)


def note(author, on, body):
    return add_internal_note(actor=actor(author), ticket=on, body=body)


@pytest.mark.parametrize(
    ("text", "handles"),
    [
        ("@fay please, and @Gus.", ["fay", "gus"]),
        ("(@fay-m.x) @fay-m.x", ["fay-m.x"]),
        ("mail fay@support.example or a@fay", []),
        ("`@fay` and\n\n> @gus\n\n    @hal", []),
        ("@@fay /@fay @", []),
        ("Hi\n-- \n@fay", []),
        ("Hi\r\n--\r\n@fay", []),
        ("```sql\n-- \nSELECT 1\n```\n@fay", ["fay"]),
        ("```\r\n--\r\n```\r\n@fay\r\n-- \r\n@gus", ["fay"]),
        ("- code:\n  ~~~\n--\n", []),
        ("~~~\n--\n@gus", []),
    ],
)
def test_handles_in_a_note(text, handles):
    assert handles_in(text) == handles


def test_agents_who_are_named_are_mentioned_and_nobody_else(cast, ticket):
    User.objects.filter(pk=cast.gus.pk).update(is_active=False)
    made = note(cast.fay, ticket, "@fay @gus @hal @ben @nobody")
    assert [each.user for each in made.mentions.all()] == [cast.fay]
    assert made.activity.after == {"mentions": ["fay"]}


def test_answer_mentions_nobody(cast, ticket):
    builders.comment(cast.fay, ticket, "@gus will look")
    assert not Mention.objects.exists()


def test_mentioned_hear_once_by_that_reason(cast, ticket, run_outbox):
    assign(actor=actor(cast.fay), ticket=ticket, assignee=cast.gus)
    run_outbox()
    note(cast.fay, ticket, "@gus @fay can you look?")
    run_outbox()
    mail = EmailMessage.objects.latest("created_at")
    assert (mail.recipient, mail.reason, mail.reason_text) == (
        cast.gus,
        Reason.MENTIONED,
        "You are mentioned in this internal note.",
    )
    assert EmailMessage.objects.filter(event=mail.event).count() == 1


def test_next_note_is_no_longer_their_business(cast, ticket, run_outbox):
    note(cast.fay, ticket, "@gus can you look?")
    note(cast.fay, ticket, "Never mind")
    run_outbox()
    assert EmailMessage.objects.filter(recipient=cast.gus, reason=Reason.MENTIONED).count() == 1


def test_mentions_can_be_switched_off(cast, ticket, run_outbox):
    MailPreferences.objects.create(user=cast.gus, off_reasons=[Reason.MENTIONED])
    note(cast.fay, ticket, "@gus can you look?")
    run_outbox()
    assert not EmailMessage.objects.filter(recipient=cast.gus).exists()


def test_mention_is_set_off_in_the_note(cast, client_of, ticket):
    note(cast.fay, ticket, "@gus and @hal")
    page = re.sub(r"\s+", " ", client_of(cast.fay).get(ticket.get_absolute_url()).content.decode())
    assert '<strong class="mention">@gus</strong> and @hal' in page


def test_nobody_can_make_something_look_like_a_mention():
    assert "<strong" not in to_html('<strong class="mention">@gus</strong>', frozenset({"fay"}))
    assert to_html("[@gus](http://x)", frozenset({"gus"})).count("mention") == 0
    assert to_html("> @gus", frozenset({"gus"})).count("mention") == 0


# Session, person, memberships; the colleagues.
@pytest.mark.parametrize("count", [1, 30])
def test_colleagues_are_offered_by_name_and_handle(cast, client_of, count):
    for number in range(count):
        User.objects.create(email=f"g{number}@support.example", name=f"Gu {number}", staff_role="agent")
    fay = client_of(cast.fay)
    with assertNumQueries(4):
        found = builders.options(fay.get("/suggestions/agents/?q=gu"))
    assert "gus " in found or count == 30
    assert len(found) == min(count + 1, 8)


@pytest.fixture
def other_gus(cast):
    return User.objects.create(email="gus@partner.example", name="Gus Moreau", staff_role="agent")


def test_picker_tells_two_of_one_handle_apart(cast, client_of, other_gus):
    found = builders.options(client_of(cast.fay).get("/suggestions/agents/?q=gus"))
    assert sorted(found) == ["gus@partner.example ", "gus@support.example "]
    other_gus.is_active = False
    other_gus.save()
    assert builders.options(client_of(cast.fay).get("/suggestions/agents/?q=gus")) == ["gus "]


def test_only_the_one_meant_is_notified(cast, ticket, other_gus, client_of):
    made = note(cast.fay, ticket, "@gus@partner.example can you look? Not (@GUS@partner.example).")
    assert [each.user for each in made.mentions.all()] == [other_gus]
    page = client_of(cast.fay).get(ticket.get_absolute_url()).content.decode()
    assert '<strong class="mention">@gus@partner.example</strong>' in page


def test_handle_of_two_is_refused_and_what_was_typed_stays(cast, ticket, other_gus, client_of):
    url = f"{ticket.get_absolute_url()}comments/"
    page = client_of(cast.fay).post(url, {"body": "@gus can you look?", "kind": "note"})
    assert page.status_code == 422
    text = re.sub(r"\s+", " ", page.content.decode())
    assert "More than one agent is called @gus. Write @gus@support.example or @gus@partner.example." in text
    assert "@gus can you look?" in text
    assert not Mention.objects.exists()
    assert ticket.comments.count() == 1


def test_former_agent_of_the_same_handle_is_no_conflict(cast, ticket, other_gus):
    User.objects.filter(pk=other_gus.pk).update(is_active=False)
    made = note(cast.fay, ticket, "@gus can you look?")
    assert [each.user for each in made.mentions.all()] == [cast.gus]


@pytest.mark.parametrize("part", ["@a", "a.", "-", "@a@b"])
def test_mentions_in_a_long_text_take_linear_time(part):
    assert growth(handles_in, lambda size: ("@a@" + part * size)[:size]) < LINEAR
