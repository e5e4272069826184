#!/usr/bin/env bash
# The checks of `make check`. No check changes a file of the project. docs/dev/mutations.md says how each was verified.
set -euo pipefail
cd "$(dirname "$0")/.."

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

step() { printf '== %s\n' "$*"; }

step "format"
unformatted=$(git ls-files -z '*.go' | xargs -0 gofmt -l)
if [ -n "$unformatted" ]; then
	printf 'not gofmt-clean (run make fmt):\n%s\n' "$unformatted"
	exit 1
fi

step "go.mod is tidy"
go mod tidy -diff
# This module requires what the main one does, through its replace directive.
go -C tools/browser mod tidy -diff

step "vet"
go vet ./...

step "lint"
bin/tools/golangci-lint run ./...

step "files under 400 lines"
long=$(git ls-files '*.go' | grep -v generated | xargs wc -l | awk '$2 != "total" && $1 > 400 {print $1, $2}')
if [ -n "$long" ]; then
	printf 'longer than 400 lines (split the file):\n%s\n' "$long"
	exit 1
fi

step "the simulator's table of the API is up to date"
table=simulator/internal/describe/table_generated.go
cp "$table" "$work/table.go"
go generate ./simulator/...
if ! diff -u "$work/table.go" "$table"; then
	cp "$work/table.go" "$table"
	echo "$table is not up to date: run make generate and commit"
	exit 1
fi

step "docs are up to date"
make --no-print-directory build >/dev/null
go run ./scripts/docs -tofu bin/tools/tofu -tfplugindocs bin/tools/tfplugindocs \
	-provider "bin/terraform-provider-outscale$(go env GOEXE)" -out bin/docs-check
# Only the pages that a registry shows are generated: see published in scripts/docs/main.go.
for page in index.md actions data-sources ephemeral-resources functions guides list-resources resources; do
	if [ -e "docs/$page" ] || [ -e "bin/docs-check/$page" ]; then
		diff -ruN "docs/$page" "bin/docs-check/$page" || stale=1
	fi
done
if [ -n "${stale:-}" ]; then
	echo "docs/ is not up to date: run make docs and commit"
	exit 1
fi

step "the SARIF of outscale-keys agrees with its schema" # a test of internal/keyscmd keeps the file up to date
(cd tools/sarif && go test -count=1 ./...)

step "examples are formatted"
# The two examples of the official page are kept word for word.
for cli in bin/tools/tofu terraform; do
	if command -v "$cli" >/dev/null; then
		unformatted=$(TF_CLI_CONFIG_FILE=/dev/null "$cli" fmt -check -recursive examples | grep -vxE 'examples/resources/outscale_access_key/(resource|user)\.tf' || true)
		if [ -n "$unformatted" ]; then
			printf 'run %s fmt:\n%s\n' "$cli" "$unformatted"
			exit 1
		fi
	fi
done

step "all binaries build for every platform"
for os in linux darwin windows; do
	for arch in amd64 arm64; do
		echo "   $os/$arch"
		# The flags of a release, so that make release-snapshot can use the compiled packages.
		CGO_ENABLED=0 GOOS=$os GOARCH=$arch go build -trimpath -tags grpcnotrace -o "$work/out/" . ./cmd/outscale-sim ./cmd/outscale-keys
	done
done
echo "check: all passed"
