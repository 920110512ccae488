#!/bin/sh
# Pin requirements/*.in in requirements/*.txt with hashes, by uv in a temporary virtual environment.
# The lock files name no index: pip and uv use the one configured on the machine (UV_DEFAULT_INDEX, UV_INDEX).
set -eu
here=$(dirname "$0")
python=$(sh "$here/bootstrap.sh" --which)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$python" -m venv "$folder"
"$folder/bin/python" -m pip install -qq --disable-pip-version-check uv
cd "$here/../../requirements"
# The largest first, so that the versions that run are the ones that were tested.
for name in test local pdf base; do
    test "$name" = test && upgrade=--upgrade || upgrade="--constraints test.txt"
    # shellcheck disable=SC2086  # split on purpose
    "$folder/bin/uv" pip compile --quiet $upgrade --universal --python-version 3.11 --generate-hashes \
        --no-emit-index-url --no-annotate --custom-compile-command "make lock" --output-file "$name.txt" "$name.in"
done
