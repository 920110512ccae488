import pytest
from hypothesis import given
from hypothesis import strategies as st

from supportcenter.placeholders import fill, placeholder_problem, unknown_placeholders
from tests.growth import LINEAR, LONG, growth

KNOWN = {"name": "", "reference": ""}


@pytest.mark.parametrize(
    ("text", "unknown"),
    [
        ("Hello {{name}}, {{ reference }}", []),
        ("{{nmae}} {{ x }} {{nmae}}", ["nmae", "x"]),
        ("{{}}", [""]),
        ('{"a": {"b": 1}} {reference}', []),
        ("{{\nreference\n}}", []),
        ("{{{name}}}", []),
        ("{{name", []),
    ],
)
def test_unknown_placeholders(text, unknown):
    assert unknown_placeholders(text, KNOWN) == unknown
    assert bool(placeholder_problem(text, KNOWN)) == bool(unknown)


def test_problem_names_the_placeholder_and_those_that_exist():
    assert placeholder_problem("{{ x }}", KNOWN) == (
        "“{{x}}” is not a placeholder. Use one of these: {{name}}, {{reference}}."
    )


def test_fills_in_one_pass():
    values = {"name": "{{reference}}", "reference": "SUP-1"}
    assert fill("{{ name }} {{reference}} {{other}} {a}", values) == "{{reference}} SUP-1 {{other}} {a}"


@given(st.text())
def test_placeholders_in_values_are_not_replaced(text):
    assert fill("{{name}}", {"name": f"{{{{reference}}}}{text}", "reference": "secret"}).endswith(text)


@pytest.mark.parametrize(
    "worst",
    [
        lambda size: "{{" + " " * size,
        lambda size: "{{ " * (size // 3),
        lambda size: "{{" * (size // 2),
        lambda size: "{{ a }" * (size // 6),
    ],
)
def test_worst_text_costs_in_proportion_to_its_length(worst):
    assert fill(worst(LONG), KNOWN) == worst(LONG)
    assert unknown_placeholders(worst(LONG), KNOWN) == []
    assert growth(lambda text: fill(text, KNOWN), worst) < LINEAR
    assert growth(lambda text: unknown_placeholders(text, KNOWN), worst) < LINEAR
