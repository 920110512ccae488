"""Who of a team gets a ticket. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from tickets.models.teams import HandsOut

NEVER = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Candidate:
    """A member who is at work, with how many unfinished tickets, and when the team last gave them one."""

    user_id: int
    load: int = 0
    handed_at: datetime | None = None


def choose(hands_out: str, candidates: Sequence[Candidate]) -> Candidate | None:
    """Who gets the next ticket; nobody where a team hands out by hand, or nobody is at work.

    In turn it is who waited longest. By load it is who has fewest; among equals who waited longest.
    """
    if hands_out == HandsOut.BY_HAND or not candidates:
        return None
    by_load = hands_out == HandsOut.LEAST_LOADED

    def rank(each: Candidate) -> tuple[int, datetime, int]:
        return each.load if by_load else 0, each.handed_at or NEVER, each.user_id

    return min(candidates, key=rank)
