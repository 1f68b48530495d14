# shellcheck shell=bash disable=SC2034,SC2154 # the parts are sourced together and share their names
# One run of a command at a time in one checkout. The lock ends with the process that holds it, also after `kill -9`.

# Takes the lock of COMMAND or ends the script, saying who holds it.
take_lock() {
    local command=$1 file="$state/$1.lock" holder
    exec {lock_descriptor}>>"$file"
    if ! flock --nonblock "$lock_descriptor"; then
        holder=$(cat -- "$file")
        fail "another ops/$command (process ${holder:-unknown}) is at work in this checkout." \
            "→ wait until it has ended, or end it: kill ${holder:-PID}"
    fi
    printf '%s\n' $$ >"$file"
}

# True while another process holds the lock of COMMAND.
lock_is_held() {
    local file="$state/$1.lock"
    [[ -e $file ]] && ! flock --nonblock --shared "$file" true 2>/dev/null
}
