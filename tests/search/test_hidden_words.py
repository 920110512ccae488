"""What a customer can't see has no effect on their search: not on results, nor on what is read for them."""

import re

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from orgs.models import Organization, Visibility
from tests import builders
from tests.cast import LONG_AGO, actor
from tickets.actions.comments import add_internal_note
from tickets.actions.indexing import index_tickets
from tickets.models.conversation import Comment
from tickets.models.search import PublicDocument, SearchDocument
from tickets.models.ticket import Ticket

# The hidden text in each world. In one it has misspelled words of visible texts, and words of its own.
WORLDS = ["nothing of interest to anyone", "kafak konsumer layoffs zebra grow"]
TYPED = ["kafak", "konsumer", "layofs", "zeb", "lag grow", "lag -zebra"]
PAGES = ["/o/acme/tickets/organization/", "/o/acme/tickets/all/", "/palette/"]
SECRETS = re.compile(r'csrf[^>]*?value="[^"]*"|"X-CSRFToken"[^}]*|nonce="[^"]*"')
TIMES = re.compile(r"'[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][^']*'::timestamptz|'[0-9-]{10} [0-9:.+]*'")


@pytest.fixture
def hidden(cast):
    """Return, for each kind of hidden text, its comments; four times, so that it doesn't look like a typo."""
    own = builders.ticket(cast.ben, cast.acme, subject="Kafka lag", description="The consumer lag grows")
    builders.ticket(cast.ben, cast.acme, subject="Disk full", description="The disk of a broker")
    notes = [add_internal_note(actor=actor(cast.fay), ticket=own, body="x") for _ in range(4)]
    others = [builders.ticket(cast.eve, cast.globex, subject="x") for _ in range(4)]
    colleagues = [builders.ticket(cast.cleo, cast.acme, subject="x") for _ in range(4)]
    # No page says how long ago or from now.
    Ticket.objects.update(created_at=LONG_AGO, updated_at=LONG_AGO, response_due_at=None, due_kind="")
    return {
        "internal notes": Comment.objects.filter(pk__in=[each.pk for each in notes]),
        "another organization": Comment.objects.filter(ticket__in=others),
        "a colleague's tickets": Comment.objects.filter(ticket__in=colleagues),
    }


def seen(client, text: str, comments) -> list[tuple[str, int, str, list[str]]]:
    """Return all that a customer's searches answer and do where hidden comments have a text."""
    with transaction.atomic():
        comments.update(body=text)
        Ticket.objects.filter(comments__in=comments.filter(is_internal=False)).update(subject=text)
        SearchDocument.objects.all().delete()
        PublicDocument.objects.all().delete()
        index_tickets(Ticket.objects.values_list("pk", flat=True))
        found = [answer(client, f"{page}?q={typed}") for page in PAGES for typed in TYPED]
        transaction.set_rollback(True)
    return found


def answer(client, url: str) -> tuple[str, int, str, list[str]]:
    """Return the response and all that was read from tickets for it."""
    with CaptureQueriesContext(connection) as queries:
        response = client.get(url)
    statements = [TIMES.sub("", each["sql"]) for each in queries if "tickets_" in each["sql"]]
    assert not [each for each in statements if "tickets_searchdocument" in each or "searchword" in each]
    return url, response.status_code, SECRETS.sub("", response.content.decode()), statements


def uses_index(answers) -> bool:
    """Return whether PostgreSQL, as in a large table, would look for any of the words in the index."""
    reads = [
        each for *_, statements in answers for each in statements if 'FROM "tickets_publicdocument"' in each
    ]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        for each in reads:
            cursor.execute(f"EXPLAIN (COSTS OFF) {each}")
            if "public_words" in str(cursor.fetchall()):
                return True
    return False


@pytest.mark.parametrize(
    ("kind", "reader"),
    [
        ("internal notes", "ben"),
        ("internal notes", "ada"),
        ("another organization", "ben"),
        ("another organization", "ada"),
        ("a colleague's tickets", "ben"),
    ],
)
def test_hidden_words_change_nothing(cast, client_of, hidden, kind, reader):
    client = client_of(getattr(cast, reader))
    one, other = (seen(client, text, hidden[kind]) for text in WORLDS)
    for before, after in zip(one, other, strict=True):
        assert before == after
    assert [each for each in one if "Kafka" in each[2]]
    assert uses_index(one) == (reader == "ada")


def test_hidden_words_change_nothing_where_all_members_see_all(cast, client_of, hidden):
    Organization.objects.filter(pk=cast.acme.pk).update(visibility=Visibility.ALL)
    client = client_of(cast.cleo)
    one, other = (seen(client, text, hidden["another organization"]) for text in WORLDS)
    assert one == other
    assert uses_index(one)


def test_a_typo_is_still_forgiven(cast, client_of, hidden):
    for reader in (cast.ben, cast.ada):
        found = seen(client_of(reader), WORLDS[1], hidden["another organization"])
        assert [url for url, _, body, *_ in found if "kafak" in url and "<mark>Kafka</mark>" in body]
