"""What people see while a server behind the site hangs or a disk is full."""

from tests.drills.world import World

# Seconds within which a page answers, whatever hangs behind it.
PATIENCE = 2
AGENT = "fay@support.example"


def test_valkey_that_hangs_holds_up_no_page_and_signing_in_says_so(world: World) -> None:
    ((reference,),) = world.sql("SELECT 'SUP-' || id FROM tickets_ticket WHERE id = %s", world.ticket("hung"))
    pages = [f"/tickets/{reference}/", f"/tickets/{reference}/presence/", "/queue/", "/queue/?q=lag"]
    assert [status for status, _ in world.call("visit", AGENT, *pages)] == [200] * 4
    world.freeze("valkey")
    try:
        answers = world.call("visit", AGENT, *pages, "/readyz")
        status, seconds, page = world.call("sign_in", "ben@acme.example")
    finally:
        world.thaw("valkey")
    assert [status for status, _ in answers] == [200] * 4 + [503]
    assert max(took for _, took in answers) < PATIENCE
    assert (status, seconds < PATIENCE) == (503, True)
    assert "the server that counts attempts (Valkey) doesn't respond" in page
