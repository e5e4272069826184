# For users: make demo, make install. For contributors: make check, make test. `make help` lists all targets.
# Needs Go, git and make. CONTRIBUTING.md says what the tests need.

VERSION   := 0.1.0
BIN       := bin
TOOLS     := $(BIN)/tools
PROVIDER  := $(BIN)/terraform-provider-outscale
SIM       := $(BIN)/outscale-sim
KEYS      := $(BIN)/outscale-keys
TOFU      := $(TOOLS)/tofu
LINT      := $(TOOLS)/golangci-lint
TFDOCS    := $(TOOLS)/tfplugindocs
AGE       := $(TOOLS)/age
LDFLAGS   := -s -w -X main.version=$(VERSION)
EXE       := $(shell go env GOEXE)

# Builds, tests and checks have the same flags, so that they share compiled packages.
export GOFLAGS := $(strip $(shell go env GOFLAGS) -trimpath)

.PHONY: build help demo recording test test-unit test-acceptance install check fmt generate docs bench screenshots soak sim tools clean

# Without cgo a binary runs on every Linux, whatever its C library, and starts sooner.
# The tag grpcnotrace leaves out gRPC's tracing pages, which nothing shows: about 0.8 MiB less memory.
build: ## build the provider, outscale-sim and outscale-keys into bin/
	CGO_ENABLED=0 go build -tags grpcnotrace -ldflags "$(LDFLAGS)" -o $(PROVIDER)$(EXE) .
	CGO_ENABLED=0 go build -ldflags "$(LDFLAGS)" -o $(SIM)$(EXE) ./cmd/outscale-sim
	CGO_ENABLED=0 go build -ldflags "$(LDFLAGS)" -o $(KEYS)$(EXE) ./cmd/outscale-keys

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | awk -F'\t' '{ printf "%-17s %s\n", $$1, $$2 }'

# DEMO_FLAGS=--pause waits for Enter after each step.
demo: build $(AGE) ## show what the provider does, step by step, on a local API
	@go build -o $(BIN)/demo$(EXE) ./scripts/demo
	@$(BIN)/demo$(EXE) -bin $(BIN) -version $(VERSION) $(DEMO_FLAGS)

recording: build $(AGE) ## run make demo and update its picture and transcript in README.md
	@go build -o $(BIN)/demo$(EXE) ./scripts/demo
	$(BIN)/demo$(EXE) -bin $(BIN) -version $(VERSION) -record $(BIN)/demo.cast
	go run ./scripts/recording -cast $(BIN)/demo.cast -svg docs/images/demo.svg -page README.md

test: ## run all tests and print the time of each part
	@test -x $(TOFU) || $(MAKE) --no-print-directory $(TOFU)
	@$(MAKE) --no-print-directory test-unit test-acceptance; status=$$?; scripts/test.sh times; exit $$status

test-unit: ## run the tests that need no CLI
	@scripts/test.sh unit

test-acceptance: $(TOFU) ## run the tests that need a CLI, on OpenTofu and, if it is on PATH, terraform
	@TF_ACC_TERRAFORM_PATH=$(CURDIR)/$(TOFU) scripts/test.sh cli "acceptance on OpenTofu"
	@scripts/with-terraform.sh scripts/test.sh cli "acceptance on terraform"

# OUTSCALE_SEED=N repeats a run.
soak: build $(TOFU) ## run every long test, such as the whole fault suite and 10,000 creates under faults: hours
	OUTSCALE_SOAK=1 CHECKPOINT_DISABLE=1 TF_ACC_TERRAFORM_PATH=$(CURDIR)/$(TOFU) go test -count=1 -v -p 1 -timeout 8h -run Soak ./internal/provider/... ./internal/acceptance/...

install: build ## install the provider for terraform and tofu, and outscale-keys into ~/.local/bin
	scripts/install.sh $(PROVIDER)$(EXE) $(VERSION) $(KEYS)$(EXE)

check: $(LINT) $(TFDOCS) $(TOFU) ## check format, vet, lint, generated files, and builds for every platform
	scripts/check.sh

fmt: ## format the Go files
	gofmt -w $$(git ls-files '*.go')

generate: docs ## generate docs/ and the simulator's table of the API
	go generate ./...

docs: build $(TFDOCS) $(TOFU) ## generate docs/ from schemas, templates and examples
	go run ./scripts/docs -tofu $(TOFU) -tfplugindocs $(TFDOCS) -provider $(PROVIDER)$(EXE) -out docs
	go test -count=1 ./internal/keyscmd -run Transcripts -update

# BENCH_FLAGS="-out docs/benchmarks" publishes the results. The package comment of scripts/bench lists the other flags.
bench: build $(TOFU) ## measure calls, time and memory with the real CLIs, into bin/bench: more than an hour
	@mkdir -p $(BIN)/bench
	go build -o $(BIN)/meter$(EXE) ./scripts/bench/meter
	CGO_ENABLED=0 go build -tags grpcnotrace -ldflags "-s -w" -o $(BIN)/noop$(EXE) ./scripts/bench/noop
	go build -o $(BIN)/bench-cmd$(EXE) ./scripts/bench
	go test -run '^$$' -bench . -benchmem ./simulator/... ./internal/... > $(BIN)/bench/go.txt || { cat $(BIN)/bench/go.txt; exit 1; }
	@grep '^Benchmark' $(BIN)/bench/go.txt
	@go -C tools/browser test -count=1 -v -run largeAccount . > $(BIN)/bench/report.txt || { cat $(BIN)/bench/report.txt; exit 1; }
	@grep -E 'opened in|filter step|SKIP' $(BIN)/bench/report.txt
	$(BIN)/bench-cmd$(EXE) -bin $(BIN) -go-bench $(BIN)/bench/go.txt -report $(BIN)/bench/report.txt $(BENCH_FLAGS)

screenshots: ## take the pictures of the two pages in docs/images, in Chromium
	go -C tools/browser test -count=1 -run Screenshots . -screenshots $(CURDIR)/docs/images

sim: build ## run the simulator in the foreground, on 127.0.0.1:3000 (admin 3001)
	$(SIM)$(EXE) serve --listen 127.0.0.1:3000 --admin 127.0.0.1:3001 --data :memory:

tools: $(TOFU) $(LINT) $(TFDOCS) ## build OpenTofu, golangci-lint and tfplugindocs into bin/tools, once

$(TOFU): tools/go.mod tools/go.sum
	@echo "building OpenTofu from its Go module: about 4 minutes on two cores, once"
	@mkdir -p $(TOOLS)
	@began=$$(date +%s) && cd tools && go build -ldflags "-s -w" -o ../$(TOFU) github.com/opentofu/opentofu/cmd/tofu && \
		echo "OpenTofu was built in $$(( $$(date +%s) - began )) seconds"
	@touch $@

$(TFDOCS): tools/go.mod tools/go.sum
	@mkdir -p $(TOOLS)
	cd tools && go build -ldflags "-s -w" -o ../$(TFDOCS) github.com/hashicorp/terraform-plugin-docs/cmd/tfplugindocs
	@touch $@

# age-keygen is built beside it.
$(AGE): go.mod go.sum
	@mkdir -p $(TOOLS)
	go build -o $(TOOLS)/ filippo.io/age/cmd/age filippo.io/age/cmd/age-keygen
	@touch $@

$(LINT): tools/lint/go.mod tools/lint/go.sum
	@echo "building golangci-lint from its Go module: about a minute, once"
	@mkdir -p $(TOOLS)
	cd tools/lint && go build -ldflags "-s -w" -o ../../$(LINT) github.com/golangci/golangci-lint/v2/cmd/golangci-lint
	@touch $@

clean: ## remove bin/
	rm -rf $(BIN)

# --- Releases, and what the workflows run: docs/dev/release.md ---
.PHONY: release release-snapshot release-verify release-check workflows-check vulnerabilities fuzz test-cli

GORELEASER   := $(TOOLS)/goreleaser
RELEASE_SBOM := $(TOOLS)/release-sbom
ACTIONLINT   := $(TOOLS)/actionlint
GOVULNCHECK  := $(TOOLS)/govulncheck
RELEASE_MOD  := tools/release/go.mod tools/release/go.sum

release: $(GORELEASER) $(RELEASE_SBOM) ## build the files of a release into dist/release, signed with GPG_PRIVATE_KEY
	scripts/release/build.sh $(VERSION)

release-snapshot: $(GORELEASER) $(RELEASE_SBOM) ## build the same without a tag, signed with a throw-away key
	scripts/release/build.sh --snapshot $(VERSION)

release-verify: ## verify dist/release as a user who downloaded it does
	scripts/release/verify.sh --complete --key dist/release/signing-key.asc dist/release

# Not part of make test, because a snapshot of all platforms takes minutes.
release-check: release-snapshot $(TOFU) ## check that a snapshot is complete, reproducible, verifiable and installable
	cd tools/release && CHECKPOINT_DISABLE=1 go test -count=1 -timeout 30m ./...

workflows-check: $(ACTIONLINT) ## check the workflows and issue forms of .github, and their scripts if shellcheck is installed
	$(ACTIONLINT)
	cd tools/workflows && go test -count=1 ./...

vulnerabilities: $(GOVULNCHECK) ## find known vulnerabilities in what is shipped; needs vuln.go.dev
	$(GOVULNCHECK) ./...

# CLI is the path of a Terraform or OpenTofu, such as bin/tools/tofu-1.11. SKIP is a pattern of tests to leave out.
test-cli: ## run the acceptance tests on another CLI: make test-cli CLI=PATH
	@TF_ACC_TERRAFORM_PATH=$(abspath $(CLI)) scripts/test.sh cli "acceptance on $(CLI)" $(if $(SKIP),-skip '$(SKIP)')

$(TOOLS)/tofu-1.11: tools/tofu-1.11/go.mod tools/tofu-1.11/go.sum
	@echo "building OpenTofu 1.11 from its Go module: about 5 minutes on two cores, once"
	@mkdir -p $(TOOLS)
	cd tools/tofu-1.11 && go build -ldflags "-s -w" -o ../../$@ github.com/opentofu/opentofu/cmd/tofu
	@touch $@

# The targets run one after the other, each for FUZZTIME. FUZZ is a pattern of their names.
FUZZTIME := 30m
fuzz: ## run the fuzz targets: hours
	scripts/fuzz.sh $(FUZZTIME) $(FUZZ)

$(GORELEASER): $(RELEASE_MOD)
	@echo "building goreleaser from its Go module: about 3 minutes on two cores, once"
	@mkdir -p $(TOOLS)
	cd tools/release && go build -ldflags "-s -w" -o ../../$(GORELEASER) github.com/goreleaser/goreleaser/v2
	@touch $@

$(RELEASE_SBOM): $(RELEASE_MOD) $(wildcard tools/release/sbom/*.go)
	@mkdir -p $(TOOLS)
	cd tools/release && go build -ldflags "-s -w" -o ../../$(RELEASE_SBOM) ./sbom
	@touch $@

$(ACTIONLINT): tools/workflows/go.mod tools/workflows/go.sum
	@mkdir -p $(TOOLS)
	cd tools/workflows && go build -ldflags "-s -w" -o ../../$(ACTIONLINT) github.com/rhysd/actionlint/cmd/actionlint
	@touch $@

$(GOVULNCHECK): $(RELEASE_MOD)
	@mkdir -p $(TOOLS)
	cd tools/release && go build -ldflags "-s -w" -o ../../$(GOVULNCHECK) golang.org/x/vuln/cmd/govulncheck
	@touch $@
