#!/usr/bin/env bash
# Runs tests and records the time of each step, and of each package that takes 2 seconds or more.
#
# Usage: test.sh unit [GO TEST FLAGS]       all tests that need no CLI
#        test.sh cli TITLE [GO TEST FLAGS]  the tests that need a CLI, with the CLI at TF_ACC_TERRAFORM_PATH
#        test.sh times                      prints the times of all steps since `test.sh unit`
set -euo pipefail
cd "$(dirname "$0")/.."

times=bin/test-times
mkdir -p bin

# step TITLE COMMAND... runs a step and records its times. Lines about packages without tests are left out of the output.
step() {
	local title=$1 began=$SECONDS status=0
	shift
	printf '== %s\n' "$title"
	"$@" > >(grep --line-buffered -v 'no test files' | tee "$times.step") 2>&1 || status=$?
	wait
	printf 'step\t%d\t%s\n' $((SECONDS - began)) "$title" >>"$times"
	awk -F'\t' -v title="$title" '$1 ~ /^(ok|FAIL) *$/ && $3 ~ /s$/ && $3 + 0 >= 2 { printf "package\t%d\t%s: %s\n", $3, title, $2 }' "$times.step" >>"$times"
	rm -f "$times.step"
	return $status
}

case "${1-}" in
unit)
	shift
	: >"$times"
	unset TF_ACC_TERRAFORM_PATH
	# The race detector makes tests several times slower, so it is on only for packages whose goroutines share data.
	all=$(go list ./...)
	plain='/internal/(provider|acceptance|acctest)|/(cmd|scripts|examples)/|terraform-provider-outscale$'
	race=()
	if command -v "$(go env CC | cut -d' ' -f1)" >/dev/null 2>&1; then race=(-race); else echo "no C compiler found: the race detector is off"; fi
	# Many tests wait, so more packages (-p) and tests (-parallel) run at a time than there are processors.
	# shellcheck disable=SC2046 # one argument for each package
	step "client, domain and simulator, with the race detector" go test -count=1 -p 4 "${race[@]}" "$@" $(grep -Ev "$plain" <<<"$all")
	# shellcheck disable=SC2046
	step "provider by protocol, and commands" go test -count=1 -p 4 -parallel 8 "$@" $(grep -E "$plain" <<<"$all")
	step "pages in Chromium" go -C tools/browser test -count=1 "$@" ./...
	;;
cli)
	title=$2
	shift 2
	step "$title" env CHECKPOINT_DISABLE=1 go test -count=1 -parallel 4 -timeout 40m "$@" ./internal/acceptance/... ./internal/acctest/...
	;;
times)
	total=$(awk -F'\t' '$1 == "step" { n += $2 } END { print n + 0 }' "$times")
	printf '== where the time went: %d:%02d\n' $((total / 60)) $((total % 60))
	sort -t$'\t' -k1,1r -k2,2rn "$times" | awk -F'\t' '{ printf "%4d:%02d  %s\n", $2 / 60, $2 % 60, $3 }'
	;;
*)
	sed -n '4,6s/^# //p' "$0" >&2
	exit 2
	;;
esac
