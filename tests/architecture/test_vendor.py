"""The vendored files have what the pages use."""

from pathlib import Path

from supportcenter.local.used_css import used_css, words_of

ROOT = Path(__file__).resolve().parents[2]
STYLES = (ROOT / "static/vendor/tabler/tabler.min.css").read_text("utf-8")
LEFT_OUT = set((ROOT / "tests/vendor/tabler/left-out.txt").read_text("utf-8").split())


def test_no_class_in_our_sources_was_left_out():
    """Templates, scripts and Python. If this fails, run `make vendor`."""
    words = words_of(ROOT)
    assert "btn" in words
    assert "carousel" in LEFT_OUT
    assert words & LEFT_OUT == set()


def test_vendored_style_sheet_has_only_rules_in_use():
    assert ".btn{" in STYLES
    assert ".carousel" not in STYLES


def test_only_rules_in_use_stay():
    css = (
        ".btn,.carousel{top:0}.btn:not(.gone){top:1px}[data-picker] a{top:0}"
        "@media print{.carousel .btn{left:0}}@media screen{a,.btn.carousel{left:0}}@keyframes spin{to{top:0}}"
    )
    assert used_css(css, {"btn"}) == (
        ".btn{top:0}.btn:not(.gone){top:1px}@media screen{a{left:0}}@keyframes spin{to{top:0}}",
        {"carousel", "data-picker"},
    )
