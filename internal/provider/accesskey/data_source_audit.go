package accesskey

import (
	"context"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/datasource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/outscale-access/terraform-provider-outscale/internal/credential"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/attr/duration"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/attr/isodate"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/diagnose"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/session"
)

// AuditDataSource is the data source outscale_access_key_audit: every key of the account. API actions: ReadAccessKeys,
// ReadUsers, ReadApiAccessPolicy, ReadApiLogs.
type AuditDataSource struct {
	session *session.Session
}

var _ datasource.DataSourceWithConfigure = (*AuditDataSource)(nil)

// The arguments that are left out.
const (
	auditTimeout    = 30 * time.Minute
	auditUsageDays  = int64(credential.LogKept / day)
	auditUsagePages = 100
)

const day = 24 * time.Hour

// Summaries of what an audit has to say.
const (
	notAudited  = "Access keys not audited"
	onlyOwn     = "Access keys of users not audited"
	notRoots    = "Access keys of the root account not audited"
	useUnknown  = "Use of access keys not known"
	useForShort = "Use of access keys known for a shorter time"
)

// NewAuditDataSource returns the data source.
func NewAuditDataSource() datasource.DataSource { return &AuditDataSource{} }

type auditModel struct {
	UsageDays      types.Int64    `tfsdk:"usage_days"`
	UsagePages     types.Int64    `tfsdk:"usage_pages"`
	AuditDate      types.String   `tfsdk:"audit_date"`
	Complete       types.Bool     `tfsdk:"complete"`
	CeilingSeconds types.Int64    `tfsdk:"ceiling_seconds"`
	UsageStartDate types.String   `tfsdk:"usage_start_date"`
	UsageEndDate   types.String   `tfsdk:"usage_end_date"`
	UsageComplete  types.Bool     `tfsdk:"usage_complete"`
	AccessKeys     []audited      `tfsdk:"access_keys"`
	Timeouts       timeouts.Value `tfsdk:"timeouts"`
}

// audited is one key of the audit.
type audited struct {
	AccessKeyID          types.String `tfsdk:"access_key_id"`
	UserName             types.String `tfsdk:"user_name"`
	UserID               types.String `tfsdk:"user_id"`
	Root                 types.Bool   `tfsdk:"root"`
	State                types.String `tfsdk:"state"`
	Tag                  types.String `tfsdk:"tag"`
	CreationDate         types.String `tfsdk:"creation_date"`
	LastModificationDate types.String `tfsdk:"last_modification_date"`
	AgeDays              types.Int64  `tfsdk:"age_days"`
	ExpirationDate       types.String `tfsdk:"expiration_date"`
	DaysLeft             types.Int64  `tfsdk:"days_left"`
	Expired              types.Bool   `tfsdk:"expired"`
	OverCeiling          types.Bool   `tfsdk:"over_ceiling"`
	Unfinished           types.Bool   `tfsdk:"unfinished"`
	LastUseDate          types.String `tfsdk:"last_use_date"`
	UnusedDays           types.Int64  `tfsdk:"unused_days"`
	Calls                types.Int64  `tfsdk:"calls"`
}

// Metadata names the data source.
func (d *AuditDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_access_key_audit"
}

// Configure takes the session.
func (d *AuditDataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.session = session.From(req.ProviderData, &resp.Diagnostics)
}

// Read lists the keys of the account, then reads what the log says of them.
func (d *AuditDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m auditModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	timeout, diags := m.Timeouts.Read(ctx, auditTimeout)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() || !d.session.Ready(&resp.Diagnostics, notAudited) {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	defer d.session.WarnClock(&resp.Diagnostics)
	account, err := d.session.Keeper.Account(ctx)
	if err != nil {
		diagnose.Add(&resp.Diagnostics, notAudited, "Listing the access keys of the account", err)
		return
	}
	warnUnseen(account, &resp.Diagnostics)
	usage, ok := d.usage(ctx, &m, &resp.Diagnostics)
	if !ok {
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, m.of(account, usage, d.session.Now()))...)
}

// usage reads the log as far as the arguments say; false when that failed.
func (d *AuditDataSource) usage(ctx context.Context, m *auditModel, diags *diag.Diagnostics) (usage credential.Usage, ok bool) {
	if m.UsageDays.IsNull() {
		m.UsageDays = types.Int64Value(auditUsageDays)
	}
	if m.UsagePages.IsNull() {
		m.UsagePages = types.Int64Value(auditUsagePages)
	}
	days, pages := m.UsageDays.ValueInt64(), m.UsagePages.ValueInt64()
	if days == 0 {
		return usage, true
	}
	usage, err := d.session.Keeper.Usage(ctx, time.Duration(days)*day, int(pages))
	switch {
	case err != nil:
		diagnose.Add(diags, notAudited, "Reading the account's log for the use of access keys", err)
		return usage, false
	case !usage.Readable:
		diags.AddWarning(useUnknown, "The caller may not read the log of the account, so that `last_use_date`, `unused_days` and `calls` are null.\n\n"+
			"Grant it the action `api:ReadApiLogs` in a policy, or write `usage_days = 0`.")
	case !usage.Whole:
		diags.AddWarning(useForShort, fmt.Sprintf("The account made more calls in the last %s than `usage_pages` = %d lets this look at: "+
			"`last_use_date`, `unused_days` and `calls` are about the time since %s.\n\nAllow more pages, or ask for fewer `usage_days`.",
			duration.Words(time.Duration(days)*day), pages, isodate.Format(usage.From)))
	}
	return usage, true
}

// warnUnseen says which keys of the account the caller could not list.
func warnUnseen(account credential.Account, diags *diag.Diagnostics) {
	switch {
	case !account.Users:
		diags.AddWarning(onlyOwn, "The caller may not list the users of the account: only its own access keys are here.\n\n"+
			"Grant it the action `api:ReadUsers` in a policy.")
	case !account.Root:
		diags.AddWarning(notRoots, "The caller is a user of the account, and the API lists the root account's access keys to the root account only.\n\n"+
			"Configure the provider with a key of the root account to have them here.")
	}
}

// of fills the model. What is not known is null.
func (m auditModel) of(account credential.Account, usage credential.Usage, now time.Time) auditModel {
	m.AuditDate = types.StringValue(isodate.Format(now))
	m.Complete = types.BoolValue(account.Users && account.Root)
	if account.Ceiling != nil {
		m.CeilingSeconds = types.Int64Value(int64(*account.Ceiling / time.Second))
	}
	if usage.Readable {
		m.UsageStartDate, m.UsageEndDate = isodate.Of(&usage.From).StringValue, isodate.Of(&usage.Until).StringValue
		m.UsageComplete = types.BoolValue(usage.Whole)
	}
	m.AccessKeys = make([]audited, 0, len(account.Keys))
	for _, key := range account.Keys {
		a := auditedOf(key, now)
		if account.Users {
			a.Root = types.BoolValue(key.UserID == "")
		}
		if account.Ceiling != nil {
			a.OverCeiling = types.BoolValue(key.OverCeiling)
		}
		m.AccessKeys = append(m.AccessKeys, a.used(key.Key, usage, now))
	}
	return m
}

func auditedOf(key credential.OwnedKey, now time.Time) audited {
	e := elementOf(key.Key, now)
	a := audited{
		AccessKeyID: e.AccessKeyID, UserName: e.UserName, UserID: textOrNull(key.UserID), State: e.State, Tag: e.Tag,
		CreationDate: e.CreationDate, LastModificationDate: e.LastModificationDate, AgeDays: wholeDays(now.Sub(key.Created)),
		ExpirationDate: e.ExpirationDate, Expired: e.Expired, Unfinished: types.BoolValue(key.Unfinished()),
	}
	if key.Expires != nil {
		a.DaysLeft = wholeDays(key.Expires.Sub(now))
	}
	return a
}

// used adds what the log says. A key that the log does not name is unused since the log begins, or since it was made.
func (a audited) used(key credential.Key, usage credential.Usage, now time.Time) audited {
	if !usage.Readable || !usage.From.Before(usage.Until) {
		return a
	}
	use, since := usage.Keys[key.ID], usage.From
	a.Calls = types.Int64Value(int64(use.Calls))
	switch {
	case use.Calls > 0:
		a.LastUseDate, since = isodate.Of(&use.Last).StringValue, use.Last
	case key.Created.After(since):
		since = key.Created
	}
	a.UnusedDays = wholeDays(now.Sub(since))
	return a
}

// wholeDays are the days in d, none when it is negative.
func wholeDays(d time.Duration) types.Int64 { return types.Int64Value(int64(max(d, 0) / day)) }
