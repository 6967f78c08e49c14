#!/bin/sh
# Makes the lock files again from pyproject.toml: run.txt is what ./riwaq demo, server
# and kiosk need, dev.txt what test and bench need. Versions that are locked stay where
# they still fit; `--upgrade` or `--upgrade-package NAME` moves them on.
set -eu
cd "$(dirname "$(readlink -f "$0")")/.."

uv=$(command -v uv || echo .venv/bin/uv)
if [ ! -x "$uv" ]; then
    echo 'lock.sh needs uv: .venv/bin/python -m pip install uv, then run it again.' >&2
    exit 3
fi

compile() { # PROFILE WORDS…
    profile=$1
    shift
    echo "requirements/$profile.txt" >&2
    # Addresses of indexes are left out: whoever installs has pip's configuration for that.
    "$uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes \
        --no-emit-index-url --no-emit-find-links --custom-compile-command ./requirements/lock.sh \
        "$@" --output-file "requirements/$profile.txt" pyproject.toml
}

compile dev --extra dev "$@"
# The launcher takes an installed dev.txt for an installed run.txt: equal versions.
compile run --extra assets --extra kiosk --extra server --constraint requirements/dev.txt
