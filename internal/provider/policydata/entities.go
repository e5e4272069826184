package policydata

import (
	"context"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/outscale-access/terraform-provider-outscale/internal/policy"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/base"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/diag"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/filter"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/keyattr"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/lookup"
)

// Entities is the data source outscale_entities_linked_to_policy. API action: ReadEntitiesLinkedToPolicy, all pages.
type Entities struct {
	base.DataSourceBase
}

var _ datasource.DataSourceWithConfigure = (*Entities)(nil)

const entitiesNotRead = "Entities linked to the policy not read"

// NewEntities returns the data source.
func NewEntities() datasource.DataSource {
	return &Entities{base.NewDataSource("entities_linked_to_policy")}
}

// The kinds of entities.
const (
	accounts, groups, users = "ACCOUNT", "GROUP", "USER"
)

type entitiesModel struct {
	ID        types.String `tfsdk:"id"`
	PolicyORN types.String `tfsdk:"policy_orn"`
	Types     []string     `tfsdk:"entities_type"`
	Entities  []linked     `tfsdk:"policy_entities"`
}

type linked struct {
	Accounts []entity `tfsdk:"accounts"`
	Groups   []entity `tfsdk:"groups"`
	Users    []entity `tfsdk:"users"`
}

type entity struct {
	ID   string `tfsdk:"id"`
	Name string `tfsdk:"name"`
	ORN  string `tfsdk:"orn"`
}

// Schema is the official provider's.
func (d *Entities) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	list := func(what string) schema.Attribute {
		return schema.SetNestedAttribute{
			Computed: true, MarkdownDescription: "The " + what + " that the policy is linked to.",
			NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
				"id": lookup.Text("The id."), "name": lookup.Text("The name."), "orn": lookup.Text("The ORN."),
			}},
		}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Lists the users, groups and accounts that a managed policy is linked to. When it is linked to none, the lists are empty.",
		Attributes: map[string]schema.Attribute{
			"id": filter.IDAttribute(),
			"policy_orn": schema.StringAttribute{
				Required: true, Validators: []validator.String{keyattr.PolicyORNValidator()}, MarkdownDescription: "The ORN of the policy.",
			},
			"entities_type": schema.SetAttribute{
				ElementType: types.StringType, Optional: true,
				Validators:          []validator.Set{setvalidator.NoNullValues(), setvalidator.ValueStringsAre(stringvalidator.OneOf(accounts, groups, users))},
				MarkdownDescription: "The kinds of entities to list: `ACCOUNT`, `GROUP`, `USER`. Default: all of them.",
			},
			"policy_entities": schema.SetNestedAttribute{
				Computed: true, MarkdownDescription: "One object with the lists.",
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"accounts": list("accounts"), "groups": list("groups"), "users": list("users"),
				}},
			},
		},
	}
}

// Read lists the entities.
func (d *Entities) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m entitiesModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	ctx, end, ok := d.BeginRead(ctx, &resp.Diagnostics, entitiesNotRead, base.Fixed(base.ReadTimeout))
	if !ok {
		return
	}
	defer end()
	orn := m.PolicyORN.ValueString()
	found, err := d.Data.Policies.Entities(ctx, orn)
	if err != nil {
		diag.Add(&resp.Diagnostics, entitiesNotRead, "Reading what policy "+orn+" is linked to", err)
		return
	}
	pick := func(kind string, all []policy.Entity) []entity {
		picked := []entity{}
		if len(m.Types) > 0 && !slices.Contains(m.Types, kind) {
			return picked
		}
		for _, e := range all {
			picked = append(picked, entity{ID: e.ID, Name: e.Name, ORN: e.ORN})
		}
		return picked
	}
	m.Entities = []linked{{Accounts: pick(accounts, found.Accounts), Groups: pick(groups, found.Groups), Users: pick(users, found.Users)}}
	if m.ID.IsNull() {
		kinds := slices.Sorted(slices.Values(m.Types))
		m.ID = types.StringValue(filter.Set{}.ID("entities_linked_to_policy", orn, strings.Join(kinds, ",")))
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, m)...)
}
