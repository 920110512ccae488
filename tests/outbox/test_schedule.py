"""Scheduled runs wait for busy workers, and one that is dropped is logged."""

import logging

from celery.signals import task_revoked

from supportcenter.celery import POLLS, app
from supportcenter.outbox.tasks import dispatch, heartbeat


def test_only_polls_are_dropped_within_a_minute():
    expiries = {each["task"]: each["options"]["expires"] for each in app.conf.beat_schedule.values()}
    assert {task for task, seconds in expiries.items() if seconds < 60} == POLLS
    assert {"outbox.heartbeat", "tickets.check_clocks", "notifications.release_stuck"}.isdisjoint(POLLS)
    assert expiries["tickets.close_solved"] == 3600


def test_dropped_run_is_logged(caplog):
    def dropped(task: object, **values: object) -> None:
        task_revoked.send(sender=task, request=None, signum=None, **values)

    with caplog.at_level(logging.WARNING):
        dropped(heartbeat, terminated=False, expired=True)
        dropped(heartbeat, terminated=True, expired=False)
        dropped(dispatch, terminated=False, expired=True)
    assert [record.msg["event"] for record in caplog.records] == ["task_expired"]
