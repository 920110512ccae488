"""Nothing is lost and nothing is sent twice, whatever dies while a comment is on its way to its readers.

Only when a worker dies between the server's 250 and its own commit is the mail in hand sent again, with the
same Message-ID. Each ticket has Ben, who opened it, and 20 people in CC; Fay's comment is for all of them.
"""

import threading
from collections.abc import Callable

import pytest

from supportcenter.local.smtp_sink import HANG_UP, SILENCE
from tests.drills.world import World
from tests.waiting import LIMIT_SECONDS, wait_until

ALL = 21


def comment(world: World, ticket: int, words: str = "News") -> None:
    """Post a comment: whatever is down behind it, the request waits for neither broker nor mail server."""
    assert world.call("comment", ticket, words) == {"status": 302, "asked": []}


def at(command: str, person: str, answer: str) -> Callable[[str, str], str]:
    """Answer one command with something else, for addresses that hold some words."""
    return lambda said, words: answer if said == command and person in words else ""


def test_worker_killed_in_the_middle_of_the_fan_out(world: World) -> None:
    ticket = world.ticket("fanout", people=520)
    world.kill_workers("worker")
    comment(world, ticket)
    ((event,),) = world.sql("SELECT id FROM outbox_outboxmessage WHERE name = 'ticket.commented'")
    with world.connect() as ours:
        # Someone in the second chunk: the worker has to wait until we commit or roll back.
        ours.execute(
            "INSERT INTO notifications_emailmessage (id, kind, to_address, reason, reason_text, event_id,"
            " content, lane, state, attempts, crashes, due_at, detail, provider_id, created_at) VALUES"
            " (gen_random_uuid(), '', 'fanout-515@acme.example', '', '', %s, '{}', 1, 'held', 0, 0, now(),"
            " '', '', now())",
            [event],
        )
        world.start_workers()
        world.wait_until_waiting_for_lock()
        world.kill_workers("worker")
        ours.rollback()
    world.start_workers()
    world.wait_until(sent=521)
    world.check()


def test_worker_killed_in_the_middle_of_sending(world: World) -> None:
    """Within seconds others send its mails, without being asked; a worker that only waits keeps its own."""
    ticket = world.ticket("sending")
    is_waiting = threading.Event()

    def keep_the_sixth_waiting(command: str, words: str) -> str:
        if command != "DATA" or len(world.sink.mails) < 5:
            return ""
        is_waiting.set()
        return SILENCE

    world.sink.script = keep_the_sixth_waiting
    comment(world, ticket)
    assert is_waiting.wait(LIMIT_SECONDS)
    assert world.call("sweep") == 0
    world.kill_workers("delivery")
    world.sink.script = at("", "", "")
    world.start_workers()
    world.wait_until(sent=ALL - 1, retry=1)
    due = "SELECT due_at < now() + interval '30 s' FROM notifications_emailmessage WHERE state = 'retry'"
    assert world.sql(due) == [(True,)]
    world.make_due()
    world.wait_until(sent=ALL)
    world.check()


def test_worker_killed_between_the_answer_and_its_commit(world: World) -> None:
    ticket = world.ticket("commit")
    with world.connect() as ours:

        def hold_the_row(command: str, words: str) -> str:
            if command == "DATA" and "commit-7@" in words:
                ours.execute(
                    "SELECT 1 FROM notifications_emailmessage WHERE to_address = %s FOR UPDATE", [words]
                )
            return ""

        world.sink.script = hold_the_row
        comment(world, ticket)
        world.wait_until_waiting_for_lock()
        world.kill_workers("delivery")
        # Without this PostgreSQL would still run what the dead worker had asked for.
        world.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
        world.sink.script = at("", "", "")
        ours.rollback()
    world.release_stuck()
    world.start_workers()
    world.wait_until(sent=ALL)
    world.check(twice=1)


def test_mail_that_kills_its_worker_fails_and_the_others_are_sent(world: World) -> None:
    ticket = world.ticket("deadly")
    world.sql("UPDATE orgs_user SET email = 'poison@acme.example' WHERE email = 'deadly-7@acme.example'")
    before = world.deaths()
    comment(world, ticket)

    for death in (1, 2, 3):
        wait_until(lambda death=death: world.deaths() == before + death, f"death {death}")
        world.release_stuck(crashes=death)
    world.wait_until(sent=ALL - 1, failed=1)
    world.check()
    ((answer,),) = world.sql("SELECT detail FROM notifications_emailmessage WHERE state = 'failed'")
    assert answer == "3 workers died while sending this mail."


def test_valkey_stopped_while_comments_arrive(world: World) -> None:
    ticket = world.ticket("stopped", people=5)
    world.end("valkey", 9)
    for number in range(3):
        comment(world, ticket, f"News {number}")
    world.start_valkey()
    world.wait_until(sent=18)
    world.check()


def test_valkey_flushed_while_comments_arrive(world: World) -> None:
    ticket = world.ticket("flushed", people=5)
    for number in range(5):
        comment(world, ticket, f"News {number}")
        world.flush_valkey()
    world.wait_until(sent=30)
    world.check()


@pytest.mark.parametrize(
    ("name", "command", "answer"),
    [
        ("away", "CONNECT", "421 4.3.2 Shutting down"),
        ("closing", "RCPT", "421 4.3.2 Shutting down"),
        ("greylisted", "RCPT", "451 4.7.1 Greylisted"),
        ("hanging", "RCPT", SILENCE),
        ("broken", "DATA", HANG_UP),
    ],
)
def test_mail_server_with_a_temporary_fault(world: World, name: str, command: str, answer: str) -> None:
    ticket = world.ticket(name)
    world.sink.script = at(command, "", answer)
    if answer == SILENCE:
        world.impatient.touch()
    comment(world, ticket)
    world.wait_until(retry=ALL)
    assert world.sink.mails == []
    world.impatient.unlink(missing_ok=True)
    world.sink.script = at("", "", "")
    world.make_due()
    world.wait_until(sent=ALL)
    world.check()


def test_mail_server_that_refuses_one_of_them(world: World) -> None:
    ticket = world.ticket("refused")
    world.sink.script = at("RCPT", "refused-7@", "550 5.1.1 No such user")
    comment(world, ticket)
    world.wait_until(sent=ALL - 1, failed=1)
    world.check()


def test_postgres_restarted_while_the_mail_server_answers(world: World) -> None:
    ticket = world.ticket("restart")

    def restart(command: str, words: str) -> str:
        if command == "END" and "restart-7@" in words:
            world.end("postgres", 2)
            world.start_postgres()
        return ""

    world.sink.script = restart
    comment(world, ticket)
    wait_until(lambda: len(world.sink.mails) == ALL, "all mails")
    world.wait_until(sent=ALL)
    world.check()
