package acctest

import (
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// Action is what a plan does with a resource.
type Action string

// The actions of a plan.
const (
	NoOp    Action = "no-op"
	Create  Action = "create"
	Update  Action = "update"
	Replace Action = "replace"
)

// Plan is a saved plan, with its diagnostics.
type Plan struct {
	// Diagnostics are those of the validation, of the refresh and of the plan.
	Diagnostics
	Action Action
	// ReplacedFor are the attributes whose change requires a replacement.
	ReplacedFor []string
	// Deferred is set if the provider defers the change.
	Deferred *tfprotov6.Deferred

	r      *Resource
	config Args
	prior  object
	after  object
}

// Plan validates a configuration, refreshes the resource and plans. It does not fail the test on an error.
func (r *Resource) Plan(config Args) *Plan {
	r.h.t.Helper()
	plan := &Plan{Diagnostics: Diagnostics{t: r.h.t}, r: r, config: config}
	// The CLIs first validate with a process that is not configured.
	unconfigured := &Process{ProviderServer: r.h.server(), h: r.h}
	unconfigured.validate(r, r.schema.configured(config), &plan.Diagnostics)
	if plan.HasError() {
		return plan
	}
	return r.h.Start().planInto(plan)
}

// Plan is Resource.Plan with this process, without the validation before.
func (p *Process) Plan(r *Resource, config Args) *Plan {
	p.h.t.Helper()
	return p.planInto(&Plan{Diagnostics: Diagnostics{t: p.h.t}, r: r, config: config})
}

func (p *Process) planInto(plan *Plan) *Plan {
	p.h.t.Helper()
	plan.add(p.all)
	if !plan.HasError() && !plan.r.SkipRefresh {
		p.refresh(plan.r, &plan.Diagnostics)
	}
	if !plan.HasError() {
		p.decide(plan)
	}
	return plan
}

// decide plans as the CLIs do after the refresh.
func (p *Process) decide(plan *Plan) {
	p.h.t.Helper()
	r, original := plan.r, plan.r.schema.configured(plan.config)
	plan.prior = r.state
	nothing := object{value: null(r.schema.object)}
	prior := plan.prior
	if prior.tainted {
		prior = nothing
	}
	p.validate(r, original, &plan.Diagnostics)
	if plan.HasError() {
		return
	}
	config := withIgnoredChanges(r.schema, r.IgnoreChanges, prior.value, original)
	got := p.plan(r, prior, config, &plan.Diagnostics)
	plan.after, plan.Deferred = got.object, got.deferred
	if plan.HasError() {
		return
	}
	if !prior.value.IsNull() {
		plan.ReplacedFor = replacementPaths(got.replace, prior.value, got.value)
	}
	switch {
	case plan.prior.value.IsNull():
		plan.Action = Create
	case plan.prior.tainted:
		plan.Action = Replace
	case r.ForceReplace, len(plan.ReplacedFor) > 0:
		plan.Action = Replace
		p.planNew(plan, original, got.private)
	case prior.value.Equal(got.value):
		plan.Action = NoOp
	default:
		plan.Action = Update
	}
}

// planNew plans the object that replaces the one in the state. Like a CLI, it drops the diagnostics unless there is an error.
func (p *Process) planNew(plan *Plan, config tftypes.Value, private []byte) {
	p.h.t.Helper()
	second := Diagnostics{t: p.h.t}
	got := p.plan(plan.r, object{value: null(plan.r.schema.object), private: private}, config, &second)
	plan.after = got.object
	if second.HasError() {
		plan.add(second.all)
	}
}

// Get returns a planned value: nil if it is null, and Unknown if it is known after apply.
func (plan *Plan) Get(name string) any {
	plan.t.Helper()
	return fromValue(attributes(plan.after.value)[name])
}

// Unknown returns the attributes that are known after apply, or have such a part, sorted.
func (plan *Plan) Unknown() (names []string) {
	for name, value := range attributes(plan.after.value) {
		if !value.IsFullyKnown() {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// Expect fails the test unless the plan has no errors, this action and these values.
func (plan *Plan) Expect(action Action, want Args) *Plan {
	plan.t.Helper()
	plan.ExpectNoErrors()
	if plan.Action != action {
		plan.t.Errorf("planned to %s, want %s: %s", plan.Action, action, plan.changes())
	}
	got, _ := fromValue(plan.after.value).(map[string]any)
	if text := mismatches(got, want); text != "" {
		plan.t.Errorf("the plan is not as expected: %s", text)
	}
	return plan
}

// changes names the attributes that a plan changes.
func (plan *Plan) changes() string {
	before, after := attributes(plan.prior.value), attributes(plan.after.value)
	var names []string
	for _, name := range slices.Sorted(maps.Keys(after)) {
		if old, ok := before[name]; !ok || !old.Equal(after[name]) {
			names = append(names, name+" = "+shown(fromValue(after[name])))
		}
	}
	return strings.Join(names, ", ")
}

// Applied is the result of an apply.
type Applied struct {
	// Diagnostics are those of the plan and of the apply.
	Diagnostics
	// Plan is the plan that was applied.
	Plan *Plan
	// Apply are the diagnostics of the apply alone.
	Apply Diagnostics
}

// Apply applies a plan with a new process, as a CLI does with a saved plan. It plans again, and the result must agree with the known
// values of the first plan. It does not fail the test on an error.
func (plan *Plan) Apply() *Applied {
	plan.t.Helper()
	return plan.ApplyWith(plan.config)
}

// ApplyWith is Apply with a configuration in which the unknown values of the plan are known.
func (plan *Plan) ApplyWith(config Args) *Applied {
	plan.t.Helper()
	return plan.r.h.Start().Apply(plan, config)
}

// Apply applies a plan with this process.
func (p *Process) Apply(plan *Plan, config Args) *Applied {
	p.h.t.Helper()
	done := &Applied{Diagnostics: Diagnostics{t: p.h.t}, Plan: plan, Apply: Diagnostics{t: p.h.t}}
	done.add(plan.all)
	if plan.HasError() {
		return done
	}
	done.Apply.add(p.all)
	if !done.Apply.HasError() && plan.Action != NoOp {
		p.change(plan, config, &done.Apply)
	} else if plan.Action == NoOp {
		plan.r.config = config
	}
	done.add(done.Apply.all)
	return done
}

func (p *Process) change(plan *Plan, config Args, got *Diagnostics) {
	p.h.t.Helper()
	r, value := plan.r, plan.r.schema.configured(config)
	if !value.IsFullyKnown() {
		p.h.t.Fatal("a configuration with unknown values cannot be applied: use ApplyWith")
	}
	prior := plan.prior
	if plan.Action == Replace && !r.CreateBeforeDestroy {
		if r.state = p.destroy(r, prior, plan.after.private, got); got.HasError() {
			return
		}
		prior = r.state
	}
	if plan.Action == Replace {
		prior = object{value: null(r.schema.object)}
	}
	// The CLIs plan again, because unknown values of the configuration are now known.
	planning := Diagnostics{t: p.h.t}
	p.validate(r, value, &planning)
	final := planned{object: plan.after}
	if !planning.HasError() {
		final = p.plan(r, prior, withIgnoredChanges(r.schema, r.IgnoreChanges, prior.value, value), &planning)
	}
	if text := inconsistent(plan.after.value, final.value); text != "" && !planning.HasError() {
		planning.defect("Provider produced inconsistent final plan", text)
	}
	got.add(planning.all)
	if planning.HasError() {
		return
	}
	r.state, r.config = p.apply(r, prior, value, final.object, got), config
	if plan.Action == Replace && r.CreateBeforeDestroy && !got.HasError() {
		p.destroy(r, plan.prior, plan.after.private, got)
	}
}
