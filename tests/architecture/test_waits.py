"""No test depends on how fast the machine is: limits have one home, tests/waiting.py, ratios another."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]
HOMES = {TESTS / "waiting.py", TESTS / "growth.py"}
CLOCKS = {"sleep", "monotonic", "perf_counter", "process_time", "thread_time", "wait_for_timeout"}
# Methods whose first argument is a limit in seconds or milliseconds.
LIMITED = {"wait", "result", "join", "acquire", "set_default_timeout", "set_default_navigation_timeout"}


def is_number(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, int | float)


def guesses(source: str) -> Iterator[str]:
    """Yield each pause, each look at a clock, and each limit that is a literal number."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.module == "time":
            yield ast.unparse(node)
        if isinstance(node, ast.Attribute) and node.attr in CLOCKS:
            yield ast.unparse(node)
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else ""
            limits = [each.value for each in node.keywords if each.arg == "timeout"]
            limits += node.args[:1] if name in LIMITED else []
            yield from (ast.unparse(node) for each in limits if is_number(each))


def test_waits_end_by_a_condition_or_by_the_one_limit():
    files = [path for path in sorted(TESTS.rglob("*.py")) if path not in HOMES]
    found = {str(path.relative_to(TESTS)): list(guesses(path.read_text("utf-8"))) for path in files}
    assert {name: each for name, each in found.items() if each} == {}


@pytest.mark.parametrize(
    "source",
    [
        "time.sleep(1)",
        "page.wait_for_timeout(LIMIT)",
        "began = time.monotonic()",
        "from time import sleep",
        "ready.wait(5)",
        "pool.submit(run).result(20)",
        "expect(line).to_be_visible(timeout=8000)",
        "subprocess.run(argv, timeout=20)",
        "context.set_default_timeout(10_000)",
    ],
)
def test_a_guess_is_found(source):
    assert list(guesses(source))


@pytest.mark.parametrize("source", ["ready.wait(LIMIT_SECONDS)", "', '.join(names)", "now = time.time()"])
def test_what_is_no_guess_is_left_alone(source):
    assert not list(guesses(source))
