from collections.abc import Iterator

import pytest

from supportcenter.local.smtp_sink import SmtpSink, serving
from tests.drills.world import World


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One site serves all drills, so one worker runs them all."""
    for item in items:
        if "drills" in item.path.parts:
            item.add_marker(pytest.mark.xdist_group("drills"))


@pytest.fixture(autouse=True)
def _fresh_cache() -> None:
    """The drills have a Valkey of their own, and it may be down."""


@pytest.fixture(scope="session")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with serving(SmtpSink()) as sink:
        world = World(tmp_path_factory.mktemp("drills"), sink)
        try:
            world.start()
            yield world
        finally:
            world.stop()


@pytest.fixture
def world(started: World) -> Iterator[World]:
    """The running site. What a drill stopped is started again for the next."""
    yield started
    started.impatient.unlink(missing_ok=True)
    started.sink.script = lambda command, words: ""
    for name, start in (
        ("postgres", started.start_postgres),
        ("valkey", started.start_valkey),
    ):
        if name not in started.processes:
            start()
    started.start_workers()
