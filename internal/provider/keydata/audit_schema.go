package keydata

import (
	"context"
	"fmt"
	"maps"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/datasource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/outscale-access/terraform-provider-outscale/internal/provider/attr/number"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/lookup"
)

// Schema has everything about a key that a rule may need, so that a rule is one expression.
func (d *Audit) Schema(ctx context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Lists every access key of the account, those of the root account and of each user, with owner, age, expiry, last use, the rights of the owner, and findings of rules.",
		Attributes:          auditAttributes(),
		Blocks: map[string]schema.Block{
			"timeouts": timeouts.BlockWithOpts(ctx, timeouts.Opts{ReadDescription: "How long the audit may take, for example `10m`. Default: 30 minutes."}),
		},
	}
}

func auditAttributes() map[string]schema.Attribute {
	attributes := map[string]schema.Attribute{
		"usage_days": schema.NumberAttribute{
			Optional: true, Computed: true,
			Validators:          []validator.Number{number.Whole(0, auditUsageDays)},
			MarkdownDescription: fmt.Sprintf("For how many past days the use of keys is read from the log of API calls. Minimum: 0, the log is not read. Maximum: %d, which is how long the API keeps the log. Default: %d.", auditUsageDays, auditUsageDays),
		},
		"usage_pages": schema.NumberAttribute{
			Optional: true, Computed: true,
			Validators: []validator.Number{number.Whole(1, 100_000)},
			MarkdownDescription: fmt.Sprintf("The maximum number of pages of the log to read. A page has 1000 calls and costs one request. Minimum: 1. Maximum: 100000. Default: %d. "+
				"The newest calls are read first.", auditUsagePages),
		},
		"audit_date":       lookup.Text("The date and time (UTC) of the audit, by the API's clock. Ages and remaining days are counted from it."),
		"complete":         boolAttribute("Whether the list has every key of the account. Without the right to list users it has the keys of the caller only. If the caller is a user, the keys of the root account are missing. A warning says so."),
		"ceiling_seconds":  numberAttribute("The maximum lifetime of keys in the account's API access policy, in seconds. 0 if there is no limit. Null if the caller may not read the policy."),
		"usage_start_date": lookup.Text("The date and time (UTC) from which on the log was read. Later than `usage_days` ago if `usage_complete` is false. Null if the log was not read."),
		"usage_end_date":   lookup.Text("The date and time (UTC) up to which the log was read. Null if it was not."),
		"usage_complete":   boolAttribute("Whether the log was read for all of `usage_days`. Null if the log was not read."),
		"access_keys": schema.ListNestedAttribute{
			Computed:            true,
			MarkdownDescription: "The keys: first those of the root account, then those of each user by name, each from old to new.",
			NestedObject:        schema.NestedAttributeObject{Attributes: auditedAttributes()},
		},
	}
	maps.Copy(attributes, reviewArguments())
	return attributes
}

func auditedAttributes() map[string]schema.Attribute {
	attributes := map[string]schema.Attribute{
		"access_key_id":          lookup.Text("The id of the key."),
		"user_name":              lookup.Text("The name of the user that owns the key. Null for the root account, and for keys of the caller if the users cannot be listed."),
		"user_id":                lookup.Text("The id of the user that owns the key. Null if `user_name` is."),
		"root":                   boolAttribute("Whether the root account owns the key. Null if the users cannot be listed."),
		"state":                  lookup.Text("The state of the key: `ACTIVE` or `INACTIVE`. The API does not change the state of an expired key."),
		"tag":                    lookup.Text("The tag of the key. Null if it has none."),
		"creation_date":          lookup.Text("The date and time (UTC) at which the key was created."),
		"last_modification_date": lookup.Text("The date and time (UTC) of the last change."),
		"age_days":               numberAttribute("The age of the key in whole days."),
		"expiration_date":        lookup.Text("The date and time (UTC) at which the key expires. Null if it does not."),
		"days_left":              numberAttribute("The number of whole days until the key expires. 0 if it has expired or expires today. Null if it does not expire."),
		"expired":                boolAttribute("Whether `expiration_date` has passed."),
		"over_ceiling":           boolAttribute("Whether the key is valid for longer than the account's maximum lifetime, or does not expire although there is one. Null if the maximum cannot be read."),
		"unfinished":             boolAttribute("Whether the creation of the key was not finished: a run was killed, or it is under way. Nobody has the secret of such a key. Delete it if no run is under way."),
		"last_use_date":          lookup.Text("The date and time (UTC) of the last call that was signed with the key, refused calls included. Null if there is none between `usage_start_date` and `usage_end_date`, or if the log was not read."),
		"unused_days": numberAttribute("The number of whole days since the last use. For a key without a call in the log, since `usage_start_date`, or since its creation if that is later. " +
			"Null if the log was not read."),
		"calls": numberAttribute("The number of calls that were signed with the key between `usage_start_date` and `usage_end_date`. Null if the log was not read."),
	}
	maps.Copy(attributes, reviewedAttributes())
	return attributes
}
