import pytest

from tickets.placeholders import PLACEHOLDERS, fill, unknown_placeholders


@pytest.mark.parametrize(
    ("text", "unknown"),
    [
        ("Hello {{customer_first_name}}, {{ reference }}", []),
        ("{{custmer}} {{ x }} {{custmer}}", ["custmer", "x"]),
        ("{{}}", [""]),
        ('{"a": {"b": 1}} {reference}', []),
        ("{{\nreference\n}}", []),
    ],
)
def test_unknown_placeholders(text, unknown):
    assert unknown_placeholders(text) == unknown


def test_fills_in_one_pass():
    values = dict.fromkeys(PLACEHOLDERS, "x") | {"subject": "{{agent_name}}"}
    assert fill("{{ subject }} {{agent_name}} {{other}} {a}", values) == "{{agent_name}} x {{other}} {a}"
