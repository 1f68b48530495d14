# shellcheck shell=bash disable=SC2034,SC2154 # the parts are sourced together and share their names
# The processes a script starts. Each leads a session of its own, so that everything it starts in turn can be found and
# ended with it (the Swift build puts each compiler into a process group of its own, but not into another session).
# Each is written down, so that the run after a `kill -9` of the script finds and ends what was left.

children=()
declare -A child_name=()
declare -A child_start=() # start times, which tell a child from a later process of the same number
children_file=

# Ends what an earlier run left behind and writes this run's children into FILE from now on.
record_children_in() {
    children_file=$1
    stop_leftovers
    cat /proc/sys/kernel/random/boot_id >"$children_file"
}

# Starts COMMAND… in the background as NAME, its output appended to LOG ("-": this script's own output).
# Sets `child` to its pid.
start_child() {
    local name=$1 log=$2
    shift 2
    if [[ $log == - ]]; then
        (close_descriptors && exec setsid env --default-signal "$@") </dev/null &
    else
        (close_descriptors && exec setsid env --default-signal "$@") </dev/null >>"$log" 2>&1 &
    fi
    child=$!
    children+=("$child")
    child_name[$child]=$name
    child_start[$child]=
    if read_process "$child"; then child_start[$child]=${process_fields[19]}; fi
    printf '%s %s %s\n' "$child" "${child_start[$child]}" "$name" >>"$children_file"
}

# Waits for the child PID and returns its status; calls TICK meanwhile, if given, a few times a second.
wait_child() {
    local pid=$1 tick=${2:-:} began=$SECONDS pause=0.05 status=0
    while process_lives "$pid"; do
        "$tick"
        { sleep "$pause"; } 2>/dev/null # here the shell would print of each child that a signal ended
        if ((SECONDS - began > 1)); then pause=0.3; fi
    done
    wait "$pid" 2>/dev/null || status=$?
    stop_session "$pid" "${child_start[$pid]}" 0 # what it started and left behind
    forget_child "$pid"
    return "$status"
}

# Asks the child PID to end, gives it SECONDS, then ends it and what it started. Returns its status.
stop_child() {
    local pid=$1 seconds=$2 status=0
    stop_session "$pid" "${child_start[$pid]}" "$seconds"
    wait "$pid" 2>/dev/null || status=$?
    forget_child "$pid"
    return "$status"
}

forget_child() {
    local gone=$1 pid rest=()
    for pid in "${children[@]}"; do
        if [[ $pid != "$gone" ]]; then rest+=("$pid"); fi
    done
    children=("${rest[@]}")
}

# Ends every child; also one that was started but not yet written down when a signal came (the shell's own list has it).
stop_children() {
    local pid started
    mapfile -t started < <(jobs -p)
    for pid in "${started[@]}"; do
        if [[ -z ${child_start[$pid]:-} ]]; then
            child_start[$pid]=$(process_start_time "$pid") || true
            children+=("$pid")
        fi
    done
    for pid in "${children[@]}"; do
        if number_is_still_its "$pid" "${child_start[$pid]}"; then kill -TERM "$pid" 2>/dev/null || true; fi
    done
    for pid in "${children[@]}"; do
        stop_session "$pid" "${child_start[$pid]}" 10
        wait "$pid" 2>/dev/null || true
    done
    children=()
    if [[ -n $children_file ]]; then rm -f -- "$children_file"; fi
}

# A leftover is the process that was written down (same pid, same start time, same boot) or, when that one has ended,
# a member of its session: the kernel gives no pid away while a session bears it.
stop_leftovers() {
    local boot pid start name seen=false
    if [[ ! -s $children_file ]]; then return; fi
    exec {leftovers}<"$children_file"
    IFS= read -r boot <&"$leftovers" || boot=
    if [[ $boot == "$(cat /proc/sys/kernel/random/boot_id)" ]]; then
        while read -r pid start name <&"$leftovers"; do
            if [[ $pid =~ ^[0-9]+$ ]] && number_is_still_its "$pid" "$start" && session_lives "$pid"; then
                if [[ $seen == false ]]; then note "The last run was cut short; ending what it left behind."; fi
                seen=true
                note "  $name (process $pid)"
                stop_session "$pid" "$start" 10
            fi
        done
    fi
    exec {leftovers}<&-
    rm -f -- "$children_file"
}
