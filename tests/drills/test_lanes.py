"""Mail delays nothing that is urgent, and nothing but mail: however much of it waits, whatever hangs."""

import pytest

from supportcenter.local.smtp_sink import SILENCE
from supportcenter.local.supervise import WORKERS
from tests.drills.world import World
from tests.waiting import wait_until

MANY = 50_000
# How many waiting mails may go out before an urgent one: about five seconds' worth.
AHEAD = 1_000
LEAD, FORGETFUL = "gus@support.example", "ada@acme.example"
FLOOD = """
INSERT INTO notifications_emailmessage (
    id, kind, recipient_id, to_address, reason, reason_text, ticket_id, activity_id, content, lane, state,
    attempts, crashes, due_at, detail, provider_id, created_at
)
SELECT
    gen_random_uuid(), 'ticket_update', requester_id, 'ben@acme.example', 'requester', '', ticket.id,
    activity.id, '{}', 1, 'queued', 0, 0, now(), '', '', now()
FROM generate_series(1, %s), tickets_ticket AS ticket
JOIN tickets_activity AS activity ON activity.ticket_id = ticket.id
WHERE ticket.id = %s
"""


@pytest.fixture
def flood(world: World):
    """A ticket about which 50,000 mails are waiting. Those that were not sent are gone after the drill."""
    ticket = world.ticket("flood", people=0)
    world.sql(FLOOD, MANY, ticket)
    world.call("run_task", "notifications.deliver")
    yield ticket
    world.sql("TRUNCATE notifications_emailmessage CASCADE")
    wait_until(lambda: not world.sql("SELECT 1 FROM pg_locks WHERE locktype = 'advisory'"), "the last batch")


def is_received(world: World, recipient: str, count: int = 1) -> bool:
    return sum(mail.recipient == recipient for mail in world.sink.mails) >= count


def wait_until_urgent_mail_is_received(world: World, ticket: int) -> None:
    """Escalate, ask for a new password, and let a response be due soon; each is mailed."""
    assert world.call("escalate", ticket) == 302
    assert world.call("reset_password", FORGETFUL) == 302
    for person in (LEAD, FORGETFUL):
        wait_until(lambda person=person: is_received(world, person), person)
    world.sql("UPDATE tickets_slaclock SET warn_at = now() WHERE ticket_id = %s AND ended_at IS NULL", ticket)
    world.call("run_task", "tickets.check_clocks")
    wait_until(lambda: is_received(world, LEAD, 2), "the warning")


def report_again(world: World) -> None:
    """Forget when each worker last reported, and ask each to report, as beat does every few seconds."""
    world.call("forget_reports")
    for task in ("outbox.heartbeat", "notifications.deliver", "notifications.deliver_urgent"):
        world.call("run_task", task)


def missing(world: World) -> dict[str, str]:
    """Return the workers that the probe misses, and what it says about each."""
    answer = world.call("ready")
    return {name: answer[name] for name in WORKERS if answer[name] != "ok"}


def wait_until_ready(world: World) -> None:
    report_again(world)
    wait_until(lambda: not missing(world), lambda: str(missing(world)))
    assert world.call("ready")["status"] == 200


def test_urgent_mail_overtakes_fifty_thousand(world: World, flood: int) -> None:
    wait_until(lambda: len(world.sink.mails) > 100, "the flood")
    before = len(world.sink.mails)
    wait_until_urgent_mail_is_received(world, flood)
    assert len(world.sink.mails) - before < AHEAD
    wait_until_ready(world)
    assert len(world.sink.mails) < MANY


def test_mail_server_that_hangs_delays_nothing_but_mail(world: World) -> None:
    ticket = world.ticket("stuck", people=2)
    hung: list[str] = []

    def hang(command: str, words: str) -> str:
        if command != "RCPT" or LEAD in words or FORGETFUL in words:
            return ""
        hung.append(words)
        return SILENCE

    world.sink.script = hang
    for count in (1, 2):  # one for each slot of the worker
        world.call("comment", ticket, f"News {count}")
        wait_until(lambda count=count: len(hung) == count, "a worker that waits")
    world.call("comment", ticket, "News 3")
    wait_until(lambda: world.states() == {"sending": 6, "queued": 3}, lambda: str(world.states()))
    wait_until_urgent_mail_is_received(world, ticket)
    wait_until_ready(world)

    world.kill_workers("delivery")
    report_again(world)
    wait_until(lambda: missing(world) == {"delivery": "no heartbeat"}, lambda: str(missing(world)))
    assert world.call("ready")["status"] == 503
    world.sink.script = lambda command, words: ""
    world.start_workers()
    world.release_stuck()
    world.wait_until(sent=9 + 3)
    world.check()
