"""One start in a checkout at a time.

A record lock (`fcntl.lockf`) belongs to the process alone: the kernel frees it when the process dies in
whatever way, and processes forked from it do not hold it. What is written in the file is only told to people.
"""

import fcntl
import os
from pathlib import Path
from typing import TextIO

from supportcenter.local.errors import StartError


def take_lock(path: Path, url: str) -> TextIO:
    """Lock the file for as long as this process lives; keep the answer referenced and never open it again."""
    file = path.open("a+")
    try:
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.seek(0)
        holder = file.read().strip() or "by another process"
        raise StartError(f"this checkout runs already, {holder}: stop that one first") from None
    file.truncate(0)
    file.write(f"at {url} (pid {os.getpid()})")
    file.flush()
    return file
