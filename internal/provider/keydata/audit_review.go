package keydata

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/outscale-access/terraform-provider-outscale/internal/account"
	"github.com/outscale-access/terraform-provider-outscale/internal/policydoc"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/diag"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/lookup"
	"github.com/outscale-access/terraform-provider-outscale/internal/review"
	"github.com/outscale-access/terraform-provider-outscale/internal/text"
)

// The summaries of warnings about rights.
const (
	rightsUnknown = "Rights of owners not known"
	badRules      = "Rules not usable"
)

// finding is a finding of a rule about a key.
type finding struct {
	Rule     types.String `tfsdk:"rule"`
	Severity types.String `tfsdk:"severity"`
	Reason   types.String `tfsdk:"reason"`
	Remedy   types.String `tfsdk:"remedy"`
}

// reviewArguments are the arguments about rights and rules.
func reviewArguments() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"read_rights": schema.BoolAttribute{
			Optional: true,
			MarkdownDescription: "Whether the policies of the owners are read, for `rights` and for the rules `escalation` and `wildcard`: about three more calls per " +
				"user that has keys, and one or two per policy. Default: `false`.",
		},
		"rules": schema.StringAttribute{
			Optional: true,
			MarkdownDescription: "Settings of the rules as JSON, the same as in the file of `outscale-keys audit --rules`: for example " +
				"`jsonencode({ rules = { old = { max = \"180d\" }, root-key = { off = true } } })`. Default: every rule is on, with its own limit.",
		},
	}
}

// reviewedAttributes are the attributes of a key that come from the review.
func reviewedAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"networks": schema.ListAttribute{
			Computed: true, ElementType: types.StringType,
			MarkdownDescription: "The networks from which the key signed calls between `usage_start_date` and `usage_end_date`, sorted: the /24 of an IPv4 address, the /48 of an " +
				"IPv6 address. Null if the log was not read.",
		},
		"rights": lookup.Text("What the key may do, in one word: `root`, `admin` (everything), `escalation` (its owner can give itself more rights), `limited` or `none`. " +
			"Null if the rights are not known: `read_rights` is not set, or the caller may not read them."),
		"findings": schema.ListNestedAttribute{
			Computed:            true,
			MarkdownDescription: "What the rules found about the key, the most serious first. The rules are " + ruleList() + ".",
			NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
				"rule":     lookup.Text("The id of the rule."),
				"severity": lookup.Text("`high`, `medium` or `low`."),
				"reason":   lookup.Text("What was found."),
				"remedy":   lookup.Text("What to do."),
			}},
		},
	}
}

// ruleList returns the rules that an audit can apply, without the one that needs states.
func ruleList() string {
	var all []string
	for _, r := range review.Rules() {
		if r.ID != review.NoState {
			all = append(all, fmt.Sprintf("`%s` (%s, %s)", r.ID, r.Title, r.Severity))
		}
	}
	return strings.Join(all, ", ")
}

// config returns the settings of the rules. It returns false after an error.
func (m *auditModel) config(diags *diag.Diagnostics) (review.Config, bool) {
	if m.Rules.IsNull() {
		return review.Config{}, true
	}
	config, err := review.ReadConfig(strings.NewReader(m.Rules.ValueString()))
	if err != nil {
		diags.AddAttributeError(path.Root("rules"), badRules, fmt.Sprintf("`rules` is not the JSON that outscale-keys takes with --rules: %v.", err))
		return config, false
	}
	return config, true
}

// review adds networks, rights and findings to the keys of m, which are in the order of the report.
func (d *Audit) review(ctx context.Context, m *auditModel, config review.Config, report account.Report, usage account.Usage, diags *diag.Diagnostics) error {
	rights := review.OwnersRights{Read: func(ctx context.Context, userName string) ([]policydoc.Document, error) {
		return d.Data.Rights.Documents(ctx, d.Data.Policies, d.Data.Groups, userName)
	}}
	for i, k := range report.Keys {
		f := review.FactsOf(k, report, usage, d.Data.Now())
		if m.ReadRights.ValueBool() {
			if err := rights.AddTo(ctx, &f); err != nil {
				return err
			}
		}
		m.AccessKeys[i].addReview(f, config, report.Users && m.ReadRights.ValueBool())
	}
	if rights.Refused != nil {
		diags.AddWarning(rightsUnknown, "The caller may not read the policies of users, so `rights` is null and the rules about rights find nothing: "+
			rights.Refused.Error()+"\n\nGrant it the actions `api:ReadUserGroupsPerUser`, `api:ReadLinkedPolicies`, `api:ReadUserPolicies`, `api:ReadUserPolicy`, "+
			"`api:ReadManagedPoliciesLinkedToUserGroup`, `api:ReadUserGroupPolicies`, `api:ReadPolicies` and `api:ReadPolicyVersion`.")
	}
	if len(rights.Failed) > 0 { // one warning, because the CLIs show only the first of several with the same summary
		detail := "The rights of some users are not known, so the rules about rights find nothing about their keys:\n"
		for _, err := range rights.Failed {
			detail += "\n- " + text.Escape(err.Error())
		}
		if rights.Unread > 0 {
			detail += fmt.Sprintf("\n- After these failures, the rights of %s were not read.", text.Count(rights.Unread, "more user"))
		}
		diags.AddWarning(rightsUnknown, detail+"\n\nRead the data source again later.")
	}
	return nil
}

func (a *audited) addReview(f review.Facts, config review.Config, rights bool) {
	if word := review.Rights(f); rights && word != "unknown" {
		a.Rights = types.StringValue(word)
	}
	if f.UseKnown {
		a.Networks = make([]string, 0, len(f.Networks))
		a.Networks = append(a.Networks, f.Networks...)
	}
	a.Findings = []finding{}
	for _, found := range config.Review(f) {
		a.Findings = append(a.Findings, finding{
			Rule: types.StringValue(found.Rule.ID), Severity: types.StringValue(found.Rule.Severity.String()),
			Reason: types.StringValue(found.Reason), Remedy: types.StringValue(found.Rule.Remedy),
		})
	}
}
