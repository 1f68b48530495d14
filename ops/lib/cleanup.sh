# shellcheck shell=bash disable=SC2034,SC2154 # the parts are sourced together and share their names
# What happens at the end, whatever ends the script: its own end, an error, Ctrl-C, TERM, a closed terminal or pipe.
# (`kill -9` leaves no chance; children.sh and private-postgres.sh clear up after it at the next start.)

ended_by=
cleanup_function=:
trap 'end_run $?' EXIT
trap 'ended_by=INT; exit 130' INT
trap 'ended_by=TERM; exit 143' TERM
trap 'ended_by=HUP; exec >/dev/null 2>&1; exit 129' HUP
trap 'ended_by=PIPE; exec >/dev/null 2>&1; exit 141' PIPE

# Calls FUNCTION once when the script ends, with the exit status as its argument.
clean_up_with() { cleanup_function=$1; }

end_run() {
    local status=$1
    trap '' INT TERM HUP PIPE # a second Ctrl-C must not stop the clearing up, which has its own time limits
    trap - EXIT
    clear_progress || true
    if [[ $ended_by == INT || $ended_by == TERM ]]; then
        say
        say "$program: stopped by SIG$ended_by; ending what it started."
    fi
    "$cleanup_function" "$status" || true
    if [[ -n $ended_by ]]; then
        trap - "$ended_by"
        kill "-$ended_by" $$
    fi
    exit "$status"
}
