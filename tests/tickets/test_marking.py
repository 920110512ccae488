from itertools import cycle, islice, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import builders
from tests.cast import actor
from tests.tickets.test_search import marked
from tickets.actions.indexing import index_tickets
from tickets.models.search import SearchWord
from tickets.models.ticket import Ticket
from tickets.search.finding import searched
from tickets.search.lexemes import distance, fold, is_one_typo
from tickets.search.marking import excerpt, excerpts

LETTERS = st.text(alphabet="abc", max_size=6)


@given(LETTERS, LETTERS)
def test_one_typo_is_a_distance_of_one(one, other):
    assert is_one_typo(one, other) == (distance(one, other) == 1)


def test_accents_in_any_number_are_dropped():
    assert fold("Ü\u0300\u0316" * 40_000) == "u" * 40_000


@pytest.fixture
def ticket(cast):
    return builders.ticket(cast.ben, cast.acme)


def excerpt_of(ticket, query, *near, internal=False) -> str:
    parts = excerpts([ticket], query, near, internal=internal).get(ticket.pk, [])
    return marked(parts)


@pytest.mark.parametrize(
    ("body", "query", "expected"),
    [
        ("The flag of the lag", "lag", "The flag of the [lag]"),
        ("kafka_lag", "LAG", "kafka_[lag]"),
        ("codes of a code", "co", ""),
        ("is it of use", "of", "is it [of] use"),
        ("nothing here", "thin", ""),
        ("Laggards again", "laggar", "[Laggards] again"),
    ],
)
def test_excerpt_is_of_a_comment_with_a_word_that_begins_as_typed(cast, ticket, body, query, expected):
    builders.comment(cast.ben, ticket, body)
    assert excerpt_of(ticket, query) == expected


def test_excerpt_is_of_the_newest_comment_with_a_hit(cast, ticket):
    for body in ("the first needle", "the second needle", "hay"):
        builders.comment(cast.ben, ticket, body)
    assert excerpt_of(ticket, "needle") == "the second [needle]"


@pytest.mark.parametrize(
    ("query", "expected", "others"),
    [
        ("KAFKA-77777", "see [KAFKA]-[77777] here", ["KAFKA and 77777"]),
        ("lag", "the [lag]", ["the lager", "the laggard"]),
        ("consumer lag", "the [lag] of a [consumer]", ["a consumer", "the lag"]),
        ('"lag grows"', "it says: [lag] [grows]", ["grows lag", "lag of it, it grows"]),
        ("10.0.3", "host [10].[0].[3].17", ["10 of 0 and 3", "10.0.30.1"]),
        ("接続エラー", "データベース[接続エラー]", ["接続"]),
        ("ueberlastung", "Die [Überlastung]", ["-"]),
        ("strasse", "Die [Straße]", ["-"]),
        ("C++", "in [C++] only", ["in C#", "in C"]),
        ("🔥", "down [🔥]", ["down"]),
    ],
)
def test_excerpt_is_of_the_most_exact_hit(cast, ticket, query, expected, others):
    for body in (expected.replace("[", "").replace("]", ""), *others):
        builders.comment(cast.ben, ticket, body)
    assert excerpt_of(ticket, query) == expected


def test_excerpt_is_cut_around_the_most_exact_hit_of_a_comment():
    text = f"KAFKA-1 {'x ' * 200}KAFKA-2 {'x ' * 200}"
    assert "[KAFKA]-[2]" in marked(excerpt(text, "KAFKA-2"))


def test_excerpt_comes_from_anywhere_in_a_long_comment(cast, ticket):
    words = " ".join(map("".join, islice(cycle(product("abcdef", repeat=4)), 19_000)))
    builders.comment(cast.ben, ticket, f"{words} needle {words}")
    assert excerpt_of(ticket, "needle").startswith("… ")
    assert "[needle]" in excerpt_of(ticket, "needle")


def test_excerpt_shows_the_word_that_replaced_a_misspelled_one(cast, ticket):
    builders.comment(cast.ben, ticket, "Konsumenten warten")
    index_tickets(Ticket.objects.values_list("pk", flat=True))
    SearchWord.objects.filter(word="konsumenten").update(documents=50)
    found = searched(actor(cast.fay), Ticket.objects.all(), "konsumtenen")
    assert found.near == ("konsumenten",)
    assert excerpt_of(ticket, found.words, *found.near) == "[Konsumenten] warten"
