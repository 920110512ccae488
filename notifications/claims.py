"""Which workers are sending, so that the mails of a dead one are sent by another within seconds.

While a worker has claimed mails, its database session holds an advisory lock with the claim's number. The
lock ends with the session, and so with the worker, however that dies. A lease in a column would have to
outlast the slowest attempt at a mail, which takes minutes; until then a dead worker couldn't be told from a
patient one.

If only the session ends, as when PostgreSQL restarts, the worker notices and leaves the rest to others. The
lock needs a session of its own, so a pooler such as PgBouncer must be in session mode.
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from django.db import Error, connection

# The first number of the locks says which worker it is, the second is the claim's.
LOCKS = {"delivery": 1_293_451_001, "urgent_delivery": 1_293_451_002}
QUERY = """
SELECT objid::bigint FROM pg_locks
WHERE locktype = 'advisory' AND classid = ANY(%s::oid[]) AND objsubid = 2
AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


class Claim:
    """The claim of this worker on some mails, until it ends or its database session does."""

    def __init__(self, worker: str) -> None:
        self.worker = worker
        self.number = secrets.randbits(31)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s, %s)", [LOCKS[worker], self.number])
        self._session = connection.connection

    @property
    def is_lost(self) -> bool:
        """Return whether the session has ended: another worker may have the mails by now."""
        return connection.connection is not self._session

    def end(self) -> None:
        """End the claim. Without its session it has ended already."""
        if self.is_lost:
            return
        with suppress(Error), connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCKS[self.worker], self.number])


@contextmanager
def claiming(worker: str) -> Iterator[Claim]:
    """Hold a new claim in the block."""
    claim = Claim(worker)
    try:
        yield claim
    finally:
        claim.end()


def living(*workers: str) -> set[int]:
    """Return the numbers of the claims that have not ended, of all workers or those of some names."""
    with connection.cursor() as cursor:
        cursor.execute(QUERY, [[LOCKS[name] for name in workers or LOCKS]])
        return {number for (number,) in cursor.fetchall()}
