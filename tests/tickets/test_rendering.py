import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickets.rendering import to_html


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("**bold** and `code`", "<p><strong>bold</strong> and <code>code</code></p>\n"),
        ("one\ntwo", "<p>one<br>\ntwo</p>\n"),
        ("# Title", "<h4>Title</h4>\n"),
        ("```\nx < y\n```", '<pre tabindex="0"><code>x &lt; y\n</code></pre>\n'),
        ("<b>no</b>", "<p>&lt;b&gt;no&lt;/b&gt;</p>\n"),
    ],
)
def test_markdown(text, html):
    assert to_html(text) == html


def test_links_lead_out_politely():
    assert to_html("[docs](https://example.com)") == (
        '<p><a href="https://example.com" rel="nofollow noopener noreferrer">docs</a></p>\n'
    )


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("see https://example.com/a_b_c?q=(1), or", ["https://example.com/a_b_c?q=(1)"]),
        ("**http://example.com** *HTTPS://a.example/x*", ["http://example.com", "HTTPS://a.example/x"]),
        ("www.example.com\nor ada@acme.example:", ["http://www.example.com"]),
        ("mail ada@acme.com", ["mailto:ada@acme.com"]),
        (
            "http://xn--e1afmkfd.com/x xn--e1afmkfd.com",
            ["http://xn--e1afmkfd.com/x", "http://xn--e1afmkfd.com"],
        ),
        ("[http://a.com](http://b.com) `http://c.com`", ["http://b.com"]),
        ("http\\://a.com xhttp://a_b javascript://a.com", []),
        ("a.com/" + "a" * 2000, []),
    ],
)
def test_addresses_become_links(text, links):
    assert re.findall('href="([^"]*)"', to_html(text)) == links


@pytest.mark.parametrize(
    "text",
    [
        "[x](javascript:alert(1))",
        "[x](data:text/html,x)",
        "[x](vbscript:x)",
        "<javascript:alert(1)>",
        "![x](https://example.com/pixel.png)",
        "<img src=x onerror=alert(1)>",
        '<div hx-get="/account/logout/" hx-trigger="load">',
        "<style>*{display:none}</style>",
    ],
)
def test_nothing_runs_or_loads(text):
    html = to_html(text)
    for bad in ("<img", "<script", "<style", "<div", 'href="javascript', 'href="data', 'href="vbscript'):
        assert bad not in html


@given(st.text(alphabet=st.sampled_from("<>\"'/=&;:()[]!`*_#\\ \nabhrefimgonsrjvcpt")))
def test_no_text_makes_a_tag_that_is_not_allowed(text):
    html = to_html(text).lower()
    assert "<img" not in html
    assert "<script" not in html


@pytest.mark.parametrize("text", ["[" * 20_000, "*a " * 20_000, "> " * 2_000, "`" * 20_000, "|" * 20_000])
def test_hostile_lengths_are_rendered(text):
    assert to_html(text)
