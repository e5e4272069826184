package keydata

import (
	"context"
	"fmt"
	"maps"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/datasource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
)

// Schema has every fact of a key that a rule about keys may ask for, so that a rule is one expression.
func (d *Audit) Schema(ctx context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Lists every access key of the account, the root account's and each user's: its owner, its age, when it expires, when it was last used, and from where, what its owner may do, and what rules find about it.",
		Attributes:          auditAttributes(),
		Blocks: map[string]schema.Block{
			"timeouts": timeouts.BlockWithOpts(ctx, timeouts.Opts{ReadDescription: "How long the audit may take, for example `10m`. Default: 30 minutes."}),
		},
	}
}

func auditAttributes() map[string]schema.Attribute {
	attributes := map[string]schema.Attribute{
		"usage_days": schema.Int64Attribute{
			Optional: true, Computed: true,
			Validators: []validator.Int64{int64validator.Between(0, auditUsageDays)},
			MarkdownDescription: fmt.Sprintf("For how many days the account's log is read for the use of keys: 0 to %d, which is how long the API keeps it. "+
				"Default: %d. With 0 the log is not read.", auditUsageDays, auditUsageDays),
		},
		"usage_pages": schema.Int64Attribute{
			Optional: true, Computed: true,
			Validators: []validator.Int64{int64validator.Between(1, 100_000)},
			MarkdownDescription: fmt.Sprintf("How many pages of the log are read at most, each of 1000 calls and one request: 1 to 100000. Default: %d. "+
				"The newest part is read first; a busy account may need more pages for all days.", auditUsagePages),
		},
		"audit_date":       textAttribute("The date and time (UTC) of the audit, by the API's clock: what ages and days left are counted from."),
		"complete":         boolAttribute("Whether every key of the account is here. Without the right to list users only the caller's own keys are, and for a caller that is a user the root account's keys are missing; a warning says so."),
		"ceiling_seconds":  numberAttribute("The longest life that the account's API access policy allows a key, in seconds; 0 when there is no limit. Null when the caller may not read the policy."),
		"usage_start_date": textAttribute("From when on the use of keys was looked at: later than `usage_days` ago when `usage_complete` is false. Null when it was not."),
		"usage_end_date":   textAttribute("Until when the use of keys was looked at. Null when it was not."),
		"usage_complete":   boolAttribute("Whether `usage_pages` were enough for all of `usage_days`. Null when the use of keys was not looked at."),
		"access_keys": schema.ListNestedAttribute{
			Computed:            true,
			MarkdownDescription: "The keys: the root account's first, then each user's by name, the oldest key of each first.",
			NestedObject:        schema.NestedAttributeObject{Attributes: auditedAttributes()},
		},
	}
	maps.Copy(attributes, reviewArguments())
	return attributes
}

func auditedAttributes() map[string]schema.Attribute {
	attributes := map[string]schema.Attribute{
		"access_key_id":          textAttribute("The id of the key."),
		"user_name":              textAttribute("The name of the user that owns the key; null for the root account, and for the caller's own keys when the users cannot be listed."),
		"user_id":                textAttribute("The id of the user that owns the key; null as `user_name` is."),
		"root":                   boolAttribute("Whether the key is the root account's. Null when the users cannot be listed."),
		"state":                  textAttribute("The state of the key: `ACTIVE` or `INACTIVE`. An expired key keeps the state it had."),
		"tag":                    textAttribute("The tag of the key; null when it has none."),
		"creation_date":          textAttribute("The date and time (UTC) at which the key was created."),
		"last_modification_date": textAttribute("The date and time (UTC) at which the key was last modified."),
		"age_days":               numberAttribute("How many whole days ago the key was created."),
		"expiration_date":        textAttribute("The date and time (UTC) at which the key expires; null when it does not."),
		"days_left":              numberAttribute("How many whole days the key still has; 0 when it has expired or does so today, null when it does not expire."),
		"expired":                boolAttribute("Whether `expiration_date` has passed; `state` does not tell."),
		"over_ceiling":           boolAttribute("Whether the key lives longer than the account allows, or for ever although the account sets a limit. Null when the limit cannot be read."),
		"unfinished":             boolAttribute("Whether the key was left behind by a run that was killed while it made the key, or is being made just now. Nobody has the secret of a key that was left behind: delete it."),
		"last_use_date":          textAttribute("When the key last signed a call, refused ones included. Null when the log has none between `usage_start_date` and `usage_end_date`, or was not read."),
		"unused_days": numberAttribute("How many whole days ago that was. A key that the log does not name counts from `usage_start_date`, or from its creation when that is later. " +
			"Null when the log was not read."),
		"calls": numberAttribute("How many calls the key signed between `usage_start_date` and `usage_end_date`. Null when the log was not read."),
	}
	maps.Copy(attributes, reviewedAttributes())
	return attributes
}
