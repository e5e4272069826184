package keydata

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/datasource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/outscale-access/terraform-provider-outscale/internal/account"
	"github.com/outscale-access/terraform-provider-outscale/internal/key"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/attr/duration"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/attr/isodate"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/attr/number"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/base"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/diag"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/keyattr"
	"github.com/outscale-access/terraform-provider-outscale/internal/review"
)

// Audit is the data source outscale_access_key_audit: every key of the account. API actions: ReadAccessKeys, ReadUsers,
// ReadApiAccessPolicy, ReadApiLogs; with read_rights those of package rights.
type Audit struct {
	base.DataSourceBase
}

var _ datasource.DataSourceWithConfigure = (*Audit)(nil)

// The defaults of the arguments.
const (
	auditUsageDays  = int64(account.LogKept / day)
	auditUsagePages = 100
)

const day = 24 * time.Hour

// The summaries of the errors and warnings of an audit.
const (
	notAudited  = "Access keys not audited"
	useUnknown  = "Use of access keys not known"
	useForShort = "Use of access keys known for a shorter time"
)

// NewAudit returns the data source.
func NewAudit() datasource.DataSource { return &Audit{base.NewDataSource("access_key_audit")} }

type auditModel struct {
	UsageDays      types.Number   `tfsdk:"usage_days"`
	UsagePages     types.Number   `tfsdk:"usage_pages"`
	AuditDate      types.String   `tfsdk:"audit_date"`
	Complete       types.Bool     `tfsdk:"complete"`
	CeilingSeconds types.Int64    `tfsdk:"ceiling_seconds"`
	UsageStartDate types.String   `tfsdk:"usage_start_date"`
	UsageEndDate   types.String   `tfsdk:"usage_end_date"`
	UsageComplete  types.Bool     `tfsdk:"usage_complete"`
	AccessKeys     []audited      `tfsdk:"access_keys"`
	ReadRights     types.Bool     `tfsdk:"read_rights"`
	Rules          types.String   `tfsdk:"rules"`
	Timeouts       timeouts.Value `tfsdk:"timeouts"`
}

// audited is one key of the audit.
type audited struct {
	element
	UserID      types.String `tfsdk:"user_id"`
	Root        types.Bool   `tfsdk:"root"`
	AgeDays     types.Int64  `tfsdk:"age_days"`
	DaysLeft    types.Int64  `tfsdk:"days_left"`
	OverCeiling types.Bool   `tfsdk:"over_ceiling"`
	Unfinished  types.Bool   `tfsdk:"unfinished"`
	LastUseDate types.String `tfsdk:"last_use_date"`
	UnusedDays  types.Int64  `tfsdk:"unused_days"`
	Calls       types.Int64  `tfsdk:"calls"`
	Networks    []string     `tfsdk:"networks"` // nil = null
	Rights      types.String `tfsdk:"rights"`
	Findings    []finding    `tfsdk:"findings"`
}

// Read lists the keys of the account, reads their use from the log, and reviews them.
func (d *Audit) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m auditModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	ctx, end, ok := d.BeginRead(ctx, &resp.Diagnostics, notAudited, base.FromBlock("read", "", m.Timeouts.Read, base.ListTimeout))
	if !ok {
		return
	}
	defer end()
	config, ok := m.config(&resp.Diagnostics)
	if !ok {
		return
	}
	report, err := d.Data.Account.Audit(ctx, d.Data.Keys, d.Data.Users)
	if err = cmp.Or(err, report.LifetimeErr); err != nil {
		diag.Add(&resp.Diagnostics, notAudited, "Listing the access keys of the account", err)
		return
	}
	keyattr.WarnUnseen(report, "audited", &resp.Diagnostics)
	usage, ok := d.usage(ctx, &m, &resp.Diagnostics)
	if !ok {
		return
	}
	m = m.withReport(report, usage, d.Data.Now())
	if err := d.review(ctx, &m, config, report, usage, &resp.Diagnostics); err != nil {
		diag.Add(&resp.Diagnostics, notAudited, "Reading the rights of users", err)
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, m)...)
}

// usage reads the log for the configured time. It returns false after an error.
func (d *Audit) usage(ctx context.Context, m *auditModel, diags *diag.Diagnostics) (usage account.Usage, ok bool) {
	if m.UsageDays.IsNull() {
		m.UsageDays = number.Of(auditUsageDays)
	}
	if m.UsagePages.IsNull() {
		m.UsagePages = number.Of(auditUsagePages)
	}
	days, pages := number.Int64(m.UsageDays), number.Int64(m.UsagePages)
	if days == 0 {
		return usage, true
	}
	usage, err := d.Data.Account.Usage(ctx, account.UsageQuery{
		Back: time.Duration(days) * day, Pages: int(pages), Places: true, Place: review.Network,
	})
	switch {
	case err != nil:
		diag.Add(diags, notAudited, "Reading the account's log for the use of access keys", err)
		return usage, false
	case !usage.Readable:
		diags.AddWarning(useUnknown, "The caller may not read the log of the account, so `last_use_date`, `unused_days` and `calls` are null.\n\n"+
			"Grant it the action `api:ReadApiLogs` in a policy, or set `usage_days = 0`.")
	case usage.Ended != nil:
		diags.AddWarning(useForShort, fmt.Sprintf("The log was read back to %s only, so `last_use_date`, `unused_days` and `calls` are about the time since then: %v\n\nRun again later.",
			isodate.Format(usage.From), usage.Ended))
	case !usage.Whole:
		diags.AddWarning(useForShort, fmt.Sprintf("The log of the last %s has more pages than `usage_pages` = %d, so "+
			"`last_use_date`, `unused_days` and `calls` are about the time since %s.\n\nSet more `usage_pages`, or fewer `usage_days`.",
			duration.Words(time.Duration(days)*day), pages, isodate.Format(usage.From)))
	}
	return usage, true
}

// withReport sets the result. What is not known stays null.
func (m auditModel) withReport(report account.Report, usage account.Usage, now time.Time) auditModel {
	m.AuditDate = types.StringValue(isodate.Format(now))
	m.Complete = types.BoolValue(report.Users && report.Root)
	if report.MaxKeyLifetime != nil {
		m.CeilingSeconds = types.Int64Value(int64(*report.MaxKeyLifetime / time.Second))
	}
	if usage.Readable {
		m.UsageStartDate, m.UsageEndDate = isodate.Of(&usage.From).StringValue, isodate.Of(&usage.Until).StringValue
		m.UsageComplete = types.BoolValue(usage.Whole)
	}
	m.AccessKeys = make([]audited, 0, len(report.Keys))
	for _, k := range report.Keys {
		a := auditedOf(k, now)
		if report.Users {
			a.Root = types.BoolValue(k.UserID == "")
		}
		if report.MaxKeyLifetime != nil {
			a.OverCeiling = types.BoolValue(k.OverLifetime)
		}
		m.AccessKeys = append(m.AccessKeys, a.withUse(k.Key, usage, now))
	}
	return m
}

func auditedOf(k account.OwnedKey, now time.Time) audited {
	a := audited{
		element: elementOf(k.Key, now), UserID: keyattr.TextOrNull(k.UserID),
		AgeDays: wholeDays(now.Sub(k.Created)), Unfinished: types.BoolValue(k.Unfinished()),
	}
	if k.Expires != nil {
		a.DaysLeft = wholeDays(k.Expires.Sub(now))
	}
	return a
}

// withUse adds the use from the log. A key that is not in the log is unused since the log begins, or since its creation if that
// is later.
func (a audited) withUse(k key.Key, usage account.Usage, now time.Time) audited {
	if !usage.Readable || !usage.From.Before(usage.Until) {
		return a
	}
	use, since := usage.Keys[k.ID], usage.From
	a.Calls = types.Int64Value(int64(use.Calls))
	switch {
	case use.Calls > 0:
		a.LastUseDate, since = isodate.Of(&use.Last).StringValue, use.Last
	case k.Created.After(since):
		since = k.Created
	}
	a.UnusedDays = wholeDays(now.Sub(since))
	return a
}

// wholeDays returns the number of whole days in d, 0 if it is negative.
func wholeDays(d time.Duration) types.Int64 { return types.Int64Value(int64(max(d, 0) / day)) }
