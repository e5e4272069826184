package accesskey

import (
	"context"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/ephemeral/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/outscale-access/terraform-provider-outscale/internal/credential"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/attr/isodate"
)

// The life of a run-scoped key between two renewals.
const (
	defaultLifetime = time.Hour
	// shortestLifetime leaves a key some life at an API whose clock is ahead by the five minutes that a signature may
	// be off.
	shortestLifetime = 10 * time.Minute
	// longestLifetime bounds what is left behind when everything else failed.
	longestLifetime = 24 * time.Hour
)

// ephemeralModel is the run-scoped key in a configuration and as a result. It holds the secret: never format it as a
// whole.
type ephemeralModel struct {
	UserName       types.String   `tfsdk:"user_name"`
	UserID         types.String   `tfsdk:"user_id"`
	Lifetime       types.String   `tfsdk:"lifetime"`
	Tag            types.String   `tfsdk:"tag"`
	OnlyWhen       types.Bool     `tfsdk:"only_when"`
	AccessKeyID    types.String   `tfsdk:"access_key_id"`
	SecretKey      types.String   `tfsdk:"secret_key"`
	ExpirationDate types.String   `tfsdk:"expiration_date"`
	Timeouts       timeouts.Value `tfsdk:"timeouts"`
}

// unknown names the first argument whose value is not known.
func (m ephemeralModel) unknown() (string, bool) {
	switch {
	case m.OnlyWhen.IsUnknown():
		return "only_when", true
	case m.UserName.IsUnknown():
		return "user_name", true
	case m.UserID.IsUnknown():
		return "user_id", true
	case m.Lifetime.IsUnknown():
		return "lifetime", true
	case m.Tag.IsUnknown():
		return "tag", true
	}
	return "", false
}

// wanted reports whether a key is to be made.
func (m ephemeralModel) wanted() bool { return m.OnlyWhen.IsNull() || m.OnlyWhen.ValueBool() }

// lease is what is asked for. The lifetime was validated before.
func (m ephemeralModel) lease() lease {
	l := lease{Owner: credential.Owner{UserName: m.UserName.ValueString()}, Tag: m.Tag.ValueString(), Lifetime: defaultLifetime}
	if id := m.UserID.ValueString(); id != "" {
		l.Owner = credential.Owner{UserID: id}
	}
	if d, err := time.ParseDuration(m.Lifetime.ValueString()); err == nil {
		l.Lifetime = d
	}
	return l
}

// none is the result without a key.
func (m ephemeralModel) none() ephemeralModel {
	m.AccessKeyID, m.SecretKey, m.ExpirationDate = types.StringNull(), types.StringNull(), types.StringNull()
	return m
}

// with is the result with a key.
func (m ephemeralModel) with(key credential.Key) ephemeralModel {
	m.AccessKeyID, m.SecretKey = types.StringValue(key.ID), types.StringValue(key.Secret)
	m.ExpirationDate = types.StringNull()
	if key.Expires != nil {
		m.ExpirationDate = types.StringValue(isodate.Format(*key.Expires))
	}
	return m
}

// Schema has no default values: an ephemeral resource has no plan that could hold them.
func (e *Ephemeral) Schema(ctx context.Context, _ ephemeral.SchemaRequest, resp *ephemeral.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Makes an access key that lives as long as the run and rests nowhere: neither in the state nor in a plan file.",
		Attributes:          ephemeralAttributes(),
		Blocks: map[string]schema.Block{
			"timeouts": timeouts.BlockWithOpts(ctx, timeouts.Opts{OpenDescription: "How long making the key may take, for example `30s` or `2m`. Default: 10 minutes."}),
		},
	}
}

func ephemeralAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"user_name": schema.StringAttribute{
			Optional: true,
			Validators: []validator.String{
				stringvalidator.RegexMatches(userName, "must be the name of a user: 1 to 64 of A-Z a-z 0-9 + = , . @ _ - "+
					"(leave the argument out for a key of the caller's own)"),
				stringvalidator.ConflictsWith(path.MatchRoot("user_id")),
			},
			MarkdownDescription: "The name of the EIM user that owns the key. With neither this nor `user_id`, the key belongs to whoever sends the requests. " +
				"Not together with `user_id`.",
		},
		"user_id": schema.StringAttribute{
			Optional: true,
			Validators: []validator.String{
				stringvalidator.RegexMatches(keyID, "must be the id of a user (leave the argument out for a key of the caller's own)"),
				stringvalidator.ConflictsWith(path.MatchRoot("user_name")),
			},
			MarkdownDescription: "The id of the EIM user that owns the key, as `outscale_user.NAME.user_id`: the key is found again also when the run renames its owner. " +
				"Not together with `user_name`.",
		},
		"lifetime": schema.StringAttribute{
			Optional:   true,
			Validators: []validator.String{lifetimeValidator{}},
			MarkdownDescription: "How long the key lives unless it is renewed, between `10m` and `24h`, for example `30m`. Default: `1h`. " +
				"A run that goes on has the key renewed at half of that time. What is left behind when all else failed, the API ends after this time.",
		},
		"tag": schema.StringAttribute{
			Optional:            true,
			MarkdownDescription: "A tag, any text. Left out, or `\"\"`, the key has none.",
		},
		"only_when": schema.BoolAttribute{
			Optional: true,
			MarkdownDescription: "Whether to make a key at all; meant for `terraform.applying`, which is false during a plan. Default: `true`. " +
				"With `false` no call is made, and `access_key_id`, `secret_key` and `expiration_date` are null.",
		},
		"access_key_id": schema.StringAttribute{
			Computed:            true,
			MarkdownDescription: "The id of the access key.",
		},
		"secret_key": schema.StringAttribute{
			Computed:            true,
			Sensitive:           true,
			MarkdownDescription: "The secret that signs requests, 40 characters.",
		},
		"expiration_date": schema.StringAttribute{
			Computed:            true,
			MarkdownDescription: "The date and time (UTC) at which the key expires unless it is renewed. A renewal moves the date at the API, and not this value.",
		},
	}
}

// lifetimeValidator takes a duration within the bounds.
type lifetimeValidator struct{}

func (lifetimeValidator) Description(context.Context) string {
	return "must be a time from 10m to 24h, such as 30m or 1h30m"
}

func (v lifetimeValidator) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (v lifetimeValidator) ValidateString(ctx context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	text := req.ConfigValue.ValueString()
	if d, err := time.ParseDuration(text); err != nil || d < shortestLifetime || d > longestLifetime {
		resp.Diagnostics.AddAttributeError(req.Path, "Lifetime not usable",
			fmt.Sprintf("`%s` is %q and %s.\n\nLeave the argument out for %s.", req.Path, text, v.Description(ctx), "1h"))
	}
}
