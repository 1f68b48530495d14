# shellcheck shell=bash disable=SC2034,SC2154 # the parts are sourced together and share their names
# How many tests passed and failed, from what `swift test` leaves: an xUnit file of Swift Testing and one of XCTest.
# When the test process crashed or was stopped the files are missing or cut short: then the lines of its log count, and
# that end is one failure more.

# test_counts LOG SWIFT-TESTING-FILE XCTEST-FILE prints "PASSED FAILED SKIPPED".
test_counts() {
    /usr/bin/python3 - "$@" <<'PYTHON'
import os, re, sys
import xml.etree.ElementTree as ElementTree

log, *files = sys.argv[1:]
passed = failed = skipped = 0
complete = False
for file in files:
    try:
        cases = list(ElementTree.parse(file).iter("testcase"))
    except (FileNotFoundError, ElementTree.ParseError):
        break  # the first file is Swift Testing's, without which nothing is known; XCTest's may be missing
    complete = True
    for case in cases:
        if case.find("skipped") is not None:
            skipped += 1
        elif case.find("failure") is not None or case.find("error") is not None:
            failed += 1
        else:
            passed += 1

if not complete:
    ended = r"^\S Test (?!run |case )(\".*\"|\S+) (?:with \d+ test cases? )?"
    good, bad, left = set(), set(), set()
    for line in open(log, encoding="utf-8", errors="replace"):
        if match := re.match(ended + r"passed after ", line):
            good.add(match[1])
        elif match := re.match(ended + r"(?:failed after |recorded an issue)", line):
            bad.add(match[1])
        elif match := re.match(ended + r"skipped", line):
            left.add(match[1])
    passed, failed, skipped = len(good - bad), len(bad), len(left)
    failed += 1  # whatever ended the run before its end
print(passed, failed, skipped)
PYTHON
}

# The failed tests of LOG with what they expected.
show_failed_tests() {
    local log=$1
    grep -aE '^✘ Test |^error: .*(unexpected signal|failed)|💣|Crash|crashed|: error: -\[|Fatal error' -- "$log" | grep -av '^✘ Test run ' | head -n 80 | sed 's/^/    /' >&2 || true
}
