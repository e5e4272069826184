package identity

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/outscale-access/terraform-provider-outscale/internal/provider/base"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/providerdata"
)

// The methods below pass the optional requests on to a resource that has the method.

// Configure implements resource.ResourceWithConfigure.
func (r *identified) Configure(ctx context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.data = providerdata.From(req.ProviderData, &resp.Diagnostics)
	if inner, ok := r.Resource.(resource.ResourceWithConfigure); ok {
		inner.Configure(ctx, req, resp)
	}
}

// ConfigValidators implements resource.ResourceWithConfigValidators.
func (r *identified) ConfigValidators(ctx context.Context) []resource.ConfigValidator {
	if inner, ok := r.Resource.(resource.ResourceWithConfigValidators); ok {
		return inner.ConfigValidators(ctx)
	}
	return nil
}

// ModifyPlan implements resource.ResourceWithModifyPlan. The plan of every resource is refused for an account that the
// provider block excludes, before anything is read for it.
func (r *identified) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if r.data != nil && !req.Plan.Raw.IsNull() {
		if !base.CheckAccount(ctx, r.data, &resp.Diagnostics, NotPlanned) || !r.mayReplace(ctx, req, &resp.Diagnostics) {
			return
		}
	}
	if inner, ok := r.Resource.(resource.ResourceWithModifyPlan); ok {
		inner.ModifyPlan(ctx, req, resp)
	}
}

// MoveState implements resource.ResourceWithMoveState. Every resource takes over one of its own type. The first Read sets the
// identity.
func (r *identified) MoveState(ctx context.Context) []resource.StateMover {
	movers := []resource.StateMover{base.TakeOver(ctx, r.Resource)}
	if inner, ok := r.Resource.(resource.ResourceWithMoveState); ok {
		movers = append(movers, inner.MoveState(ctx)...)
	}
	return movers
}

// UpgradeState implements resource.ResourceWithUpgradeState.
func (r *identified) UpgradeState(ctx context.Context) map[int64]resource.StateUpgrader {
	if inner, ok := r.Resource.(resource.ResourceWithUpgradeState); ok {
		return inner.UpgradeState(ctx)
	}
	return nil
}

// ValidateConfig implements resource.ResourceWithValidateConfig.
func (r *identified) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	if inner, ok := r.Resource.(resource.ResourceWithValidateConfig); ok {
		inner.ValidateConfig(ctx, req, resp)
	}
}
