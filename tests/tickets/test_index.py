"""The search index: what is in it, how it is kept, and that it forgives typing errors."""

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from supportcenter.outbox.models import OutboxMessage
from tests import builders
from tests.cast import actor
from tickets.actions.assignment import assign
from tickets.actions.comments import add_internal_note
from tickets.actions.indexing import index_tickets, sweep_index
from tickets.models.conversation import Attachment
from tickets.models.search import INTERNAL, SearchDocument, SearchWord
from tickets.models.ticket import Ticket
from tickets.search.finding import searched
from tickets.search.lexemes import (
    LAST_PLACE,
    distance,
    lexemes,
    places,
    spellings,
    variants,
    vector,
    wanted_words,
)
from tickets.subscribers import index_ticket

TEXTS = st.text(max_size=60)
WORDS = st.text("abcd", min_size=1, max_size=7)


@pytest.fixture
def ticket(cast, run_outbox):
    made = builders.ticket(cast.ben, cast.acme, cc=[cast.cleo])
    run_outbox()
    return made


def found(query) -> list[Ticket]:
    customer = actor(Ticket.objects.earliest("pk").requester)
    return list(searched(customer, Ticket.objects.all(), query).queryset)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Lag grows", ["lag", "grows"]),
        ("__consumer_offsets", ["consumer", "offsets"]),
        ("broker-7.har", ["broker", "7", "har"]),
        ("ÜBERGROẞE Façade", ["ubergrosse", "facade"]),
        ("ben@acme.example", ["ben", "acme", "example"]),
        ("日本語 ⓐ™", ["日本", "本語", "語", "atm"]),
        ("DBエラー", ["db", "エラ", "ラー", "ー"]),
        ("C++ c# C:\\tmp http://x c+ #1", ["c++", "c#", "c:", "tmp", "http", "x", "c", "1"]),
        ("C#8 c++17 issue#12 Notepad++", ["c#", "8", "c++", "17", "issue", "12", "notepad++"]),
        ("down 🔥🔥", ["down", "🔥🔥", "🔥"]),
        ("한글 \u1112\u1161\u11ab", ["한글", "글", "한"]),
        ("' \\ : & |", []),
    ],
)
def test_words_of_a_text(text, words):
    assert lexemes(text) == words


@given(TEXTS, TEXTS)
def test_words_need_no_quotes_and_do_not_depend_on_what_is_around(one, other):
    assert lexemes(f"{one} {other}") == lexemes(one) + lexemes(other)
    assert not set("".join(lexemes(one))) & set("'\\ \n\t\0")


@given(st.text("aäöÅøß\u0308 +#:/\\エ한🔥C") | TEXTS)
def test_spellings_stand_for_the_words_of_a_text(text):
    assert [each[0] for each in spellings(text)] == lexemes(text)
    assert spellings(text)[: len(wanted_words(text))] == wanted_words(text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("über", [("uber", "ueber")]),
        ("u\u0308ber", [("uber", "ueber")]),
        ("Größe Ærø", [("grosse", "groesse"), ("aero", "aeroe")]),
        ("データ", [("テー",), ("ータ",)]),
        ("デ", [("テ",)]),
    ],
)
def test_words_to_look_for(text, words):
    assert wanted_words(text) == words


def test_neighbors_are_kept_as_pairs_where_places_end(db):
    near_end = places([("C", "KAFKA-1 " * 150 + "KAFKA-77777 über"), ("D", "KAFKA-5")])
    assert near_end["kafka 77777"] == [f"{LAST_PLACE}C"]
    assert near_end["kafka 5"] == [f"{LAST_PLACE}D"]
    assert "77777 uber" not in near_end
    far = places([("C", "w " * LAST_PLACE + "grün code"), ("D", "".join(f"w{n} " for n in range(120_000)))])
    assert far["grun code"] == far["gruen code"] == [f"{LAST_PLACE}C"]
    with connection.cursor() as cursor:  # with the prefix of an organization too
        cursor.execute(
            "SELECT length(%s::tsvector)", [vector({f"12345678/{word}": far[word] for word in far})]
        )


@given(WORDS, WORDS)
def test_one_typing_error_is_a_variant_in_common(one, other):
    if distance(one, other) == 1 and abs(len(one) - len(other)) <= 1:
        assert set(variants(one)) & set(variants(other))
    assert distance(one, other) == distance(other, one)
    assert (distance(one, other) == 0) == (one == other)


def test_places_stay_within_what_postgresql_takes(db):
    texts = [("A", "subject"), ("C", "same " * 20_000), ("D", "".join(f"w{n} " for n in range(120_000)))]
    found = places(texts)
    assert len(found["same"]) == 100
    assert found["w1000"] == [f"{LAST_PLACE}D"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT length(%s::tsvector)", [vector(found)])
        assert cursor.fetchone()[0] == len(found) > 40_000


@pytest.mark.parametrize(
    "query", ["cleo", "marchetti", "acme", "Apache", "ben@acme.example", "ben okafor", "SUP-{}", "{}"]
)
def test_people_organization_product_and_number_are_found(ticket, query):
    assert found(query.format(ticket.pk)) == [ticket]


def test_last_word_may_be_both_mistyped_and_unfinished(cast):
    tickets = [builders.ticket(cast.ben, cast.acme, subject="PostgreSQL is slow") for _ in range(3)]
    other = builders.ticket(cast.ben, cast.acme, subject="Posting fails")
    index_tickets([each.pk for each in [*tickets, other]])
    assert set(found("postgrss")) == set(tickets)
    assert not found("postgrss slow")


@pytest.mark.parametrize("query", ["kafak", "kafka", "consumer kafak", "comsumer", "cnosumer", "konsumer"])
def test_a_typing_error_is_forgiven(ticket, query):
    assert found(query) == [ticket]


@pytest.mark.parametrize("query", ["onsumrex", "kfk", "lga", "kafxx", "fakka", "since-this-evening"])
def test_what_is_too_far_away_is_not_found(ticket, query):
    assert found(query) == []


def test_a_known_word_is_not_mistaken_for_another(cast, ticket, run_outbox):
    for _ in range(3):
        header = builders.ticket(cast.ben, cast.acme, subject="A header", description="x")
        leader = builders.ticket(cast.ben, cast.acme, subject="A leader", description="x")
    run_outbox()
    assert header not in found("leader")
    assert leader in found("leader")


def test_words_with_something_between_must_stand_together(cast, ticket):
    assert found("this-morning") == [ticket]
    assert found("morning-this") == []


def test_an_event_brings_the_ticket_up_to_date(cast, ticket, run_outbox):
    builders.comment(cast.ben, ticket, "The zookeeper is gone")
    assert found("zookeeper") == []
    run_outbox()
    assert found("zookeeper") == [ticket]
    assign(actor=actor(cast.fay), ticket=ticket, assignee=cast.gus)
    run_outbox()
    assert found("lindgren") == [ticket]


def test_notes_and_names_of_their_files_are_marked_for_staff_alone(cast, ticket, run_outbox):
    note = add_internal_note(actor=actor(cast.fay), ticket=ticket, body="canary morning")
    Attachment.objects.create(comment=note, uploaded_by=cast.fay, name="secret.log", size=1, sha256="")
    run_outbox()
    with connection.cursor() as cursor:
        cursor.execute("SELECT unnest(words)::text FROM tickets_searchdocument")
        rows = [row for (row,) in cursor.fetchall()]
    weights = {row[1:].split(",")[0]: row.split(",", 1)[1] for row in rows}
    assert INTERNAL in weights["secret"]
    assert INTERNAL in weights["canary"]
    for query in ("canary", "canar", "canray", "secret.log", "grows canary", '"morning"x'):
        assert found(query) == []
    fay = actor(cast.fay)
    for query in ("canary", "canray", "secret.log", "grows canary", '"canary morning"'):
        assert list(searched(fay, Ticket.objects.all(), query).queryset) == [ticket]
    assert found("morning") == [ticket]


def test_hearing_of_an_event_twice_changes_nothing(ticket):
    before = list(SearchDocument.objects.values()), list(SearchWord.objects.order_by("word").values())
    index_ticket(OutboxMessage(payload={"ticket": ticket.pk}))
    assert before == (
        list(SearchDocument.objects.values()),
        list(SearchWord.objects.order_by("word").values()),
    )
    assert SearchWord.objects.get(word="consumer").documents == 1


def test_a_ticket_that_is_gone_is_nothing_to_index(db):
    assert index_tickets([1]) == 0


@pytest.mark.parametrize("count", [1, 30])
def test_indexing_costs_the_same_for_many_tickets(cast, django_assert_num_queries, count):
    tickets = [builders.ticket(cast.ben, cast.acme, cc=[cast.cleo]) for _ in range(count)]
    # Which exist, their documents, the words before; tickets, participants, people, comments, files, tags;
    # the documents; which words are common, the words.
    with CaptureQueriesContext(connection) as queries:
        index_tickets([each.pk for each in tickets])
    assert len([each for each in queries if "SAVEPOINT" not in each["sql"]]) == 12


def test_new_names_are_found_after_the_sweep_and_by_the_command(cast, ticket, capsys):
    cast.acme.name = "Zenith"
    cast.acme.save()
    at = ticket.created_at.replace(hour=23)
    assert sweep_index(at.replace(hour=3)) == 0
    assert found("zenith") == []
    assert sweep_index(at) == 1
    assert found("zenith") == [ticket]
    cast.ben.name = "Benedikt"
    cast.ben.save()
    call_command("reindex")
    assert found("benedikt") == [ticket]
    assert f"up to {ticket.pk}" in capsys.readouterr().out


def test_documents_that_stay_the_same_are_not_written(ticket):
    def version() -> str:
        with connection.cursor() as cursor:
            cursor.execute("SELECT ctid::text FROM tickets_searchdocument")
            return cursor.fetchone()[0]

    before = version()
    index_tickets([ticket.pk])
    assert version() == before
