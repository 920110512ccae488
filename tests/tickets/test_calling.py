import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickets.mentions import asks_to_escalate


@pytest.mark.parametrize(
    "text",
    [
        "#escalate",
        "Please #escalate this.",
        "No answer for two days.\n\n#Escalate",
        "(#escalate)",
        "**#escalate**",
        "#escalate!",
        "> earlier words\n\n#escalate",
        "- #escalate",
        "line one\n#escalate\nline three",
        "`code` #escalate",
        "#ESCALATE\r\n\r\n-- \r\nBen",
        "<table> is empty\n#escalate",
        "<kafka-broker-1>\n#escalate",
    ],
)
def test_own_words_call(text):
    assert asks_to_escalate(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "escalate",
        "# escalate",
        "#escalated",
        "#escalate-me",
        "##escalate",
        "x#escalate",
        "> #escalate",
        "> quoted\n#escalate",  # a lazy line of the quote
        "> > #escalate",
        "`#escalate`",
        "```\n#escalate\n```",
        "    #escalate",
        "~~~\n#escalate",
        "[#escalate](https://example.com)",
        "https://example.com/#escalate",
        "https://example.com/page#escalate",
        "<https://example.com/#escalate>",
        "mail@example.com#escalate",
        "Thanks\n\n-- \nBen #escalate",
        "Thanks\n\n--\n#escalate",
        "&#escalate",
        "https://example.com/?q=#escalate",
    ],
)
def test_other_words_do_not(text):
    assert not asks_to_escalate(text)


@given(st.text(max_size=300))
def test_text_without_the_word_never_calls(text):
    assert not asks_to_escalate(text.replace("escalate", "").replace("ESCALATE", "").replace("#", ""))


@given(st.text(alphabet="ab >`\n#-", max_size=60))
def test_any_text_can_be_read(text):
    assert asks_to_escalate(text + "\n\n```\n#escalate") in {True, False}
