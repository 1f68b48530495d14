# shellcheck shell=bash disable=SC2034,SC2154 # the parts are sourced together and share their names
# What the scripts print: plain lines, bold headings on a terminal, progress that rewrites one line there and is a
# line now and then elsewhere. Nothing ever waits for a key.

program="ops/$(basename -- "$0")"
on_terminal=false
columns=80
if [[ -t 1 && ${TERM:-dumb} != dumb ]]; then
    on_terminal=true
    columns=$(stty size 2>/dev/null </dev/tty | cut -d' ' -f2) || columns=80
    if [[ ! $columns =~ ^[1-9][0-9]*$ ]]; then columns=80; fi
fi
progress_shown=false
progress_seconds=0

say() { printf '%s\n' "$*"; }

# A line of the step that runs.
note() { printf '    %s\n' "$*"; }

# The heading of a step.
step() {
    if [[ $on_terminal == true && -z ${NO_COLOR:-} ]]; then
        printf '\n\033[1m==> %s\033[0m\n' "$*"
    else
        printf '\n==> %s\n' "$*"
    fi
}

# Ends the script: what happened, and the way out. Arguments are lines.
fail() {
    clear_progress
    printf '\n%s: %s\n' "$program" "$1" >&2
    if (($# > 1)); then printf '    %s\n' "${@:2}" >&2; fi
    exit 1
}

# Shows how far a long step is; elsewhere than on a terminal one line every 20 seconds.
show_progress() {
    local text=$1
    if [[ $on_terminal == true ]]; then
        text="    $text"
        printf '\r\033[K%s' "${text:0:columns-1}"
        progress_shown=true
    elif ((SECONDS - progress_seconds >= 20)); then
        progress_seconds=$SECONDS
        note "$text"
    fi
}

# Starts the 20 seconds anew, so that a short step prints nothing.
begin_progress() { progress_seconds=$SECONDS; }

clear_progress() {
    if [[ $progress_shown == true ]]; then
        printf '\r\033[K'
        progress_shown=false
    fi
}

# 75 → "1 min 15 s"
duration_text() {
    local seconds=$1
    if ((seconds < 60)); then printf '%d s' "$seconds"; else printf '%d min %d s' $((seconds / 60)) $((seconds % 60)); fi
}

# The last LINES lines of FILE, indented.
show_tail() {
    local file=$1 lines=$2
    if [[ -s $file ]]; then tail -n "$lines" -- "$file" | sed 's/^/    /' >&2; fi
}
