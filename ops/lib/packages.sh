# shellcheck shell=bash disable=SC2034,SC2154 # the parts are sourced together and share their names
# What must be on the machine, and why. Only what is missing is installed, and only with Debian's own tools.

oldest_postgres=14
newest_postgres=18
swift_needed=6.2

missing_packages=()
missing_reasons=()
postgres_bin=
psql_program=
with_privilege=()

# Debian's server package makes and starts a cluster `main` on port 5432. Nobody asked for that one: a setting beside
# the administrator's own forbids it while the package is installed. Clusters that exist are not touched.
cluster_folder=/etc/postgresql-common/createcluster.d
cluster_setting=$cluster_folder/millrace-install.conf
cluster_forbidden=false

# Installs what is missing, or says how to and ends the script.
require_packages() {
    require_swift
    if [[ -e $cluster_setting ]] && choose_privilege; then
        cluster_forbidden=true # by an installation that was killed
        allow_main_cluster
    fi
    list_missing_packages
    if ((${#missing_packages[@]} > 0)); then
        note "Missing on this machine:"
        printf '      %s\n' "${missing_reasons[@]}"
        install_packages
        list_missing_packages
        if ((${#missing_packages[@]} > 0)); then
            fail "installed, but still not usable:" "${missing_reasons[@]}"
        fi
    fi
    note "All that is needed is there: Swift $swift_found, $(database_program)."
}

database_program() {
    if given_url; then "$psql_program" --version; else printf 'PostgreSQL %s' "$(postgres_version "$postgres_bin")"; fi
}

# Sets swift_found to the version.
require_swift() {
    if ! command -v swift >/dev/null; then
        fail "the Swift toolchain is not in PATH." "→ install Swift $swift_needed or newer from swift.org, and add its usr/bin to PATH"
    fi
    if ! swift --version >"$log_folder/swift-version.log" 2>&1; then
        show_tail "$log_folder/swift-version.log" 5
        fail "the Swift toolchain does not start; what it said is above." \
            "→ install what Swift needs on this system, as swift.org lists it"
    fi
    swift_found=$(sed -n 's/.*Swift version \([0-9][0-9.]*\).*/\1/p' "$log_folder/swift-version.log")
    if ! printf '%s\n' "$swift_needed" "${swift_found:-0}" | sort -V -C; then
        fail "Swift ${swift_found:-of an unknown version} is too old." "→ install Swift $swift_needed or newer from swift.org"
    fi
}

# Sets missing_packages and missing_reasons, and postgres_bin or psql_program.
list_missing_packages() {
    missing_packages=()
    missing_reasons=()
    if given_url; then
        need postgresql-client "psql, to look at the database that DATABASE_URL names" find_psql
    else
        need "$(postgres_package)" "the PostgreSQL server, $oldest_postgres to $newest_postgres, for a private database" find_postgres
    fi
    need libpq-dev "PostgreSQL's client library, which Millrace is built on" has_header libpq-fe.h libpq
    need zlib1g-dev "zlib, to read gzip files" has_header zlib.h zlib
    need pkg-config "tells the Swift build where those two are" command -v pkg-config
    need python3 "runs the small SMTP server that receives the demo's mail" test -x /usr/bin/python3
    need python3-aiosmtpd "that SMTP server's library" /usr/bin/python3 -c 'import aiosmtpd'
    need tzdata "time zones of schedules" test -e /usr/share/zoneinfo/Asia/Shanghai
}

# need PACKAGE WHY CHECK…: the package is missing when the check fails.
need() {
    local package=$1 why=$2
    shift 2
    if ! "$@" >/dev/null 2>&1; then
        missing_packages+=("$package")
        missing_reasons+=("$package: $why")
    fi
}

has_header() {
    local header=$1 module=$2
    if command -v pkg-config >/dev/null; then
        pkg-config --exists "$module"
    else
        [[ -e /usr/include/$header || -e /usr/include/postgresql/$header ]]
    fi
}

# 15.18 for a folder that holds such a server, nothing for another.
postgres_version() { "$1/postgres" --version 2>/dev/null | sed -n 's/^postgres (PostgreSQL) \([0-9][0-9.]*\).*/\1/p'; }

# Sets postgres_bin to the newest supported server's folder; with MAJOR to that version's.
find_postgres() {
    local wanted=${1:-} folder major best=0
    postgres_bin=
    for folder in /usr/lib/postgresql/*/bin "$(path_of_postgres)"; do
        if [[ ! -x $folder/postgres || ! -x $folder/initdb || ! -x $folder/psql ]]; then continue; fi
        major=$(postgres_version "$folder")
        major=${major%%.*}
        if [[ ! $major =~ ^[0-9]+$ ]] || ((major < oldest_postgres || major > newest_postgres || major <= best)); then continue; fi
        if [[ -n $wanted && $major != "$wanted" ]]; then continue; fi
        best=$major
        postgres_bin=$folder
    done
    [[ -n $postgres_bin ]]
}

find_psql() { psql_program=$(command -v psql); }

path_of_postgres() {
    local program
    if program=$(command -v postgres); then dirname -- "$(readlink -f -- "$program")"; fi
}

distribution() { (. /etc/os-release && printf '%s %s %s' "$ID" "${VERSION_ID:-}" "${ID_LIKE:-}") 2>/dev/null || true; }

postgres_package() {
    if [[ $(distribution) == "debian 12 "* ]]; then printf postgresql-15; else printf postgresql; fi
}

install_packages() {
    local command="apt-get update && apt-get install -y --no-install-recommends ${missing_packages[*]}"
    if [[ ! $(distribution) =~ (debian|ubuntu) ]] || ! command -v apt-get >/dev/null; then
        fail "this is not Debian or Ubuntu, so the packages above are not installed for you." \
            "→ install what they hold with your system's own tools, then run $program again"
    fi
    if ! choose_privilege; then
        fail "system packages are missing, and installing them needs root." \
            "→ run this, then $program again:" "sudo sh -c '$command'"
    fi
    note "Installing: ${missing_packages[*]}"
    apt_get "$log_folder/packages.log" update || note "apt-get update failed; trying with the package lists that are there"
    forbid_main_cluster
    apt_get "$log_folder/packages.log" install -y --no-install-recommends "${missing_packages[@]}" || packages_failed
    allow_main_cluster
}

# Root itself, or sudo where it asks for no password; false without either.
choose_privilege() {
    with_privilege=()
    if ((EUID == 0)); then return 0; fi
    with_privilege=(sudo -n)
    command -v sudo >/dev/null && sudo -n true 2>/dev/null
}

packages_failed() {
    allow_main_cluster
    show_tail "$log_folder/packages.log" 15
    fail "apt-get could not install the packages; its last lines are above, all of them in $log_folder/packages.log." \
        "→ repair that, then run $program again"
}

apt_get() {
    local log=$1
    shift
    "${with_privilege[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300 "$@" >>"$log" 2>&1 </dev/null
}

forbid_main_cluster() {
    "${with_privilege[@]}" mkdir -p -- "$cluster_folder"
    cluster_forbidden=true
    "${with_privilege[@]}" sh -c "echo 'create_main_cluster = false' >'$cluster_setting'"
}

# Also called when the script ends in the middle of an installation.
allow_main_cluster() {
    if [[ $cluster_forbidden == true ]]; then
        "${with_privilege[@]}" rm -f -- "$cluster_setting"
        cluster_forbidden=false
    fi
}
