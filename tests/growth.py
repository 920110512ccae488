"""How CPU time grows with the length of a text, which is the same on every machine."""

import time
from collections.abc import Callable

SHORT, LONG = 10_000, 100_000
# Half-way, as a factor, between linear (10) and quadratic (100).
LINEAR = 30


def growth(do: Callable[[str], object], text: Callable[[int], str]) -> float:
    """Return the CPU time for 100 KB as a multiple of that for 10 KB; ``text`` makes one of a length."""
    short, long = (min(cpu(do, text(size)) for _ in range(5)) for size in (SHORT, LONG))
    return long / short


def cpu(do: Callable[[str], object], text: str) -> float:
    began = time.thread_time()
    do(text)
    return time.thread_time() - began
