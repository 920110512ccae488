#!/bin/sh
# Pins requirements/*.in into requirements/*.txt with hashes, by uv from a virtual environment that is thrown away.
# The locks name no index: pip and uv take the one that the machine is set up for (uv by UV_DEFAULT_INDEX and UV_INDEX).
set -eu
here=$(dirname "$0")
python=$(sh "$here/bootstrap.sh" --which)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$python" -m venv "$folder"
"$folder/bin/python" -m pip install -qq --disable-pip-version-check uv
cd "$here/../../requirements"
# The largest first: what runs is then the same version as what is tested.
for name in test local pdf base; do
    test "$name" = test && upgrade=--upgrade || upgrade="--constraints test.txt"
    # shellcheck disable=SC2086  # two words are meant
    "$folder/bin/uv" pip compile --quiet $upgrade --universal --python-version 3.11 --generate-hashes \
        --no-emit-index-url --no-annotate --custom-compile-command "make lock" --output-file "$name.txt" "$name.in"
done
