"""What each report shows: the facts it counts, the columns of its tables, and its chart. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from supportcenter.wording import format_duration
from tickets.reports.durations import estimate_median
from tickets.reports.source import Sums

NO_DATA = "–"


@dataclass(frozen=True)
class Column:
    """One number of a report. ``unit`` is one of "", "%", "s" (a duration in seconds) or "out of 5"."""

    label: str
    value: Callable[[Sums], float | None]
    unit: str = ""
    hint: str = ""

    def text(self, sums: Sums) -> str:
        """Return the value with its unit, for people."""
        value = self.value(sums)
        if value is None:
            return NO_DATA
        if self.unit == "s":
            return format_duration(timedelta(seconds=value))
        if self.unit == "%":
            return f"{value:.1f}%"
        return f"{value:.2f} out of 5" if self.unit else f"{value:,.0f}"

    def number(self, sums: Sums) -> float | str:
        """Return the value without its unit, for a spreadsheet; ``heading`` has the unit."""
        value = self.value(sums)
        return "" if value is None else round(value, 2)

    @property
    def heading(self) -> str:
        return {"s": f"{self.label} (seconds)", "%": f"{self.label} (%)"}.get(self.unit, self.label)


@dataclass(frozen=True)
class Part:
    """One part of the columns of a chart: its look, its label and what it counts."""

    kind: str
    label: str
    count: Callable[[Sums], int]


@dataclass(frozen=True)
class Section:
    """One report. ``series`` are the parts of its columns over time.

    The column at ``share`` is drawn as a bar in the table.
    """

    code: str
    label: str
    kinds: Sequence[str]
    columns: Sequence[Column]
    series: Sequence[Part]
    about: str
    headline: Sequence[int] = (0, 1, 2)
    share: int | None = None

    def size(self, sums: Sums) -> int:
        """Return the number of facts, to sort by."""
        return sum(part.count(sums) for part in self.series)


def ratio(part: int, whole: int) -> float | None:
    return 100 * part / whole if whole else None


def mean(total: float, count: int) -> float | None:
    return total / count if count else None


def sum_of(name: str) -> Callable[[Sums], int]:
    return lambda sums: sums[name]


def _average(kind: str) -> Callable[[Sums], float | None]:
    return lambda sums: mean(sums[f"{kind}_seconds"], sums[f"{kind}_count"])


def _median(kind: str) -> Callable[[Sums], float | None]:
    return lambda sums: estimate_median(sums.times(kind))


def _responses(code: str, label: str, kind: str, about: str) -> Section:
    in_time, missed = sum_of(f"{kind}_in_time"), sum_of(f"{kind}_missed")
    return Section(
        code,
        label,
        [kind, f"{kind}_best_effort", f"{kind}_raised"],
        [
            Column("SLA attainment", lambda sums: ratio(in_time(sums), in_time(sums) + missed(sums)), "%"),
            Column("In time", in_time),
            Column("Missed", missed),
            Column("Average", _average(kind), "s"),
            Column("Median", _median(kind), "s"),
            Column("Best effort", sum_of(f"{kind}_best_effort_count"), hint="responses without a target"),
            Column("Best effort, average", _average(f"{kind}_best_effort"), "s"),
            Column(
                "Missed from the start",
                lambda sums: missed(sums) + sums[f"{kind}_raised_missed"],
                hint="targets that were raised later counted from the start",
            ),
        ],
        [Part("good", "In time", in_time), Part("bad", "Missed", missed)],
        about,
        headline=(0, 3, 4, 2),
        share=0,
    )


RATED = [f"rated_{score}" for score in range(1, 6)]


def _ratings(sums: Sums) -> int:
    return sum(sums[f"{kind}_count"] for kind in RATED)


def _score(sums: Sums) -> float | None:
    return mean(sum(score * sums[f"rated_{score}_count"] for score in range(1, 6)), _ratings(sums))


def _good(sums: Sums) -> int:
    return sums["rated_4_count"] + sums["rated_5_count"]


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
            ["opened", "solved"],
            [
                Column("Solved", sum_of("solved_count")),
                Column("Average", _average("solved"), "s"),
                Column("Median", _median("solved"), "s"),
                Column("Opened", sum_of("opened_count")),
            ],
            [Part("plain", "Solved", sum_of("solved_count"))],
            "From opening a ticket to solving it. A reopened ticket counts when it is solved again.",
            headline=(0, 1, 2),
        ),
        Section(
            "backlog",
            "Backlog",
            ["opened", "solved"],
            [
                Column("Opened", sum_of("opened_count")),
                Column("Solved", sum_of("solved_count")),
                Column("Change", lambda sums: sums["opened_count"] - sums["solved_count"]),
                Column("Open at the end", sum_of("open")),
            ],
            [Part("plain", "Open", sum_of("open"))],
            "Tickets that are not solved at the end of each day.",
            headline=(3, 0, 1),
        ),
        Section(
            "ratings",
            "Ratings",
            RATED,
            [
                Column("Average", _score, "out of 5"),
                Column("Ratings", _ratings),
                Column("4 or 5", lambda sums: ratio(_good(sums), _ratings(sums)), "%"),
                *(Column(str(score), sum_of(f"rated_{score}_count")) for score in range(5, 0, -1)),
            ],
            [
                Part("good", "4 or 5", _good),
                Part("medium", "3", sum_of("rated_3_count")),
                Part("bad", "1 or 2", lambda sums: sums["rated_1_count"] + sums["rated_2_count"]),
            ],
            "How customers rate solved tickets, from 1 to 5, by the day of the first rating.",
            headline=(0, 1, 2),
            share=2,
        ),
        Section(
            "escalations",
            "Escalations",
            ["escalated", "acknowledged"],
            [
                Column("Escalated", sum_of("escalated_count")),
                Column("Acknowledged in time", sum_of("acknowledged_in_time")),
                Column("Acknowledged late or never", sum_of("acknowledged_missed")),
                Column(
                    "In time",
                    lambda sums: ratio(
                        sums["acknowledged_in_time"],
                        sums["acknowledged_in_time"] + sums["acknowledged_missed"],
                    ),
                    "%",
                ),
                Column("Average time to acknowledge", _average("acknowledged"), "s"),
            ],
            [
                Part("good", "Acknowledged in time", sum_of("acknowledged_in_time")),
                Part("bad", "Acknowledged late or never", sum_of("acknowledged_missed")),
            ],
            "Escalations, and whether they were acknowledged by the deadline.",
            headline=(0, 3, 4),
            share=3,
        ),
    ]
}
