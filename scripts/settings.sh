# shellcheck shell=bash
# Sourced after env.sh: reads the settings from .env and the environment, and hands each program its
# share of them. Nothing else reads .env.

declare -A setting_reader=() setting_field=() settings=()

read_setting_list() {
    local name reader field
    while read -r name reader _ field; do
        [[ -z $name || $name == '#'* ]] && continue
        setting_reader[$name]=$reader
        setting_field[$name]=$field
    done <"$ROOT/scripts/settings.list"
}

# A file that others can read or that is another's may hold what its owner did not write.
require_private_file() {
    local file=$1 mode owner
    mode=$(stat -Lc %a -- "$file")
    owner=$(stat -Lc %u -- "$file")
    ((owner == EUID || owner == 0)) || die "$file belongs to another user; make a copy of your own"
    (((8#$mode & 8#077) == 0)) || die "$file can be read by others; first: chmod 600 $file"
}

unquote() {
    local value=$1
    case $value in
    \"*\" | \'*\') [[ ${#value} -ge 2 ]] && value=${value:1:-1} ;;
    esac
    printf '%s' "$value"
}

# NAME=VALUE lines, read and never executed. Blanks around the value and one pair of quotes go.
read_settings_file() {
    local file=$1 line number=0
    local assignment='^[[:space:]]*([A-Za-z_][A-Za-z0-9_]*)=[[:space:]]*(.*[^[:space:]])?[[:space:]]*$'
    require_private_file "$file"
    while IFS= read -r line || [[ -n $line ]]; do
        number=$((number + 1))
        [[ $line =~ ^[[:space:]]*(#.*)?$ ]] && continue
        [[ $line =~ $assignment ]] || die "$file line $number is not NAME=VALUE"
        if [[ -n ${setting_reader[${BASH_REMATCH[1]}]-} ]]; then
            settings[${BASH_REMATCH[1]}]=$(unquote "${BASH_REMATCH[2]}")
        else
            warn "$file line $number: there is no setting ${BASH_REMATCH[1]}; it is ignored"
        fi
    done <"$file"
}

read_settings_environment() {
    local name
    while read -r name; do
        if [[ -n ${setting_reader[$name]-} ]]; then
            [[ ${!name} != *$'\n'* ]] || die "$name must be a single line"
            settings[$name]=${!name}
        elif [[ $name == ZG_* ]]; then
            warn "there is no setting $name; it is ignored"
        fi
    done < <(compgen -e)
}

# Reads $CONFIG (default .env, which may be absent); the environment beats it.
load_settings() {
    local file=${CONFIG:-$ROOT/.env}
    read_setting_list
    if [[ -e $file ]]; then
        read_settings_file "$file"
    elif [[ -n ${CONFIG:-} ]]; then
        die "CONFIG=$CONFIG: there is no such file"
    fi
    read_settings_environment
}

# setting NAME [DEFAULT]; an empty value counts as none.
setting() {
    printf '%s' "${settings[$1]:-${2-}}"
}

# The local network is this project's own, started and stopped with it.
has_own_network() {
    [[ $(setting ZG_NETWORK local) == local && -z $(setting ZG_CHAIN_RPC) ]]
}

# The environment of metrics.fcgi, from the allow-list; $1 is its folder for what it keeps.
metrics_environment() {
    local name
    printf 'RUN=%s\n' "$1"
    # A connection that says nothing holds a thread this long; libfcgi's default is 2 s.
    printf 'LIBFCGI_IS_AF_UNIX_KEEPER_POLL_TIMEOUT=200\n'
    [[ -n $(setting ZG_CACHE_DB) ]] || printf 'ZG_CACHE_DB=%s/state/cache.db\n' "$1"
    for name in "${!setting_reader[@]}"; do
        [[ ${setting_reader[$name]} == @(metrics|both) && -n ${settings[$name]-} ]] || continue
        [[ $name == RUN ]] || printf '%s=%s\n' "$name" "${settings[$name]}"
    done | sort
}

# The environment of admin.fcgi: the secrets, and the tokens as scripts/tokens.sh left them in
# admin-token and record-token of the instance's folder; $1 as above.
admin_environment() {
    local name
    printf 'RUN=%s\n' "$1"
    printf 'LIBFCGI_IS_AF_UNIX_KEEPER_POLL_TIMEOUT=200\n'
    printf 'ADMIN_TOKEN=%s\n' "$(<"$RUN_DIR/admin-token")"
    printf 'RECORD_TOKEN=%s\n' "$(<"$RUN_DIR/record-token")"
    for name in "${!setting_reader[@]}"; do
        [[ ${setting_reader[$name]} == @(admin|both) && -n ${settings[$name]-} ]] || continue
        [[ $name =~ ^(RUN|(ADMIN|RECORD)_TOKEN(_FILE)?)$ ]] || printf '%s=%s\n' "$name" "${settings[$name]}"
    done | sort
}

# What the local network in $1/localnet.json fills in where the environment file $2, of the program
# $3 (metrics or admin), says nothing.
localnet_environment() {
    local facts=$1/localnet.json environment=$2 reader=$3 name
    local -a fields=()
    for name in "${!setting_field[@]}"; do
        [[ ${setting_field[$name]} != - && ${setting_reader[$name]} == @("$reader"|both) ]] || continue
        grep -q "^$name=" "$environment" || fields+=("$name=${setting_field[$name]}")
    done
    node "$ROOT/scripts/localnet-settings.mjs" "$facts" "${fields[@]}"
}

# The keys of the local network, for admin.fcgi: of its wallet and of its servers that take one, each
# unless the environment file $2 names one of its own, or whose it would be.
localnet_keys() {
    local folder=$1 environment=$2
    grep -q -e '^ZG_WALLET_ADDRESS=' -e '^ZG_CHAIN_PRIVATE_KEY' "$environment" ||
        printf 'ZG_CHAIN_PRIVATE_KEY=%s\n' "$(<"$folder/localnet.key")"
    grep -q '^ZG_ROUTER_' "$environment" ||
        printf 'ZG_ROUTER_API_KEY=%s\n' "$(<"$folder/localnet.router-key")"
    grep -q '^ZG_BASELINE_' "$environment" ||
        printf 'ZG_BASELINE_API_KEY=%s\n' "$(<"$folder/localnet.baseline-key")"
}

# The environment of the helpers that are given no setting: this one without any.
plain_environment() {
    local name
    while read -r name; do
        [[ $name == ZG_* || -n ${setting_reader[$name]-} || ${!name} == *$'\n'* ]] && continue
        printf '%s=%s\n' "$name" "${!name}"
    done < <(compgen -e)
}
