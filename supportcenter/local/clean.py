"""`make clean`: remove `var/` with the demo data, unless `make run` is running."""

import shutil
import sys

from supportcenter.local.errors import StartError
from supportcenter.local.layout import Layout
from supportcenter.local.leftovers import stop_leftovers
from supportcenter.local.lock import take_lock


def main() -> int:
    """Stop processes left behind by a killed start and remove all data."""
    layout = Layout.from_environ()
    if not layout.var.is_dir():
        return 0
    try:
        lock = take_lock(layout.lock, "make clean")
    except StartError as error:
        print(f"make clean: {error}", file=sys.stderr)
        return 1
    stop_leftovers(layout)
    shutil.rmtree(layout.var)
    lock.close()
    return 0
