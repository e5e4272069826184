package acctest

import (
	"encoding/json"
	"maps"
	"slices"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// Resource is a managed resource: its configuration and its state.
type Resource struct {
	Type string
	// IgnoreChanges is lifecycle.ignore_changes: attributes, or "all".
	IgnoreChanges []string
	// CreateBeforeDestroy is lifecycle.create_before_destroy.
	CreateBeforeDestroy bool
	// DeferralAllowed allows the provider to defer a change, as a CLI with that experiment does.
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

// object is an instance in a state.
type object struct {
	value    tftypes.Value // null if the state does not have the instance
	private  []byte
	identity *tfprotov6.ResourceIdentityData
	tainted  bool
}

// NewResource returns a resource that is not in the state yet.
func (h *Protocol) NewResource(typeName string) *Resource {
	h.t.Helper()
	schema := h.resource(typeName)
	return &Resource{Type: typeName, h: h, schema: schema, state: object{value: null(schema.object)}}
}

// Resource creates a resource with Update.
func (h *Protocol) Resource(typeName string, config Args) *Resource {
	h.t.Helper()
	r := h.NewResource(typeName)
	r.Update(config)
	return r
}

// Update plans and applies a configuration, and then refreshes and plans again with ExpectEmptyPlan. It fails the test on an error.
// The result has the diagnostics of the plan and of the apply.
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

// ExpectEmptyPlan refreshes and plans. It fails the test unless the plan is empty and made no changing call. The result can have
// warnings.
func (r *Resource) ExpectEmptyPlan(config Args) *Plan {
	r.h.t.Helper()
	before := len(r.h.Writes())
	plan := r.Plan(config)
	plan.ExpectNoErrors()
	if plan.Action != NoOp {
		r.h.t.Errorf("the plan is not empty: %s %s", plan.Action, plan.changes())
	}
	if writes := r.h.Writes()[before:]; len(writes) > 0 {
		r.h.t.Errorf("a plan made changing calls: %v", writes)
	}
	return plan
}

// PlanExpectReplace plans a configuration. It fails the test unless the plan replaces the resource because of exactly these
// attributes.
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

// Read refreshes the state, and returns the diagnostics. Exists then reports whether the resource still exists.
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

// Destroy refreshes and destroys the resource. It fails the test unless the resource is removed from the state.
func (r *Resource) Destroy() Diagnostics {
	r.h.t.Helper()
	got := r.TryDestroy()
	got.ExpectNoErrors()
	if r.Exists() {
		r.h.t.Error("the resource is in the state after the destroy")
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

// Tainted reports whether the next plan will replace the resource because a create failed after it had made the object.
func (r *Resource) Tainted() bool { return r.state.tainted }

// Get returns an attribute in the state in the form of Args.
func (r *Resource) Get(name string) any {
	r.h.t.Helper()
	value, ok := attributes(r.state.value)[name]
	if !ok {
		r.h.t.Fatalf("%s is not in the state", name)
	}
	return fromValue(value)
}

// String returns a string attribute in the state, or "" if it is null.
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

// Private returns the provider's private data in the state.
func (r *Resource) Private() []byte { return slices.Clone(r.state.private) }

// State returns the attributes in the state, in JSON.
func (r *Resource) State() []byte { return toJSON(r.state.value) }

// SetState replaces the attributes in the state, for example with those that another provider wrote.
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

// Import imports an object and refreshes it. It returns the resource with its state, and the diagnostics.
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

// ExpectImport imports the object with an id into another resource. It fails the test unless both states are equal, except for the
// attributes but.
func (r *Resource) ExpectImport(id string, but ...string) *Resource {
	r.h.t.Helper()
	imported, got := r.h.Import(r.Type, id)
	got.ExpectNoErrors()
	want := maps.Clone(fromValue(r.state.value).(map[string]any))
	maps.DeleteFunc(want, func(name string, _ any) bool { return slices.Contains(but, name) })
	imported.Expect(want)
	return imported
}

// Move moves this resource to another type, as a moved block does. The state then has the returned resource and no longer this one.
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

// MoveSource is the source of a moved block.
type MoveSource struct {
	Provider string // the address as the CLI sends it
	Type     string
	State    []byte // the attributes in JSON

	version int64
	private []byte
}

// Move moves the state of a resource of another type or provider to a new resource.
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
