"""docs/configuration.md and docker-compose.yml against the settings."""

import re
from pathlib import Path

import pytest

from supportcenter.local.docs import SOURCES, TARGET, Variable, page, variables

ROOT = Path(__file__).resolve().parents[2]
TEXTS = [source.read_text("utf-8") for source in SOURCES]
VARIABLES = [variable for text in TEXTS for variable in variables(text)]
# Set by the image itself, or of use in development only.
NOT_FOR_COMPOSE = {
    "DEBUG",
    "DEMO_PASSWORD",
    "DEV_MAILBOX",
    "ENV_FILE",
    "LOG_FORMAT",
    "MEDIA_ROOT",
    "STATIC_ROOT",
}


def test_page_is_up_to_date():
    assert TARGET.read_text("utf-8") == page(TEXTS), "run make docs"


def test_every_variable_is_read_in_one_place():
    names = [each.name for each in VARIABLES]
    assert sorted(set(names)) == sorted(names)
    calls = re.findall(r'\benv\.\w+\(\s*"(\w+)"', "".join(TEXTS))
    assert sorted(calls) == sorted(names)


@pytest.mark.parametrize("variable", VARIABLES, ids=lambda each: each.name)
def test_variable_has_a_description(variable: Variable):
    assert re.search(r"\w{3,}.*[.`]$", variable.meaning)
    assert "|" not in variable.meaning


def test_compose_passes_on_every_variable_and_no_other():
    compose = (ROOT / "docker-compose.yml").read_text("utf-8")
    block = re.search(r"environment: &environment\n(.*?)\n\n", compose, re.DOTALL)
    assert block
    passed = set(re.findall(r"^    ([A-Z_]+):", block[1], re.MULTILINE))
    assert passed == {each.name for each in VARIABLES} - NOT_FOR_COMPOSE


def test_description_and_default_come_from_the_source():
    source = '# --- Part ---\n\n# What it\n# means.\nX = Path(env.str("NAME", default=f"{A} b"))\n'
    assert variables(source) == [Variable("NAME", "Part", "What it means.", "text", "`{A} b`")]
