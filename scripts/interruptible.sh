# shellcheck shell=bash
# Sourced after env.sh: long commands that do not outlive the script. A shell that waits for a command in
# the foreground handles no signal before the command ends, so it runs behind and is waited for.

children_of() {
    local tasks=("/proc/$1/task"/*/children)
    cat -- "${tasks[@]}" 2>/dev/null || true
}

signal_tree() {
    local pid
    for pid in $(children_of "$2"); do
        signal_tree "$1" "$pid"
        kill "-$1" "$pid" 2>/dev/null || true
    done
}

# Ends what this script started: asked first, then not asked.
end_children() {
    local i
    signal_tree TERM "$$"
    for ((i = 0; i < 20; i++)); do
        # The subshell that asks is a child too.
        [[ $(children_of "$$" | wc -w) -gt 1 ]] || return 0
        sleep 0.1
    done
    signal_tree KILL "$$"
}

on_signal() {
    trap '' TERM INT HUP
    end_children
    exit "$1"
}

end_on_signals() {
    trap 'on_signal 143' TERM
    trap 'on_signal 130' INT
    trap 'on_signal 129' HUP
}

run_interruptible() {
    "$@" <&0 &
    wait "$!"
}
