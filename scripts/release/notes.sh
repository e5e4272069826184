#!/usr/bin/env bash
# Prints what CHANGELOG.md says of one version, as the notes of its release. It fails when there is nothing, and when the
# version is still marked as unreleased.
# Usage: notes.sh VERSION
set -euo pipefail
cd "$(dirname "$0")/../.."

version=${1:?usage: notes.sh VERSION}
heading=$(grep -E "^## ${version//./\\.}( |$)" CHANGELOG.md || true)
case $heading in
'') echo "CHANGELOG.md has no heading \"## $version\"" >&2 && exit 1 ;;
*unreleased*) echo "CHANGELOG.md calls $version unreleased: write its date" >&2 && exit 1 ;;
esac
notes=$(awk -v heading="$heading" '$0 == heading {on = 1; next} /^## / {on = 0} on' CHANGELOG.md)
[ -n "$(tr -d '[:space:]' <<<"$notes")" ] || { echo "CHANGELOG.md says nothing of $version" >&2; exit 1; }
printf '%s\n' "$notes"
