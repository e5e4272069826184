// Package principal has the common code of resources that belong to a user or a group: the attributes that name it, and how
// it is found.
package principal

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework-validators/resourcevalidator"
	data "github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/outscale-access/terraform-provider-outscale/internal/domain"
	"github.com/outscale-access/terraform-provider-outscale/internal/group"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/base"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/diag"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/filter"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/providerdata"
	"github.com/outscale-access/terraform-provider-outscale/internal/rights"
	"github.com/outscale-access/terraform-provider-outscale/internal/text"
	"github.com/outscale-access/terraform-provider-outscale/internal/user"
)

// Kind is a kind of principal.
type Kind struct {
	Prefix string // of resource types: "user" in outscale_user_policy_link
	Word   string // in sentences: "user"
	group  bool
}

// The kinds.
var (
	User  = Kind{Prefix: "user", Word: "user"}
	Group = Kind{Prefix: "user_group", Word: "user group", group: true}
)

// NameAttribute is the attribute with the name of the principal.
func (k Kind) NameAttribute() string { return k.Prefix + "_name" }

// IDAttribute is the attribute with the id of the principal.
func (k Kind) IDAttribute() string { return k.Prefix + "_id" }

// Attributes returns both attributes. A change of the configured one replaces the resource. If both are configured, the id
// decides: see CheckName.
func (k Kind) Attributes() map[string]schema.Attribute {
	modifiers := []planmodifier.String{stringplanmodifier.UseStateForUnknown(), stringplanmodifier.RequiresReplaceIfConfigured()}
	const replaces = "Another name replaces the resource, unless the id is configured."
	byName := func(ctx context.Context, req planmodifier.StringRequest, resp *stringplanmodifier.RequiresReplaceIfFuncResponse) {
		var id types.String
		resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root(k.IDAttribute()), &id)...)
		resp.RequiresReplace = !req.ConfigValue.IsNull() && id.IsNull()
	}
	return map[string]schema.Attribute{
		k.NameAttribute(): schema.StringAttribute{
			Optional: true, Computed: true,
			PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown(), stringplanmodifier.RequiresReplaceIf(byName, replaces, replaces)},
			MarkdownDescription: fmt.Sprintf("The name of the %s. A change replaces the resource, and so does a rename of the %[1]s. Use `%s` to avoid that.", k.Word, k.IDAttribute()),
		},
		k.IDAttribute(): schema.StringAttribute{
			Optional: true, Computed: true, PlanModifiers: modifiers,
			MarkdownDescription: fmt.Sprintf("The id of the %s, which survives a rename. One of `%s` and `%s` is required. A change replaces the resource.", k.Word, k.NameAttribute(), k.IDAttribute()),
		},
	}
}

// CheckName adds an error to a plan if both attributes are configured and name different principals, even after the renames
// that this process has planned. It makes no call for an unchanged name.
func (k Kind) CheckName(ctx context.Context, d *providerdata.Data, req resource.ModifyPlanRequest, diags *diag.Diagnostics) {
	var name, id, had types.String
	diags.Append(req.Config.GetAttribute(ctx, path.Root(k.NameAttribute()), &name)...)
	diags.Append(req.Config.GetAttribute(ctx, path.Root(k.IDAttribute()), &id)...)
	if !req.State.Raw.IsNull() {
		diags.Append(req.State.GetAttribute(ctx, path.Root(k.NameAttribute()), &had)...)
	}
	if d == nil || d.Unknown() || name.ValueString() == "" || id.ValueString() == "" || name.Equal(had) {
		return
	}
	found, err := k.Find(ctx, d, Ref{ID: id.ValueString()}, domain.Identity{})
	renamed, _ := d.Memory.Renamed.Load(k.Word + id.ValueString())
	if err == nil && found.Name != name.ValueString() && renamed != name.ValueString() {
		diags.AddAttributeError(path.Root(k.NameAttribute()), "Name and id differ", fmt.Sprintf("The name of the %s with the id %s is %s, and `%s` is %s. Remove `%[4]s`, or correct one of the two.",
			k.Word, id.ValueString(), text.Word(found.Name), k.NameAttribute(), name.ValueString()))
	}
}

// ConfigValidators require one of the two attributes.
func (k Kind) ConfigValidators() []resource.ConfigValidator {
	return []resource.ConfigValidator{
		resourcevalidator.AtLeastOneOf(path.MatchRoot(k.NameAttribute()), path.MatchRoot(k.IDAttribute())),
	}
}

// DataArguments is the argument of a data source that names the principal.
func (k Kind) DataArguments() map[string]data.Attribute {
	return map[string]data.Attribute{k.NameAttribute(): data.StringAttribute{Required: true, MarkdownDescription: fmt.Sprintf("The name of the %s.", k.Word)}}
}

// Asked returns the principal that the argument of a data source names.
func (k Kind) Asked(arguments filter.Set) rights.Principal {
	return rights.Principal{Group: k.group, Name: arguments[k.NameAttribute()][0]}
}

// Getter is a plan, a state or a configuration.
type Getter interface {
	GetAttribute(ctx context.Context, at path.Path, target any) diag.Diagnostics
}

// Setter is a state.
type Setter interface {
	SetAttribute(ctx context.Context, at path.Path, value any) diag.Diagnostics
}

// Ref names a principal by its id, or by its name if the id is not known.
type Ref struct{ Name, ID string }

// Known reports whether the name or the id is known.
func (r Ref) Known() bool { return r != Ref{} }

// Ref reads the attributes of a plan or a state.
func (k Kind) Ref(ctx context.Context, from Getter, diags *diag.Diagnostics) Ref {
	var name, id types.String
	diags.Append(from.GetAttribute(ctx, path.Root(k.NameAttribute()), &name)...)
	diags.Append(from.GetAttribute(ctx, path.Root(k.IDAttribute()), &id)...)
	return Ref{Name: name.ValueString(), ID: id.ValueString()}
}

// Found is a principal that exists.
type Found struct {
	rights.Principal
	ID       string
	Identity domain.Identity
}

// Set writes both attributes.
func (k Kind) Set(ctx context.Context, into Setter, f Found) (diags diag.Diagnostics) {
	diags.Append(into.SetAttribute(ctx, path.Root(k.NameAttribute()), f.Name)...)
	diags.Append(into.SetAttribute(ctx, path.Root(k.IDAttribute()), f.ID)...)
	return diags
}

// Find returns the principal. Errors: *domain.GoneError, *domain.IdentityMismatchError, or the API's.
func (k Kind) Find(ctx context.Context, d *providerdata.Data, ref Ref, recorded domain.Identity) (Found, error) {
	if k.group {
		g, err := findGroup(ctx, d, ref, recorded)
		return Found{Principal: rights.Principal{Group: true, Name: g.Name, Path: g.Path}, ID: g.ID, Identity: g.Identity}, err
	}
	u, err := findUser(ctx, d, ref, recorded)
	return Found{Principal: rights.Principal{Name: u.Name}, ID: u.ID, Identity: u.Identity}, err
}

// FindByNameOrID returns the principal with that id, or else with that name. The id comes first, because a name can look
// like an id.
func (k Kind) FindByNameOrID(ctx context.Context, d *providerdata.Data, who string) (Found, error) {
	found, err := k.Find(ctx, d, Ref{ID: who}, domain.Identity{})
	if domain.IsGone(err) {
		return k.Find(ctx, d, Ref{Name: who}, domain.Identity{})
	}
	return found, err
}

// FindForImport is FindByNameOrID for an import. It also reads the account's id, which is recorded if it can be read. It
// reports an error with this summary.
func (k Kind) FindForImport(ctx context.Context, c *base.Configured, summary, who string, diags *diag.Diagnostics) (Found, bool) {
	ctx, end, ok := c.BeginRead(ctx, diags, summary, base.Fixed(base.ReadTimeout))
	if !ok {
		return Found{}, false
	}
	defer end()
	found, err := k.FindByNameOrID(ctx, c.Data, who)
	if err != nil {
		diag.Add(diags, summary, "Looking for the "+k.Word+" with the id or the name "+text.Word(who), err)
		return Found{}, false
	}
	found.Identity.AccountID = c.Data.AccountID(ctx)
	return found, true
}

func findGroup(ctx context.Context, d *providerdata.Data, ref Ref, recorded domain.Identity) (group.Group, error) {
	if ref.ID != "" {
		return d.Groups.Read(ctx, ref.ID, recorded)
	}
	return d.Groups.Find(ctx, ref.Name)
}

func findUser(ctx context.Context, d *providerdata.Data, ref Ref, recorded domain.Identity) (user.User, error) {
	if ref.ID != "" {
		return d.Users.Read(ctx, ref.ID, recorded)
	}
	return d.Users.Find(ctx, ref.Name)
}

// Text returns the principal for a sentence.
func (k Kind) Text(ref Ref) string {
	if ref.Name != "" {
		return k.Word + " " + ref.Name
	}
	return "the " + k.Word + " with id " + ref.ID
}
