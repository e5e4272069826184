#!/usr/bin/env bash
# Runs the fuzz targets, one after the other, each for the same time. An input that a target finds is written to
# testdata/fuzz of its package, and fails the ordinary tests from then on.
# Usage: fuzz.sh DURATION [PATTERN]    (DURATION as in 30m; PATTERN is a regular expression of the targets' names)
set -euo pipefail
cd "$(dirname "$0")/.."

duration=$1
pattern=${2:-.}
failed=0
while IFS=: read -r file target; do
	[[ $target =~ $pattern ]] || continue
	echo "== $(date -u +%H:%M:%S) $target in $(dirname "$file"), $duration"
	go test "./$(dirname "$file")" -run '^$' -fuzz "^$target\$" -fuzztime "$duration" -parallel 1 -timeout 0 || failed=1
done < <(git grep --untracked -oP '^func \KFuzz\w+' -- '*_test.go')
exit $failed
