package ephemeralkey

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/ephemeral/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/outscale-access/terraform-provider-outscale/internal/key"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/keyattr"
)

// The lifetime of a run-scoped key without a renewal.
const (
	defaultLifetime = time.Hour
	// shortestLifetime is more than the five minutes by which the API's clock may be ahead.
	shortestLifetime = 10 * time.Minute
	// longestLifetime limits how long a key is valid that could not be revoked.
	longestLifetime = 24 * time.Hour
)

// Schema has no default values, because an ephemeral resource has no plan that could have them.
func (r *Resource) Schema(ctx context.Context, _ ephemeral.SchemaRequest, resp *ephemeral.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Creates an access key for one run. It is revoked when the run no longer needs it, and it is in no state and no plan file.",
		Attributes:          attributes(),
		Blocks: map[string]schema.Block{
			"timeouts": timeouts.BlockWithOpts(ctx, timeouts.Opts{OpenDescription: "How long the creation may take, for example `30s` or `2m`. Default: 10 minutes."}),
		},
	}
}

func attributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"user_name": schema.StringAttribute{
			Optional:            true,
			Validators:          []validator.String{keyattr.UserNameValidator(), stringvalidator.ConflictsWith(path.MatchRoot("user_id"))},
			MarkdownDescription: "The name of the EIM user that owns the key. Default: the caller that signs the requests. Conflicts with `user_id`.",
		},
		"user_id": schema.StringAttribute{
			Optional: true,
			Validators: []validator.String{
				stringvalidator.RegexMatches(keyattr.ObjectID, "must be the id of a user (leave the argument out for a key of the caller's own)"),
				stringvalidator.ConflictsWith(path.MatchRoot("user_name")),
			},
			MarkdownDescription: "The id of the EIM user that owns the key, such as `outscale_user.NAME.user_id`. The key is found again if the run renames the user. " +
				"Conflicts with `user_name`.",
		},
		"lifetime": schema.StringAttribute{
			Optional: true,
			MarkdownDescription: "How long the key is valid without a renewal, for example `30m`. Minimum: `10m`. Maximum: `24h`, and the account's maximum lifetime of keys. Default: `1h`. " +
				"A longer run renews the key at half of this time. A key that could not be revoked expires after it.",
		},
		"tag": schema.StringAttribute{
			Optional:            true,
			MarkdownDescription: "A tag. It must not begin with `" + key.MarkerPrefix + "`. Default: no tag.",
		},
		"enabled": schema.BoolAttribute{
			Optional: true,
			MarkdownDescription: "Whether to create a key. Use `terraform.applying` to create none during a plan. " +
				"If `false`, no call is made, and `access_key_id`, `secret_key` and `expiration_date` are null. Default: `true`.",
		},
		"access_key_id": schema.StringAttribute{
			Computed:            true,
			MarkdownDescription: "The id of the access key.",
		},
		"secret_key": schema.StringAttribute{
			Computed:            true,
			Sensitive:           true,
			MarkdownDescription: "The secret of the key, 40 characters.",
		},
		"expiration_date": schema.StringAttribute{
			Computed:            true,
			MarkdownDescription: "The date and time (UTC) at which the key expires without a renewal. A renewal does not change this value.",
		},
	}
}
