// Package policyblock is the `policy` block of outscale_user and outscale_user_group: the managed policies that are linked
// to a user or a group. Without a block, links are not managed. With one or more, policies that the blocks do not name are
// unlinked.
package policyblock

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/outscale-access/terraform-provider-outscale/internal/domain"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/attr/isodate"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/base"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/blockset"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/diag"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/keyattr"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/providerdata"
	"github.com/outscale-access/terraform-provider-outscale/internal/rights"
	"github.com/outscale-access/terraform-provider-outscale/internal/text"
)

// Name is the name of the block.
const Name = "policy"

// Element is one block.
type Element struct {
	PolicyORN            types.String  `tfsdk:"policy_orn"`
	PolicyID             types.String  `tfsdk:"policy_id"`
	PolicyName           types.String  `tfsdk:"policy_name"`
	DefaultVersionID     types.String  `tfsdk:"default_version_id"`
	CreationDate         isodate.Value `tfsdk:"creation_date"`
	LastModificationDate isodate.Value `tfsdk:"last_modification_date"`
}

// Block is the official provider's schema. word is "user" or "user group".
func Block(word string) schema.Block {
	computed := func(description string) schema.StringAttribute {
		return schema.StringAttribute{Computed: true, MarkdownDescription: description}
	}
	return schema.SetNestedBlock{
		MarkdownDescription: fmt.Sprintf("A managed policy that is linked to the %s. If there is a block, the blocks are the complete list: other links are removed. "+
			"Removing the last block removes the links that it made. Without blocks the links of the %[1]s are not managed here.", word),
		NestedObject: schema.NestedBlockObject{Attributes: map[string]schema.Attribute{
			"policy_orn": schema.StringAttribute{
				Required:            true,
				Validators:          []validator.String{keyattr.PolicyORNValidator()},
				MarkdownDescription: "The ORN of the policy.",
			},
			"default_version_id": schema.StringAttribute{
				Optional: true, Computed: true,
				MarkdownDescription: "The default version of the policy. It cannot be set here, because it applies to everybody who has the policy: " +
					"use `set_as_default` of `outscale_policy_version`.",
			},
			"policy_id":              computed("The id of the policy."),
			"policy_name":            computed("The name of the policy."),
			"creation_date":          base.Date("The date and time (UTC) at which the policy was created."),
			"last_modification_date": base.Date("The date and time (UTC) at which the policy was last modified."),
		}},
	}
}

// Type is the type of one block.
func Type() attr.Type {
	return types.ObjectType{AttrTypes: map[string]attr.Type{
		"policy_orn": types.StringType, "policy_id": types.StringType, "policy_name": types.StringType, "default_version_id": types.StringType,
		"creation_date": isodate.Type{}, "last_modification_date": isodate.Type{},
	}}
}

// Key implements blockset.Element.
func (e Element) Key() types.String { return e.PolicyORN }

// Planned implements blockset.Element.
func (e Element) Planned(prior *Element) Element {
	if prior == nil {
		e.PolicyID, e.PolicyName = types.StringUnknown(), types.StringUnknown()
		e.CreationDate, e.LastModificationDate = isodate.Unknown(), isodate.Unknown()
		if e.DefaultVersionID.IsNull() {
			e.DefaultVersionID = types.StringUnknown()
		}
		return e
	}
	planned := *prior
	if !e.DefaultVersionID.IsNull() {
		planned.DefaultVersionID = e.DefaultVersionID
	}
	return planned
}

// Known implements blockset.Element.
func (e Element) Known() Element {
	return e.filled(Element{CreationDate: isodate.Null(), LastModificationDate: isodate.Null()})
}

// filled returns the block with the values of has in place of unknown ones.
func (e Element) filled(has Element) Element {
	e.PolicyID, e.PolicyName = blockset.Or(e.PolicyID, has.PolicyID), blockset.Or(e.PolicyName, has.PolicyName)
	e.DefaultVersionID = blockset.Or(e.DefaultVersionID, has.DefaultVersionID)
	e.CreationDate = blockset.Or(e.CreationDate, has.CreationDate)
	e.LastModificationDate = blockset.Or(e.LastModificationDate, has.LastModificationDate)
	return e
}

// refuseDefaultVersions refuses a configured `default_version_id`, unless the state has the same: ignore_changes adds it,
// and a configuration that a CLI generates for an import has it. The validation cannot refuse it, because it has no state.
func refuseDefaultVersions(ctx context.Context, config, state types.Set, diags *diag.Diagnostics) {
	prior := blockset.Decode[Element](ctx, state, diags)
	for _, e := range blockset.Decode[Element](ctx, config, diags) {
		if e.DefaultVersionID.IsNull() || e.DefaultVersionID.IsUnknown() {
			continue
		}
		if have := blockset.Find(prior, e.PolicyORN); have != nil && have.DefaultVersionID.Equal(e.DefaultVersionID) {
			continue
		}
		which := "whose `policy_orn` is not known yet"
		if !e.PolicyORN.IsUnknown() {
			which = "with the `policy_orn` " + text.Quote(e.PolicyORN.ValueString())
		}
		diags.AddAttributeError(path.Root(Name), "Default version not set here", fmt.Sprintf("The `policy` block %s has a `default_version_id`. It would set the default version of the policy for every user and group that has the policy. "+
			"Remove it from this block, and set the default version once: with `set_as_default` of the resource `outscale_policy_version`.", which))
	}
}

// Plan returns the planned blocks of a user or a group. id is its id, for a warning, and name its planned name.
func Plan(ctx context.Context, d *providerdata.Data, config, state types.Set, p rights.Principal, id string, name types.String, diags *diag.Diagnostics) types.Set {
	refuseDefaultVersions(ctx, config, state, diags)
	prior := blockset.Decode[Element](ctx, state, diags)
	for _, e := range blockset.Removed[Element](ctx, config, state, diags) {
		d.PlanRelation(diags, "policy "+e.PolicyORN.ValueString()+" of "+p.String(), providerdata.RemovedByBlocks)
	}
	named := rights.Principal{Group: p.Group, Name: name.ValueString()}
	for _, e := range blockset.Decode[Element](ctx, config, diags) {
		// Only ignore_changes sets a computed attribute here: then the blocks change nothing.
		if e.PolicyID.IsNull() && e.PolicyORN.ValueString() != "" && named.Name != "" {
			d.PlanRelation(diags, "policy "+e.PolicyORN.ValueString()+" of "+named.String(), providerdata.InBlocks)
		}
	}
	if len(prior) > 0 && !config.IsUnknown() && len(config.Elements()) == 0 {
		diags.AddWarning("Policies are unlinked: "+id, "The configuration no longer has `policy` blocks. These policies will be unlinked from "+p.String()+" (id "+id+"): "+strings.Join(ORNs(prior), ", ")+".\n\n"+
			"To keep them, for example to manage them with link resources from now on, add `lifecycle { ignore_changes = [policy] }` and keep it.")
	}
	return blockset.Plan[Element](ctx, config, state, Name, "policy_orn", diags)
}

// ORNs returns the ORNs of the blocks.
func ORNs(elements []Element) (orns []string) {
	for _, e := range elements {
		orns = append(orns, e.PolicyORN.ValueString())
	}
	return orns
}

// Linked returns the blocks for the policies that are linked to a principal. If the default version of a policy cannot be
// read, its block keeps that of have.
func Linked(ctx context.Context, d *providerdata.Data, p rights.Principal, have []Element) ([]Element, error) {
	links, err := d.Rights.Links(ctx, p)
	if err != nil {
		return nil, err
	}
	linked := make([]Element, 0, len(links))
	for _, link := range links {
		e := Element{
			PolicyORN: types.StringValue(link.ORN), PolicyID: types.StringValue(link.ID), PolicyName: types.StringValue(link.Name),
			DefaultVersionID: types.StringNull(), CreationDate: isodate.Of(&link.CreationDate), LastModificationDate: isodate.Of(&link.LastModificationDate),
		}
		old := blockset.Find(have, e.PolicyORN)
		if old != nil {
			e.CreationDate = isodate.Keep(old.CreationDate, &link.CreationDate)
			e.LastModificationDate = isodate.Keep(old.LastModificationDate, &link.LastModificationDate)
		}
		policy, err := d.Policies.ReadAny(ctx, link.ORN)
		switch {
		case err == nil:
			e.DefaultVersionID = types.StringValue(policy.DefaultVersionID)
			if old != nil && strings.EqualFold(old.DefaultVersionID.ValueString(), policy.DefaultVersionID) {
				e.DefaultVersionID = old.DefaultVersionID // states of the official provider can have V1
			}
		case !domain.IsNotPermitted(err) && !domain.IsGone(err):
			return nil, err
		case old != nil: // the caller may not read policies
			e.DefaultVersionID = old.Known().DefaultVersionID
		}
		linked = append(linked, e)
	}
	return linked, nil
}

// Apply unlinks the policies that are in the state and not in the plan. Then it links those that are in the plan and not in
// the state. Unless the principal is new, it does not link what is already linked. It returns the blocks for the state, even
// after an error, which is in diags: they include a policy that the API may have linked, so that a destroy unlinks it.
func Apply(ctx context.Context, d *providerdata.Data, p rights.Principal, isNew bool, state, plan []Element, summary string, diags *diag.Diagnostics) []Element {
	done := slices.Clone(state)
	for _, e := range blockset.Without(state, plan) {
		orn := e.PolicyORN.ValueString()
		if err := d.Rights.Unlink(ctx, p, orn); err != nil {
			diag.Add(diags, summary, fmt.Sprintf("Unlinking policy %s from %s", orn, p), err)
			return done
		}
		done = blockset.Without(done, []Element{e})
	}
	for _, e := range plan {
		d.Memory.Established.Store("policy "+e.PolicyORN.ValueString()+" of "+p.String(), true)
	}
	added := blockset.Without(plan, state)
	var have []rights.LinkedPolicy
	if len(added) > 0 && !isNew { // after an import, for example
		have, _ = d.Rights.Links(ctx, p) // a caller that may not read them links them again, which has no effect
	}
	for _, e := range added {
		orn := e.PolicyORN.ValueString()
		if !slices.ContainsFunc(have, func(l rights.LinkedPolicy) bool { return l.ORN == orn }) {
			if err := d.Rights.Link(ctx, p, orn); err != nil {
				diag.Add(diags, summary, fmt.Sprintf("Linking policy %s to %s", orn, p), err)
				if domain.MayBeDone(err) {
					done = append(done, e.Known())
				}
				return done
			}
		}
		done = append(done, e.Known())
	}
	if len(added) == 0 {
		return plan
	}
	linked, err := Linked(ctx, d, p, nil)
	if err != nil {
		diag.Add(diags, summary, "Reading the policies of "+p.String(), err)
		return done
	}
	done = slices.Clone(plan)
	for i, e := range done {
		if has := blockset.Find(linked, e.PolicyORN); has != nil {
			e = e.filled(*has)
		}
		done[i] = e.Known()
	}
	return done
}
