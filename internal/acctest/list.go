package acctest

import (
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// Listing is the result of a list resource.
type Listing struct {
	// Diagnostics are those of the validation, of the provider block and of all results.
	Diagnostics
	Results []Listed
}

// Listed is one object of a listing.
type Listed struct {
	Type        string
	DisplayName string
	Identity    Args
	Object      Args // nil if the request was for identities only
	value       tftypes.Value
}

// List runs a list resource with objects, as `terraform query -generate-config-out` does. It does not fail the test on an
// error.
func (h *Protocol) List(typeName string, config Args) *Listing {
	h.t.Helper()
	return h.list(typeName, config, true, 100)
}

// ListIdentities is List without objects, as `terraform query` does.
func (h *Protocol) ListIdentities(typeName string, config Args) *Listing {
	h.t.Helper()
	return h.list(typeName, config, false, 100)
}

// ListLimited is ListIdentities with a limit on the number of objects.
func (h *Protocol) ListLimited(typeName string, config Args, limit int64) *Listing {
	h.t.Helper()
	return h.list(typeName, config, false, limit)
}

func (h *Protocol) list(typeName string, config Args, objects bool, limit int64) *Listing {
	h.t.Helper()
	schema, ok := h.schema.ListResourceSchemas[typeName]
	if !ok {
		h.t.Fatalf("the provider has no list resource %s", typeName)
	}
	value := dynamic(blockOf(schema.Block).configured(config))
	got := &Listing{Diagnostics: Diagnostics{t: h.t}}
	// Like the CLI, this finds optional parts of the protocol by type assertions.
	unconfigured := &Process{ProviderServer: h.server(), h: h}
	checked, err := unconfigured.ProviderServer.(tfprotov6.ListResourceServer).ValidateListResourceConfig(h.context(),
		&tfprotov6.ValidateListResourceConfigRequest{TypeName: typeName, Config: value})
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
	answer, err := p.ProviderServer.(tfprotov6.ListResourceServer).ListResource(h.context(),
		&tfprotov6.ListResourceRequest{TypeName: typeName, Config: value, IncludeResource: objects, Limit: limit})
	h.NoError(err)
	for result := range answer.Results {
		p.keep(&got.Diagnostics, result.Diagnostics)
		if result.Identity == nil {
			continue
		}
		one := Listed{Type: typeName, DisplayName: result.DisplayName, Identity: h.identityOf(typeName, result.Identity)}
		if result.Resource != nil {
			one.value = p.value(h.resource(typeName).object, result.Resource)
			one.Object, _ = fromValue(one.value).(map[string]any)
		}
		got.Results = append(got.Results, one)
	}
	return got
}

// GeneratedConfig returns the configuration that the provider generates for a listed object.
func (h *Protocol) GeneratedConfig(one Listed) Args {
	h.t.Helper()
	return h.generated(one.Type, one.value)
}

// GeneratedConfig returns the configuration that the provider generates for the object in the state, as after an import.
func (r *Resource) GeneratedConfig() Args {
	r.h.t.Helper()
	return r.h.generated(r.Type, r.state.value)
}

func (h *Protocol) generated(typeName string, object tftypes.Value) Args {
	h.t.Helper()
	answer, err := h.server().GenerateResourceConfig(h.context(), &tfprotov6.GenerateResourceConfigRequest{TypeName: typeName, State: dynamic(object)})
	h.NoError(err)
	got := Diagnostics{t: h.t}
	got.add(answer.Diagnostics)
	got.ExpectNoErrors()
	schema := h.resource(typeName)
	value, err := answer.Config.Unmarshal(schema.object)
	h.NoError(err)
	config, _ := fromValue(value).(map[string]any)
	for _, block := range schema.blocks {
		if all, repeated := config[block.TypeName].([]any); repeated {
			blocks := make([]map[string]any, len(all))
			for i := range all {
				blocks[i], _ = all[i].(map[string]any)
			}
			config[block.TypeName] = blocks
		}
	}
	return config
}

// ArgumentProblems returns which arguments of an "action" or a "list" block do not exist, and which required ones are missing.
func (h *Protocol) ArgumentProblems(blockType, typeName string, arguments map[string]bool) (problems []string) {
	h.t.Helper()
	var block *tfprotov6.SchemaBlock
	if schema := h.schema.ActionSchemas[typeName]; blockType == "action" && schema != nil {
		block = schema.Schema.Block
	} else if schema := h.schema.ListResourceSchemas[typeName]; blockType == "list" && schema != nil {
		block = schema.Block
	}
	if block == nil {
		return []string{"the provider has no " + blockType + " " + typeName}
	}
	known := map[string]bool{}
	for _, a := range block.Attributes {
		known[a.Name] = true
		if a.Required && !arguments[a.Name] {
			problems = append(problems, a.Name+" is missing")
		}
	}
	for name := range arguments {
		if !known[name] {
			problems = append(problems, "there is no argument "+name)
		}
	}
	return problems
}
