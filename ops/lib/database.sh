# shellcheck shell=bash disable=SC2034,SC2154 # the parts are sourced together and share their names
# A database that the caller names with DATABASE_URL: it is used as it is, nothing is started or stopped.

given_url() { [[ -n ${DATABASE_URL:-} ]]; }

# DATABASE_URL without its password, to be shown.
shown_url() { sed -E 's#^([a-z]+://[^:/@]*):[^@]*@#\1:…@#; s/(password=)[^ &]*/\1…/g' <<<"$DATABASE_URL"; }

# Runs SQL on the database that DATABASE_URL names and prints bare values. The password goes by the environment, so
# that it does not show in the list of processes.
given_query() {
    local url=$DATABASE_URL password=${PGPASSWORD:-}
    if [[ $url =~ ^(postgres(ql)?://[^:/@?]*):([^@/?]*)@(.*)$ ]]; then
        url="${BASH_REMATCH[1]}@${BASH_REMATCH[4]}"
        password=${BASH_REMATCH[3]//\\/\\\\}
        printf -v password '%b' "${password//%/\\x}"
    fi
    PGPASSWORD=$password PGCONNECT_TIMEOUT=10 "$psql_program" -X -q -At -v ON_ERROR_STOP=1 -d "$url" -c "$1"
}

# Ends the script unless the server answers and is of a supported version.
require_given_server() {
    local version
    if ! version=$(given_query 'SHOW server_version_num' 2>"$log_folder/database.log"); then
        show_tail "$log_folder/database.log" 3
        fail "cannot use the database that DATABASE_URL names: $(shown_url)" \
            "→ start that server or correct the URL; or unset DATABASE_URL for a private server"
    fi
    if ((version / 10000 < oldest_postgres)); then
        fail "the server that DATABASE_URL names is PostgreSQL $((version / 10000)); $oldest_postgres or newer is needed."
    fi
    note "Using the database of DATABASE_URL: $(shown_url), PostgreSQL $((version / 10000))"
}
