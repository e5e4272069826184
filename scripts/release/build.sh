#!/usr/bin/env bash
# Builds the files of a release into dist/release, signs and verifies them, and puts the files of the image into dist/image.
# It publishes nothing, and needs no network once the Go modules are downloaded.
#
# Usage: build.sh [--snapshot] VERSION
#   HEAD must have the tag vVERSION, and the working tree must be clean. With --snapshot neither is needed, and the version
#   gets the suffix -snapshot, which no version constraint matches by itself.
# Environment:
#   GPG_PRIVATE_KEY   armored private key that signs. If it is not set, --snapshot creates a throw-away key.
#   GPG_PASSPHRASE    its passphrase, if it has one.
set -euo pipefail
cd "$(dirname "$0")/../.."

snapshot=
if [ "${1:-}" = --snapshot ]; then
	snapshot=yes
	shift
fi
version=${1:?usage: build.sh [--snapshot] VERSION}
tools=${RELEASE_TOOLS:-$PWD/bin/tools}
name=terraform-provider-outscale
out=$PWD/dist/release

if [ -n "$snapshot" ]; then
	version=$version-snapshot
	args=(--snapshot)
else
	: "${GPG_PRIVATE_KEY:?a release is signed: set GPG_PRIVATE_KEY to the armored private key}"
	if [ "$(git describe --exact-match --tags --match "v$version" 2>/dev/null)" != "v$version" ]; then
		echo "HEAD does not have the tag v$version" >&2
		exit 1
	fi
	args=("--skip=publish,announce")
fi

# The build does not get the key.
env -u GPG_PRIVATE_KEY -u GPG_PASSPHRASE RELEASE_VERSION="$version" PATH="$tools:$PATH" "$tools/goreleaser" release --clean "${args[@]}"

# A key ring of its own, so that the user's is not touched. In /tmp, because paths of sockets must be short.
GNUPGHOME=$(mktemp -d /tmp/gpg.XXXXXX)
export GNUPGHOME
trap 'gpgconf --kill all >/dev/null 2>&1 || true; rm -rf "$GNUPGHOME"' EXIT

gpg_with_passphrase() {
	gpg --batch --quiet --yes --pinentry-mode loopback --passphrase-fd 3 "$@" 3<<<"${GPG_PASSPHRASE:-}"
}

if [ -n "${GPG_PRIVATE_KEY:-}" ]; then
	gpg_with_passphrase --import <<<"$GPG_PRIVATE_KEY"
else
	echo "no GPG_PRIVATE_KEY: signing the snapshot with a throw-away key"
	gpg_with_passphrase --quick-generate-key "throw-away key of a snapshot <nobody@example.com>" rsa3072 sign 1d
fi

sign() {
	gpg_with_passphrase --output "$1.sig" --detach-sign "$1"
}

mkdir -p "$out"
cp dist/*.zip dist/*.spdx.json "dist/${name}_${version}_SHA256SUMS" "$out/"
cp terraform-registry-manifest.json "$out/${name}_${version}_manifest.json"
(
	cd "$out"
	# Registries refuse these files in SHA256SUMS: the other programs, and the bills of materials.
	find . -maxdepth 1 \( -name '*.spdx.json' -o -name '*.zip' ! -name "$name*" \) -printf '%f\0' |
		LC_ALL=C sort -z | xargs -0 sha256sum >"other_checksums_$version.txt"
	sign "${name}_${version}_SHA256SUMS"
	sign "other_checksums_$version.txt"
	gpg --batch --armor --export >signing-key.asc
)

for arch in amd64 arm64; do
	mkdir -p "dist/image/linux/$arch"
	unzip -q -o -d "dist/image/linux/$arch" "$out/outscale-sim_${version}_linux_$arch.zip"
done

scripts/release/verify.sh --complete --key "$out/signing-key.asc" "$out"
