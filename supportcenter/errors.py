"""The exception that an action raises when a rule refuses a change."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import IntegrityError, transaction
from psycopg.errors import UniqueViolation


class RuleViolation(Exception):
    """A business rule refuses a change.

    ``code`` is stable, for programs and tests. ``message`` is shown to the user, so it says what is wrong and
    how to fix it. ``field`` names the form field it belongs to, if any.
    """

    def __init__(self, code: str, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.field = field


# The code of a violation when there is no space to store a file; its status is 507.
STORAGE_FULL = "storage_full"


def is_full_disk(error: BaseException | None) -> bool:
    """Return whether an error means that a disk or quota is full, or a file as large as it may become."""
    return isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


@contextmanager
def enforced_by_database(code: str, message: str, *, field: str | None = None) -> Iterator[None]:
    """Raise ``RuleViolation`` if a unique constraint refuses the block: it holds in a race as well.

    Any other constraint is a defect of ours, and its error is raised.
    """
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if not isinstance(error.__cause__, UniqueViolation):
            raise
        raise RuleViolation(code, message, field=field) from error
