"""Words as search knows them: in lower case, without accents, in any language. Pure.

Tickets and queries go through the same functions, so they agree whatever the database's locale is.
"""

import re
import unicodedata
from collections.abc import Iterable

# PostgreSQL accepts at most 1 MB of words and places per document, and counts places up to 16383.
MOST_BYTES = 900_000
LAST_PLACE = 16_383
MOST_PLACES = 100
LONGEST = 40

# Words of other lengths, or with digits, are taken to be spelled correctly.
FUZZY_FROM, FUZZY_TO = 4, 24

# In a word that is both misspelled and unfinished, this many first letters are taken to be right.
SURE = 4

_WORD = re.compile(r"[^\W_]+")


def fold(text: str) -> str:
    """Return the text in lower case without accents: "Übergroß" and "ubergross" are the same."""
    if text.isascii():
        return text.lower()
    # Letter by letter, because Python takes quadratic time to normalize a long run of accents.
    return text.translate({ord(letter): _folded(letter) for letter in set(text)})


def _folded(letter: str) -> str:
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", letter).casefold())
    return "".join(each for each in apart if not unicodedata.combining(each))


def lexemes(text: str) -> list[str]:
    """Return the words of a text in their order; everything but letters and digits separates them."""
    return [word[:LONGEST] for word in _WORD.findall(fold(text))]


def places(parts: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Return the places of each word, like ``12A``, in texts with their weights, the heaviest first.

    Ignores what is beyond PostgreSQL's limits.
    """
    found: dict[str, list[str]] = {}
    place = size = 0
    for weight, text in parts:
        for word in lexemes(text):
            place += 1
            if word not in found:
                size += len(word.encode()) + 8
            if size > MOST_BYTES:
                return found
            at = found.setdefault(word, [])
            if len(at) < MOST_PLACES:
                at.append(f"{min(place, LAST_PLACE)}{weight}")
                size += 2
        place += 1  # so that no phrase reaches from one text into the next
    return found


def vector(found: dict[str, list[str]]) -> str:
    """Return the words with their places as PostgreSQL reads a ``tsvector``."""
    return " ".join(f"'{word}':{','.join(at)}" for word, at in found.items())


def is_fuzzy(word: str) -> bool:
    """Return whether the word may be misspelled."""
    return FUZZY_FROM <= len(word) <= FUZZY_TO and word.isalpha()


def variants(word: str) -> list[str]:
    """Return the word, and the word without each of its letters. Words one typo apart share a variant."""
    return sorted({word, *(word[:at] + word[at + 1 :] for at in range(len(word)))})


def distance(one: str, other: str) -> int:
    """Return how many letters to insert, remove, change or swap with the next to get the other word."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        before, last, row = row, before, [i]
        for j, wanted in enumerate(other, 1):
            cost = min(before[j] + 1, row[-1] + 1, before[j - 1] + (letter != wanted))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == wanted:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
    return row[-1]


def is_one_typo(one: str, other: str) -> bool:
    """Return whether the ``distance`` of the words is 1, in the time that it takes to compare them."""
    if one == other or abs(len(one) - len(other)) > 1:
        return False
    pairs = enumerate(zip(one, other, strict=False))
    first = next((at for at, (here, there) in pairs if here != there), min(len(one), len(other)))
    one, other = one[first:], other[first:]
    is_swap = one[:2] == other[1::-1] and one[2:] == other[2:]
    return is_swap or one[1:] == other[1:] or one[1:] == other or one == other[1:]


def begins_like(word: str, typed: str) -> bool:
    """Return whether what is typed begins the word with one typo, as “postgrss” begins “postgresql”."""
    return is_fuzzy(typed) and word[:SURE] == typed[:SURE] and is_one_typo(typed, word[: len(typed)])
