"""What is read from the messages in tests/mail: each has what is expected of it beside it."""

import json
from pathlib import Path

import pytest

from notifications.inbound.reading import interpret

FOLDER = Path(__file__).parents[1] / "mail"
MESSAGES = sorted(path.stem for path in FOLDER.glob("*.eml"))


@pytest.mark.parametrize("name", MESSAGES)
def test_message(name):
    expected = json.loads((FOLDER / f"{name}.json").read_text())
    reading = interpret((FOLDER / f"{name}.eml").read_bytes())
    bounce = reading.bounce
    found = {
        "text": reading.text,
        "subject": reading.mail.subject,
        "author": reading.author.email if reading.author else "",
        "automatic": bool(reading.automatic),
        "attachments": [
            {"name": each.name, "type": each.content_type, "bytes": len(each.data)} for each in reading.files
        ],
        "bounce": bounce
        and {"address": bounce.address, "status": bounce.status, "permanent": bounce.is_permanent},
    }
    for key, value in expected.items():
        if key == "attachments":
            found[key] = [
                {name: each[name] for name in wanted} for each, wanted in zip(found[key], value, strict=True)
            ]
        assert found[key] == value
    if "automatic" not in expected:
        assert not found["automatic"]
    if "bounce" not in expected:
        assert found["bounce"] is None


def test_there_are_enough_of_them():
    assert len(MESSAGES) >= 80
