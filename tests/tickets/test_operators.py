"""Operators of the agents' search: how they are written, and what each finds."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db.models import Value
from django.db.models.functions import Concat
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from orgs.models import Organization
from tests import builders
from tests.cast import actor
from tickets.actions.assignment import assign
from tickets.actions.changes import change_status
from tickets.actions.comments import add_internal_note
from tickets.actions.escalation import escalate
from tickets.actions.indexing import index_tickets
from tickets.actions.tags import set_tags
from tickets.models.search import SearchWord
from tickets.models.teams import Team
from tickets.models.ticket import Ticket
from tickets.search.finding import searched
from tickets.search.moments import span
from tickets.search.operators import OPERATORS, Lookup
from tickets.search.syntax import Term, Words, parse, write
from tickets.search.vocabulary import RARE

NAMES = ["org", "status"]
NOW = datetime(2026, 11, 23, 14, 30, tzinfo=ZoneInfo("Europe/Helsinki"))
TYPED = st.lists(
    st.sampled_from(
        [
            "org:",
            "ORG:acme",
            "foo:",
            '"',
            "-",
            " ",
            "a",
            "ab",
            ":",
            "//",
            "\0",
            "“x y”",
            "é",
            "\n",
            " -ab",
            "|",
        ]
    )
).map("".join)
VALUES = st.text("ab -:", min_size=1).map(str.strip).filter(bool)
PARTS = st.lists(
    st.builds(Term, st.sampled_from(NAMES), VALUES, st.booleans())
    | st.builds(Words, st.text("abc", min_size=1))
    | st.builds(Words, VALUES, st.just(True))
    | st.builds(Words, VALUES, is_excluded=st.just(True))
)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", []),
        ("lag  grows", [Words("lag"), Words("grows")]),
        ("org:acme lag", [Term("org", "acme"), Words("lag")]),
        ('Org:"Acme Inc" -xy', [Term("org", "Acme Inc"), Words("xy", is_excluded=True)]),
        ('-status:open "in two words"', [Term("status", "open", True), Words("in two words", True)]),
        ("“smart quotes”", [Words("smart quotes", True)]),
        ('"never closed', [Words("never closed", True)]),
        ("https://a.example/x 10:30 C:\\x", [Words("https://a.example/x"), Words("10:30"), Words("C:\\x")]),
        ("-", [Words("-")]),
        ("broker-7.har", [Words("broker-7.har")]),
    ],
)
def test_a_search_in_parts(text, parts):
    assert list(parse(text, NAMES).parts) == parts


@pytest.mark.parametrize(
    ("text", "excluded"),
    [
        ("lag -billing", ["billing"]),
        ("org:acme -lag status:open -billing", ["lag", "billing"]),
        ('lag -"in two words"', ["in two words"]),
        ('-"lag"', ["lag"]),
        ("timeout -ERROR", ["ERROR"]),
        ("lag -10.0.0.1", ["10.0.0.1"]),
        ("R&D -billing created:<7d", ["billing"]),
        ("-lag", []),
        ("lag-billing", []),
        ('"lag"-billing', []),
        ("-Xmx4g", []),
        ("java -Xmx4g -verbose", []),
        ("-XX:+UseG1GC -server", []),
        ("kubectl get pods -n default", []),
        ("ls -la", []),
        ("java -jar app.jar", []),
        ("pg_dump -Fc orders", []),
        ("docker run -it ubuntu", []),
        ("curl --silent -sS", []),
        ("cmd -a=b | less -foo", []),
        ("2026-11-28 12:00:01 WARN -failed", []),
        ("[main] WARN -failed", []),
        ("first line\nsecond -line", []),
    ],
)
def test_a_minus_excludes_behind_a_blank_unless_the_search_is_pasted(text, excluded):
    words = parse(text, [*NAMES, "created"]).words
    assert [each.text for each in words if each.is_excluded] == excluded
    assert all(each.is_exact for each in words if each.text.startswith("-"))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("foo:bar", "“foo:” is not an operator, so it was searched for as a word. Operators: org:, status:."),
        ("org:", "“org:” needs a value right after the colon."),
        ('org:""', "“org:” needs a value right after the colon."),
        ("org: acme", "“org:” needs a value right after the colon."),
    ],
)
def test_what_is_not_understood_is_said(text, problem):
    assert parse(text, NAMES).problems == (problem,)


@given(TYPED | st.text())
def test_nothing_that_can_be_typed_is_an_error(text):
    parts = parse(text, NAMES).parts
    assert parse(write(parts), NAMES).parts == parts


@given(PARTS)
def test_what_is_written_is_read_again(parts):
    parsed = parse(write(parts), NAMES)
    assert list(parsed.parts) == parts
    assert not parsed.problems


def day(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=NOW.tzinfo)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2026-10-01", (day("2026-10-01"), day("2026-10-02"))),
        (">2026-10-01", (day("2026-10-02"), None)),
        (">=2026-10-01", (day("2026-10-01"), None)),
        ("<2026-10-01", (None, day("2026-10-01"))),
        ("<=2026-10-01", (None, day("2026-10-02"))),
        ("2026-02", (day("2026-02-01"), day("2026-03-01"))),
        ("2026-10-01..2026-10-03", (day("2026-10-01"), day("2026-10-04"))),
        ("2026-10-01..", (day("2026-10-01"), None)),
        ("today", (day("2026-11-23"), day("2026-11-24"))),
        ("Yesterday", (day("2026-11-22"), day("2026-11-23"))),
        ("<7d", (NOW - timedelta(days=7), None)),
        (">2w", (None, NOW - timedelta(days=14))),
        ("3h", (NOW - timedelta(hours=3), None)),
    ],
)
def test_dates(value, expected):
    assert span(value, NOW) == expected


@given(st.text("<>=.0123456789-hdw") | st.text())
def test_no_text_breaks_the_dates(value):
    with suppress(ValueError):
        since, before = span(value, datetime.now(UTC))
        assert since or before


@pytest.fixture
def world(cast):
    """Ben's ticket of Acme, which Fay has and which waits; Eve's of Globex, escalated and critical."""
    acme = builders.ticket(cast.ben, cast.acme, cc=[cast.cleo])
    globex = builders.ticket(
        cast.eve, cast.globex, subject="Slow queries", severity="critical", description="x"
    )
    assign(actor=actor(cast.fay), ticket=acme, assignee=cast.fay)
    change_status(actor=actor(cast.fay), ticket=acme, status="waiting_on_customer")
    escalate(actor=actor(cast.eve), ticket=globex, text="now")
    set_tags(actor=actor(cast.fay), ticket=acme, tags=["flaky"])
    Ticket.objects.filter(pk=acme.pk).update(team=Team.objects.create(name="Streaming"))
    Ticket.objects.filter(pk=globex.pk).update(created_at=timezone.now() - timedelta(days=30))
    index_tickets([acme.pk, globex.pk])
    return {acme: "acme", globex: "globex"}


def found(world, person, text) -> list[str]:
    search = searched(actor(person), Ticket.objects.order_by("pk"), text)
    return [world[ticket] for ticket in search.queryset]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "acme globex"),
        ("org:acme", "acme"),
        ("org:Glob", "globex"),
        ("-org:acme", "globex"),
        ("status:waiting", "acme"),
        ("status:new,waiting", "acme globex"),
        ("status:unfinished -status:new", "acme"),
        ("severity:critical", "globex"),
        ("assignee:me", "acme"),
        ("assignee:none", "globex"),
        ("is:unassigned", "globex"),
        ("assignee:dubois", "acme"),
        ("-assignee:fay@support.example", "globex"),
        ("requester:eve", "globex"),
        ('requester:"ben okafor"', "acme"),
        ("cc:cleo", "acme"),
        ("product:kafka", "acme globex"),
        ("reason:performance is:escalated", "globex"),
        ("is:unread", "acme globex"),
        ("tag:flaky", "acme"),
        ("is:snoozed", ""),
        ("team:streaming", "acme"),
        ("-team:streaming", "globex"),
        ("-is:merged", "acme globex"),
        ("tier:advanced", "acme"),
        ("tier:Premium", "globex"),
        ("tier:basic", ""),
        ("created:<7d", "acme"),
        ("created:>7d", "globex"),
        ("updated:<7d", "acme globex"),
        ("solved:<7d", ""),
        ("lag org:acme", "acme"),
        ("lag org:globex", ""),
        ("slow -queries", ""),
        ('-"lag"', "globex"),
        ('"lag grows"', "acme"),
        ('"grows lag"', ""),
        ("slow -lag", "globex"),
        ("?!", ""),
        ("?! org:acme", "acme"),
    ],
)
def test_what_is_found(cast, world, text, expected):
    assert found(world, cast.fay, text) == expected.split()


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("org:initech", "“org:initech” was ignored. There is no organization named “initech”."),
        ("status:foo", "“status:foo” was ignored. “foo” is not a status. Choose from new, open,"),
        (
            "is:blue",
            "“is:blue” was ignored. “blue” is not a state. Choose from escalated, overdue, due,",
        ),
        ("product:oracle", "“product:oracle” was ignored. “oracle” is not a product. Choose from kafka,"),
        ("assignee:zoe", "“assignee:zoe” was ignored. No one has the name or address “zoe”."),
        ("created:soon", "“created:soon” was ignored. “soon” is not a date. Enter a date like 2026-10-01,"),
        ("team:none", "“team:none” was ignored. There is no team named “none”."),
        ("tag:none", "“tag:none” was ignored. There is no tag named “none”."),
        ("tier:gold", "“tier:gold” was ignored. “gold” is not a tier. Choose from basic,"),
        ("tagg:x", "“tagg:” is not an operator, so it was searched for as a word. Operators: org:, status:,"),
    ],
)
def test_what_makes_no_sense_is_said_and_left_out(cast, world, text, problem):
    search = searched(actor(cast.fay), Ticket.objects.all(), text)
    assert search.problems[0].startswith(problem)
    assert len(search.queryset) == (0 if text == "tagg:x" else 2)


def test_every_operator_offers_values_and_takes_them(cast, world):
    for operator in OPERATORS.values():
        offered = list(operator.suggest(""))
        assert offered, operator.name
        for value, words in offered:
            assert words
            assert list(operator.suggest(value[:2])), (operator.name, value)
            asked = operator.condition(value, actor(cast.fay))
            Ticket.objects.filter(asked.checked() if isinstance(asked, Lookup) else asked).exists()


@pytest.mark.parametrize(
    "value",
    [
        "2026-10-01foo",
        "2026-10-01T15:00",
        "2026-10-01 15:00",
        "2026-10-01..2026-10-03..2026-10-05",
        ">2026-10-0",
        "2026-W40",
        "20261001",
        "7days",
        "..",
    ],
)
def test_date_with_something_else_in_it_is_not_understood(value):
    with pytest.raises(ValueError, match="is not a date"):
        span(value, NOW)


def test_exact_name_goes_before_names_that_contain_it(cast, world):
    larger = Team.objects.create(name="Streaming EU")
    ticket = builders.ticket(cast.ben, cast.acme)
    Ticket.objects.filter(pk=ticket.pk).update(team=larger)
    world |= {ticket: "larger"}
    assert found(world, cast.fay, "team:streaming") == ["acme"]
    assert found(world, cast.fay, "team:stream") == ["acme", "larger"]


@pytest.mark.parametrize("text", ["x" * 2_001, "org:acme " * 21])
def test_search_has_bounds_and_says_so(text):
    assert "The rest was ignored." in parse(text, NAMES).problems[0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("status:open", "acme"),  # new is open in a customer's words
        ("status:solved", ""),
        ("requester:me", "acme"),
        ("requester:ben", "acme"),
        ("severity:high updated:<7d", "acme"),
        ("status:new", "acme"),  # which they can't tell from open, so it is ignored
        ("requester:eve", "acme"),
    ],
)
def test_customers_have_the_operators_of_their_filters(cast, world, text, expected):
    acme = Ticket.objects.filter(organization=cast.acme)
    acme.update(status="new")
    search = searched(actor(cast.ben), acme, text)
    assert [world[ticket] for ticket in search.queryset] == expected.split()


def test_customers_learn_nothing_about_people_elsewhere(cast, world):
    problems = [
        searched(actor(cast.ben), Ticket.objects.all(), f"requester:{name}").problems
        for name in ("eve@globex.example", "zoe@globex.example")
    ]
    assert [problem.replace("zoe", "eve") for (problem,) in problems] == [problems[0][0]] * 2


def test_customers_never_find_by_a_note_or_by_what_is_for_agents(cast, world):
    acme = Ticket.objects.get(organization=cast.acme)
    add_internal_note(actor=actor(cast.fay), ticket=acme, body="canary")
    index_tickets([acme.pk])
    assert found(world, cast.fay, "canary") == ["acme"]
    for text in ("canary", '"canary"', "canar", "lag -canary2 canary"):
        assert found(world, cast.ben, text) == []
    search = searched(actor(cast.ben), Ticket.objects.all(), "org:nothing")
    assert search.problems == ()
    assert list(search.queryset) == []


def test_the_best_hit_stands_first_and_pages_begin_anywhere(cast, client_of, monkeypatch):
    subject = builders.ticket(cast.ben, cast.acme, subject="Rebalance storm", description="x")
    often = builders.ticket(cast.ben, cast.acme, subject="x", description="rebalance rebalance")
    once = [builders.ticket(cast.ben, cast.acme, subject="y", description="a rebalance") for _ in range(31)]
    index_tickets(Ticket.objects.values_list("pk", flat=True))
    search = searched(actor(cast.fay), Ticket.objects.all(), "rebalance", ranked=True)
    ranked = search.queryset.order_by("-rank", "-pk")
    assert list(ranked) == [subject, often, *reversed(once)]
    client = client_of(cast.fay)
    first = client.get("/queue/all/?q=rebalance").context
    second = client.get(f"/queue/all/{first['older_url']}").context
    assert [row.ticket for row in [*first["rows"], *second["rows"]]] == list(ranked)


def test_a_word_as_it_was_typed_stands_before_one_that_goes_on(cast):
    exact = builders.ticket(cast.ben, cast.acme, subject="x", description="the lag")
    longer = builders.ticket(cast.ben, cast.acme, subject="x", description="the lager")
    index_tickets([exact.pk, longer.pk])
    search = searched(actor(cast.fay), Ticket.objects.all(), "lag", ranked=True)
    assert list(search.queryset.order_by("-rank")) == [exact, longer]


def test_of_very_many_hits_the_newest_are_ranked(cast, monkeypatch):
    monkeypatch.setattr("tickets.search.finding.MOST_RANKED", 2)
    tickets = [builders.ticket(cast.ben, cast.acme) for _ in range(3)]
    index_tickets([each.pk for each in tickets])
    search = searched(actor(cast.fay), Ticket.objects.all(), "lag", ranked=True)
    assert set(search.queryset) == set(tickets[1:])
    assert search.problems[0].startswith("More than 2 tickets match.")
    of_acme = searched(actor(cast.fay), Ticket.objects.filter(pk=tickets[0].pk), "lag", ranked=True)
    assert list(of_acme.queryset) == tickets[:1]
    assert set(searched(actor(cast.fay), Ticket.objects.all(), "lag").queryset) == set(tickets)


def test_the_queue_says_what_it_did_not_understand_and_marks_what_it_found(cast, client_of, world):
    page = client_of(cast.fay).get("/queue/all/?q=color:red").content.decode()
    assert "“color:” is not an operator" in page
    assert 'value="color:red"' in page
    page = client_of(cast.fay).get("/queue/all/?q=org:acme+mornin").content.decode()
    assert "<mark>morning</mark>" in page
    assert "search-problems" not in page


@pytest.mark.parametrize("count", [1, 30])
def test_search_costs_the_same_for_many_rows(cast, client_of, count, django_assert_num_queries):
    for _ in range(count):
        builders.ticket(cast.ben, cast.acme)
    index_tickets(Ticket.objects.values_list("pk", flat=True))
    SearchWord.objects.update(documents=RARE)
    client = client_of(cast.fay)
    # Session, person, memberships; workspace (2); the organization, the words (2), the hits and their ranks;
    # the rows, their organizations, people and tiers; counts of all views; the excerpts; agents, tiers, the
    # other lists to choose from; organizations to name.
    with django_assert_num_queries(18):
        client.get("/queue/all/?q=org:acme+lag+grows+consumer")


def test_name_that_many_organizations_share_finds_the_tickets_of_all(cast, monkeypatch):
    monkeypatch.setattr("tickets.search.operators.MOST_NAMED", 1)
    tickets = {builders.ticket(cast.ben, cast.acme), builders.ticket(cast.eve, cast.globex)}
    both = Organization.objects.filter(pk__in=[cast.acme.pk, cast.globex.pk])
    both.update(name=Concat("name", Value(" GmbH")))
    found = searched(actor(cast.fay), Ticket.objects.all(), "org:gmbh")
    assert (set(found.queryset), found.problems) == (tickets, ())
