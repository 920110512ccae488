"""Cut a variable font to the characters and weights that the site uses (`make vendor`)."""

from io import BytesIO

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

WEIGHTS = (400, 700)
# What European languages in Latin script need beyond Latin-1: a Polish name then costs 11 KB, not the 59 KB
# of all of Latin Extended.
EUROPEAN = {
    *range(0x0100, 0x0180), *range(0x0218, 0x021C), *range(0x1E80, 0x1E86), 0x1E9E, 0x1EF2, 0x1EF3,
}  # fmt: skip


def characters(font: bytes) -> set[int]:
    """Return the code points for which the font has a glyph."""
    return set(TTFont(BytesIO(font)).getBestCmap() or ())


def subset(font: bytes, unicodes: set[int]) -> bytes:
    """Return the font with these characters, as WOFF2; all its features stay, such as tabular figures."""
    options = Options(layout_features=["*"], notdef_outline=True)
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=unicodes)
    lighter = _with_weights(font)
    subsetter.subset(lighter)
    return _saved(lighter, flavor="woff2")


def _with_weights(font: bytes) -> TTFont:
    """Return the font without the other weights, loaded again: the instancer leaves tables half decoded."""
    whole = TTFont(BytesIO(font))
    return TTFont(BytesIO(_saved(instantiateVariableFont(whole, {"wght": WEIGHTS}), flavor=None)))


def _saved(font: TTFont, flavor: str | None) -> bytes:
    font.flavor = flavor
    # The time of the last change is part of the file; without it the same input gives the same bytes.
    font.recalcTimestamp = False
    output = BytesIO()
    font.save(output)
    return output.getvalue()
