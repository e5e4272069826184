#!/usr/bin/env bash
# Runs a command with terraform 1.10 or later as the CLI under test. Without one it prints why and succeeds.
# Usage: with-terraform.sh COMMAND...
set -euo pipefail

if ! cli=$(command -v terraform); then
	echo "terraform is not on PATH: skipped"
	exit 0
fi
version=$(CHECKPOINT_DISABLE=1 TF_CLI_CONFIG_FILE=/dev/null "$cli" version | sed -n '1s/^Terraform v//p')
major=${version%%.*}
rest=${version#*.}
minor=${rest%%.*}
if [ "$major" -eq 1 ] && [ "$minor" -lt 10 ]; then
	echo "terraform $version on PATH is older than 1.10: skipped"
	exit 0
fi
CHECKPOINT_DISABLE=1 TF_ACC_TERRAFORM_PATH=$cli exec "$@"
