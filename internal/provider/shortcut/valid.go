package shortcut

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// rule is what a schema asks of an attribute, as far as it can be held here.
type rule struct {
	required, settable bool
	checks             []validator.String
}

// rulesOf are the rules of the attributes that are plain: what has another kind of validator, is deprecated or write-only,
// and what is a block, is the framework's to judge, once it is set.
func rulesOf(s schema.Schema) map[string]rule {
	rules := map[string]rule{}
	for name, attribute := range s.Attributes {
		if attribute.GetDeprecationMessage() != "" || attribute.IsWriteOnly() {
			continue
		}
		r := rule{required: attribute.IsRequired(), settable: attribute.IsRequired() || attribute.IsOptional()}
		switch a := attribute.(type) {
		case schema.StringAttribute:
			r.checks = a.Validators
		case schema.ListAttribute:
			if len(a.Validators) > 0 {
				continue
			}
		case schema.BoolAttribute:
			if len(a.Validators) > 0 {
				continue
			}
		default:
			continue
		}
		rules[name] = r
	}
	return rules
}

// holds reports whether the schema has nothing to say against a configuration.
func holds(ctx context.Context, s schema.Schema, rules map[string]rule, config tftypes.Value) bool {
	all := map[string]tftypes.Value{}
	if config.As(&all) != nil {
		return false
	}
	for name, value := range all {
		r, plain := rules[name]
		switch {
		case value.IsNull():
			if r.required {
				return false
			}
		case !plain || !r.settable || !r.takes(ctx, tfsdk.Config{Raw: config, Schema: s}, name, value):
			return false
		}
	}
	return len(all) > 0
}

// takes reports whether the validators of an attribute have nothing to say against a value.
func (r rule) takes(ctx context.Context, config tfsdk.Config, name string, value tftypes.Value) bool {
	if len(r.checks) == 0 {
		return true
	}
	text := types.StringUnknown()
	if value.IsKnown() {
		var known string
		if value.As(&known) != nil {
			return false
		}
		text = types.StringValue(known)
	}
	at := path.Root(name)
	for _, check := range r.checks {
		answer := &validator.StringResponse{}
		check.ValidateString(ctx, validator.StringRequest{Path: at, PathExpression: at.Expression(), Config: config, ConfigValue: text}, answer)
		if len(answer.Diagnostics) > 0 {
			return false
		}
	}
	return true
}
