"""What people see while a server behind the site hangs or a disk is full."""

import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing

import pytest

from tests.drills.driver import MEGABYTE
from tests.drills.world import World
from tests.driver import Driver
from tests.waiting import LIMIT_SECONDS, wait_until

# Gives the process a disk of 1 MB for uploads; where mounting isn't allowed, a limit for the size of a file.
FULL = """
for space in '--mount' '--map-root-user --mount'; do
    if unshare $space true 2>/dev/null; then
        exec unshare $space sh -c 'mount -t tmpfs -o size=1m none "$MEDIA_ROOT" && exec "$@"' sh "$@"
    fi
done
ulimit -f 1024
exec "$@"
"""
# Seconds that a page may take longer than usual, whatever hangs behind it.
PATIENCE = 1.5
AGENT = "fay@support.example"


def test_valkey_that_hangs_holds_up_no_page_and_signing_in_says_so(world: World) -> None:
    ((reference,),) = world.sql("SELECT 'SUP-' || id FROM tickets_ticket WHERE id = %s", world.ticket("hung"))
    pages = [f"/tickets/{reference}/", f"/tickets/{reference}/presence/", "/queue/", "/queue/?q=lag"]
    world.call("visit", AGENT, *pages)  # for the templates
    usual = [took for _, took in world.call("visit", AGENT, *pages, "/readyz")]
    _, usual_sign_in, _ = world.call("sign_in", "ben@acme.example")
    world.freeze("valkey")
    try:
        answers = world.call("visit", AGENT, *pages, "/readyz")
        status, seconds, page = world.call("sign_in", "ben@acme.example")
    finally:
        world.thaw("valkey")
    assert [status for status, _ in answers] == [200] * 4 + [503]
    assert max(took - before for (_, took), before in zip(answers, usual, strict=True)) < PATIENCE
    assert (status, seconds - usual_sign_in < PATIENCE) == (503, True)
    assert "the server that counts attempts (Valkey) doesn't respond" in page


@pytest.fixture
def other_process(world: World) -> Iterator[Callable[..., Driver]]:
    """Starts another web process, for one drill alone."""
    (world.folder / "files").mkdir(exist_ok=True)
    with ExitStack() as stack:

        def start(*wrapper: str) -> Driver:
            log = world.folder / "other.log"
            return stack.enter_context(closing(Driver("tests.drills.driver", world.environ, log, wrapper)))

        yield start


def test_full_disk_keeps_what_was_typed_and_no_part_of_the_file(world: World, other_process) -> None:
    ticket = world.ticket("full", people=0)
    process = other_process("sh", "-c", FULL, "sh")
    status, page = process.call("upload", ticket, 2048)
    assert status == 507
    assert "out of storage space" in page
    assert "Typed for an hour" in page
    assert process.call("stored_files") == []


def test_file_of_a_process_killed_during_an_upload_is_deleted(world: World, other_process) -> None:
    ticket = world.ticket("killed", people=0)
    process = other_process()
    process.call("die_of_large_files")
    with pytest.raises(AssertionError):
        process.call("upload", ticket, 2048)
    assert process.process.wait(LIMIT_SECONDS) == -signal.SIGXFSZ
    assert [size for _, size in world.call("stored_files")] == [MEGABYTE]
    world.call("age_stored_files")
    world.call("run_task", "tickets.delete_orphaned_files")
    wait_until(lambda: world.call("stored_files") == [], "the sweep")
