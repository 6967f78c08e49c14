#!/bin/bash
# Tries the launcher on a Debian 12 that holds nothing but its python3: a debootstrap
# chroot, where no test that runs on a developer's machine can hide a missing package.
# By hand, as root, about five minutes; needs debootstrap, a mirror and a network:
#
#     tests/long_set_up/bare_debian.sh [WORDS of ./riwaq to try, default: server --help]
#
# MIRROR is the Debian mirror to take, where it is not debootstrap's own choice. If
# PIP_CERT names a file of certificates here, pip in the chroot gets that file.
set -euo pipefail

root=$(cd "$(dirname "$0")/../.." && pwd)
[ $# -gt 0 ] || set -- server --help
work=$(mktemp -d)
bare=$work/bare
finish() {
    # Nothing is mounted outside the namespaces of `inside`, so this removes only what is here.
    rm -rf --one-file-system "$work"
}
trap finish EXIT

step() { printf '\n== %s\n' "$*"; }
fail() {
    printf 'FAILED: %s\n' "$*"
    exit 1
}

# Own mounts and processes: a server left running would be seen, and ends with the call.
inside() { # CHROOT COMMAND…
    local chroot=$1
    shift
    unshare --mount --pid --fork --mount-proc="$chroot/proc" env -i HOME=/root TERM=dumb \
        PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
        ${PIP_CERT:+PIP_CERT=/etc/ssl/certs/riwaq-test.pem} chroot "$chroot" "$@"
}

step "a minimal Debian 12"
debootstrap --variant=minbase --include=python3 bookworm "$bare" ${MIRROR:+"$MIRROR"} >"$work/log" 2>&1 ||
    { tail -n 5 "$work/log"; fail 'debootstrap'; }
mkdir "$bare/riwaq"
tar -C "$root" --exclude=./.venv --exclude=./assets/made --exclude=./.git --exclude='./.*_cache' -cf - . | tar -C "$bare/riwaq" -xf -
if [ -n "${PIP_CERT-}" ]; then
    mkdir -p "$bare/etc/ssl/certs"
    cp "$PIP_CERT" "$bare/etc/ssl/certs/riwaq-test.pem"
fi
# Debian's containers delete what apt fetched; here it is counted.
rm -f "$bare/etc/apt/apt.conf.d/docker-clean"
second=$work/second
cp -a "$bare" "$second"

step "not root: the command is printed, exit code 3"
code=0
inside "$bare" setpriv --reuid 1000 --regid 1000 --clear-groups /riwaq/riwaq "$@" || code=$?
[ $code = 3 ] || fail "exit code $code"

step "root: ./riwaq $* sets everything up"
SECONDS=0
inside "$bare" /riwaq/riwaq "$@" || fail "exit code $?"
echo "first start: $SECONDS s"
fetched() { # CHROOT
    du -cm "$1"/var/cache/apt/archives/*.deb | tail -n 1 | sed 's/\s.*/ MB fetched by apt/'
    sed -nE 's/^  (Downloading|Using cached) .*\(([0-9.]+) ([kM])B\)$/\2 \3/p' "$1/riwaq/.venv/riwaq/pip.log" |
        awk '{ sum += $2 == "M" ? $1 : $1 / 1000 } END { printf "%d MB fetched by pip\n", sum }'
    du -sm "$1/riwaq/.venv" | sed 's/\s.*/ MB in .venv/'
}
fetched "$bare"

step "second start: what the launcher adds, 30 times each"
inside "$bare" python3 - "$@" <<'END'
import os, subprocess, sys, time

os.environ["PYTHONPATH"], os.environ["PYTHONSAFEPATH"] = "/riwaq", "1"
words = sys.argv[1:]

def took(command: list[str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    return (time.perf_counter() - start) * 1000

# In turns, so that what else the machine does falls on both; the least is what it costs.
alone, launched = (min(each) for each in zip(*(
    (took(["/riwaq/.venv/bin/python", "-m", *words]), took(["/riwaq/riwaq", *words])) for _ in range(30)
)))
print(f"{launched:.0f} ms, {launched - alone:.1f} ms of it the launcher's")
END

step "killed while it installs, then two starts at once"
# shellcheck disable=SC2016  # for the shell in there
inside "$bare" sh -c '
    cd /riwaq && rm -rf .venv
    setsid ./riwaq "$@" >/dev/null 2>&1 & started=$!
    until [ -n "$(ls -d .venv/lib/*/site-packages/cv2 2>/dev/null)" ]; do sleep 0.1; done
    # The launcher and pip with it, which so has no chance to tidy up.
    kill -9 -$started
    wait
    [ -e .venv/riwaq/unfinished ] || { echo "was not cut off"; exit 1; }
    ./riwaq "$@" >/dev/null & one=$!
    ./riwaq "$@" >/dev/null & two=$!
    wait $one && wait $two && .venv/bin/python -m pip check' sh "$@" || fail "exit code $?"

step "no network: words, no traceback"
code=0
unshare --net "$BASH" -c "$(declare -f inside); inside \"\$@\"" bash "$second" /riwaq/riwaq "$@" 2>&1 | tee "$work/log" || code=$?
[ $code = 1 ] || fail "exit code $code"
! grep Traceback "$work/log" || fail 'a traceback'

step "the tests: ./riwaq test -k launcher, from nothing; no server is left running"
SECONDS=0
# shellcheck disable=SC2016  # for the shell in there
inside "$second" sh -c '
    /riwaq/riwaq test -k launcher
    code=$?
    cat /proc/[0-9]*/comm | grep -E "postgres|mosquitto" && exit 9
    exit $code' || fail "exit code $?"
echo "first start and tests: $SECONDS s"
fetched "$second"
