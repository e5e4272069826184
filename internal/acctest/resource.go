package acctest

import (
	"encoding/json"
	"maps"
	"slices"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// Resource is a managed resource: its configuration, and what a state file has of it.
type Resource struct {
	Type string
	// IgnoreChanges are the attributes that lifecycle.ignore_changes names, or "all".
	IgnoreChanges []string
	// CreateBeforeDestroy is lifecycle.create_before_destroy.
	CreateBeforeDestroy bool
	// DeferralAllowed tells the provider that it may defer a change, as a CLI with that experiment does.
	DeferralAllowed bool
	// ForceReplace replaces the resource in every plan, as -replace does.
	ForceReplace bool
	// SkipRefresh plans without reading the resource, as -refresh=false does.
	SkipRefresh bool

	h      *Protocol
	schema schemaBlock
	config Args
	state  object
}

// object is what a state file has of an instance.
type object struct {
	value    tftypes.Value // null when there is none
	private  []byte
	identity *tfprotov6.ResourceIdentityData
	tainted  bool
}

// NewResource is a resource that is in no state yet.
func (h *Protocol) NewResource(typeName string) *Resource {
	h.t.Helper()
	schema := h.resource(typeName)
	return &Resource{Type: typeName, h: h, schema: schema, state: object{value: null(schema.object)}}
}

// Resource creates a resource: see Update.
func (h *Protocol) Resource(typeName string, config Args) *Resource {
	h.t.Helper()
	r := h.NewResource(typeName)
	r.Update(config)
	return r
}

// Update plans and applies a configuration, and then refreshes and plans once more: nothing may be left to do, and nothing
// may have been written by reading. The result has the diagnostics of the plan and of the apply.
func (r *Resource) Update(config Args) *Applied {
	r.h.t.Helper()
	applied := r.Apply(config)
	applied.ExpectNoErrors()
	r.ExpectEmptyPlan(config)
	return applied
}

// Apply plans and applies a configuration. It does not fail the test on an error.
func (r *Resource) Apply(config Args) *Applied {
	r.h.t.Helper()
	plan := r.Plan(config)
	if plan.HasError() {
		return &Applied{Diagnostics: plan.Diagnostics, Plan: plan}
	}
	return plan.Apply()
}

// ExpectEmptyPlan refreshes and plans, and fails the test unless there is nothing to do and nothing was written. The result
// may have warnings.
func (r *Resource) ExpectEmptyPlan(config Args) *Plan {
	r.h.t.Helper()
	before := len(r.h.Writes())
	plan := r.Plan(config)
	plan.ExpectNoErrors()
	if plan.Action != NoOp {
		r.h.t.Errorf("the plan is not empty: %s %s", plan.Action, plan.changes())
	}
	if writes := r.h.Writes()[before:]; len(writes) > 0 {
		r.h.t.Errorf("a plan wrote: %v", writes)
	}
	return plan
}

// PlanExpectReplace plans a configuration, and fails the test unless the resource is to be replaced because of exactly
// these attributes.
func (r *Resource) PlanExpectReplace(config Args, attributes ...string) *Plan {
	r.h.t.Helper()
	plan := r.Plan(config)
	plan.ExpectNoErrors()
	slices.Sort(attributes)
	if plan.Action != Replace || !slices.Equal(plan.ReplacedFor, attributes) {
		r.h.t.Errorf("planned to %s because of %v, want a replacement because of %v", plan.Action, plan.ReplacedFor, attributes)
	}
	return plan
}

// Read refreshes the state, and returns the diagnostics. Exists tells afterwards whether the resource is still there.
func (r *Resource) Read() Diagnostics {
	r.h.t.Helper()
	got := Diagnostics{t: r.h.t}
	p := r.h.Start()
	got.add(p.all)
	if !got.HasError() {
		p.refresh(r, &got)
	}
	return got
}

// Destroy refreshes and destroys the resource. The test fails unless it is gone.
func (r *Resource) Destroy() Diagnostics {
	r.h.t.Helper()
	got := r.TryDestroy()
	got.ExpectNoErrors()
	if r.Exists() {
		r.h.t.Error("the resource is in the state after its destruction")
	}
	return got
}

// TryDestroy refreshes and destroys the resource. It does not fail the test on an error.
func (r *Resource) TryDestroy() Diagnostics {
	r.h.t.Helper()
	got := Diagnostics{t: r.h.t}
	planning := r.h.Start()
	got.add(planning.all)
	if !got.HasError() && !r.SkipRefresh {
		planning.refresh(r, &got)
	}
	if got.HasError() || !r.Exists() {
		return got
	}
	private := planning.planDestroy(r, &got)
	if got.HasError() {
		return got
	}
	applying := r.h.Start()
	r.state = applying.destroy(r, r.state, private, &got)
	return got
}

// Exists reports whether the resource is in the state.
func (r *Resource) Exists() bool { return !r.state.value.IsNull() }

// Tainted reports whether the next plan will replace the resource, because its creation failed half-way.
func (r *Resource) Tainted() bool { return r.state.tainted }

// Get is an attribute in the state: nil for null, else as in Args.
func (r *Resource) Get(name string) any {
	r.h.t.Helper()
	value, ok := attributes(r.state.value)[name]
	if !ok {
		r.h.t.Fatalf("%s is not in the state", name)
	}
	return fromValue(value)
}

// String is a string attribute in the state, "" for null.
func (r *Resource) String(name string) string {
	r.h.t.Helper()
	value, _ := r.Get(name).(string)
	return value
}

// Expect fails the test unless the state has these values.
func (r *Resource) Expect(want Args) {
	r.h.t.Helper()
	got, _ := fromValue(r.state.value).(map[string]any)
	if text := mismatches(got, want); text != "" {
		r.h.t.Errorf("the state is not as expected: %s", text)
	}
}

// Private is the provider's private data in the state.
func (r *Resource) Private() []byte { return slices.Clone(r.state.private) }

// State is the resource as a state file has it, in JSON.
func (r *Resource) State() []byte { return toJSON(r.state.value) }

// SetState replaces the state of the resource by these attributes, as another provider may have left them.
func (r *Resource) SetState(attributes map[string]any) {
	r.h.t.Helper()
	text, err := json.Marshal(attributes)
	r.h.NoError(err)
	got := Diagnostics{t: r.h.t}
	r.state = object{value: (&Process{ProviderServer: r.h.server(), h: r.h}).upgrade(r, text, &got)}
	got.ExpectNoErrors()
}

// SetPrivate replaces the provider's private data in the state.
func (r *Resource) SetPrivate(data []byte) { r.state.private = data }

// Import imports an object and refreshes it. It returns the resource as it is in the state then, and the diagnostics.
func (h *Protocol) Import(typeName, id string) (*Resource, Diagnostics) {
	h.t.Helper()
	return h.importWith(typeName, &tfprotov6.ImportResourceStateRequest{ID: id})
}

func (h *Protocol) importWith(typeName string, request *tfprotov6.ImportResourceStateRequest) (*Resource, Diagnostics) {
	h.t.Helper()
	r := h.NewResource(typeName)
	got := Diagnostics{t: h.t}
	p := h.Start()
	got.add(p.all)
	if !got.HasError() {
		p.importObject(r, request, &got)
	}
	return r, got
}

// ExpectImport imports the object with this id into another resource, and fails the test unless the import found the same
// as the state has, but for the attributes that are not in the API.
func (r *Resource) ExpectImport(id string, but ...string) *Resource {
	r.h.t.Helper()
	imported, got := r.h.Import(r.Type, id)
	got.ExpectNoErrors()
	want := maps.Clone(fromValue(r.state.value).(map[string]any))
	maps.DeleteFunc(want, func(name string, _ any) bool { return slices.Contains(but, name) })
	imported.Expect(want)
	return imported
}

// Move makes a resource of another type of this one, as a moved block does; this one is in no state afterwards.
func (r *Resource) Move(typeName string) (*Resource, Diagnostics) {
	r.h.t.Helper()
	moved, got := r.h.Move(MoveSource{
		Provider: providerAddress, Type: r.Type, State: r.State(), version: r.h.schema.ResourceSchemas[r.Type].Version, private: r.state.private,
	}, typeName)
	if !got.HasError() {
		r.state = object{value: null(r.schema.object)}
	}
	return moved, got
}

// MoveSource is the resource that a moved block names as its source.
type MoveSource struct {
	Provider string // the address as the CLI passes it
	Type     string
	State    []byte // the attributes in JSON

	version int64
	private []byte
}

// Move makes a resource of the state of a resource of another type or provider.
func (h *Protocol) Move(from MoveSource, typeName string) (*Resource, Diagnostics) {
	h.t.Helper()
	moved := h.NewResource(typeName)
	got := Diagnostics{t: h.t}
	p := h.Start()
	got.add(p.all)
	if !got.HasError() {
		p.move(from, moved, &got)
	}
	return moved, got
}
