"""After a full test run: fails it if a template was never rendered. Loaded by `tests/conftest.py`."""

from pathlib import Path

import pytest
from jinja2 import Environment

ROOT = Path(__file__).resolve().parents[1] / "templates"
USED: set[str] = set()
_load = Environment._load_template


def _noted(env: Environment, name: str, *args: object) -> object:
    USED.add(name)
    return _load(env, name, *args)


def pytest_configure(config: pytest.Config) -> None:
    Environment._load_template = _noted


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: object) -> None:
    """Add what a worker of pytest-xdist has rendered."""
    USED.update(getattr(node, "workeroutput", {}).get("templates", []))


def pytest_sessionfinish(session: pytest.Session) -> None:
    config = session.config
    if hasattr(config, "workeroutput"):
        config.workeroutput["templates"] = sorted(USED)
        return
    is_whole = config.args_source is pytest.Config.ArgsSource.TESTPATHS and not config.option.keyword
    unused = {str(path.relative_to(ROOT)) for path in ROOT.rglob("*.*")} - USED
    if is_whole and not config.option.collectonly and unused:
        reporter = config.pluginmanager.getplugin("terminalreporter")
        reporter.write_line(f"\nNo test rendered these templates: {', '.join(sorted(unused))}")
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
