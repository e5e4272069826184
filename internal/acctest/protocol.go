package acctest

import (
	"bytes"
	"context"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/hashicorp/terraform-plugin-log/tflogtest"
	"github.com/hashicorp/terraform-plugin-log/tfsdklogtest"

	"github.com/outscale-access/terraform-provider-outscale/internal/orphan"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider"
	"github.com/outscale-access/terraform-provider-outscale/simulator"
)

// Protocol runs the real provider against a simulated account and speaks the plugin protocol with it, as Terraform and
// OpenTofu do, but without a process and without a CLI: one request takes less than a millisecond.
//
//	h := acctest.NewProtocol(t)
//	key := h.Resource("outscale_access_key", acctest.Args{"tag": "ci"}) // plan, apply, refresh, empty plan
//	key.Update(acctest.Args{"tag": "other"})
//	key.Expect(acctest.Args{"state": "ACTIVE"})
//	key.Destroy()
//
// An error that fails a run of a CLI fails the test, unless the method says otherwise. To test diagnostics, use Plan, Apply and the
// other methods that return them. Each plan and each apply has a new process of the provider, as with the CLIs. A Process is for
// several requests to the same one.
//
// The test fails at its end if a secret that the API issued is in a diagnostic or in the provider's log, at any level.
type Protocol struct {
	*Account
	// Block is the provider block of the next processes. At first it has no limit on the requests per second, because the limit
	// would wait for a clock that only the test moves.
	Block Args
	// Clock is the clock of the provider's machine; nil means the clock of the API.
	Clock func() time.Time
	// Journal is the folder of the journal. Without it a process knows only the intents of its own. Until the test ends, its processes
	// count as running.
	Journal string

	schema    *tfprotov6.GetProviderSchemaResponse
	log       *syncBuffer
	mu        sync.Mutex
	persisted []persisted // the states and plan files that a CLI would have written
	shown     strings.Builder
}

// persisted is a text that a CLI writes to the disk.
type persisted struct{ where, text string }

// NewProtocol starts a simulator, and prepares a provider that is configured for it by its environment.
func NewProtocol(t testing.TB, opts ...func(*simulator.Options)) *Protocol {
	t.Helper()
	return NewProtocolOn(NewAccount(t, opts...))
}

// NewProtocolOn prepares another provider for an account, such as that of a second configuration with its own state.
func NewProtocolOn(a *Account) *Protocol {
	a.t.Helper()
	h := &Protocol{Account: a, Block: Args{"requests_per_second": 0}, log: &syncBuffer{}}
	var err error
	h.schema, err = h.server().GetProviderSchema(h.context(), &tfprotov6.GetProviderSchemaRequest{})
	h.NoError(err)
	a.t.Cleanup(func() {
		h.absent("the provider's log", h.log.Bytes(), h.Issued())
		h.absent("the diagnostics", []byte(h.shown.String()), h.Issued())
	})
	return h
}

// server returns a provider that is not configured yet.
func (h *Protocol) server() tfprotov6.ProviderServer {
	host := h.Host()
	if h.Clock != nil {
		host.Now = h.Clock
	}
	if h.Journal != "" {
		host.Journal = orphan.NewJournal(h.Journal, func(err error) { h.t.Error(err) })
		h.t.Cleanup(host.Journal.Close)
	}
	return provider.NewServer("test", host)
}

// context returns the context of a request. It records the log, except in a benchmark.
func (h *Protocol) context() context.Context {
	if h.benchmarking() {
		return h.t.Context()
	}
	return tflogtest.RootLogger(tfsdklogtest.RootLogger(h.t.Context(), h.log), h.log)
}

// Log returns the log of the provider at all levels, with one JSON object per line.
func (h *Protocol) Log() string { return string(h.log.Bytes()) }

// resource returns the schema of a managed resource.
func (h *Protocol) resource(typeName string) schemaBlock {
	h.t.Helper()
	schema, ok := h.schema.ResourceSchemas[typeName]
	if !ok {
		h.t.Fatalf("the provider has no resource %s", typeName)
	}
	return blockOf(schema.Block)
}

// ResourceTypes returns the types of the managed resources of the provider, sorted.
func (h *Protocol) ResourceTypes() []string {
	return slices.Sorted(maps.Keys(h.schema.ResourceSchemas))
}

// SensitiveAttributes returns the sensitive attributes of a resource, sorted.
func (h *Protocol) SensitiveAttributes(typeName string) []string {
	h.t.Helper()
	return sensitive(h.resource(typeName).attributes)
}

// SensitiveInBlock returns the sensitive attributes of the provider block, sorted.
func (h *Protocol) SensitiveInBlock() []string { return sensitive(h.schema.Provider.Block.Attributes) }

func sensitive(attributes []*tfprotov6.SchemaAttribute) (names []string) {
	for _, a := range attributes {
		if a.Sensitive {
			names = append(names, a.Name)
		}
	}
	slices.Sort(names)
	return names
}

// DeprecatedInBlock returns the messages of the deprecated arguments and blocks that the provider block sets. The CLIs show each as a
// warning.
func (h *Protocol) DeprecatedInBlock() []string {
	var messages []string
	for _, a := range h.schema.Provider.Block.Attributes {
		if h.Block[a.Name] != nil && a.Deprecated {
			messages = append(messages, a.DeprecationMessage)
		}
	}
	for _, b := range h.schema.Provider.Block.BlockTypes {
		if h.Block[b.TypeName] != nil && b.Block.Deprecated {
			messages = append(messages, b.Block.DeprecationMessage)
		}
	}
	return messages
}

// Process is a configured process of the provider. The CLIs start one for each plan and one for each apply.
type Process struct {
	tfprotov6.ProviderServer
	h *Protocol
	// Diagnostics are those of the validation of the provider block, and of Configure.
	Diagnostics
	configured tftypes.Value
}

// Start starts a process and configures it with Block. It does not fail the test if the provider refuses the block: the process has
// the diagnostics.
func (h *Protocol) Start() *Process {
	h.t.Helper()
	p := &Process{ProviderServer: h.server(), h: h, Diagnostics: Diagnostics{t: h.t}}
	p.configured = blockOf(h.schema.Provider.Block).configured(maps.Clone(h.Block))
	checked, err := p.ValidateProviderConfig(h.context(), &tfprotov6.ValidateProviderConfigRequest{Config: dynamic(p.configured)})
	h.NoError(err)
	p.keep(&p.Diagnostics, checked.Diagnostics)
	if p.HasError() {
		return p
	}
	p.Configure(h.Block)
	return p
}

// Configure configures a running process with another block. A CLI does this only with a provider that a debugger runs.
func (p *Process) Configure(block Args) {
	p.h.t.Helper()
	answer, err := p.ConfigureProvider(p.h.context(), &tfprotov6.ConfigureProviderRequest{
		TerraformVersion: "1.11.4", Config: dynamic(blockOf(p.h.schema.Provider.Block).configured(block)),
	})
	p.h.NoError(err)
	p.keep(&p.Diagnostics, answer.Diagnostics)
}

// Interrupt sends the request that a CLI sends after the first Ctrl-C.
func (p *Process) Interrupt() {
	p.h.t.Helper()
	answer, err := p.StopProvider(p.h.context(), &tfprotov6.StopProviderRequest{})
	p.h.NoError(err)
	if answer.Error != "" {
		p.h.t.Errorf("StopProvider: %s", answer.Error)
	}
}

// keep adds diagnostics to those of a step, and to the text that is searched for secrets.
func (p *Process) keep(step *Diagnostics, more []*tfprotov6.Diagnostic) {
	step.add(more)
	p.h.mu.Lock()
	defer p.h.mu.Unlock()
	for _, one := range more {
		p.h.shown.WriteString(text(one) + "\n")
	}
}

func (h *Protocol) benchmarking() bool {
	_, is := h.t.(*testing.B)
	return is
}

// persist records the text that a CLI writes into a state or a plan file, except in a benchmark.
func (h *Protocol) persist(where string, value tftypes.Value, private []byte) {
	if h.benchmarking() {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.persisted = append(h.persisted, persisted{where, string(toJSON(value)) + string(private)})
}

// ExpectNoSecretPersisted fails the test if a secret that the API issued, or one of the others, was in a planned or new state or in
// its private data at any time. It also fails the test if there was nothing to search.
func (h *Protocol) ExpectNoSecretPersisted(others ...string) {
	h.t.Helper()
	secrets := append(h.Issued(), others...)
	if len(h.persisted) == 0 || len(secrets) == 0 {
		h.t.Fatalf("%d secrets to search for in %d states", len(secrets), len(h.persisted))
	}
	for _, one := range h.persisted {
		h.absent(one.where, []byte(one.text), secrets)
	}
	h.absent("the provider's log", h.log.Bytes(), others)
	h.absent("the diagnostics", []byte(h.shown.String()), others)
}

// syncBuffer is a buffer for concurrent writers.
type syncBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

// Bytes returns a copy of what was written.
func (b *syncBuffer) Bytes() []byte {
	b.mu.Lock()
	defer b.mu.Unlock()
	return bytes.Clone(b.buf.Bytes())
}

// Concurrently calls do for every index, with the concurrency of the CLIs.
func Concurrently(n int, do func(i int)) {
	var group sync.WaitGroup
	slots := make(chan struct{}, 10)
	for i := range n {
		slots <- struct{}{}
		group.Go(func() {
			defer func() { <-slots }()
			do(i)
		})
	}
	group.Wait()
}
