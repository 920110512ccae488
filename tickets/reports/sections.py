"""What each report says: its measures, the columns of its tables, and what it draws. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tickets.reports.durations import about_median, words
from tickets.reports.reading import Sums

NO_DATA = "–"


@dataclass(frozen=True)
class Column:
    """One number of a report. ``unit`` is one of "", "%", "s" (a duration in seconds) or "of 5"."""

    label: str
    value: Callable[[Sums], float | None]
    unit: str = ""
    hint: str = ""

    def words(self, sums: Sums) -> str:
        """With its unit, for people."""
        value = self.value(sums)
        if value is None:
            return NO_DATA
        if self.unit == "s":
            return words(value)
        if self.unit == "%":
            return f"{value:.1f} %"
        return f"{value:.2f} of 5" if self.unit else f"{value:,.0f}"

    def number(self, sums: Sums) -> float | str:
        """Without its unit, for a spreadsheet; the unit is in ``heading``."""
        value = self.value(sums)
        return "" if value is None else round(value, 2)

    @property
    def heading(self) -> str:
        return {"s": f"{self.label} (seconds)", "%": f"{self.label} (%)"}.get(self.unit, self.label)


@dataclass(frozen=True)
class Part:
    """One part of what is drawn over time: its look, what it is called, and what it counts."""

    kind: str
    words: str
    count: Callable[[Sums], int]


@dataclass(frozen=True)
class Section:
    """One report. ``series`` are the parts of its columns over time.

    The column at ``share`` is drawn as a bar in the table.
    """

    code: str
    label: str
    measures: Sequence[str]
    columns: Sequence[Column]
    series: Sequence[Part]
    about: str
    headline: Sequence[int] = (0, 1, 2)
    share: int | None = None

    def size(self, sums: Sums) -> int:
        """How many facts there are, to sort by."""
        return sum(part.count(sums) for part in self.series)


def ratio(part: int, whole: int) -> float | None:
    return 100 * part / whole if whole else None


def mean(total: float, count: int) -> float | None:
    return total / count if count else None


def count(name: str) -> Callable[[Sums], int]:
    return lambda sums: sums[name]


def _average(name: str, of: str) -> Callable[[Sums], float | None]:
    return lambda sums: mean(sums[f"{name}_seconds"], sums[of])


def _median(name: str) -> Callable[[Sums], float | None]:
    return lambda sums: about_median(sums.times(f"{name}_times"))


def _responses(code: str, label: str, kind: str, about: str) -> Section:
    in_time, missed = count(f"{kind}_in_time"), count(f"{kind}_missed")
    names = ["given", "in_time", "missed", "seconds", "times", "best_effort", "best_effort_seconds"]
    return Section(
        code,
        label,
        [f"{kind}_{name}" for name in names],
        [
            Column("SLA attainment", lambda sums: ratio(in_time(sums), in_time(sums) + missed(sums)), "%"),
            Column("In time", in_time),
            Column("Missed", missed),
            Column("Average", _average(kind, f"{kind}_given"), "s"),
            Column("Half within about", _median(kind), "s"),
            Column("Best effort", count(f"{kind}_best_effort"), hint="answers without a target"),
            Column("Best effort, average", _average(f"{kind}_best_effort", f"{kind}_best_effort"), "s"),
        ],
        [Part("good", "In time", in_time), Part("bad", "Missed", missed)],
        about,
        headline=(0, 3, 4, 2),
        share=0,
    )


RATED = [f"rated_{score}" for score in range(1, 6)]


def _ratings(sums: Sums) -> int:
    return sum(sums[name] for name in RATED)


def _score(sums: Sums) -> float | None:
    return mean(sum(score * sums[f"rated_{score}"] for score in range(1, 6)), _ratings(sums))


def _good(sums: Sums) -> int:
    return sums["rated_4"] + sums["rated_5"]


SECTIONS = {
    section.code: section
    for section in [
        _responses(
            "first-response",
            "First response",
            "first",
            "From opening a ticket to the first public comment by support.",
        ),
        _responses(
            "next-response",
            "Next response",
            "next",
            "From a customer’s comment to support’s next public comment.",
        ),
        Section(
            "resolution",
            "Resolution",
            ["opened", "solved", "solve_seconds", "solve_times"],
            [
                Column("Solved", count("solved")),
                Column("Average", _average("solve", "solved"), "s"),
                Column("Half within about", _median("solve"), "s"),
                Column("Opened", count("opened")),
            ],
            [Part("plain", "Solved", count("solved"))],
            "From opening a ticket to its solution; a reopened one counts when it is solved again.",
            headline=(0, 1, 2),
        ),
        Section(
            "backlog",
            "Backlog",
            ["opened", "solved"],
            [
                Column("Opened", count("opened")),
                Column("Solved", count("solved")),
                Column("Change", lambda sums: sums["opened"] - sums["solved"]),
                Column("Open at the end", count("open")),
            ],
            [Part("plain", "Open", count("open"))],
            "Tickets that are not solved, at the end of each day.",
            headline=(3, 0, 1),
        ),
        Section(
            "ratings",
            "Ratings",
            RATED,
            [
                Column("Average", _score, "of 5"),
                Column("Ratings", _ratings),
                Column("4 or 5", lambda sums: ratio(_good(sums), _ratings(sums)), "%"),
                *(Column(str(score), count(f"rated_{score}")) for score in range(5, 0, -1)),
            ],
            [
                Part("good", "4 or 5", _good),
                Part("middling", "3", count("rated_3")),
                Part("bad", "1 or 2", lambda sums: sums["rated_1"] + sums["rated_2"]),
            ],
            "What customers say of solved tickets, from 1 to 5, on the day they said it first.",
            headline=(0, 1, 2),
            share=2,
        ),
        Section(
            "escalations",
            "Escalations",
            ["escalated", "taken", "taken_in_time", "taken_late", "take_seconds"],
            [
                Column("Escalated", count("escalated")),
                Column("Taken in time", count("taken_in_time")),
                Column("Taken late or not", count("taken_late")),
                Column(
                    "In time",
                    lambda sums: ratio(sums["taken_in_time"], sums["taken_in_time"] + sums["taken_late"]),
                    "%",
                ),
                Column("Average until taken", _average("take", "taken"), "s"),
            ],
            [
                Part("good", "Taken in time", count("taken_in_time")),
                Part("bad", "Taken late or not", count("taken_late")),
            ],
            "Calls for more attention, and whether somebody took them by the deadline.",
            headline=(0, 3, 4),
            share=3,
        ),
    ]
}
