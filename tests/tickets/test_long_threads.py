"""Long threads show their beginning and end; responses bring only what a page doesn't have."""

import re

import pytest
from pytest_django.asserts import assertNumQueries

from tests import builders
from tests.cast import actor
from tickets.actions.comments import add_internal_note
from tickets.actions.merging import merge_into
from tickets.models.conversation import Activity, ActivityKind, Comment
from tickets.reading import SHOWN

HTMX = {"HX-Request": "true"}


@pytest.fixture
def ticket(cast):
    return builders.ticket(cast.ben, cast.acme)


def lengthen(ticket, author, entries: int) -> None:
    """Add comments until the thread has this many entries, besides one internal note in the middle."""
    count = entries - ticket.activities.count()
    comments = Comment.objects.bulk_create(
        Comment(ticket=ticket, author=author, body=f"Comment number {number}.") for number in range(count)
    )
    Activity.objects.bulk_create(
        Activity(ticket=ticket, kind=ActivityKind.COMMENTED, actor=author, source="web", comment=each)
        for each in comments
    )


def entries_in(response) -> list[int]:
    return [int(each) for each in re.findall(r'id="entry-(\d+)"', response.content.decode())]


def newest(ticket) -> int:
    return ticket.activities.latest("pk").pk


@pytest.mark.parametrize("who", ["ben", "fay"])
def test_long_thread_shows_both_ends_and_loads_the_middle(cast, client_of, ticket, who):
    lengthen(ticket, cast.ben, 200)
    client, url = client_of(getattr(cast, who)), ticket.get_absolute_url()
    page = client.get(url)
    every = list(ticket.activities.order_by("created_at", "pk").values_list("pk", flat=True))
    assert entries_in(page) == every[:SHOWN] + every[-SHOWN:]
    assert f"Show {200 - 2 * SHOWN} more entries" in page.content.decode()
    middle = client.get(f"{url}thread/?middle=1", headers=HTMX)
    assert entries_in(middle) == every[SHOWN:-SHOWN]
    assert client.get(f"{url}thread/?middle=1").url == f"{url}?all=1"
    whole = client.get(f"{url}?all=1")
    assert entries_in(whole) == every
    assert "more entries" not in whole.content.decode()


def test_middle_holds_no_internal_note_for_customers(cast, client_of, ticket):
    lengthen(ticket, cast.ben, 50)
    add_internal_note(actor=actor(cast.fay), ticket=ticket, body="Slow payer")
    lengthen(ticket, cast.ben, 101)
    address = f"{ticket.get_absolute_url()}thread/?middle=1"
    ben, fay = (client_of(each).get(address, headers=HTMX) for each in (cast.ben, cast.fay))
    assert "Slow payer" not in ben.content.decode()
    assert "Slow payer" in fay.content.decode()
    assert (len(entries_in(ben)), len(entries_in(fay))) == (100 - 2 * SHOWN, 101 - 2 * SHOWN)


def test_page_of_a_long_thread_costs_no_more(cast, client_of, ticket):
    ben, url = client_of(cast.ben), ticket.get_absolute_url()
    lengthen(ticket, cast.ben, 2 * SHOWN)
    size = len(ben.get(url).content)
    lengthen(ticket, cast.ben, 200)
    with assertNumQueries(11):
        assert len(ben.get(url).content) < size + 1000


def test_comment_brings_the_new_entries_only(cast, client_of, ticket):
    builders.comment(cast.ben, ticket, "Any news?")
    fay, url = client_of(cast.fay), ticket.get_absolute_url()
    seen = str(newest(ticket))
    builders.comment(cast.ben, ticket, "Hello?")
    headers = HTMX | {"Thread-After": seen}
    unseen = newest(ticket)
    form = {"kind": "answer", "body": "Restart it.", "seen": str(unseen)}
    response = fay.post(f"{url}comments/", form, headers=headers)
    assert entries_in(response) == [
        unseen,
        *ticket.activities.filter(pk__gt=unseen).values_list("pk", flat=True),
    ]
    page = response.content.decode()
    assert '<hx-partial hx-target="#thread-entries" hx-swap="beforeend">' in page
    assert f'data-last="{newest(ticket)}"' in page
    assert "Any news?" not in page


def test_poll_appends_what_is_new_and_asks_for_what_follows(cast, client_of, ticket):
    ben, url = client_of(cast.ben), ticket.get_absolute_url()
    seen = newest(ticket)
    builders.comment(cast.fay, ticket, "Restart it.")
    response = ben.get(f"{url}thread/?after={seen}", headers=HTMX | {"Thread-After": str(seen)})
    assert newest(ticket) in entries_in(response)
    assert seen not in entries_in(response)
    following = re.search(r'hx-get="([^"]*after=\d+)', response.content.decode())[1]
    assert ben.get(following, headers=HTMX).status_code == 204


def test_merge_brings_the_whole_thread_because_entries_came_into_its_middle(cast, client_of, ticket):
    fay, url = client_of(cast.fay), ticket.get_absolute_url()
    source = builders.ticket(cast.ben, cast.acme, description="The same again.")
    seen = newest(ticket)
    merge_into(actor=actor(cast.gus), ticket=source, target=ticket)
    response = fay.get(f"{url}thread/?after={seen}", headers=HTMX | {"Thread-After": str(seen)})
    assert '<hx-partial hx-target="#ticket-thread"' in response.content.decode()
    assert seen in entries_in(response)


@pytest.mark.parametrize("header", ["x", "-1", "9" * 30, "²"])
def test_unreadable_header_brings_the_whole_thread(cast, client_of, ticket, header):
    ben, url = client_of(cast.ben), ticket.get_absolute_url()
    response = ben.get(f"{url}thread/", headers=HTMX | {"Thread-After": header})
    assert entries_in(response) == [newest(ticket)]
