# lib.sh: what the scripts of auto/ share: where things are, how they speak.
# shellcheck shell=bash

# shellcheck disable=SC2034
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
program=${0##*/}

say() {
    printf '%s\n' "$*"
}

# A failure is one clear line on standard error and a non-zero exit.
fail() {
    printf '%s: %s\n' "$program" "$*" >&2
    exit 1
}

have() {
    command -v "$1" > /dev/null 2>&1
}

# Whole seconds since this shell began; "$(took 3)" is "4 s" at second 7.
took() {
    printf '%d s' "$((SECONDS - $1))"
}
