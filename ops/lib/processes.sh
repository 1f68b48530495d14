# shellcheck shell=bash disable=SC2034,SC2154 # the parts are sourced together and share their names
# Facts about processes, read from /proc: is it alive, is it still the same one, who belongs to its session.
#
# What is asked again and again while a script waits sets a variable instead of printing: bash 5.2 now and then loses a
# Ctrl-C that comes while it expands $(…).

# Sets process_fields to the fields of /proc/PID/stat after the name: 0 state, 1 parent, 3 session, 19 start time.
read_process() {
    local pid=$1 line
    { IFS= read -r line <"/proc/$pid/stat"; } 2>/dev/null || return 1
    read -ra process_fields <<<"${line##*) }"
}

# Alive means: there, and neither dead nor a zombie that only waits to be collected.
process_lives() {
    local pid=$1
    read_process "$pid" && [[ ${process_fields[0]} != [ZXx] ]]
}

# Ticks since boot at which PID started: together with the pid this names one process and no later one.
process_start_time() {
    local pid=$1
    read_process "$pid" && printf '%s' "${process_fields[19]}"
}

# Sets members to the living processes of the session that PID leads.
session_members() {
    local session=$1 folder pid
    members=()
    for folder in /proc/[0-9]*; do
        pid=${folder##*/}
        if read_process "$pid" && [[ ${process_fields[3]} == "$session" && ${process_fields[0]} != [ZXx] ]]; then
            members+=("$pid")
        fi
    done
}

# Sets members to the living processes whose working folder is FOLDER: a PostgreSQL server and its backends stand in
# their data folder.
processes_in_folder() {
    local folder=$1 process
    members=()
    for process in /proc/[0-9]*; do
        if [[ $process/cwd -ef $folder ]] && process_lives "${process##*/}"; then members+=("${process##*/}"); fi
    done
}

# Waits until CONDITION… fails, at most SECONDS; returns 1 when it still holds.
wait_while() {
    local tenths=$(($1 * 10))
    shift
    while "$@"; do
        if ((tenths-- <= 0)); then return 1; fi
        sleep 0.1
    done
}

# True while the session SESSION has a living process.
session_lives() { session_members "$1" && ((${#members[@]} > 0)); }

# False when PID, which started at START, has ended and its number names a later process. (While members of its session
# live, the kernel gives the number to nobody.)
number_is_still_its() { [[ ! -e /proc/$1 || $(process_start_time "$1") == "$2" ]]; }

# Ends the session of LEADER, which started at START: the leader first and with SECONDS for a graceful end, then what it
# left behind.
stop_session() {
    local leader=$1 start=$2 seconds=$3 pid
    if ! number_is_still_its "$leader" "$start"; then return; fi
    if process_lives "$leader"; then
        kill -TERM "$leader" 2>/dev/null || true
        wait_while "$seconds" process_lives "$leader" || true
    fi
    session_members "$leader"
    for pid in "${members[@]}"; do kill -TERM "$pid" 2>/dev/null || true; done
    if ! wait_while 2 session_lives "$leader"; then
        for pid in "${members[@]}"; do kill -KILL "$pid" 2>/dev/null || true; done
        wait_while 5 session_lives "$leader" || true
    fi
    if process_lives "$leader"; then kill -KILL "$leader" 2>/dev/null || true; fi
}

# Lets go of every descriptor but input, output and errors, so that a child holds neither a lock nor a caller's pipe.
# For a subshell that is about to exec.
close_descriptors() {
    local path number
    for path in "/proc/$BASHPID/fd/"*; do
        number=${path##*/}
        if ((number > 2 && number != 255)); then eval "exec $number>&-"; fi
    done
}
