# shellcheck shell=bash disable=SC2034,SC2154 # the parts are sourced together and share their names
# One run of a command at a time in one checkout. The lock ends with the process that holds it, also after `kill -9`.

# Takes the lock of COMMAND or ends the script, saying who holds it.
take_lock() {
    local command=$1 file="$state/$1.lock" holder patience=0
    exec {lock_descriptor}>>"$file"
    holder=$(cat -- "$file")
    # The last command of a script that was killed may hold it a little longer.
    if [[ $holder =~ ^[0-9]+$ ]] && ! process_lives "$holder"; then patience=30; fi
    if ! flock --timeout "$patience" "$lock_descriptor"; then
        fail "another ops/$command (process ${holder:-unknown}) is at work in this checkout." \
            "→ wait until it has ended, or end it: kill ${holder:-PID}"
    fi
    printf '%s\n' $$ >"$file"
}
