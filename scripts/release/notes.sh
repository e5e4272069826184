#!/usr/bin/env bash
# Prints the part of CHANGELOG.md about one version, as the notes of its release. It fails if there is none, or if the
# version is still marked as unreleased.
# Usage: notes.sh VERSION
set -euo pipefail
cd "$(dirname "$0")/../.."

version=${1:?usage: notes.sh VERSION}
heading=$(grep -E "^## ${version//./\\.}( |$)" CHANGELOG.md || true)
case $heading in
'') echo "CHANGELOG.md has no heading \"## $version\"" >&2 && exit 1 ;;
*unreleased*) echo "CHANGELOG.md marks $version as unreleased: replace that by the date" >&2 && exit 1 ;;
esac
notes=$(awk -v heading="$heading" '$0 == heading {on = 1; next} /^## / {on = 0} on' CHANGELOG.md)
[ -n "$(tr -d '[:space:]' <<<"$notes")" ] || { echo "CHANGELOG.md has no text about $version" >&2; exit 1; }
printf '%s\n' "$notes"
