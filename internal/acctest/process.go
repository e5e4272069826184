package acctest

import (
	"fmt"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// providerAddress is the address of the source provider that a CLI sends for a move within the provider.
const providerAddress = "registry.terraform.io/" + namespace + "/outscale"

// value decodes a value of the protocol. nil is null.
func (p *Process) value(t tftypes.Type, packed *tfprotov6.DynamicValue) tftypes.Value {
	p.h.t.Helper()
	if packed == nil {
		return null(t)
	}
	value, err := packed.Unmarshal(t)
	p.h.NoError(err)
	return value
}

// upgrade sends the text of a state to the provider, as a CLI does before it uses the state.
func (p *Process) upgrade(r *Resource, text []byte, got *Diagnostics) tftypes.Value {
	p.h.t.Helper()
	answer, err := p.UpgradeResourceState(p.h.context(), &tfprotov6.UpgradeResourceStateRequest{
		TypeName: r.Type, Version: p.h.schema.ResourceSchemas[r.Type].Version, RawState: &tfprotov6.RawState{JSON: text},
	})
	p.h.NoError(err)
	p.keep(got, answer.Diagnostics)
	return p.value(r.schema.object, answer.UpgradedState)
}

// refresh reads a resource that is in the state.
func (p *Process) refresh(r *Resource, got *Diagnostics) {
	p.h.t.Helper()
	if !r.Exists() {
		return
	}
	r.state.value = p.upgrade(r, r.State(), got)
	if got.HasError() {
		return
	}
	answer, err := p.ReadResource(p.h.context(), &tfprotov6.ReadResourceRequest{
		TypeName: r.Type, CurrentState: dynamic(r.state.value), Private: r.state.private, CurrentIdentity: r.state.identity,
		ClientCapabilities: &tfprotov6.ReadResourceClientCapabilities{DeferralAllowed: r.DeferralAllowed},
	})
	p.h.NoError(err)
	p.keep(got, answer.Diagnostics)
	if got.HasError() {
		return
	}
	r.state.value = p.value(r.schema.object, answer.NewState)
	r.state.private, r.state.identity = answer.Private, answer.NewIdentity
	p.h.persist("a refreshed state", r.state.value, r.state.private)
}

// Read refreshes the state of a resource with this process.
func (p *Process) Read(r *Resource) Diagnostics {
	p.h.t.Helper()
	got := Diagnostics{t: p.h.t}
	p.refresh(r, &got)
	return got
}

func (p *Process) validate(r *Resource, config tftypes.Value, got *Diagnostics) {
	p.h.t.Helper()
	answer, err := p.ValidateResourceConfig(p.h.context(), &tfprotov6.ValidateResourceConfigRequest{
		TypeName: r.Type, Config: dynamic(config),
		ClientCapabilities: &tfprotov6.ValidateResourceConfigClientCapabilities{WriteOnlyAttributesAllowed: true},
	})
	p.h.NoError(err)
	p.keep(got, answer.Diagnostics)
}

// planned is the answer to a PlanResourceChange.
type planned struct {
	object
	replace  []*tftypes.AttributePath
	deferred *tfprotov6.Deferred
}

func (p *Process) plan(r *Resource, prior object, config tftypes.Value, got *Diagnostics) planned {
	p.h.t.Helper()
	proposed := config
	if !config.IsNull() {
		proposed = proposedNewState(r.schema, prior.value, config)
	}
	answer, err := p.PlanResourceChange(p.h.context(), &tfprotov6.PlanResourceChangeRequest{
		TypeName: r.Type, Config: dynamic(config), PriorState: dynamic(prior.value), ProposedNewState: dynamic(proposed),
		PriorPrivate: prior.private, PriorIdentity: prior.identity,
		ClientCapabilities: &tfprotov6.PlanResourceChangeClientCapabilities{DeferralAllowed: r.DeferralAllowed},
	})
	p.h.NoError(err)
	p.keep(got, answer.Diagnostics)
	if got.HasError() {
		return planned{object: object{value: null(r.schema.object)}}
	}
	after := planned{
		object:  object{value: p.value(r.schema.object, answer.PlannedState), private: answer.PlannedPrivate, identity: answer.PlannedIdentity},
		replace: answer.RequiresReplace, deferred: answer.Deferred,
	}
	if text := invalidPlan(r.schema, prior.value, config, after.value); text != "" {
		got.defect("Provider produced invalid plan", text)
	}
	p.h.persist("a plan", after.value, after.private)
	return after
}

// apply sends a change. It returns the state that a CLI keeps, even after errors.
func (p *Process) apply(r *Resource, prior object, config tftypes.Value, plan object, got *Diagnostics) object {
	p.h.t.Helper()
	answer, err := p.ApplyResourceChange(p.h.context(), &tfprotov6.ApplyResourceChangeRequest{
		TypeName: r.Type, PriorState: dynamic(prior.value), Config: dynamic(config), PlannedState: dynamic(plan.value),
		PlannedPrivate: plan.private, PlannedIdentity: plan.identity,
	})
	p.h.NoError(err)
	step := Diagnostics{t: p.h.t}
	p.keep(&step, answer.Diagnostics)
	after := object{value: p.value(r.schema.object, answer.NewState), private: answer.Private, identity: answer.NewIdentity}
	if !after.value.IsFullyKnown() {
		step.defect("Provider returned invalid result object after apply", "there are unknown values: "+shown(fromValue(after.value)))
	}
	if !step.HasError() {
		if text := inconsistent(plan.value, after.value); text != "" {
			step.defect("Provider produced inconsistent result after apply", text)
		}
	}
	if step.HasError() {
		if after.value.IsNull() {
			after = prior
		} else if prior.value.IsNull() {
			after.tainted = true
		}
	}
	got.add(step.all)
	p.h.persist("a state", after.value, after.private)
	return after
}

// planDestroy sends the plan of a destroy, if the provider has that capability, and returns its private data.
func (p *Process) planDestroy(r *Resource, got *Diagnostics) []byte {
	p.h.t.Helper()
	if c := p.h.schema.ServerCapabilities; c == nil || !c.PlanDestroy {
		return r.state.private
	}
	return p.plan(r, r.state, null(r.schema.object), got).private
}

// destroy deletes an object, and returns its state after that.
func (p *Process) destroy(r *Resource, prior object, private []byte, got *Diagnostics) object {
	p.h.t.Helper()
	none := null(r.schema.object)
	return p.apply(r, prior, none, object{value: none, private: private, identity: prior.identity}, got)
}

func (p *Process) importObject(r *Resource, request *tfprotov6.ImportResourceStateRequest, got *Diagnostics) {
	p.h.t.Helper()
	request.TypeName = r.Type
	request.ClientCapabilities = &tfprotov6.ImportResourceStateClientCapabilities{DeferralAllowed: r.DeferralAllowed}
	answer, err := p.ImportResourceState(p.h.context(), request)
	p.h.NoError(err)
	p.keep(got, answer.Diagnostics)
	if got.HasError() {
		return
	}
	if n := len(answer.ImportedResources); n != 1 || answer.ImportedResources[0].TypeName != r.Type {
		got.defect("Provider returned invalid import", fmt.Sprintf("%d objects", n))
		return
	}
	imported := answer.ImportedResources[0]
	r.state = object{value: p.value(r.schema.object, imported.State), private: imported.Private, identity: imported.Identity}
	p.refresh(r, got)
	if !got.HasError() && !r.Exists() {
		got.defect("Cannot import non-existent remote object", request.ID)
	}
}

// move sends the state of another resource type, or of another provider, for a move.
func (p *Process) move(from MoveSource, to *Resource, got *Diagnostics) {
	p.h.t.Helper()
	answer, err := p.MoveResourceState(p.h.context(), &tfprotov6.MoveResourceStateRequest{
		SourceProviderAddress: from.Provider, SourceTypeName: from.Type, SourceSchemaVersion: from.version,
		SourceState: &tfprotov6.RawState{JSON: from.State}, SourcePrivate: from.private, TargetTypeName: to.Type,
	})
	p.h.NoError(err)
	p.keep(got, answer.Diagnostics)
	if got.HasError() {
		return
	}
	to.state = object{value: p.value(to.schema.object, answer.TargetState), private: answer.TargetPrivate, identity: answer.TargetIdentity}
	p.h.persist("a moved state", to.state.value, to.state.private)
}
