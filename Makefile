# What a user runs: make demo, make test. What a contributor runs besides: make check.
# Needs Go, git and make; make test also uses curl, gpg, a C compiler for the race detector, and Chromium if it is there.

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
# The race detector needs cgo and a C compiler; without one the tests still run, and say so.
RACE      := $(shell command -v $$(go env CC | cut -d' ' -f1) >/dev/null 2>&1 && echo -race)

.PHONY: demo recording test test-unit test-acceptance build install check fmt generate docs bench screenshots soak sim tools clean

# Without cgo a binary runs on every Linux, whatever its C library, and starts sooner.
# The tag leaves out gRPC's tracing pages, which nothing shows: about 0.8 MiB less memory.
build: ## the three binaries into bin/
	CGO_ENABLED=0 go build -trimpath -tags grpcnotrace -ldflags "$(LDFLAGS)" -o $(PROVIDER)$(EXE) .
	CGO_ENABLED=0 go build -trimpath -ldflags "$(LDFLAGS)" -o $(SIM)$(EXE) ./cmd/outscale-sim
	CGO_ENABLED=0 go build -trimpath -ldflags "$(LDFLAGS)" -o $(KEYS)$(EXE) ./cmd/outscale-keys

# DEMO_FLAGS=--pause waits for Enter after each step.
demo: build $(AGE) ## what the project does, step by step, on a local API
	@go build -trimpath -o $(BIN)/demo$(EXE) ./scripts/demo
	@$(BIN)/demo$(EXE) -bin $(BIN) -version $(VERSION) $(DEMO_FLAGS)

recording: build $(AGE) ## the picture and the transcript of make demo in README.md, from a run
	@go build -trimpath -o $(BIN)/demo$(EXE) ./scripts/demo
	$(BIN)/demo$(EXE) -bin $(BIN) -version $(VERSION) -record $(BIN)/demo.cast
	go run ./scripts/recording -cast $(BIN)/demo.cast -svg docs/images/demo.svg -page README.md

test: ## all tests, with the times of each part; acceptance on OpenTofu and, where present, terraform
	@test -x $(TOFU) || $(MAKE) --no-print-directory $(TOFU)
	@$(MAKE) --no-print-directory test-unit test-acceptance; status=$$?; scripts/test.sh times; exit $$status

test-unit: ## the tests that need no CLI
	@scripts/test.sh unit

test-acceptance: $(TOFU) ## the tests that need a CLI, on OpenTofu and, where present, terraform
	@TF_ACC_TERRAFORM_PATH=$(CURDIR)/$(TOFU) scripts/test.sh cli "acceptance on OpenTofu"
	@scripts/with-terraform.sh scripts/test.sh cli "acceptance on terraform"

soak: build $(TOFU) ## every long test: the fault suite in full, 10,000 creates under faults; hours; OUTSCALE_SEED=N repeats a run
	OUTSCALE_SOAK=1 CHECKPOINT_DISABLE=1 TF_ACC_TERRAFORM_PATH=$(CURDIR)/$(TOFU) go test -count=1 -v -p 1 -timeout 8h -run Soak ./internal/provider/... ./internal/acceptance/...

install: build ## the provider into the user's plugin folder, for terraform and tofu; outscale-keys into ~/.local/bin
	scripts/install.sh $(PROVIDER)$(EXE) $(VERSION) $(KEYS)$(EXE)

check: $(LINT) $(TFDOCS) $(TOFU) ## format, vet, lint, generated files up to date, builds for every platform
	scripts/check.sh

fmt:
	gofmt -w $$(git ls-files '*.go')

generate: docs ## everything generated: the simulator's table of the API, docs/
	go generate ./...

docs: build $(TFDOCS) $(TOFU)
	go run ./scripts/docs -tofu $(TOFU) -tfplugindocs $(TFDOCS) -provider $(PROVIDER)$(EXE) -out docs
	go test -count=1 ./internal/keyscmd -run Transcripts -update

# Into bin/bench; make bench BENCH_FLAGS="-out docs/benchmarks" publishes. scripts/bench says what else it takes.
bench: build $(TOFU) ## calls, time and memory of the provider with the real CLI, and the Go benchmarks
	@mkdir -p $(BIN)/bench
	go build -trimpath -o $(BIN)/meter$(EXE) ./scripts/bench/meter
	CGO_ENABLED=0 go build -trimpath -tags grpcnotrace -ldflags "-s -w" -o $(BIN)/noop$(EXE) ./scripts/bench/noop
	go build -trimpath -o $(BIN)/bench-cmd$(EXE) ./scripts/bench
	go test -run '^$$' -bench . -benchmem ./simulator/... ./internal/... > $(BIN)/bench/go.txt || { cat $(BIN)/bench/go.txt; exit 1; }
	@grep '^Benchmark' $(BIN)/bench/go.txt
	@go -C tools/browser test -count=1 -v -run largeAccount . > $(BIN)/bench/report.txt || { cat $(BIN)/bench/report.txt; exit 1; }
	@grep -E 'opened in|filter step|SKIP' $(BIN)/bench/report.txt
	$(BIN)/bench-cmd$(EXE) -bin $(BIN) -go-bench $(BIN)/bench/go.txt -report $(BIN)/bench/report.txt $(BENCH_FLAGS)

screenshots: ## the pictures of the pages in docs/, taken in Chromium
	go -C tools/browser test -count=1 -run Screenshots . -screenshots $(CURDIR)/docs/images

sim: build ## the simulator in the foreground, on 127.0.0.1:3000 (admin 3001)
	$(SIM)$(EXE) serve --listen 127.0.0.1:3000 --admin 127.0.0.1:3001 --data :memory:

tools: $(TOFU) $(LINT) $(TFDOCS)

$(TOFU): tools/go.mod tools/go.sum
	@echo "building OpenTofu from its Go module: about 4 minutes on two cores, once"
	@mkdir -p $(TOOLS)
	@began=$$(date +%s) && cd tools && go build -trimpath -ldflags "-s -w" -o ../$(TOFU) github.com/opentofu/opentofu/cmd/tofu && \
		echo "OpenTofu was built in $$(( $$(date +%s) - began )) seconds"
	@touch $@

$(TFDOCS): tools/go.mod tools/go.sum
	@mkdir -p $(TOOLS)
	cd tools && go build -trimpath -ldflags "-s -w" -o ../$(TFDOCS) github.com/hashicorp/terraform-plugin-docs/cmd/tfplugindocs
	@touch $@

# age-keygen is built beside it.
$(AGE): go.mod go.sum
	@mkdir -p $(TOOLS)
	go build -trimpath -o $(TOOLS)/ filippo.io/age/cmd/age filippo.io/age/cmd/age-keygen
	@touch $@

$(LINT): tools/lint/go.mod tools/lint/go.sum
	@echo "building golangci-lint from its Go module: about a minute, once"
	@mkdir -p $(TOOLS)
	cd tools/lint && go build -trimpath -ldflags "-s -w" -o ../../$(LINT) github.com/golangci/golangci-lint/v2/cmd/golangci-lint
	@touch $@

clean:
	rm -rf $(BIN)

# --- Releases and what GitHub runs: docs/dev/release.md ---
.PHONY: release release-snapshot release-verify release-check workflows-check vulnerabilities fuzz test-cli

GORELEASER   := $(TOOLS)/goreleaser
RELEASE_SBOM := $(TOOLS)/release-sbom
ACTIONLINT   := $(TOOLS)/actionlint
GOVULNCHECK  := $(TOOLS)/govulncheck
RELEASE_MOD  := tools/release/go.mod tools/release/go.sum

release: $(GORELEASER) $(RELEASE_SBOM) ## what a release publishes, into dist/release, signed with GPG_PRIVATE_KEY
	scripts/release/build.sh $(VERSION)

release-snapshot: $(GORELEASER) $(RELEASE_SBOM) ## the same without a tag and with a throw-away key
	scripts/release/build.sh --snapshot $(VERSION)

release-verify: ## verifies dist/release as a user does who downloaded it
	scripts/release/verify.sh --complete --key dist/release/signing-key.asc dist/release

# Not a part of make test: a snapshot of all platforms takes minutes.
release-check: release-snapshot $(TOFU) ## a snapshot is complete, reproducible, verifiable, and installs on the CLIs
	cd tools/release && CHECKPOINT_DISABLE=1 go test -count=1 -timeout 30m ./...

workflows-check: $(ACTIONLINT) ## the workflows and issue forms of .github; scripts in them too, where shellcheck is installed
	$(ACTIONLINT)
	cd tools/workflows && go test -count=1 ./...

vulnerabilities: $(GOVULNCHECK) ## known vulnerabilities in what is shipped; needs the database at vuln.go.dev
	$(GOVULNCHECK) ./...

# CLI is the path of a Terraform or OpenTofu; bin/tools/tofu-1.11 is built from its Go module. SKIP leaves out tests by name.
test-cli: ## the acceptance tests on another CLI: make test-cli CLI=PATH
	@TF_ACC_TERRAFORM_PATH=$(abspath $(CLI)) scripts/test.sh cli "acceptance on $(CLI)" $(if $(SKIP),-skip '$(SKIP)')

$(TOOLS)/tofu-1.11: tools/tofu-1.11/go.mod tools/tofu-1.11/go.sum
	@echo "building OpenTofu 1.11 from its Go module: about 5 minutes on two cores, once"
	@mkdir -p $(TOOLS)
	cd tools/tofu-1.11 && go build -trimpath -ldflags "-s -w" -o ../../$@ github.com/opentofu/opentofu/cmd/tofu
	@touch $@

# FUZZTIME is for each target; all of them run one after the other. FUZZ chooses by name.
FUZZTIME := 30m
fuzz: ## looks for inputs that break what reads foreign bytes; hours
	scripts/fuzz.sh $(FUZZTIME) $(FUZZ)

$(GORELEASER): $(RELEASE_MOD)
	@echo "building goreleaser from its Go module: about 3 minutes on two cores, once"
	@mkdir -p $(TOOLS)
	cd tools/release && go build -trimpath -ldflags "-s -w" -o ../../$(GORELEASER) github.com/goreleaser/goreleaser/v2
	@touch $@

$(RELEASE_SBOM): $(RELEASE_MOD) $(wildcard tools/release/sbom/*.go)
	@mkdir -p $(TOOLS)
	cd tools/release && go build -trimpath -ldflags "-s -w" -o ../../$(RELEASE_SBOM) ./sbom
	@touch $@

$(ACTIONLINT): tools/workflows/go.mod tools/workflows/go.sum
	@mkdir -p $(TOOLS)
	cd tools/workflows && go build -trimpath -ldflags "-s -w" -o ../../$(ACTIONLINT) github.com/rhysd/actionlint/cmd/actionlint
	@touch $@

$(GOVULNCHECK): $(RELEASE_MOD)
	@mkdir -p $(TOOLS)
	cd tools/release && go build -trimpath -ldflags "-s -w" -o ../../$(GOVULNCHECK) golang.org/x/vuln/cmd/govulncheck
	@touch $@
