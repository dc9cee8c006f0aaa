# shellcheck shell=bash
# Sourced by the scripts: where the project stands, its own npm and Node.js first, how to give up.

# shellcheck disable=SC2034 # for those who source this
ROOT=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
# The C programs; BUILD names another build of them, as make SAN=thread does.
# shellcheck disable=SC2034
BINARIES=$ROOT/${BUILD:-build}
# shellcheck disable=SC2034
SYSTEM_PATH=$PATH
export PATH="$ROOT/.tools/node_modules/.bin:$PATH"

warn() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
}

die() {
    warn "$@"
    exit 1
}
