# shellcheck shell=bash disable=SC2034,SC2154 # the parts are sourced together and share their names
# Where this checkout is, and where the scripts keep what they make: `.millrace/` in the checkout, ignored by git.
#
#   .millrace/NAME/        one folder per command (demo, test): its server, its logs, its notes for the next run
#   .millrace/log/         full output of builds, lint and tests

checkout=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd -P)
state="$checkout/.millrace"
log_folder="$state/log"

# Makes the folders of the command NAME and moves to the checkout.
prepare_state() {
    local name=$1 foreign
    cd -- "$checkout" || exit 1
    mkdir -p -- "$state/$name" "$log_folder" 2>/dev/null || true
    if ((EUID == 0)); then
        chmod 755 -- "$state" "$state/$name" # the server's account must be able to pass through
    else
        foreign=$(find "$state" ! -user "$EUID" -print -quit 2>/dev/null || true)
        if [[ -n $foreign ]]; then
            fail "$foreign is $(stat -c %U -- "$foreign")'s, from a run as that user." \
                "→ run as that user, or remove what those runs left: sudo rm -rf '$state'"
        fi
    fi
    if [[ ! -w $state/$name || ! -w $log_folder ]]; then
        fail "cannot write below $state." "→ give yourself the right to write in $checkout"
    fi
}
