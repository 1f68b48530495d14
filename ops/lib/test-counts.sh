# shellcheck shell=bash disable=SC2034,SC2154 # the parts are sourced together and share their names
# How many tests passed and failed, from what `swift test` leaves: an xUnit file of Swift Testing and one of XCTest.
# When the test process crashed the files are missing or cut short: then the lines of its log count, and the crash is
# one failure more.

# test_counts LOG XUNIT-FILE… prints "PASSED FAILED SKIPPED".
test_counts() {
    /usr/bin/python3 - "$@" <<'PYTHON'
import os, re, sys
import xml.etree.ElementTree as ElementTree

log, *files = sys.argv[1:]
passed = failed = skipped = 0
complete = False
for file in files:
    if not os.path.exists(file):
        continue
    try:
        cases = list(ElementTree.parse(file).iter("testcase"))
    except ElementTree.ParseError:
        complete = False
        break
    complete = True
    for case in cases:
        if case.find("skipped") is not None:
            skipped += 1
        elif case.find("failure") is not None or case.find("error") is not None:
            failed += 1
        else:
            passed += 1

if not complete:
    passed = failed = skipped = 0
    for line in open(log, encoding="utf-8", errors="replace"):
        if re.match(r"^\S Test (?!run |case )(\".*\"|\S+).* passed after ", line):
            passed += 1
        elif re.match(r"^\S Test (?!run |case )(\".*\"|\S+).* failed after ", line):
            failed += 1
        elif re.match(r"^\S Test (?!run |case )(\".*\"|\S+) skipped", line):
            skipped += 1

text = open(log, encoding="utf-8", errors="replace").read()
if re.search(r"^error: .*unexpected signal code", text, re.MULTILINE):
    failed += 1
print(passed, failed, skipped)
PYTHON
}

# The failed tests of LOG with what they expected.
show_failed_tests() {
    local log=$1
    grep -aE '^✘ Test |^error: .*(unexpected signal|failed)|: error: -\[|Fatal error' -- "$log" | grep -av '^✘ Test run ' | head -n 80 | sed 's/^/    /' >&2 || true
}
