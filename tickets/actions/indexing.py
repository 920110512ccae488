"""The search index: one document per ticket, and the agents' vocabulary of all words."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Exists, OuterRef

from tickets.models.search import (
    INTERNAL,
    PEOPLE,
    PUBLIC,
    SUBJECT,
    SearchDocument,
    SearchWord,
    organization_prefix,
)
from tickets.models.ticket import Ticket, reference_of
from tickets.search.lexemes import is_fuzzy, places, variants, vector

CHUNK = 200
# A word in this many tickets is common. To count on would make every worker wait for the same rows.
COUNTED = 50


@transaction.atomic
def index_tickets(ids: Iterable[int]) -> int:
    """Rebuild the documents of some tickets, and return how many of them exist.

    Idempotent. The documents are locked before anything is read, so that of two runs for one ticket the later
    one has read the newer text.
    """
    wanted = Ticket.objects.filter(pk__in=list(ids))
    present = sorted(wanted.values_list("pk", flat=True))
    SearchDocument.objects.bulk_create(
        [SearchDocument(ticket_id=pk) for pk in present], ignore_conflicts=True
    )
    before = _words_before(present)
    texts = _texts(present)
    found = {pk: places(parts) for pk, (_, parts) in texts.items()}
    _write({pk: (vector(words), _public(words, texts[pk][0])) for pk, words in found.items()})
    _count(Counter(word for pk, words in found.items() for word in words.keys() - before[pk]))
    return len(present)


def reindex(first: int = 0, end: int = 2**63 - 1) -> Iterator[int]:
    """Rebuild the documents of the tickets with ids from ``first`` up to before ``end``.

    Each chunk has its own transaction; yields the last id of each.
    """
    tickets = Ticket.objects.filter(pk__lt=end).order_by("pk").values_list("pk", flat=True)
    while ids := list(tickets.filter(pk__gte=first)[:CHUNK]):
        index_tickets(ids)
        yield ids[-1]
        first = ids[-1] + 1


def index_tag(tag_id: int) -> None:
    """Rebuild the documents of all tickets with a tag."""
    ids = list(Ticket.objects.filter(tags=tag_id).order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(ids), CHUNK):
        index_tickets(ids[start : start + CHUNK])


def sweep_index(now: datetime) -> int:
    """Rebuild this hour's share of the documents, and return the number of chunks.

    This catches new names of people and organizations, for which there is no event. Documents that stay the
    same are not written.
    """
    newest = Ticket.objects.order_by("pk").values_list("pk", flat=True).last() or 0
    share = newest // 24 + 1
    return sum(1 for _ in reindex(now.hour * share, (now.hour + 1) * share))


def _words_before(ids: Sequence[int]) -> dict[int, set[str]]:
    """Return the words of the present documents, and lock them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT ticket_id, tsvector_to_array(words) FROM tickets_searchdocument"
            " WHERE ticket_id = ANY(%s) ORDER BY ticket_id FOR UPDATE",
            [list(ids)],
        )
        return {pk: set(words) for pk, words in cursor.fetchall()}


def _public(found: dict[str, list[str]], organization_id: int) -> str:
    """Return the words that customers can read, as PostgreSQL reads them."""
    prefix = organization_prefix(organization_id)
    public = {
        f"{prefix}{word}": at
        for word, places_ in found.items()
        if (at := [place for place in places_ if not place.endswith(INTERNAL)])
    }
    return vector({prefix: []} | public)


def _write(vectors: dict[int, tuple[str, str]]) -> None:
    """Save the documents that changed, and only those."""
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH made AS (SELECT unnest(%s::bigint[]) AS ticket_id, unnest(%s::text[])::tsvector AS words,"
            " unnest(%s::text[])::tsvector AS public), changed AS ("
            "UPDATE tickets_searchdocument AS present SET words = made.words FROM made"
            " WHERE present.ticket_id = made.ticket_id AND present.words IS DISTINCT FROM made.words)"
            " INSERT INTO tickets_publicdocument AS present (ticket_id, words)"
            " SELECT ticket_id, public FROM made ON CONFLICT (ticket_id) DO UPDATE SET words = excluded.words"
            " WHERE present.words IS DISTINCT FROM excluded.words",
            [list(vectors), [words for words, _ in vectors.values()], [each for _, each in vectors.values()]],
        )


def _texts(ids: Sequence[int]) -> dict[int, tuple[int, list[tuple[str, str]]]]:
    """Return the organization of each ticket, and its texts with their weights.

    The heaviest come first, and of comments the newest.
    """
    tickets = Ticket.objects.filter(pk__in=ids).select_related(
        "organization", "requester", "assignee", "product"
    )
    tickets = tickets.annotate(has_merged=Exists(Ticket.objects.filter(merged_into=OuterRef("pk"))))
    rows = tickets.prefetch_related("participants__user", "comments__attachments", "tags")
    merged = _merged_into([ticket.pk for ticket in rows if ticket.has_merged])
    return {
        ticket.pk: (ticket.organization_id, list(_texts_of(ticket, merged[ticket.pk]))) for ticket in rows
    }


def _merged_into(ids: Sequence[int]) -> dict[int, list[int]]:
    """Return for each ticket the ids of those merged into it, or into one of these, and so on."""
    found: dict[int, list[int]] = defaultdict(list)
    ends = {pk: pk for pk in ids}
    while ends:
        merged = Ticket.objects.filter(merged_into__in=ends).values_list("pk", "merged_into")
        ends = {pk: ends[target] for pk, target in merged if target}
        for pk, end in ends.items():
            found[end].append(pk)
    return found


def _texts_of(ticket: Ticket, merged: Sequence[int]) -> Iterator[tuple[str, str]]:
    """Yield the texts of a ticket. The numbers of tickets that were merged into it lead to it too."""
    yield SUBJECT, ticket.reference
    for pk in merged:
        yield SUBJECT, reference_of(pk)
    yield SUBJECT, ticket.subject
    yield PEOPLE, f"{ticket.organization.name} {ticket.organization.slug} {ticket.product.name}"
    for person in [ticket.requester, *(each.user for each in ticket.participants.all())]:
        yield PEOPLE, f"{person.name} {person.email}"
    texts: dict[str, list[str]] = defaultdict(list)
    if ticket.assignee:
        yield PEOPLE, ticket.assignee.name
        texts[INTERNAL].append(ticket.assignee.email)
    texts[INTERNAL] += [tag.name for tag in ticket.tags.all()]
    for comment in sorted(ticket.comments.all(), key=lambda each: each.pk, reverse=True):
        names = [attachment.name for attachment in comment.attachments.all()]
        texts[INTERNAL if comment.is_internal else PUBLIC] += [comment.body, *names]
    for weight in (PUBLIC, INTERNAL):
        for text in texts[weight]:
            yield weight, text


def _count(added: Counter[str]) -> None:
    """Add words to the vocabulary, always in the same order, so that two workers can't deadlock."""
    fuzzy = sorted(word for word in added if is_fuzzy(word))
    known = SearchWord.objects.filter(word__in=fuzzy, documents__gte=COUNTED)
    common = set(known.values_list("word", flat=True))
    rows = [(word, added[word], variants(word)) for word in fuzzy if word not in common]
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO tickets_searchword AS known (word, documents, variants) VALUES (%s, %s, %s)"
            " ON CONFLICT (word) DO UPDATE SET documents = known.documents + excluded.documents",
            rows,
        )
