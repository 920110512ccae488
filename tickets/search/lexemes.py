"""Words as search knows them: in lower case, without accents, in any language. Pure.

Tickets and queries go through the same functions, so they agree whatever the database's locale is.
"""

import re
import unicodedata
from collections.abc import Iterable
from itertools import pairwise, product

# PostgreSQL accepts at most 1 MB of words and places per document, and counts places up to 16383.
# Some of it is left for what PostgreSQL adds to each word, and for the prefixes of the customers' index.
MOST_BYTES = 840_000
LAST_PLACE = 16_383
MOST_PLACES = 100
# How much of a document its pairs can take.
MOST_PAIR_BYTES = 300_000
LONGEST = 40

# Words of other lengths, or with digits, are taken to be spelled correctly.
FUZZY_FROM, FUZZY_TO = 4, 24

# In a word that is both misspelled and unfinished, this many first letters are taken to be right.
SURE = 4

# What is written without blanks: Thai, Lao, Burmese, Khmer, Japanese, Chinese, Korean, emoji.
UNSPACED = (
    r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff"
    r"\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003134f"
    r"\u2300-\u23ff\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001f3fa\U0001f400-\U0001faff"
)
# A drive like C:\, a letter as in C#8, a word like kafka or C++, or a run without blanks.
PIECE = re.compile(
    rf"(?<![^\W_])[A-Za-z](?::(?=[\\/])|#)|[^\W_{UNSPACED}]+(?:\+\+|#(?![^\W_]))?|[{UNSPACED}]+"
)
_RUN = re.compile(f"[{UNSPACED}]")
_OTHER_LETTERS = {"ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"}
_OUT = {"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"}
_SPELLED_OUT = str.maketrans(_OUT | {letter.upper(): out for letter, out in _OUT.items()})
# A Korean syllable, as in names of files from a Mac.
_SYLLABLE_APART = re.compile("[\u1100-\u1112][\u1161-\u1175][\u11a8-\u11c2]?")
_DOTS_APART = re.compile("([aouAOU])\u0308")


def fold(text: str) -> str:
    """Return the text in lower case without accents: "Übergroß" and "ubergross" are the same."""
    if text.isascii():
        return text.lower()
    # Letter by letter, because Python takes quadratic time to normalize a long run of accents.
    folded = text.translate({ord(letter): _folded(letter) for letter in set(text)})
    return _SYLLABLE_APART.sub(lambda apart: unicodedata.normalize("NFC", apart[0]), folded)


def _folded(letter: str) -> str:
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", letter).casefold())
    bare = "".join(_OTHER_LETTERS.get(each, each) for each in apart if not unicodedata.combining(each))
    return unicodedata.normalize("NFC", bare)


def spelled_out(text: str) -> str:
    """Return the text with "ue" for "ü", and so on, as people write without such a key."""
    return _DOTS_APART.sub(r"\1e", text).translate(_SPELLED_OUT)


def is_run(piece: str) -> bool:
    """Return whether a piece of a text is a run without blanks, as of Japanese."""
    return bool(_RUN.match(piece))


def lexemes(text: str) -> list[str]:
    """Return the words of a text in their order; everything but letters, digits and emoji separates them.

    A run without blanks is a word for each two neighbors in it and one for its last letter, so that any
    part of it can be found.
    """
    found: list[str] = []
    for piece in PIECE.findall(fold(text)):
        if is_run(piece):
            found += [one + other for one, other in pairwise(piece)]
            found.append(piece[-1])
        else:
            found.append(piece[:LONGEST])
    return found


def spellings(text: str) -> list[tuple[str, ...]]:
    """Return for each word of a text how it can be spelled: "über" also as "ueber"."""
    words = lexemes(text)
    if text.isascii() or (other := spelled_out(text)) == text:
        return [(word,) for word in words]
    others = lexemes(other)
    return [(one,) if one == other else (one, other) for one, other in zip(words, others, strict=True)]


def wanted_words(text: str) -> list[tuple[str, ...]]:
    """Return the words to look for, one after the other, with their spellings.

    A run can go on behind what is typed, so its last letter is not a word of its own.
    """
    words = spellings(text)
    is_part = len(words) > 1 and len(words[-1][0]) == 1 and len(words[-2][0]) > 1 and is_run(words[-1][0])
    return words[:-1] if is_part and words[-2][0].endswith(words[-1][0]) else words


def pairs(one: Iterable[str], other: Iterable[str]) -> list[str]:
    """Return the words that stand for two neighbors where places end."""
    return [f"{first} {second}" for first, second in product(one, other)]


def places(texts: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Return the places of each word, like ``12A``, in texts with their weights, the heaviest first.

    PostgreSQL keeps a few places of each word, and a long text has more words than it can count. Where places
    end, neighbors are kept as pairs, so that a code is found anywhere in a long log. Ignores what is beyond
    PostgreSQL's limits. What comes later never changes what is kept of the texts before it.
    """
    found = _Places()
    for weight, text in texts:
        found.add(weight, text)
    return found.words


class _Places:
    def __init__(self) -> None:
        self.words: dict[str, list[str]] = {}
        self.place = 0
        self.left, self.left_for_pairs = MOST_BYTES, MOST_PAIR_BYTES

    def add(self, weight: str, text: str) -> None:
        """Add a text, and pairs of its words behind the places and behind all its words."""
        before: tuple[str, ...] = ()
        was_placed = True
        far_away: dict[tuple[tuple[str, ...], tuple[str, ...]], None] = {}
        for words in spellings(text):
            self.place += 1
            is_placed = len(self.words.get(words[0], ())) < MOST_PLACES and self._put(words, weight)
            if not (is_placed and was_placed) and before:
                far_away[before, words] = None
            before, was_placed = words, is_placed
        self.place += 1  # so that no phrase reaches from one text into the next
        for two in far_away:
            self._put_pairs(pairs(*two), weight)

    def _put(self, words: tuple[str, ...], weight: str) -> bool:
        """Add the place of a word with its spellings; return whether it can be told from other places."""
        is_placed = self.place < LAST_PLACE
        if words[0][-1] in "+#" and len(words[0].rstrip("+#")) > 1:
            words = (*words, words[0].rstrip("+#"))
        for word in words:
            at = self.words.get(word)
            if at is None:
                at = self._new(word)
            if at is None or len(at) >= MOST_PLACES:
                is_placed = False
            else:
                at.append(f"{self.place if is_placed else LAST_PLACE}{weight}")
                self.left -= 2
        return is_placed

    def _new(self, word: str) -> list[str] | None:
        """Add a word without places, unless the document is full."""
        size = len(word.encode()) + 8
        if size > self.left:
            return None
        self.left -= size
        return self.words.setdefault(word, [])

    def _put_pairs(self, words: Iterable[str], weight: str) -> None:
        for word in words:
            if self.left_for_pairs > 0 and word not in self.words and (at := self._new(word)) is not None:
                at.append(f"{LAST_PLACE}{weight}")
                self.left_for_pairs -= len(word.encode()) + 8


def vector(found: dict[str, list[str]]) -> str:
    """Return the words with their places as PostgreSQL reads a ``tsvector``."""
    return " ".join(f"'{word}':{','.join(at)}" if at else f"'{word}'" for word, at in found.items())


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
