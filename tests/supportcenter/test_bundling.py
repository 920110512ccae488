"""The small style sheets and scripts become one file each, and mean the same."""

import re
from pathlib import Path

import pytest

from supportcenter.bundling import BundleError, bundle_scripts, bundle_styles
from supportcenter.static_files import SCRIPTS, STYLES

STATIC = Path(__file__).resolve().parents[2] / "static"
OURS = {name.removeprefix("js/"): (STATIC / name).read_text("utf-8") for name in SCRIPTS}


def test_names_of_scripts_do_not_clash():
    bundle = bundle_scripts(
        {
            "words.js": "const word = 2;\nexport function greet(one) { return one + word; }\n",
            "page.js": 'import { greet } from "./words.js";\nconst word = 1;\ngreet(word);\n',
        }
    )
    assert 'const{greet}=$["words.js"];' in bundle
    assert "return{greet};" in bundle


@pytest.mark.parametrize(
    ("sources", "reason"),
    [
        (
            {"a.js": 'import { b } from "./b.js";\n', "b.js": ""},
            "a.js imports b.js, which must come before it",
        ),
        ({"a.js": 'import b from "./b.js";\n'}, "can't bundle"),
        ({"a.js": "export default 1;\n"}, "can't bundle"),
        ({"a.js": "export let changed = 1;\n"}, "can't bundle"),
        ({"a.js": 'const b = await import("./b.js");\n'}, "can't bundle"),
    ],
)
def test_script_that_cannot_be_bundled_stops_the_build(sources, reason):
    with pytest.raises(BundleError, match=re.escape(reason)):
        bundle_scripts(sources)


def test_bundle_has_all_scripts_and_all_their_texts():
    bundle = bundle_scripts(OURS)
    assert sorted(re.findall(r'\$\["([\w-]+\.js)"\]=', bundle)) == sorted(OURS)
    code = [re.sub(r"^\s*//.*$", "", text, flags=re.MULTILINE) for text in OURS.values()]
    texts = {literal for text in code for literal in re.findall(r"`[^`]*`", text)}
    assert texts
    assert [literal for literal in texts if literal not in bundle] == []


def test_every_script_and_style_sheet_is_in_a_bundle():
    ours = {f"js/{path.name}" for path in (STATIC / "js").glob("*.js")}
    assert set(SCRIPTS) == ours
    ours = {f"css/{path.name}" for path in (STATIC / "css").glob("*.css")}
    assert ours - set(STYLES) == {"css/invoice.css"}, "only invoices as PDF have a style sheet of their own"


def test_style_sheets_lose_only_their_comments():
    css = {"a.css": "/* A */\n.a :is(b) { top: 0 /* 1 */; }\n", "b.css": "@media print { c { top: 0 } }\n"}
    assert bundle_styles(css) == "\n.a :is(b) { top: 0 ; }\n@media print { c { top: 0 } }\n"


@pytest.mark.parametrize("css", ["a { background: url(icon.svg) }", 'a { background: url("x/icon.svg") }'])
def test_url_that_the_bundle_would_break_stops_the_build(css):
    with pytest.raises(BundleError, match=r"x\.css"):
        bundle_styles({"x.css": css})


def test_url_that_works_from_the_bundle_stays():
    css = 'a { background: url("../vendor/icon.svg"), url("data:,") }'
    assert bundle_styles({"x.css": css}) == css
