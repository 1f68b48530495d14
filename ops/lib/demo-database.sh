# shellcheck shell=bash disable=SC2034,SC2154 # the parts are sourced together and share their names
# Which database the demo works on, and whether the shop must still be imported into it. A note in .millrace/demo/ says
# which shop a demo has put into which database: "incomplete" while it is at it, then the shop's name.

database_note=
import_needed=true

# prepare_demo_database SHOP KEEP FRESH: sets import_needed, exports DATABASE_URL.
prepare_demo_database() {
    local shop=$1 keep=$2 fresh=$3
    if given_url; then
        require_given_server
        database_note="$state/demo/shop-in-$(printf '%s' "$DATABASE_URL" | sha256sum | cut -c 1-12)"
        prepare_given_database "$shop" "$keep"
    else
        unset "${!PG@}" # another server's settings must not reach ours
        database_note="$state/demo/shop-in-private"
        prepare_private_database "$shop" "$keep" "$fresh"
        DATABASE_URL=$(server_url millrace)
        export DATABASE_URL
    fi
    if [[ $import_needed == true ]]; then printf 'incomplete\n' >"$database_note"; fi
}

shop_is_imported() { printf '%s\n' "$1" >"$database_note"; }

noted_shop() { cat -- "$database_note" 2>/dev/null || true; }

prepare_private_database() {
    local shop=$1 keep=$2 fresh=$3
    choose_server_home demo
    if [[ $fresh == true ]]; then
        note "Removing the private server of earlier demos."
        remove_server
        rm -f -- "$database_note"
    fi
    start_server
    if [[ $keep == true ]] && keeps_shop "$shop"; then
        create_database millrace
        import_needed=false
    else
        note "The database \`millrace\` starts empty."
        replace_database millrace
    fi
}

# True when the last demo's shop is there; ends the script when it is another than the one asked for.
keeps_shop() {
    local shop=$1 there
    there=$(noted_shop)
    if [[ -z $there || $there == incomplete ]]; then return 1; fi
    if [[ -n $shop && $there != "$shop" ]]; then
        fail "--keep keeps the shop of the last demo, which is another than the one you name now." \
            "→ leave out --keep, or leave out --data"
    fi
    note "Keeping the shop that the last demo imported."
}

# A campaign marks its messages as sent, and the demo sends them to itself: never on a database of somebody's own.
prepare_given_database() {
    local shop=$1 keep=$2 holds
    holds=$(given_query "SELECT to_regnamespace('millrace') IS NOT NULL")
    if [[ $holds == f ]]; then return; fi
    if [[ $keep == true ]]; then
        note "Keeping what the database holds, importing nothing."
        import_needed=false
    elif [[ $(noted_shop) == "${shop:-sample}" ]]; then
        note "The last demo has imported this shop; not importing it again."
        import_needed=false
    elif [[ $(noted_shop) != incomplete ]]; then
        fail "the database of DATABASE_URL already holds Millrace, and this demo did not put its shop there." \
            "→ name an empty database, or unset DATABASE_URL for a private one, or take what is there with --keep" \
            "  (--keep runs the pipeline and marks that shop's messages as sent, to the demo's own SMTP server)"
    fi
}
