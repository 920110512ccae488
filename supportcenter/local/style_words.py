"""`make check`: find retired words, which docs/style-words.txt lists with better ones.

Case doesn't matter, and a phrase is also found as a name (`old phrase` in `old_phrase` and `OldPhrase`) or
across the end of a line.
"""

import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from supportcenter.local.layout import CHECKOUT

LIST = CHECKOUT / "docs" / "style-words.txt"
FOLDERS = ["supportcenter", "orgs", "billing", "tickets", "notifications", "tests"]
# The files to check, as globs from the root of the checkout.
FILES = ["*.md", "templates/**/*", "docs/**/*.md", "static/css/*.css", "static/js/*.js"]
FILES += [f"{folder}/**/*.py" for folder in FOLDERS]
RULE = re.compile(r"([a-z ]+?\*?): (\S.*)")
BETWEEN_WORDS = r"[\s_#*/-]+"
CAMEL_CASE = re.compile(r"(?<=[a-z])(?=[A-Z])")

Rule = tuple[re.Pattern[str], str]


def rules(text: str) -> list[Rule]:
    """Return the pattern and the better word for each line of the list.

    A `*` at the end stands for any ending. A line that isn't a rule, a comment or empty is a `ValueError`.
    """
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [rule(line) for line in lines]


def rule(line: str) -> Rule:
    match = RULE.fullmatch(line)
    if not match:
        raise ValueError(f"docs/style-words.txt: “{line}” isn't “retired: better”.")
    retired, better = match.groups()
    words = BETWEEN_WORDS.join(retired.removesuffix("*").split())
    ending = "[a-z]*" if retired.endswith("*") else ""
    return re.compile(f"(?<![a-z]){words}{ending}(?![a-z])"), better


def findings(text: str, known: Iterable[Rule]) -> Iterator[tuple[int, str, str]]:
    """Yield the line number, the retired word and the better one for each use in a text."""
    plain = CAMEL_CASE.sub(" ", text).lower()
    for pattern, better in known:
        for match in pattern.finditer(plain):
            yield plain.count("\n", 0, match.start()) + 1, " ".join(match[0].split()), better


def report(root: Path, known: list[Rule]) -> list[str]:
    """Return one line for each use of a retired word in the files below a folder."""
    paths = sorted({path for glob in FILES for path in root.glob(glob) if path.is_file()})
    return [
        f"{path.relative_to(root)}:{number}: “{word}”, better: {better}"
        for path in paths
        for number, word, better in sorted(findings(path.read_text("utf-8"), known))
    ]


def main() -> int:
    """Print all retired words; return 1 if there are any."""
    lines = report(CHECKOUT, rules(LIST.read_text("utf-8")))
    print("\n".join(lines), file=sys.stderr)
    return 1 if lines else 0
