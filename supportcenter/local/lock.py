"""Allow one start in a checkout at a time.

A record lock (`fcntl.lockf`) belongs to one process: the kernel releases it however the process ends, and
its forks do not inherit it. The content of the file is only for the error message.
"""

import fcntl
import os
from pathlib import Path
from typing import TextIO

from supportcenter.local.errors import StartError


def take_lock(path: Path, url: str) -> TextIO:
    """Lock the file until this process ends.

    Keep a reference to the result and never open the file again: closing any handle on it releases the lock.
    """
    file = path.open("a+")
    try:
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.seek(0)
        holder = file.read().strip() or "by another process"
        raise StartError(f"this checkout is running already, {holder}: stop it first") from None
    file.truncate(0)
    file.write(f"at {url} (pid {os.getpid()})")
    file.flush()
    return file
