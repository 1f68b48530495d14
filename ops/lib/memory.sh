# shellcheck shell=bash disable=SC2034,SC2154 # the parts are sourced together and share their names
# Peak memory, read from /proc while the processes run.

declare -A peak_of_child=() # name → kB, the kernel's own high-water mark of resident memory (VmHWM)
peak_of_server=0            # kB, the largest sum seen over PostgreSQL's processes; shared pages count once (Pss)
memory_seconds=-10

# Samples the children and, every five seconds, the server.
sample_memory() {
    local pid key value
    for pid in "${children[@]}"; do
        while read -r key value _; do
            if [[ $key == VmHWM: ]]; then peak_of_child[${child_name[$pid]}]=$value; fi
        done 2>/dev/null <"/proc/$pid/status" || true
    done 2>/dev/null
    if ((SECONDS - memory_seconds >= 5)) && [[ -n $server_pid ]]; then
        memory_seconds=$SECONDS
        sample_server_memory
    fi
}

sample_server_memory() {
    local pid key value sum=0
    processes_in_folder "$server_data"
    for pid in "${members[@]}"; do
        while read -r key value _; do
            if [[ $key == Pss: ]]; then sum=$((sum + value)); fi
        done 2>/dev/null <"/proc/$pid/smaps_rollup" || true
    done 2>/dev/null
    if ((sum > peak_of_server)); then peak_of_server=$sum; fi
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
