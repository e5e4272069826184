#!/usr/bin/env bash
# Verifies the downloaded files of a release: signatures, checksums, and that each bill of materials (SPDX) belongs to the
# archive in the same folder. It runs on Linux, with gpg, sha256sum (GNU) and unzip, and needs no network.
#
# Usage: verify.sh --key FILE [--complete] DIR
#   --key FILE    the armored public key of the publisher. Take it from the registry or the repository, not from DIR.
#   --complete    fails if a file of the release is missing: all archives of all platforms, each with its bill of materials.
#   DIR           the folder of the downloaded files. Without --complete, one archive with SHA256SUMS and its .sig is enough.
set -euo pipefail

key='' complete=''
while [ $# -gt 1 ]; do
	case $1 in
	--key) key=$2 && shift 2 ;;
	--complete) complete=yes && shift ;;
	*) break ;;
	esac
done
if [ $# -ne 1 ] || [ -z "$key" ]; then
	echo "usage: verify.sh --key FILE [--complete] DIR" >&2
	exit 2
fi
key=$(realpath "$key")
cd "$1"

fail() {
	echo "verify: $*" >&2
	exit 1
}

GNUPGHOME=$(mktemp -d /tmp/gpg.XXXXXX)
export GNUPGHOME
trap 'gpgconf --kill all >/dev/null 2>&1 || true; rm -rf "$GNUPGHOME"' EXIT
gpg --batch --quiet --import "$key" || fail "$key is not an armored public key"

name=terraform-provider-outscale
sums=$(find . -maxdepth 1 -name "${name}_*_SHA256SUMS" -printf '%f\n')
[ -n "$sums" ] || fail "there is no ${name}_VERSION_SHA256SUMS"
[ "$(wc -l <<<"$sums")" -eq 1 ] || fail "DIR has files of several versions; keep one"
version=${sums#"${name}_"}
version=${version%_SHA256SUMS}
lists=("$sums")
if [ -n "$complete" ] || [ -e "other_checksums_$version.txt" ]; then
	lists+=("other_checksums_$version.txt")
fi

listed() { awk '{print $2}' "$@"; }

# 1. Signatures, then the checksums that are signed.
missing=${complete:+--strict}
missing=${missing:---ignore-missing}
for list in "${lists[@]}"; do
	gpg --batch --quiet --verify "$list.sig" "$list" 2>"$GNUPGHOME/said" || {
		cat "$GNUPGHOME/said" >&2
		fail "$list is not signed by $key"
	}
	sha256sum --quiet --check "$missing" "$list" || fail "a file is not the one that $list lists"
	echo "signature and checksums: $list"
done

# 2. Every file is in a signed list. SHA256SUMS lists only what the registries accept.
for file in *; do
	case $file in
	"$sums" | "$sums.sig" | "other_checksums_$version.txt" | "other_checksums_$version.txt.sig" | signing-key.asc) continue ;;
	esac
	listed "${lists[@]}" | grep -Fxq -- "$file" || fail "$file is in no signed list of checksums"
done
refused=$(listed "$sums" | grep -Evx "${name}_${version}_([a-z]+_[a-z0-9]+\.zip|manifest\.json)" || true)
[ -z "$refused" ] || fail "$sums lists what registries refuse: $refused"

# 3. Archives: their contents, and the bill of materials with their hash.
for archive in *.zip; do
	product=${archive%"_${version}_"*}
	binary=$product
	[ "$product" != "$name" ] || binary=${name}_v$version
	case $archive in *_windows_*) binary=$binary.exe ;; esac
	unzip -Z1 "$archive" | LC_ALL=C sort | cmp -s - <(printf '%s\n' LICENSE "$binary" | LC_ALL=C sort) ||
		fail "$archive does not contain exactly LICENSE and $binary"
	bill=$archive.spdx.json
	if [ -e "$bill" ] || [ -n "$complete" ]; then
		hash=$(sha256sum "$archive" | cut -d' ' -f1)
		grep -q '"spdxVersion": "SPDX-2.3"' "$bill" || fail "$bill is not an SPDX 2.3 document"
		grep -q "\"checksumValue\": \"$hash\"" "$bill" || fail "$bill does not belong to $archive"
	fi
	echo "archive: $archive"
done

# 4. The manifest has the version of the plugin protocol.
manifest=${name}_${version}_manifest.json
if [ -e "$manifest" ] || [ -n "$complete" ]; then
	tr -d ' \n' <"$manifest" | grep -q '"protocol_versions":\["6.0"\]' || fail "$manifest does not have protocol 6.0"
fi

if [ -n "$complete" ]; then
	for product in "$name" outscale-sim outscale-keys; do
		for platform in linux_amd64 linux_arm64 darwin_amd64 darwin_arm64 windows_amd64 windows_arm64; do
			[ -e "${product}_${version}_$platform.zip" ] || fail "${product}_${version}_$platform.zip is missing"
		done
	done
fi
echo "verify: all files of version $version are signed by this key"
