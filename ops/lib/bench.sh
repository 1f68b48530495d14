# shellcheck shell=bash disable=SC2034,SC2154 # the parts are sourced together and share their names
# What ops/bench/queue and ops/bench/flat share: our programs, the peers' Python, one private server, the clearing up.

bench_peers=(pgqueuer procrastinate oban chancy)
peer_python=

bench_clean_up() {
    stop_children
    if [[ -n $server_name ]]; then remove_server; fi
    allow_main_cluster
}

# Builds the program that is measured; sets bench_program.
build_bench() {
    if ! run_logged "swift build" "$log_folder/bench-build.log" swift build -c release --product QueueBench; then
        show_build_errors "$log_folder/bench-build.log"
        fail "the build failed; its errors are above, all of its output in $log_folder/bench-build.log."
    fi
    bench_program="$(swift build -c release --show-bin-path)/QueueBench"
    note "built"
}

# Sets base_python to the program to make the peers' environment with: the one given, else the newest that there is.
choose_base_python() {
    local given=$1 candidate
    for candidate in ${given:+"$given"} python3.13 python3.12 python3; do
        if "$candidate" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            base_python=$candidate
            return
        fi
        if [[ -n $given ]]; then fail "$given is no Python of 3.11 or newer with venv." "→ name another one with --python"; fi
    done
    fail "no Python of 3.11 or newer with venv is in PATH." "→ sudo apt-get install python3-venv, or name one with --python"
}

# Makes .millrace/bench/venv with the peers at their pinned versions, unless it is there; sets peer_python.
install_peers() {
    local given=$1 folder="$state/bench/venv" wanted
    choose_base_python "$given"
    wanted="$("$base_python" -VV) $(sha256sum <ops/lib/queue_bench/peers/requirements.txt)"
    peer_python="$folder/bin/python"
    if [[ ! -e $folder/made-of || $(cat -- "$folder/made-of") != "$wanted" ]]; then
        rm -rf -- "$folder"
        if ! run_logged "python -m venv" "$log_folder/bench-venv.log" "$base_python" -m venv "$folder" ||
            ! run_logged "pip install" "$log_folder/bench-venv.log" "$peer_python" -m pip install --disable-pip-version-check \
                --requirement ops/lib/queue_bench/peers/requirements.txt; then
            show_tail "$log_folder/bench-venv.log" 15
            fail "the peers could not be installed; the last lines are above." \
                "→ they come from the Python package index: give pip a way to it; or leave them out: --peers none"
        fi
        printf '%s' "$wanted" >"$folder/made-of"
    fi
    note "peers: in $folder, $("$peer_python" -V)"
}

# Leaves a peer out that this Python cannot run.
drop_peers_without_python() {
    local kept=() peer
    for peer in "${peers[@]}"; do
        if [[ $peer == oban ]] && ! "$peer_python" -c 'import sys; sys.exit(sys.version_info < (3, 12))'; then
            note "oban is skipped: it needs Python 3.12, and this is $("$peer_python" -V); name one with --python"
        else
            kept+=("$peer")
        fi
    done
    peers=("${kept[@]}")
}

# Starts the one server of the run, empty.
start_bench_server() {
    unset "${!PG@}" DATABASE_URL # another server's settings must not reach ours
    choose_server_home bench
    if server_runs || [[ -e $server_home ]]; then
        note "Removing the server of an earlier run."
        remove_server
    fi
    start_server
    server_runs
    BENCH_SERVER_URL=$(server_url postgres)
    BENCH_SERVER_PID=$server_pid
    BENCH_POSTGRES_BIN=$postgres_bin
    export BENCH_SERVER_URL BENCH_SERVER_PID BENCH_POSTGRES_BIN
    if [[ ! -x $postgres_bin/pgbench ]]; then
        fail "$postgres_bin has no pgbench." "→ sudo apt-get install postgresql-contrib, or the package of your system that has it"
    fi
}

# Runs the module MODULE of ops/lib/queue_bench as a child of this script; returns its status.
run_bench_module() {
    local module=$1
    shift
    start_child "bench" - env PYTHONPATH="$ops/lib" PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 \
        /usr/bin/python3 -m "queue_bench.$module" "$@"
    wait_child "$child"
}
