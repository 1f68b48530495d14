# shellcheck shell=bash disable=SC2034,SC2154 # the parts are sourced together and share their names
# The demo's processes: an SMTP server that receives the mail, a coordinator and two workers.

crew_log="$state/demo/log"
mail_folder="$state/demo/mail"
crew=()         # pids, in the order they are stopped
workers=()
crew_problem=   # why the run cannot go on

# Starts the SMTP server on a free loopback port and exports MILLRACE_SMTP_URL.
start_smtp() {
    local port_file="$state/demo/smtp-port"
    rm -f -- "$port_file"
    mkdir -p -- "$mail_folder"
    start_child "SMTP server" "$crew_log/smtp.log" /usr/bin/python3 "$ops/smtp-server" --port 0 --port-file "$port_file" --maildir "$mail_folder"
    smtp_server=$child
    while [[ ! -s $port_file ]]; do
        if ! process_lives "$smtp_server"; then
            show_tail "$crew_log/smtp.log" 10
            fail "the SMTP server did not start; its last lines are above."
        fi
        sleep 0.1
    done
    export MILLRACE_SMTP_URL
    MILLRACE_SMTP_URL="smtp://127.0.0.1:$(tr -d '[:space:]' <"$port_file")"
    note "SMTP server on ${MILLRACE_SMTP_URL#smtp://}, mail is kept in $mail_folder"
}

start_crew() {
    local number
    for number in 1 2; do
        start_child "worker $number" "$crew_log/worker-$number.log" "$millrace" worker
        workers+=("$child")
    done
    start_child coordinator "$crew_log/coordinator.log" "$millrace" coordinator
    coordinator=$child
    crew=("${workers[@]}" "$coordinator" "$smtp_server")
    note "worker ${workers[0]}, worker ${workers[1]}, coordinator $coordinator; their logs are in $crew_log"
}

declare -A death_told=()

# Called while the pipeline runs: samples memory; one worker may die, the other takes its jobs over; with none left,
# or without the coordinator or the mail server, waiting makes no sense.
watch_crew() {
    local pid alive=0
    sample_memory
    for pid in "${crew[@]}"; do
        if process_lives "$pid"; then continue; fi
        if [[ -z ${death_told[$pid]:-} ]]; then
            death_told[$pid]=yes
            say "ops/demo: ${child_name[$pid]} (process $pid) has ended" >&2
        fi
        if [[ " ${workers[*]} " != *" $pid "* ]]; then crew_problem="${child_name[$pid]} has ended"; fi
    done
    for pid in "${workers[@]}"; do
        if process_lives "$pid"; then alive=$((alive + 1)); fi
    done
    if ((alive == 0)); then crew_problem="no worker is left"; fi
    if [[ -n $crew_problem ]]; then stop_session "$watched_run" "${child_start[$watched_run]}" 5; fi
}

# Ends them gracefully and says which did not end well.
stop_crew() {
    local pid status
    for pid in "${crew[@]}"; do
        if process_lives "$pid"; then kill -TERM "$pid" 2>/dev/null || true; fi
    done
    for pid in "${crew[@]}"; do
        status=0
        stop_child "$pid" 30 || status=$?
        if ((status != 0 && status != 143)) && [[ -z ${death_told[$pid]:-} ]]; then
            note "${child_name[$pid]} ended with exit code $status; see $crew_log"
        fi
    done
    crew=()
}
