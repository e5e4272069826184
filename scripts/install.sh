#!/usr/bin/env bash
# Copies the provider into the user's plugin folder, under the hosts of both registries, so that `terraform init` and
# `tofu init` find it without a network. It copies outscale-keys into ~/.local/bin. On Windows the folders differ.
# Usage: install.sh BINARY VERSION COMMAND
set -euo pipefail

binary=$1
version=$2
command=$3
platform=$(go env GOOS)_$(go env GOARCH)
for host in registry.terraform.io registry.opentofu.org; do
	dir=$HOME/.terraform.d/plugins/$host/outscale-access/outscale/$version/$platform
	mkdir -p "$dir"
	install -m 0755 "$binary" "$dir/terraform-provider-outscale_v$version"
	echo "installed $dir/terraform-provider-outscale_v$version"
done
mkdir -p "$HOME/.local/bin"
install -m 0755 "$command" "$HOME/.local/bin/outscale-keys"
echo "installed $HOME/.local/bin/outscale-keys"
