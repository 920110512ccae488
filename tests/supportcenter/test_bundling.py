"""The small style sheets and scripts become one file each, and mean the same."""

import re
from pathlib import Path

import pytest
import tinycss2

from supportcenter.bundling import BundleError, bundle_scripts, bundle_styles
from supportcenter.static_files import SCRIPTS, STYLES

STATIC = Path(__file__).resolve().parents[2] / "static"
OURS = {name.removeprefix("js/"): (STATIC / name).read_text("utf-8") for name in SCRIPTS}
SHEETS = {name: (STATIC / name).read_text("utf-8") for name in STYLES}


def plain(nodes: list) -> str:
    """Return the text without the spaces that mean nothing; the one before a colon is a combinator."""
    text = re.sub(r"\s+", " ", re.sub(r"/\*.*?\*/", "", tinycss2.serialize(nodes), flags=re.DOTALL).strip())
    return re.sub(r" ?([,>]) ?|([:(]) | (?=\))", r"\1\2", text)


def rules_of(css: str) -> list[str]:
    """Return selectors, conditions and declarations in their order."""
    return described(tinycss2.parse_rule_list(css, skip_comments=True, skip_whitespace=True))


def described(nodes: list) -> list[str]:
    found = []
    for node in nodes:
        if node.type == "declaration":
            found.append(f"{node.name}:{plain(node.value)}{node.important}")
            continue
        assert node.type in {"qualified-rule", "at-rule"}, node.serialize()
        found.append(plain(node.prelude))
        if node.content:
            found += described(
                tinycss2.parse_blocks_contents(node.content, skip_comments=True, skip_whitespace=True)
            )
    return found


def test_imported_script_comes_first_and_names_do_not_meet():
    bundle = bundle_scripts(
        {
            "page.js": 'import { greet } from "./words.js";\nconst word = 1;\ngreet(word);\n',
            "words.js": "const word = 2;\nexport function greet(one) { return one + word; }\n",
        }
    )
    assert bundle.index('$["words.js"]=') < bundle.index('$["page.js"]=')
    assert 'const{greet}=$["words.js"];' in bundle
    assert "return{greet};" in bundle


@pytest.mark.parametrize(
    ("sources", "reason"),
    [
        ({"a.js": 'import { b } from "./b.js";\n'}, "a.js imports b.js, which is not in the bundle"),
        (
            {"a.js": 'import { b } from "./b.js";\n', "b.js": 'import { a } from "./a.js";\n'},
            "a.js → b.js → a.js: imports in a circle",
        ),
        ({"a.js": 'import b from "./b.js";\n'}, "not one of the forms"),
        ({"a.js": "export default 1;\n"}, "not one of the forms"),
        ({"a.js": "export let changed = 1;\n"}, "not one of the forms"),
        ({"a.js": 'const b = await import("./b.js");\n'}, "not one of the forms"),
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


def test_every_script_of_ours_is_on_every_page():
    assert {path.name for path in (STATIC / "js").glob("*.js")} == set(OURS)


def test_smaller_style_sheet_has_the_same_rules():
    rules = [rule for css in SHEETS.values() for rule in rules_of(css)]
    assert len(rules) > 2000
    assert rules_of(bundle_styles(SHEETS)) == rules


@pytest.mark.parametrize("css", ["a { background: url(icon.svg) }", 'a { background: url("x/icon.svg") }'])
def test_url_that_the_bundle_would_break_stops_the_build(css):
    with pytest.raises(BundleError, match=r"x\.css"):
        bundle_styles({"x.css": css})
    assert bundle_styles({"x.css": 'a { background: url("../vendor/icon.svg"), url("data:,") }'})
