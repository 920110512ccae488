#!/bin/sh
# Find a Python that is new enough and create .venv with it, through bootstrap.py.
# Usage: bootstrap.sh local|test, or bootstrap.sh --which to print the path of the Python.
set -eu
for python in "${PYTHON:-}" python3.13 python3.12 python3.11 python3; do
    if test -n "$python" && "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        test "$1" != --which || exec echo "$python"
        exec "$python" -I "$(dirname "$0")/bootstrap.py" "$@"
    fi
done
found=$(python3 --version 2>/dev/null || echo "no python3")
echo "make: Python 3.11 or newer is needed, found $found: install python3.11, or choose one with PYTHON=/path/to/python" >&2
exit 1
