# shellcheck shell=bash
# Sourced after env.sh and settings.sh: the tokens of an instance. What is in force always stands in
# RUN/admin-token and RUN/record-token, which their owner alone may read: as configured, else random
# and made once.

random_token() {
    od -An -v -tx1 -N32 /dev/urandom | tr -d ' \n'
}

# keep_token NAME FILE: NAME or NAME_FILE of the settings.
keep_token() {
    local name=$1 file=$2 token from
    token=$(setting "$name")
    from=$(setting "${name}_FILE")
    [[ -z $token || -z $from ]] || die "$name and ${name}_FILE: expected one of the two"
    if [[ -n $from ]]; then
        [[ -r $from ]] || die "${name}_FILE: the file cannot be read"
        IFS= read -r token <"$from" || [[ -n $token ]] || die "${name}_FILE: the file is empty"
    fi
    if [[ -n $token ]]; then
        ((${#token} >= 32)) || die "$name: expected a token of at least 32 bytes"
        [[ $token =~ ^[!-~]+$ ]] || die "$name: expected letters, digits and marks of ASCII without blanks"
    elif [[ -s $file ]]; then
        chmod 0600 -- "$file"
        return
    else
        token=$(random_token)
    fi
    rm -f -- "$file"
    (umask 077 && printf '%s\n' "$token" >"$file")
}

keep_tokens() {
    keep_token ADMIN_TOKEN "$RUN_DIR/admin-token"
    keep_token RECORD_TOKEN "$RUN_DIR/record-token"
    cmp -s "$RUN_DIR/admin-token" "$RUN_DIR/record-token" &&
        die "ADMIN_TOKEN and RECORD_TOKEN are the same; expected two tokens"
    printf 'tokens: %s (everything), %s (recording jobs)\n' \
        "$RUN_DIR/admin-token" "$RUN_DIR/record-token"
}
