# shellcheck shell=bash disable=SC2034,SC2154 # the parts are sourced together and share their names
# A PostgreSQL of the checkout's own: never the system's cluster, never a port that somebody listens on.
#
#   choose_server_home NAME   first (postgres-home.sh)
#   start_server              starts it, or finds it running; cleared of what a crash left
#   stop_server, remove_server
#   server_url DATABASE
#
# Access: passwords only (SCRAM), on 127.0.0.1 and on a unix socket in a folder of mode 700; one superuser `millrace`
# whose random password is in .millrace/NAME/password, mode 600.

server_pid=
server_connections=200 # at most, at once

# Sets server_pid to the running server's. A pid counts only if that process stands in our data folder.
server_runs() {
    server_pid=
    { read -r server_pid <"$server_data/postmaster.pid"; } 2>/dev/null || true
    if [[ ! $server_pid =~ ^[0-9]+$ || ! /proc/$server_pid/cwd -ef $server_data ]] || ! process_lives "$server_pid"; then
        server_pid=
    fi
    [[ -n $server_pid ]]
}

server_url() {
    printf 'postgres://millrace:%s@127.0.0.1:%s/%s' "$(cat -- "$server_notes/password")" "$(cat -- "$server_notes/port")" "$1"
}

# psql on the database DATABASE of the running server; the password stays out of the list of processes.
server_psql() {
    local database=$1 password port
    shift
    read -r password <"$server_notes/password"
    read -r port <"$server_notes/port"
    PGPASSWORD=$password "$postgres_bin/psql" -h 127.0.0.1 -p "$port" -U millrace -d "$database" "$@"
}

# Runs SQL on DATABASE and prints bare values.
server_query() { server_psql "$1" -X -q -At -v ON_ERROR_STOP=1 -c "$2"; }

start_server() {
    if server_runs && [[ -s $server_notes/port && -s $server_notes/password ]]; then
        note "The private PostgreSQL is running (process $server_pid, port $(cat -- "$server_notes/port"))."
        return
    fi
    clear_crashed_server
    make_server_home
    if [[ ! -d $server_data ]]; then create_cluster; fi
    require_same_version
    launch_server
    note "Private PostgreSQL $(postgres_version "$postgres_bin") on 127.0.0.1:$(cat -- "$server_notes/port"), data in $server_data"
}

# What a crash left: processes in our data folder, a pid file that names a dead process or a stranger's.
clear_crashed_server() {
    local pid
    if [[ ! -d $server_data ]]; then return; fi
    end_server_processes || fail "processes in $server_data do not end: ${members[*]}"
    if [[ -e $server_data/postmaster.pid ]]; then
        note "The last server did not end properly; it recovers now."
        pid=$(head -n 1 -- "$server_data/postmaster.pid")
        # PostgreSQL believes any living process of that number; with nobody in the folder it is a stranger.
        if [[ ! $pid =~ ^[0-9]+$ || -e /proc/$pid ]]; then rm -f -- "$server_data/postmaster.pid"; fi
    fi
}

# Ends whatever works in the data folder at once; PostgreSQL recovers from that.
end_server_processes() {
    local pid
    processes_in_folder "$server_data"
    for pid in "${members[@]}"; do kill -QUIT "$pid" 2>/dev/null || true; done
    wait_while 20 server_folder_is_used
}

server_folder_is_used() { processes_in_folder "$server_data" && ((${#members[@]} > 0)); }

# Made beside its place and moved there when complete, so that an interrupted initdb leaves no half cluster.
create_cluster() {
    local password durability=()
    if [[ $server_name == test ]]; then durability=(--no-sync); fi
    as_server rm -rf -- "$server_data.new"
    password=$(od -An -N20 -tx1 /dev/urandom | tr -d ' \n')
    (umask 077 && rm -f -- "$server_notes/password" && printf '%s\n' "$password" >"$server_notes/password")
    write_as_server "$server_home/initdb-password" <<<"$password"
    if ! as_server "$postgres_bin/initdb" -D "$server_data.new" -U millrace --encoding=UTF8 --locale=C.UTF-8 \
        --auth-local=scram-sha-256 --auth-host=scram-sha-256 --pwfile="$server_home/initdb-password" \
        "${durability[@]}" >"$log_folder/initdb.log" 2>&1; then
        show_tail "$log_folder/initdb.log" 10
        fail "initdb failed; its last lines are above." "→ look at free space and rights of $server_home"
    fi
    as_server rm -f -- "$server_home/initdb-password"
    as_server tee -a -- "$server_data.new/postgresql.conf" >/dev/null <<<"include 'millrace.conf'"
    as_server mv -- "$server_data.new" "$server_data"
}

# Writes its input into FILE, which only the server's account may read.
write_as_server() { (umask 077 && as_server tee -- "$1" >/dev/null); }

require_same_version() {
    local made_by
    made_by=$(cat -- "$server_data/PG_VERSION")
    if ! find_postgres "$made_by"; then
        find_postgres || true
        fail "$server_data was made by PostgreSQL $made_by, which is no longer installed." \
            "→ remove it with its data: ops/postgres remove"
    fi
    if [[ ! -s $server_notes/password ]]; then
        fail "the password of the private PostgreSQL is gone ($server_notes/password)." \
            "→ remove the server with its data: ops/postgres remove"
    fi
}

# The test server's data are thrown away, so it need not survive a power cut; the demo's is a real one, and the bench's
# is measured as a real one.
server_settings() {
    local port=$1 socket_folder=$2
    cat <<SETTINGS
listen_addresses = '127.0.0.1'
port = $port
unix_socket_directories = '$socket_folder'
unix_socket_permissions = 0700
max_connections = $server_connections
timezone = 'UTC'
log_timezone = 'UTC'
log_line_prefix = '%m [%p] %q%a '
maintenance_work_mem = '256MB'
work_mem = '32MB'
max_wal_size = '2GB'
random_page_cost = 1.1
jit = off
SETTINGS
    if [[ $server_name == test ]]; then
        printf '%s\n' "shared_buffers = '256MB'" 'fsync = off' 'synchronous_commit = off' 'full_page_writes = off'
    else
        printf '%s\n' "shared_buffers = '512MB'"
    fi
    if [[ $server_name == bench ]]; then printf '%s\n' 'fsync = on' 'synchronous_commit = on' 'full_page_writes = on'; fi
    # Containers often get 64 MB of /dev/shm, too little for a parallel query.
    if (($(df --output=size -k /dev/shm 2>/dev/null | tail -n 1 || echo 0) < 262144)); then
        printf '%s\n' 'dynamic_shared_memory_type = mmap'
    fi
}

launch_server() {
    local attempt port socket_folder
    socket_folder=$(make_socket_folder)
    for attempt in 1 2 3 4 5; do
        port=$(free_port "$(cat -- "$server_notes/port" 2>/dev/null || echo 0)")
        server_settings "$port" "$socket_folder" | write_as_server "$server_data/millrace.conf"
        as_server rm -f -- "$server_log"
        (
            close_descriptors
            cd /
            # shellcheck disable=SC2016 # the inner shell expands these
            exec setsid env --default-signal "${server_account[@]}" env -i PATH=/usr/bin:/bin HOME=/ LC_ALL=C.UTF-8 \
                sh -c 'exec "$1" -D "$2" >>"$3" 2>&1' sh "$postgres_bin/postgres" "$server_data" "$server_log"
        ) </dev/null >/dev/null 2>&1 &
        server_pid=$!
        if server_gets_ready "$server_pid"; then
            disown "$server_pid"
            (umask 077 && printf '%s\n' "$port" >"$server_notes/port")
            return
        fi
        wait "$server_pid" 2>/dev/null || true
        if ! grep -q 'could not bind' -- "$server_log" 2>/dev/null; then break; fi
        note "Port $port was taken in the meantime; trying another (attempt $attempt of 5)."
        rm -f -- "$server_notes/port"
    done
    show_tail "$server_log" 15
    fail "the private PostgreSQL did not start; its last lines are above." \
        "→ if its data are broken, remove the server with them: ops/postgres remove"
}

# Recovery after a crash may take its time: only a dead server is a failure.
server_gets_ready() {
    local pid=$1 waited=0 lines=()
    until [[ ${lines[0]:-} == "$pid" && ${lines[7]:-} == ready* ]]; do
        if ! process_lives "$pid"; then return 1; fi
        sleep 0.1
        if ((++waited % 100 == 0)); then note "waiting for PostgreSQL to be ready ($((waited / 10)) s)"; fi
        { mapfile -t lines <"$server_data/postmaster.pid"; } 2>/dev/null || true
    done
}

# A loopback port that nobody listens on: WISHED if it is free, else one the kernel chooses.
free_port() {
    /usr/bin/python3 - "$1" <<'PYTHON'
import socket, sys

for port in (int(sys.argv[1]), 0):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
            print(probe.getsockname()[1])
            break
        except OSError:
            continue
PYTHON
}

# Stops the server by its pid; returns when none of its processes is left.
stop_server() {
    local signal=INT # PostgreSQL's "fast": disconnects the clients, writes everything, ends
    if [[ $server_name == test || $server_name == bench ]]; then signal=QUIT; fi # thrown away afterwards
    if server_runs; then
        kill "-$signal" "$server_pid" 2>/dev/null || true
        wait_while 60 server_folder_is_used || true
    fi
    end_server_processes || true # a server that does not obey, one still starting, backends of one that was killed
    remove_socket_folder
}

remove_server() {
    stop_server
    remove_server_home
}

# Makes DATABASE if the server has none of that name.
create_database() {
    local database=$1
    if [[ -z $(server_query postgres "SELECT 1 FROM pg_database WHERE datname = '$database'") ]]; then
        server_query postgres "CREATE DATABASE $database"
    fi
}

# Makes DATABASE anew, empty; whoever is connected to the old one is disconnected.
replace_database() {
    local database=$1
    PGOPTIONS='-c client_min_messages=warning' server_query postgres "DROP DATABASE IF EXISTS $database WITH (FORCE)"
    server_query postgres "CREATE DATABASE $database"
}
