"""The vendored files have what the pages use."""

import re
from pathlib import Path

from supportcenter.local.used_css import class_names, used_css

ROOT = Path(__file__).resolve().parents[2]
LEFT_OUT = set((ROOT / "tests/vendor/tabler/left-out.txt").read_text("utf-8").split())
ATTRIBUTE = re.compile(r"""class(?:Name|List\.\w+)?\s*(?:=|: ?|\()\s*(["'`])(.*?)\1""", re.DOTALL)
SOURCES = [*ROOT.glob("templates/**/*.*"), *ROOT.glob("static/js/*.js")]


def classes_in(path: Path) -> set[str]:
    return {word for _, value in ATTRIBUTE.findall(path.read_text("utf-8")) for word in value.split()}


def test_no_page_uses_a_class_whose_rules_were_left_out():
    """If this fails, `make vendor` takes the rules over again."""
    used = {name: str(path.relative_to(ROOT)) for path in SOURCES for name in classes_in(path)}
    assert {"btn", "site-main", "show"} <= set(used)
    assert {name: path for name, path in used.items() if name in LEFT_OUT} == {}


def test_only_rules_and_properties_in_use_stay():
    css = (
        ":root{--used:1;--chained:2;--unread:var(--chained)}"
        ".btn,.carousel{color:var(--used)}.btn:not(.gone){top:0}"
        "@media print{.carousel .btn{left:0}}@keyframes spin{to{top:0}}[data-picker] a{top:0}"
    )
    assert used_css(css, {"btn"}) == ":root{--used:1}.btn{color:var(--used)}.btn:not(.gone){top:0}"
    assert class_names(css) == {"btn", "carousel", "gone"}
