#!/usr/bin/env bash
# The checks of `make check`. Nothing here changes a file of the project. Every step can fail:
# docs/dev/mutations.md says how each was seen to fail.
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

step "vet"
go vet ./...

step "lint"
bin/tools/golangci-lint run ./...

step "files under 400 lines"
long=$(git ls-files '*.go' | grep -v generated | xargs wc -l | awk '$2 != "total" && $1 > 400 {print $1, $2}')
if [ -n "$long" ]; then
	printf 'longer than 400 lines, split by action:\n%s\n' "$long"
	exit 1
fi

step "the simulator's table of the API is what the official description says"
table=simulator/internal/describe/table_generated.go
cp "$table" "$work/table.go"
go generate ./simulator/...
if ! diff -u "$work/table.go" "$table"; then
	cp "$work/table.go" "$table"
	echo "$table is not what go generate writes: run make generate and commit"
	exit 1
fi

step "docs are what schema, templates and examples say"
make --no-print-directory build >/dev/null
go run ./scripts/docs -tofu bin/tools/tofu -tfplugindocs bin/tools/tfplugindocs \
	-provider "bin/terraform-provider-outscale$(go env GOEXE)" -out bin/docs-check
# docs/benchmarks is measured and docs/dev is written by hand.
if ! diff -ru --exclude=benchmarks --exclude=dev docs bin/docs-check; then
	echo "docs/ is not up to date: run make docs and commit"
	exit 1
fi

step "all binaries build for every platform"
for os in linux darwin windows; do
	for arch in amd64 arm64; do
		echo "   $os/$arch"
		# With -trimpath, as a release is built: make release-snapshot finds the packages compiled.
		CGO_ENABLED=0 GOOS=$os GOARCH=$arch go build -trimpath -o "$work/out/" . ./cmd/outscale-sim ./cmd/outscale-keys
	done
done
echo "check: all passed"
