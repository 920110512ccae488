from hypothesis import given
from hypothesis import strategies as st

from tickets.forms.addresses import split_addresses


def test_all_separators_work():
    text = "a@x.example, b@x.example;c@x.example\nd@x.example  <e@x.example>"
    assert split_addresses(text) == [f"{name}@x.example" for name in "abcde"]


def test_each_address_once_in_order():
    assert split_addresses("B@x.example a@x.example b@X.example") == ["b@x.example", "a@x.example"]


@given(
    st.lists(st.sampled_from(["a@x.example", "b@x.example"])), st.sampled_from([" ", ",", ";", "\n", ", "])
)
def test_separator_never_changes_the_result(addresses, separator):
    assert split_addresses(separator.join(addresses)) == list(dict.fromkeys(addresses))
