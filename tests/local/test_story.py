"""The demo's stories are read from text files, and a bad one is named with its line."""

from pathlib import Path

import pytest

from supportcenter.local.demo.story import Message, StoryError, load_stories
from tickets.models.catalog import Product, Reason

GOOD = """\
+++
subject = "{{service}}: lag grows"
product = "kafka"
reason = "outage"
severity = "high"
status = "solved"
+++

The lag of `{{service}}` grows.

```
{literal}
```

@note after 6 minutes

Node 3 was replaced.

@agent after 4 minutes

We are on it.

@requester after 1310 minutes

#escalate Nothing happens.

@attachment broker.log

14:20 WARN
  indented
"""


def load(folder: Path, text: str) -> list:
    story = folder / "01-kafka" / "01-lag.md"
    story.parent.mkdir(exist_ok=True)
    story.write_text(text)
    return load_stories({"kafka"}, {"outage"}, folder)


def test_story_is_read_with_its_messages_and_attachment(tmp_path):
    (story,) = load(tmp_path, GOOD)
    assert (story.subject, story.product, story.reason) == ("{{service}}: lag grows", "kafka", "outage")
    assert (story.severity, story.status) == ("high", "solved")
    assert story.opening == "The lag of `{{service}}` grows.\n\n```\n{literal}\n```"
    assert story.messages[0] == Message("note", "Node 3 was replaced.", 6)
    assert [(each.who, each.minutes) for each in story.messages[1:]] == [("agent", 4), ("requester", 1310)]
    assert story.escalation is story.messages[2]
    assert story.attachment == ("broker.log", "14:20 WARN\n  indented\n")


@pytest.mark.parametrize(
    ("old", "new", "line", "reason"),
    [
        ("+++", "---", 1, "put the properties between two lines"),
        ('"kafka"', "kafka", 3, "Invalid value"),
        ('"high"', '"urgent"', 5, "severity must be one of low, high, critical"),
        ('"kafka"', '"carrots"', 3, "product must be one of kafka"),
        ('"outage"', '"whim"', 4, "reason must be one of outage"),
        ('"solved"', '"closed"', 6, "status must be one of open, "),
        ("severity =", "gravity =", 1, "the properties lack severity"),
        ("status =", 'owner = "fay"\nstatus =', 6, "there is no property owner"),
        ("`{{service}}` grows", "`{{cluster}}` grows", 9, "there is no placeholder {{cluster}}"),
        ("@agent after 4 minutes", "@agent 4", 19, "write “@agent 4” like “@agent after 25 minutes”"),
        ("@agent after", "@bot after", 19, "write “@bot after 4 minutes” like"),
        ("We are on it.", "", 19, "there is no text below this line"),
        ("@attachment broker.log", "@attachment my logs", 27, "write “@attachment my logs” like"),
        ("@note after 6 minutes", "@attachment a.log", 19, "nothing may follow the attachment"),
    ],
)
def test_bad_story_is_named_with_its_line(tmp_path, old, new, line, reason):
    with pytest.raises(StoryError) as error:
        load(tmp_path, GOOD.replace(old, new))
    assert str(error.value).startswith(f"{tmp_path}/01-kafka/01-lag.md:{line}: ")
    assert reason in str(error.value)


@pytest.mark.django_db
def test_stories_of_the_demo_are_good_and_about_what_the_site_has():
    products, reasons = (
        list(model.objects.values_list("code", flat=True).order_by("pk")) for model in (Product, Reason)
    )
    stories = load_stories(products, reasons)
    assert len(stories) == 76
    assert stories[0].subject == "{{service}}: producers fail with NOT_ENOUGH_REPLICAS since 14:20 UTC"
    assert stories[-1].subject == "terraform plan takes 14 minutes"
