# shellcheck shell=bash
# Sourced after runtime.sh: makes nginx's configuration from the templates in nginx/.

# The most connections of one worker, within what the system allows.
CONNECTIONS_MAX=16384

# Origins, as Content-Security-Policy writes them; nothing else may get into the header.
frame_ancestors() {
    local given word
    local origin='^https?://(\*\.)?[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*(:([0-9]{1,5}|\*))?$'
    local -a words
    given=$(setting ZG_FRAME_ANCESTORS "'none'")
    read -ra words <<<"${given//,/ }"
    for word in "${words[@]}"; do
        [[ $word =~ $origin || $word == "'self'" ]] && continue
        [[ $word == "'none'" && ${#words[@]} == 1 ]] && continue
        die "ZG_FRAME_ANCESTORS: expected 'none', 'self' or origins as https://dashboard.example, not $word"
    done
    printf '%s' "${words[*]}"
}

port() {
    local port
    port=$(setting PORT 8080)
    if ! [[ $port =~ ^[0-9]{1,5}$ ]] || ((10#$port < 1 || 10#$port > 65535)); then
        die "PORT: expected a number from 1 to 65535, not $port"
    fi
    printf '%d' "$((10#$port))"
}

# rate_limit SETTING DEFAULT
rate_limit() {
    local rate
    rate=$(setting "$1" "$2")
    [[ $rate =~ ^[0-9]{1,6}$ ]] || die "$1: expected requests a second, 0 for no limit, not $rate"
    printf '%d' "$((10#$rate))"
}

connections() {
    local most
    most=$(ulimit -Hn)
    if [[ $most == unlimited ]] || ((most > CONNECTIONS_MAX)); then
        most=$CONNECTIONS_MAX
    fi
    printf '%s' "$most"
}

# render_templates FOLDER TEMPLATE...: with the caller's `values` in place of the names between @ signs.
render_templates() {
    local folder=$1 template text key
    shift
    for template in "$@"; do
        text=$(<"$template")
        for key in "${!values[@]}"; do
            text=${text//"@$key@"/"${values[$key]}"}
        done
        printf '%s\n' "$text" >"$folder/$(basename -- "$template" .in)"
    done
}

# set_limits API ADMIN: the `values` for so many requests a second of one client; 0 for no limit.
set_limits() {
    local rate=$1 admin_rate=$2
    values+=([LIMIT_ZONE]='' [LIMIT]='' [ADMIN_LIMIT_ZONE]='' [ADMIN_LIMIT]='' [BENCH_LIMIT_ZONE]='' [BENCH_LIMIT]='')
    if ((rate > 0)); then
        values[LIMIT_ZONE]="limit_req_zone \$binary_remote_addr zone=zg_api:1m rate=${rate}r/s;"
        values[LIMIT]="limit_req zone=zg_api burst=$((2 * rate)) nodelay;"
    fi
    if ((admin_rate > 0)); then
        values[ADMIN_LIMIT_ZONE]="limit_req_zone \$binary_remote_addr zone=zg_admin:1m rate=${admin_rate}r/s;"
        values[ADMIN_LIMIT]="limit_req zone=zg_admin burst=$((2 * admin_rate)) nodelay;"
        values[BENCH_LIMIT_ZONE]="limit_req_zone \$starts_run zone=zg_bench:1m rate=6r/m;"
        values[BENCH_LIMIT]="limit_req zone=zg_bench burst=3 nodelay;"
    fi
}

# write_nginx_conf FOLDER: the configuration for the instance that runtime.sh located.
write_nginx_conf() {
    local rate admin_rate ancestors listen
    local -A values
    listen=$(port)
    ancestors=$(frame_ancestors)
    rate=$(rate_limit ZG_RATE_LIMIT 50)
    admin_rate=$(rate_limit ZG_ADMIN_RATE_LIMIT 20)
    values=(
        [AGENT]=''
        [CACHE]=$MEMORY/microcache
        [CONNECTIONS]=$(connections)
        [FRAME_ANCESTORS]=$ancestors
        [PANEL_DIR]=$PANEL_DIR
        [PORT]=$listen
        [RUNTIME]=$RUNTIME
        [SOCKETS]=$RUNTIME/sock
    )
    set_limits "$rate" "$admin_rate"
    render_templates "$1" "$ROOT"/nginx/*.in
}
