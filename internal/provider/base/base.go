// Package base has the common code of all resources, data sources, ephemeral resources and actions: their names, Configure, the
// start and the end of a request, timeouts, attributes, and the conversion of values.
package base

import (
	"context"
	"errors"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/outscale-access/terraform-provider-outscale/internal/domain"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/diag"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/providerdata"
	"github.com/outscale-access/terraform-provider-outscale/internal/timelimit"
)

// Configured has the provider's data. Data is nil until the provider is configured.
type Configured struct {
	Data *providerdata.Data
}

// BeginChange begins a request that changes something. It returns the context of the request and the function that ends the
// request, which the caller defers. If nothing may be changed, ok is false and diags has the reason.
func (c *Configured) BeginChange(ctx context.Context, diags *diag.Diagnostics, summary string, timeout Timeout) (_ context.Context, end func(), ok bool) {
	ctx, endRead, ok := c.BeginRead(ctx, diags, summary, timeout)
	if !ok {
		return ctx, nil, false
	}
	done, ok := c.Data.BeginChange(diags, summary)
	if !ok {
		endRead()
		return ctx, nil, false
	}
	return ctx, func() { done(); endRead() }, true
}

// BeginRead is BeginChange for a request that only reads. A provider block with unknown values is an error.
func (c *Configured) BeginRead(ctx context.Context, diags *diag.Diagnostics, summary string, timeout Timeout) (_ context.Context, end func(), ok bool) {
	diags.Append(timeout.diags...)
	if diags.HasError() || !c.Data.Ready(diags, summary) {
		return ctx, nil, false
	}
	ctx, cancel := timelimit.With(ctx, timeout.limit)
	end = func() {
		c.Data.WarnClock(diags)
		cancel()
	}
	if !CheckAccount(ctx, c.Data, diags, summary) {
		end()
		return ctx, nil, false
	}
	return ctx, end, true
}

// CheckAccount reports whether the provider block allows the account of the credential, and appends an error if it does not.
// If there is a rule, it makes one call per run (ReadAccounts). It returns true if the provider is unknown.
func CheckAccount(ctx context.Context, data *providerdata.Data, diags *diag.Diagnostics, summary string) bool {
	rule := data.Accounts
	if data.Unknown() || len(rule.Allowed) == 0 && len(rule.Forbidden) == 0 {
		return true
	}
	id, err := data.Account.ID(ctx)
	if err != nil {
		diag.Add(diags, summary, "Reading the account's id", err)
		return false
	}
	if id == "" || slices.Contains(rule.Forbidden, id) || len(rule.Allowed) > 0 && !slices.Contains(rule.Allowed, id) {
		diags.Append(diag.AccountRefused(summary, id, rule.Allowed, rule.Forbidden))
		return false
	}
	return true
}

// BeginRefresh is BeginRead for the refresh of a state. If the provider block has unknown values, the state is kept, with a
// warning.
func (c *Configured) BeginRefresh(ctx context.Context, diags *diag.Diagnostics, summary string, t timeouts.Value) (_ context.Context, end func(), ok bool) {
	if c.Data.Unknown() {
		c.Data.WarnNotRefreshed(diags)
		return ctx, nil, false
	}
	return c.BeginRead(ctx, diags, summary, readTimeout(t))
}

// Refreshed reports whether the refresh of a state has read its object. If err proves that the object no longer exists, Refreshed
// removes it from the state and adds a warning with the summary isGone. It adds any other error with the summary notRead. what
// names the object, for example "user alice".
func Refreshed(ctx context.Context, resp *resource.ReadResponse, err error, isGone, notRead, what, id string) bool {
	reason, gone := diag.Gone(err)
	switch {
	case gone:
		resp.Diagnostics.Append(diag.IsGone(isGone, what, id, reason))
		resp.State.RemoveResource(ctx)
	case err != nil:
		diag.Add(&resp.Diagnostics, notRead, "Reading "+what, err)
	}
	return err == nil
}

// DeleteWhenFree calls remove. If other objects prevent the deletion, it calls remove again after other requests of the run, such
// as the revocation of a user's keys, have ended.
func (c *Configured) DeleteWhenFree(ctx context.Context, remove func() error) error {
	for before := ""; ; {
		ended := c.Data.Requests.Ended()
		err := remove()
		var held *domain.HeldError
		if !errors.As(err, &held) || held.What() == before || !c.Data.Requests.AwaitOthers(ctx, ended) {
			return err
		}
		before = held.What()
	}
}

// ForceText returns what the user can do if other objects prevented a deletion: set `force_destroy`, and for a user in a group
// also change the order in which a run removes the user and its block of the group.
func ForceText(err error, force bool) string {
	var held *domain.HeldError
	if force || !errors.As(err, &held) {
		return ""
	}
	text := "To remove these together with it, set `force_destroy` to true and apply before you destroy it."
	if len(held.Groups) > 0 {
		text += "\n\nIf you remove the user together with its `user` block of a group, first set `create_before_destroy` in the `lifecycle` block of " +
			"the user and apply: a run then changes the group first."
	}
	return text
}

// ResourceBase is embedded in a managed resource.
type ResourceBase struct {
	Configured
	suffix string
}

// NewResource returns the base of the resource outscale_SUFFIX.
func NewResource(suffix string) ResourceBase { return ResourceBase{suffix: suffix} }

// Metadata names the resource.
func (b *ResourceBase) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_" + b.suffix
}

// Configure stores the provider's data.
func (b *ResourceBase) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	b.Data = providerdata.From(req.ProviderData, &resp.Diagnostics)
}

// BeginChange is Configured.BeginChange for a request of an apply.
func (b *ResourceBase) BeginChange(ctx context.Context, diags *diag.Diagnostics, summary string, timeout Timeout) (_ context.Context, end func(), ok bool) {
	ctx, end, ok = b.Configured.BeginChange(ctx, diags, summary, timeout)
	if ok {
		b.Data.SetChanging()
	}
	return ctx, end, ok
}

// DataSourceBase is embedded in a data source.
type DataSourceBase struct {
	Configured
	suffix string
}

// NewDataSource returns the base of the data source outscale_SUFFIX.
func NewDataSource(suffix string) DataSourceBase { return DataSourceBase{suffix: suffix} }

// Metadata names the data source.
func (b *DataSourceBase) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_" + b.suffix
}

// Configure stores the provider's data.
func (b *DataSourceBase) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	b.Data = providerdata.From(req.ProviderData, &resp.Diagnostics)
}

// EphemeralBase is embedded in an ephemeral resource.
type EphemeralBase struct {
	Configured
	suffix string
}

// NewEphemeral returns the base of the ephemeral resource outscale_SUFFIX.
func NewEphemeral(suffix string) EphemeralBase { return EphemeralBase{suffix: suffix} }

// Metadata names the ephemeral resource.
func (b *EphemeralBase) Metadata(_ context.Context, req ephemeral.MetadataRequest, resp *ephemeral.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_" + b.suffix
}

// Configure stores the provider's data.
func (b *EphemeralBase) Configure(_ context.Context, req ephemeral.ConfigureRequest, resp *ephemeral.ConfigureResponse) {
	b.Data = providerdata.From(req.ProviderData, &resp.Diagnostics)
}

// ActionBase is embedded in an action.
type ActionBase struct {
	Configured
	suffix string
}

// NewAction returns the base of the action outscale_SUFFIX.
func NewAction(suffix string) ActionBase { return ActionBase{suffix: suffix} }

// Metadata names the action.
func (b *ActionBase) Metadata(_ context.Context, req action.MetadataRequest, resp *action.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_" + b.suffix
}

// Configure stores the provider's data.
func (b *ActionBase) Configure(_ context.Context, req action.ConfigureRequest, resp *action.ConfigureResponse) {
	b.Data = providerdata.From(req.ProviderData, &resp.Diagnostics)
}
