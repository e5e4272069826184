package accesskey

import (
	"context"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/outscale-access/terraform-provider-outscale/internal/provider/attr/duration"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/attr/isodate"
)

// ImportState adopts a key as the first of a pair: ACCESS_KEY_ID or USER_NAME/ACCESS_KEY_ID, as for the plain resource.
// The durations are in no API: the first apply notes them.
func (r *RotatingResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	r.plain().ImportState(ctx, req, resp)
}

// MoveState adopts the key of an outscale_access_key of this provider, with its secret. The CLI refreshes it next.
func (r *RotatingResource) MoveState(ctx context.Context) []resource.StateMover {
	plain := &resource.SchemaResponse{}
	r.plain().Schema(ctx, resource.SchemaRequest{}, plain)
	return []resource.StateMover{{
		SourceSchema: &plain.Schema,
		StateMover: func(ctx context.Context, req resource.MoveStateRequest, resp *resource.MoveStateResponse) {
			// The host differs between the CLIs' registries; the rest of the address is this provider's.
			if req.SourceTypeName != "outscale_access_key" || req.SourceState == nil || !strings.HasSuffix(req.SourceProviderAddress, "/outscale-access/outscale") {
				return
			}
			var source model
			resp.Diagnostics.Append(req.SourceState.Get(ctx, &source)...)
			if resp.Diagnostics.HasError() {
				return
			}
			resp.Diagnostics.Append(resp.TargetState.Set(ctx, adopted(source))...)
		},
	}}
}

// adopted is the pair whose first key is a plain one.
func adopted(key model) rotatingModel {
	return rotatingModel{
		ID: key.ID, AccessKeyID: key.AccessKeyID, UserName: key.UserName, UserID: key.UserID, State: key.State,
		ExpirationDate: key.ExpirationDate, CreationDate: key.CreationDate, Tag: key.Tag, SecretKey: key.SecretKey,
		SealTo: key.SealTo, SealedSecretKey: key.SealedSecretKey, SealedTo: key.SealedTo, Timeouts: key.Timeouts,
		Lifetime: duration.Null(), RotateBefore: duration.Null(), Triggers: types.MapNull(types.StringType),
		RotatesAfter: isodate.Null(), ReadyToRotate: types.BoolValue(false),
		PreviousAccessKeyID: types.StringNull(), PreviousExpirationDate: isodate.Null(),
	}
}
