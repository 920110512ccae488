"""Download the pinned files in ``static/vendor`` and ``tests/vendor`` (``make vendor``).

Needs npm and network; nothing else in the project does. A package is accepted only if its archive has the
checksum below, so a new version needs a new line here. NOTICE lists what we change.
"""

import hashlib
import re
import subprocess
import tarfile
import tempfile
from pathlib import Path

from supportcenter.local.font_subset import EUROPEAN, characters, subset
from supportcenter.local.used_css import used_css, words_of

ROOT = Path(__file__).resolve().parents[2]
TABLER = ROOT / "static" / "vendor" / "tabler"
INTER = ROOT / "static" / "vendor" / "inter"
AXE = ROOT / "tests" / "vendor" / "axe"
# The classes of Tabler that the site's copy lacks, for a test.
LEFT_OUT = ROOT / "tests" / "vendor" / "tabler" / "left-out.txt"

PACKAGES = {
    "@tabler/core@1.6.1": "d02d679e51f6c179b21f035e154c13cdcb2ae8b18579e56ea606408ba7fc7a87",
    "@tabler/icons@3.51.0": "b30108713d3fa60aee862c2a133225da8e0f309be0708fe2925763ff810c766c",
    "@fontsource-variable/inter@5.3.0": "d26710dd38e7217484a1d47ee76c024977ec550548876f26d06ed1844af09a14",
    "axe-core@4.14.1": "e6b0ce02b84d892e2e33e403485e7f3d6c29e2be6df65daf44d89ba564139745",
}

# The icons in the sprite; templates can use no others.
ICONS = """
    adjustments alert-circle alert-octagon alert-triangle alphabet-latin archive archive-off
    arrow-back-up arrow-down arrow-left arrow-right arrow-up arrows-sort at ban bell bell-off bold
    bolt book bookmark building building-bank calendar calendar-due chart-bar check checklist checks
    chevron-down chevron-left chevron-right chevron-up circle circle-check circle-dashed circle-dot
    circle-x clock clock-exclamation clock-pause code coin coins copy corner-up-left credit-card
    device-desktop dots dots-vertical download edit external-link eye eye-off file file-code
    file-description file-text file-type-pdf file-zip filter flag flame folder git-merge hash
    headset help help-circle history home hourglass id inbox info-circle italic key layout-list
    lifebuoy link list list-check list-numbers lock lock-open login logout mail mail-forward
    mail-off mail-opened menu-2 message message-2 message-circle message-plus message-report
    messages moon note notes package paperclip pencil phone photo player-pause plug plus point
    receipt refresh rocket rotate search selector send server settings shield shield-check
    shield-lock sort-ascending sort-descending square-check star subtask sun tag template ticket
    tool trash trending-up upload urgent user user-check user-circle user-minus user-plus user-share
    users versions world x
""".split()  # noqa: SIM905


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        unpacked = {name: _fetch(name, sha256, Path(folder)) for name, sha256 in PACKAGES.items()}
        core, icons, inter, axe = unpacked.values()
        _write_tabler((core / "dist/css/tabler.min.css").read_text("utf-8"))
        _write(TABLER / "icons.svg", _sprite(icons / "icons/outline"))
        _write(TABLER / "LICENSE-icons", (icons / "LICENSE").read_text("utf-8"))
        _write_fonts(inter / "files")
        _write(INTER / "LICENSE", (inter / "LICENSE").read_text("utf-8"))
        _write(AXE / "axe.min.js", (axe / "axe.min.js").read_text("utf-8"))
        _write(AXE / "LICENSE", (axe / "LICENSE").read_text("utf-8"))
        _write(AXE / "LICENSE-3RD-PARTY.txt", (axe / "LICENSE-3RD-PARTY.txt").read_text("utf-8"))
    return 0


def _fetch(name: str, sha256: str, folder: Path) -> Path:
    command = ["npm", "pack", "--silent", "--pack-destination", str(folder), name]
    packed = subprocess.run(command, check=True, capture_output=True, text=True)
    archive = folder / packed.stdout.strip().splitlines()[-1]
    if (found := hashlib.sha256(archive.read_bytes()).hexdigest()) != sha256:
        raise SystemExit(f"{name} has the checksum {found}, expected {sha256}")
    target = folder / archive.stem
    with tarfile.open(archive) as tar:
        tar.extractall(target, filter="data")
    return target / "package"


def _write_tabler(css: str) -> None:
    """Write the rules in use, in a cascade layer, so that our layers win whatever the specificity."""
    body = re.sub(r"\n?/\*# sourceMappingURL=\S+ \*/\s*$", "", css).removeprefix('@charset "UTF-8";')
    used, left_out = used_css(body, words_of(ROOT))
    _write(TABLER / "tabler.min.css", f"@layer tabler{{{used}}}\n")
    _write(LEFT_OUT, "".join(f"{name}\n" for name in sorted(left_out)))


def _write_fonts(folder: Path) -> None:
    for part in ("latin", "latin-ext", "cyrillic", "cyrillic-ext", "greek"):
        whole = (folder / f"inter-{part}-wght-normal.woff2").read_bytes()
        has = characters(whole)
        if part == "latin-ext":
            _write(INTER / "inter-latin-europe.woff2", subset(whole, has & EUROPEAN))
            has -= EUROPEAN
        _write(INTER / f"inter-{part}.woff2", subset(whole, has))


def _sprite(folder: Path) -> str:
    symbols = "\n".join(_symbol(name, (folder / f"{name}.svg").read_text("utf-8")) for name in ICONS)
    return f'<svg xmlns="http://www.w3.org/2000/svg">\n{symbols}\n</svg>\n'


def _symbol(name: str, svg: str) -> str:
    shapes = re.findall(r"<(?:path|circle|rect|line|polyline|ellipse)\b[^>]*/>", svg)
    visible = "".join(shape for shape in shapes if 'stroke="none" d="M0 0h24v24H0z"' not in shape)
    style = 'fill="none" stroke="currentColor" stroke-linecap="round" stroke-linejoin="round"'
    return f'<symbol id="{name}" viewBox="0 0 24 24" {style}>{visible}</symbol>'


def _write(path: Path, content: str | bytes) -> None:
    data = content.encode() if isinstance(content, str) else content
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    print(f"{path.relative_to(ROOT)}  {len(data):,} bytes")
