#!/usr/bin/env bash
# Writes a fixture of a released version: a state that its provider wrote, and the data file of its simulator, as SQL.
# internal/acceptance/upgrade plans both with the current provider and simulator.
#
# Usage: upgrade-fixture.sh VERSION COMMIT
#   It builds both binaries from COMMIT and applies internal/acceptance/upgrade/testdata/vVERSION/main.tf, which is written
#   by hand, against that simulator, with the terraform on PATH. It needs git, make, sqlite3, curl and terraform.
#   The simulator made up every secret in the result. None belongs to a real account.
set -euo pipefail
cd "$(dirname "$0")/../.."

version=${1:?usage: upgrade-fixture.sh VERSION COMMIT}
commit=$(git rev-parse "${2:?usage: upgrade-fixture.sh VERSION COMMIT}")
fixture=$PWD/internal/acceptance/upgrade/testdata/v$version
keys=$PWD/internal/seal/testdata/throwaway
work=$(mktemp -d)
simulator=''
trap '[ -z "$simulator" ] || kill "$simulator" 2>/dev/null || true; rm -rf "$work"' EXIT

mkdir "$work/source" "$work/run"
git archive "$commit" | tar -x -C "$work/source"
make -C "$work/source" VERSION="$version" build >/dev/null

# The provider is installed as from a registry, so that the state has its real address.
platform=$(go env GOOS)_$(go env GOARCH)
folder=$work/mirror/registry.terraform.io/outscale-access/outscale/$version/$platform
mkdir -p "$folder"
cp "$work/source/bin/terraform-provider-outscale" "$folder/terraform-provider-outscale_v$version"
printf 'provider_installation {\n  filesystem_mirror {\n    path = "%s"\n  }\n}\n' "$work/mirror" >"$work/cli.tfrc"

export OSC_ACCESS_KEY=ABCDEFGHIJ0123456789 OSC_SECRET_KEY=0123456789ABCDEFGHIJ0123456789ABCDEFGHIJ
"$work/source/bin/outscale-sim" serve --listen 127.0.0.1:0 --admin 127.0.0.1:0 --data "$work/simulator.db" --seed 1 \
	--root-access-key "$OSC_ACCESS_KEY" --root-secret-key "$OSC_SECRET_KEY" \
	--grant 'robot=*' >"$work/ready" 2>"$work/simulator.log" &
simulator=$!
until [ -s "$work/ready" ]; do
	kill -0 "$simulator" || { cat "$work/simulator.log" >&2; exit 1; }
done
OSC_ENDPOINT_API=$(sed -E 's/.*"api":"([^"]+)".*/\1/' "$work/ready")
export OSC_ENDPOINT_API

export TF_CLI_CONFIG_FILE=$work/cli.tfrc CHECKPOINT_DISABLE=1 HOME=$work TF_VAR_recipient TF_VAR_private_key
TF_VAR_recipient=$(cat "$keys/age.public")
TF_VAR_private_key=$(cat "$keys/age.private")
cp "$fixture/main.tf" "$work/run/"
cd "$work/run"
terraform init -input=false -no-color >/dev/null
# Twice, with another trigger, so that a rotating key has a previous key, and a tag has changed.
terraform apply -auto-approve -input=false -no-color -var triggers=first >/dev/null
terraform apply -auto-approve -input=false -no-color >/dev/null
terraform plan -detailed-exitcode -input=false -no-color >/dev/null || {
	echo "version $version itself plans changes" >&2
	exit 1
}

cp terraform.tfstate "$fixture/state.json" # git ignores *.tfstate
made=$(date -u +%Y-%m-%dT%H:%M:%SZ)
kill "$simulator"
wait "$simulator" 2>/dev/null || true
simulator=''
sqlite3 "$work/simulator.db" .dump >"$fixture/simulator.sql"
cat >"$fixture/fixture.json" <<EOF
{
  "version": "$version",
  "commit": "$commit",
  "cli": "$(terraform version | sed -n 1p)",
  "made_at": "$made"
}
EOF
echo "wrote $fixture"
