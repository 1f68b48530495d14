# shellcheck shell=bash disable=SC2154 # the parts are sourced together and share their names
# A shop of the seeded synthetic set in a database of its own, and programs that train on it. Sourced by ops/drill/kill-training and
# ops/bench/shards, which set `program`, `interactions` and `arguments`.

# Sets bin, server and DATABASE_URL, and what stop_all ends.
prepare_training_shop() {
    local base name
    bin=$(swift build -c "${MILLRACE_BUILD:-release}" --show-bin-path)
    for name in millrace RecommendBench; do
        if [[ ! -x $bin/$name ]]; then
            echo "$program: $bin/$name is missing  →  swift build -c release" >&2
            exit 1
        fi
    done
    if [[ -z ${DATABASE_URL:-} ]]; then
        ops/postgres start >/dev/null
        DATABASE_URL=$(ops/postgres url)
    fi
    server=$DATABASE_URL
    # The same server, with the parameters that may follow the database's name.
    base=${server%%\?*}
    export DATABASE_URL="${base%/*}/drill${server#"$base"}"
    log=$(mktemp -d)
    pids=()
    trap 'stop_all; wait; rm -rf -- "$log"' EXIT
}

stop_all() { for pid in "${pids[@]}"; do kill -TERM "$pid" 2>/dev/null || true; done; }

start() {
    MILLRACE_LOG_LEVEL=warning "$bin/millrace" "$@" >>"$log/out" 2>&1 &
    pids+=($!)
}

sql() { psql -qAtX -v ON_ERROR_STOP=1 "$DATABASE_URL" -c "$1"; }

# The shop of the synthetic set; one of the same size is used again.
make_shop() {
    local users=$((interactions / 100)) items=$((interactions / 400)) size
    size=$(sql "SELECT count(*) FROM shop.customer" 2>/dev/null || true)
    if [[ $size == "$users" ]]; then return; fi
    echo "making a shop of $users customers, $items items and $interactions purchases"
    psql -qAtX "$server" -c "DROP DATABASE IF EXISTS drill WITH (FORCE)" -c "CREATE DATABASE drill" 2>/dev/null
    "$bin/millrace" migrate >"$log/migrate"
    sql "INSERT INTO shop.item (id, code, title, price) SELECT id, id, 'Item ' || id, 1 FROM generate_series(1, $items) AS id"
    sql "ALTER TABLE shop.event ALTER kind SET DEFAULT 'purchase', ALTER price SET DEFAULT 1"
    "$bin/RecommendBench" events --users "$users" --items "$items" --interactions "$interactions" |
        psql -qX -v ON_ERROR_STOP=1 "$DATABASE_URL" -c '\copy shop.event (customer_id, item_id, at, order_ref) FROM STDIN'
    # Last, since it is what tells that the shop is whole.
    sql "INSERT INTO shop.customer (id, code) SELECT id, id FROM generate_series(1, $users) AS id"
    sql "ANALYZE shop.event"
}

# Runs a training with the arguments of `arguments` to its end.
train() {
    "$bin/millrace" run als-training --args "$arguments" --wait >"$log/run" || { cat "$log/run" "$log/out" >&2 && exit 1; }
}

# The factors of the newest model.
digest() {
    sql "SELECT md5(string_agg(md5(factors), '' ORDER BY side, iteration, block)) FROM shop.factor_block
        WHERE model_id = (SELECT id FROM shop.model WHERE kind = 'als' ORDER BY version DESC NULLS LAST LIMIT 1)"
}

# Seconds from the end of the planning to that of the last half-iteration, of the jobs after the one given.
solving_time() {
    sql "SELECT round(extract(epoch FROM max(finished_at) - min(enqueued_at)), 1) FROM millrace.v_job
        WHERE plugin IN ('als-training.solve', 'als-training.advance') AND id > $1"
}

newest_job() { sql "SELECT coalesce(max(id), 0) FROM millrace.job"; }
