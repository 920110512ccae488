"""`make clean`: removes `var/` with the demo's data, unless the checkout runs."""

import shutil
import sys

from supportcenter.local.errors import StartError
from supportcenter.local.layout import Layout
from supportcenter.local.leftovers import end_leftovers
from supportcenter.local.lock import take_lock


def main() -> int:
    """End what a killed start left behind and remove all data."""
    layout = Layout.from_environ()
    if not layout.var.is_dir():
        return 0
    try:
        lock = take_lock(layout.lock, "make clean")
    except StartError as error:
        print(f"make clean: {error}", file=sys.stderr)
        return 1
    end_leftovers(layout)
    shutil.rmtree(layout.var)
    lock.close()
    return 0
