# shellcheck shell=bash disable=SC2034,SC2154 # the parts are sourced together and share their names
# Peak memory, read from /proc while the processes run.

declare -A peak_of_child=() # name → kB, the kernel's own high-water mark of resident memory (VmHWM)
peak_of_server=0            # kB, the largest sum seen over PostgreSQL's processes; shared pages count once (Pss)
memory_seconds=-10

# Samples the children and, every five seconds, the server.
sample_memory() {
    local pid peak
    for pid in "${children[@]}"; do
        peak=$(awk '/^VmHWM:/ { print $2 }' "/proc/$pid/status" 2>/dev/null) || peak=
        if [[ -n $peak ]]; then peak_of_child[${child_name[$pid]}]=$peak; fi
    done
    if ((SECONDS - memory_seconds >= 5)) && [[ -n $server_pid ]]; then
        memory_seconds=$SECONDS
        peak=$(server_memory)
        if ((peak > peak_of_server)); then peak_of_server=$peak; fi
    fi
}

server_memory() {
    local pid
    for pid in $(processes_in_folder "$server_data"); do cat "/proc/$pid/smaps_rollup" 2>/dev/null || true; done |
        awk '/^Pss:/ { sum += $2 } END { print sum + 0 }'
}

# show_memory NAME…: the peaks of those children, and of the server where it is ours.
show_memory() {
    local name
    for name in "$@"; do
        if [[ -n ${peak_of_child[$name]:-} ]]; then
            printf '    %-24s %6d MB\n' "$name" $(((peak_of_child[$name] + 1023) / 1024))
        fi
    done
    if ((peak_of_server > 0)); then
        printf '    %-24s %6d MB  (all its processes, shared memory counted once)\n' PostgreSQL $(((peak_of_server + 1023) / 1024))
    fi
}
