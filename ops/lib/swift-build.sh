# shellcheck shell=bash disable=SC2034,SC2154 # the parts are sourced together and share their names
# Long Swift commands: full output into a log, progress on the screen, the errors at the end.

build_log=
progress_began=0
progress_tick=0

# Runs COMMAND… as the step NAME with its output in LOG. Returns its status.
run_logged() {
    local name=$1 log=$2
    shift 2
    : >"$log"
    build_log=$log
    start_child "$name" "$log" "$@"
    begin_progress
    progress_began=$SECONDS
    wait_child "$child" show_build_progress || { clear_progress && return 1; }
    clear_progress
}

# Shows the last step the build has written: "[123/456] Compiling Postgres Row.swift". Once a second, and without $(…),
# for the reason that processes.sh gives.
show_build_progress() {
    local seconds=$((SECONDS - progress_began)) elapsed line=
    if ((SECONDS == progress_tick)); then return; fi
    progress_tick=$SECONDS
    tail -c 4000 -- "$build_log" | grep -aE '^(\[[0-9]+/[0-9]+\]|Fetch|Updat|Comput|Creating|Working|Building|Planning|✔|✘)' |
        tail -n 1 >"$log_folder/progress" || true
    read -r line <"$log_folder/progress" || true
    printf -v elapsed '%d:%02d' $((seconds / 60)) $((seconds % 60))
    show_progress "$elapsed  ${line:-starting}"
}

# Shows the compiler's errors of LOG, or its end when there are none.
show_build_errors() {
    local log=$1
    if grep -aqE '(^|: )error: ' -- "$log"; then
        grep -aE -A 6 '^[^|`]*(^|: )error: ' -- "$log" | awk '!seen[$0]++' | head -n 60 | sed 's/^/    /' >&2
    else
        show_tail "$log" 30
    fi
}

# Prints the warnings of LOG about the project's own files and manifest; what dependencies warn of is not ours.
own_warnings() {
    local log=$1
    awk -v root="$checkout/" -v package="$(basename -- "$checkout" | tr '[:upper:]' '[:lower:]')" '
        { line = $0; if (index(line, root) == 1) line = substr(line, length(root) + 1) }
        line ~ /^(Sources\/|Tests\/|sql\/|Package\.swift:).*: warning: / && !seen[line]++ { print line }
        index(line, "warning: \047" package "\047: ") == 1 && !seen[line]++ { print line }' "$log"
}

# A file that compiled with a warning is not compiled again, and warns no more. So the files of this build's warnings
# (on standard input) get a new date: the next build warns again, until they are mended.
keep_warnings_alive() {
    local file
    while IFS= read -r file; do
        if [[ -f $checkout/$file ]]; then touch -- "$checkout/$file"; fi
    done < <(cut -d: -f1 | sort -u)
}
