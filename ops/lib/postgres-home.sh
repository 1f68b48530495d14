# shellcheck shell=bash disable=SC2034,SC2154 # the parts are sourced together and share their names
# Where a private PostgreSQL lives and as whom it runs. The server refuses to run as root; started as root it runs as
# the account `postgres`, or `nobody` where that is missing, and owns nothing but its own folder.

server_name=      # demo, test or bench
server_notes=     # .millrace/NAME: port, password and where the rest is; readable by the caller only
server_home=      # the server's own folder: data, log, socket
server_data=
server_log=
server_account=() # the command in front of what runs as the server's account

# Decides it all for the server NAME; makes nothing.
choose_server_home() {
    server_name=$1
    server_notes="$state/$server_name"
    server_home="$server_notes/postgres"
    server_account=()
    if ((EUID == 0)); then
        choose_server_account
        # A checkout below a folder that the account may not enter (/root, say) cannot hold the data.
        if ! as_server test -x "$checkout"; then
            server_home="$(elsewhere)/$server_name/postgres"
        fi
    fi
    server_data="$server_home/data"
    server_log="$server_home/server.log"
}

choose_server_account() {
    local account user group
    if ! read -r user group account < <(stat -c '%u %g %U' -- "$server_home/data" 2>/dev/null) || ((user == 0)); then
        for account in postgres nobody; do
            if id -- "$account" >/dev/null 2>&1; then break; fi
        done
        user=$(id -u -- "$account")
        group=$(id -g -- "$account")
    fi # else the data of an earlier run as an ordinary user stay that user's
    server_account=(setpriv "--reuid=$user" "--regid=$group" --clear-groups --)
    if ! as_server true; then
        fail "PostgreSQL refuses to run as root, and this root may not become the account $account." \
            "→ run $program as an ordinary user"
    fi
}

# Runs COMMAND… as the server's account, with nothing of the caller's environment.
as_server() {
    (cd / && exec "${server_account[@]}" env -i PATH=/usr/local/bin:/usr/bin:/bin HOME=/ LC_ALL=C.UTF-8 "$@")
}

# A folder outside the checkout that anybody may pass through, named after the checkout.
elsewhere() {
    printf '%s/millrace-%s-%s' "$(realpath /var/tmp)" "$EUID" "$(printf '%s' "$checkout" | sha256sum | cut -c 1-12)"
}

make_server_home() {
    local outside
    if [[ $server_home != "$server_notes/"* ]]; then
        outside=$(elsewhere)
        mkdir -m 711 -- "$outside" 2>/dev/null || true
        if [[ -L $outside || ! -d $outside || ! -O $outside ]]; then
            fail "$outside is needed for the server's data, but belongs to somebody else." "→ remove it"
        fi
        printf '%s\n' "$checkout" >"$outside/checkout"
        mkdir -p -- "$outside/$server_name"
        chmod 711 -- "$outside/$server_name"
        printf '%s\n' "$server_home" >"$server_notes/postgres-is-elsewhere"
    fi
    mkdir -p -- "$server_home"
    if ((EUID != 0)) && [[ ! -O $server_home ]]; then
        fail "$server_home belongs to $(stat -c %U -- "$server_home"), from a run as another user." \
            "→ run as that user, or remove it: sudo rm -rf '$server_notes'"
    fi
    if ((EUID == 0)) && [[ $(stat -c %u -- "$server_home") == 0 ]]; then
        chown "$(as_server id -u):$(as_server id -g)" -- "$server_home"
    fi
    chmod 700 -- "$server_home"
}

remove_server_home() {
    rm -rf -- "$server_home"
    rm -f -- "$server_notes/password" "$server_notes/port" "$server_notes/postgres-is-elsewhere"
    if [[ $server_home != "$server_notes/"* ]]; then
        rmdir -- "$(dirname -- "$server_home")" 2>/dev/null || return 0
        if [[ -z $(find "$(elsewhere)" -mindepth 1 ! -name checkout -print -quit) ]]; then rm -rf -- "$(elsewhere)"; fi
    fi
}

# The folder of the unix socket. The kernel takes about a hundred bytes for a socket's path, so a deep checkout's is in
# a short folder of its own. Prints the folder, made and owned by the server's account.
make_socket_folder() {
    local folder="$server_home/socket" base=/tmp
    remove_socket_folder
    if [[ $folder =~ [^A-Za-z0-9/._@+\ -] ]] || (($(printf '%s/.s.PGSQL.65535' "$folder" | wc -c) > 100)); then
        if ((EUID != 0)) && [[ -n ${XDG_RUNTIME_DIR:-} && -w $XDG_RUNTIME_DIR && ${#XDG_RUNTIME_DIR} -lt 60 ]]; then base=$XDG_RUNTIME_DIR; fi
        folder=$(as_server mktemp -d "$base/millrace-XXXXXXXX")
        printf '%s\n' "$folder" >"$server_notes/socket-folder"
    else
        as_server mkdir -p -m 700 -- "$folder"
    fi
    printf '%s' "$folder"
}

remove_socket_folder() {
    if [[ -s $server_notes/socket-folder ]]; then
        rm -rf -- "$(cat -- "$server_notes/socket-folder")"
        rm -f -- "$server_notes/socket-folder"
    fi
}
