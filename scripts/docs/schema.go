package main

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/outscale-access/terraform-provider-outscale/internal/provider"
)

// block is a block of a schema in the form of `terraform providers schema -json`.
type block struct {
	Attributes      map[string]attribute `json:"attributes"`
	Description     string               `json:"description"`
	DescriptionKind string               `json:"description_kind"`
}

type attribute struct {
	Type            json.RawMessage `json:"type"`
	Description     string          `json:"description"`
	DescriptionKind string          `json:"description_kind"`
	Required        bool            `json:"required,omitempty"`
	Optional        bool            `json:"optional,omitempty"`
}

// withTerraformOnly adds list resources and actions to the provider's schema, which OpenTofu leaves out.
func withTerraformOnly(ctx context.Context, schema json.RawMessage) (json.RawMessage, error) {
	answer, err := provider.NewServer("docs", provider.Host{}).GetProviderSchema(ctx, &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		return nil, err
	}
	all := map[string]json.RawMessage{}
	if err := json.Unmarshal(schema, &all); err != nil {
		return nil, err
	}
	lists, actions := map[string]any{}, map[string]any{}
	for name, s := range answer.ListResourceSchemas {
		if lists[name], err = jsonSchema(name, s.Block); err != nil {
			return nil, err
		}
	}
	for name, s := range answer.ActionSchemas {
		if actions[name], err = jsonSchema(name, s.Schema.Block); err != nil {
			return nil, err
		}
	}
	for member, value := range map[string]any{"list_resource_schemas": lists, "action_schemas": actions} {
		if all[member], err = json.Marshal(value); err != nil {
			return nil, err
		}
	}
	return json.Marshal(all)
}

func jsonSchema(name string, from *tfprotov6.SchemaBlock) (any, error) {
	b := block{Attributes: map[string]attribute{}, Description: from.Description, DescriptionKind: "markdown"}
	if len(from.BlockTypes) > 0 {
		return nil, fmt.Errorf("%s has blocks, which this command does not write yet", name)
	}
	for _, a := range from.Attributes {
		kind, err := json.Marshal(a.Type)
		if err != nil {
			return nil, fmt.Errorf("%s.%s: %w", name, a.Name, err)
		}
		b.Attributes[a.Name] = attribute{kind, a.Description, "markdown", a.Required, a.Optional}
	}
	return map[string]any{"version": 0, "block": b}, nil
}
