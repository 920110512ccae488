import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickets.search.references import number_typed


@pytest.mark.parametrize(
    "text",
    [
        "SUP-1205",
        "sup-1205",
        "sup 1205",
        "#1205",
        "＃１２０５",
        "[SUP-1205]",
        "(SUP‑1205).",
        " SUP–1205:\n",
        "http://testserver/tickets/SUP-1205/",
        "<https://help.example/support/tickets/sup-1205/?after=3#comment-9>",
        "testserver/tickets/SUP-1205",
    ],
)
def test_number_as_it_is_copied(text):
    assert number_typed(text) == 1205


@pytest.mark.parametrize(
    "text", ["", "1205", "#", "# lag", "SUP-1205 lag", "SUPER-1205", "#12a", "SUP-" + "1" * 18]
)
def test_other_texts_are_no_number(text):
    assert number_typed(text) is None


@given(st.text("SUP-#[]/1２ ab:") | st.text())
def test_no_text_breaks_it(text):
    number_typed(text)
