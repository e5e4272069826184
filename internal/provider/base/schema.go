package base

import (
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"

	"github.com/outscale-access/terraform-provider-outscale/internal/provider/attr/isodate"
)

// KeptText is a computed string that a plan takes from the state, such as an id.
func KeptText(description string) schema.StringAttribute {
	return schema.StringAttribute{
		Computed: true, PlanModifiers: []planmodifier.String{stringplanmodifier.UseStateForUnknown()}, MarkdownDescription: description,
	}
}

// KeptDate is a computed date that a plan takes from the state, such as that of a creation.
func KeptDate(description string) schema.StringAttribute {
	a := KeptText(description)
	a.CustomType = isodate.Type{}
	return a
}

// Date is a computed date that is unknown in the plan of a change.
func Date(description string) schema.StringAttribute {
	return schema.StringAttribute{CustomType: isodate.Type{}, Computed: true, MarkdownDescription: description}
}
