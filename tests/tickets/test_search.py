import pytest

from tests import builders
from tests.cast import actor
from tickets.actions.indexing import index_tickets
from tickets.models.conversation import Attachment
from tickets.models.ticket import Ticket
from tickets.search.finding import searched
from tickets.search.marking import excerpt, highlight


@pytest.fixture
def ticket(cast):
    return builders.ticket(cast.ben, cast.acme)


def found(query) -> list[Ticket]:
    index_tickets(Ticket.objects.values_list("pk", flat=True))
    customer = actor(Ticket.objects.earliest("pk").requester)
    return list(searched(customer, Ticket.objects.all(), query).queryset)


@pytest.mark.parametrize(
    "query",
    [
        "consumer LAG",
        "lag consumer",
        "billing",
        "consumr",  # a typing error
        "Konsumer",
        "mornin",
        "{reference}",
        "{number}",
    ],
)
def test_number_subject_and_comments_are_found(ticket, query):
    assert found(query.format(reference=ticket.reference, number=ticket.pk)) == [ticket]


@pytest.mark.parametrize("query", ["weather", "consumer weather", "98765%", "_", "\\", "'; DROP TABLE"])
def test_what_is_not_there_is_not_found(ticket, query):
    assert found(query) == []


def test_names_of_files_are_found(cast, ticket):
    comment = ticket.comments.get()
    Attachment.objects.create(comment=comment, uploaded_by=cast.ben, name="broker-7.har", size=1, sha256="")
    assert found("broker-7") == [ticket]


def marked(parts) -> str:
    return "".join(f"[{part.text}]" if part.is_hit else part.text for part in parts)


@pytest.mark.parametrize(
    ("text", "query", "expected"),
    [
        ("Lag of the consumer", "consumer", "Lag of the [consumer]"),
        ("Lag of the consumer", "consumr lag", "[Lag] of the [consumer]"),
        ("Lag", "", "Lag"),
        ("the other one", "another", "the other one"),
        ("<b>lag</b>", "lag", "<b>[lag]</b>"),
        ("Über-lag", "über", "[Über]-lag"),
        ("PostgreSQL, posted", "postgrss", "[PostgreSQL], posted"),
    ],
)
def test_hits_are_marked(text, query, expected):
    assert marked(highlight(text, query)) == expected


def test_excerpt_is_cut_around_the_first_hit():
    text = "word " * 100 + "needle " + "word " * 100
    line = marked(excerpt(text, "needle"))
    assert line.startswith("… ")
    assert line.endswith(" …")
    assert "[needle]" in line
    assert len(line) < 200


def test_excerpt_without_a_hit_is_nothing():
    assert excerpt("something else", "needle") == []
