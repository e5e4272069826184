package acctest

import "github.com/hashicorp/terraform-plugin-go/tfprotov6"

// Invoked is the result of an action.
type Invoked struct {
	// Diagnostics are those of the validation, the plan and the action.
	Diagnostics
	Progress []string // the progress messages of the action
}

// Invoke validates, plans and invokes an action, as `terraform apply -invoke` does. The plan has a process of its own. Invoke does not
// fail the test on an error.
func (h *Protocol) Invoke(typeName string, config Args) *Invoked {
	h.t.Helper()
	got := h.PlanAction(typeName, config)
	if got.HasError() {
		return got
	}
	h.Start().invoke(typeName, config, got)
	return got
}

// Invoke invokes an action with this process, without the validation and the plan before.
func (p *Process) Invoke(typeName string, config Args) *Invoked {
	p.h.t.Helper()
	got := &Invoked{Diagnostics: Diagnostics{t: p.h.t}}
	p.invoke(typeName, config, got)
	return got
}

func (p *Process) invoke(typeName string, config Args, got *Invoked) {
	p.h.t.Helper()
	answer, err := p.ProviderServer.(tfprotov6.ActionServer).InvokeAction(p.h.context(), &tfprotov6.InvokeActionRequest{
		ActionType: typeName, Config: p.h.actionConfig(typeName, config),
	})
	p.h.NoError(err)
	for event := range answer.Events {
		switch event := event.Type.(type) {
		case tfprotov6.ProgressInvokeActionEventType:
			got.Progress = append(got.Progress, event.Message)
		case tfprotov6.CompletedInvokeActionEventType:
			p.keep(&got.Diagnostics, event.Diagnostics)
		}
	}
}

// PlanAction validates and plans an action. It does not fail the test on an error.
func (h *Protocol) PlanAction(typeName string, config Args) *Invoked {
	h.t.Helper()
	value := h.actionConfig(typeName, config)
	got := &Invoked{Diagnostics: Diagnostics{t: h.t}}
	unconfigured := &Process{ProviderServer: h.server(), h: h}
	checked, err := unconfigured.ProviderServer.(tfprotov6.ActionServer).ValidateActionConfig(h.context(),
		&tfprotov6.ValidateActionConfigRequest{ActionType: typeName, Config: value})
	h.NoError(err)
	unconfigured.keep(&got.Diagnostics, checked.Diagnostics)
	if got.HasError() {
		return got
	}
	p := h.Start()
	got.add(p.all)
	if got.HasError() {
		return got
	}
	planned, err := p.ProviderServer.(tfprotov6.ActionServer).PlanAction(h.context(), &tfprotov6.PlanActionRequest{ActionType: typeName, Config: value})
	h.NoError(err)
	p.keep(&got.Diagnostics, planned.Diagnostics)
	return got
}

func (h *Protocol) actionConfig(typeName string, config Args) *tfprotov6.DynamicValue {
	h.t.Helper()
	schema, ok := h.schema.ActionSchemas[typeName]
	if !ok {
		h.t.Fatalf("the provider has no action %s", typeName)
	}
	return dynamic(blockOf(schema.Schema.Block).configured(config))
}
