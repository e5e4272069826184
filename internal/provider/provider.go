// Package provider is the provider for Terraform and OpenTofu. It has the provider block and the list of types; each type has a
// package below this one. The domain packages decide which calls are made, such as internal/key and internal/user.
package provider

import (
	"context"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/outscale-access/terraform-provider-outscale/internal/access"
	"github.com/outscale-access/terraform-provider-outscale/internal/account"
	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/internal/domain"
	"github.com/outscale-access/terraform-provider-outscale/internal/group"
	"github.com/outscale-access/terraform-provider-outscale/internal/key"
	"github.com/outscale-access/terraform-provider-outscale/internal/orphan"
	"github.com/outscale-access/terraform-provider-outscale/internal/policy"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/accesskey"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/accesspolicy"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/accessrule"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/accountdata"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/ca"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/calleridentity"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/diag"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/ephemeralkey"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/exclusive"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/groupmembership"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/identity"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/inlinepolicy"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/keyactions"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/keydata"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/keylist"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/managedpolicy"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/policydata"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/policydocument"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/policylink"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/policyversion"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/providerdata"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/quota"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/rotatingkey"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/sealedsecret"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/user"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/usergroup"
	"github.com/outscale-access/terraform-provider-outscale/internal/rights"
	"github.com/outscale-access/terraform-provider-outscale/internal/rotation"
	users "github.com/outscale-access/terraform-provider-outscale/internal/user"
)

var (
	_ provider.ProviderWithEphemeralResources = (*Provider)(nil)
	_ provider.ProviderWithListResources      = (*Provider)(nil)
	_ provider.ProviderWithActions            = (*Provider)(nil)
)

// Host is what the provider uses of the machine it runs on.
type Host struct {
	Env  func(name string) (string, bool) // the environment
	Home string                           // the user's home folder, "" = unknown
	Now  func() time.Time                 // nil = time.Now
	// RefusalFolder is the folder that records a refused credential for a minute: see api.Config. "" = in memory only.
	RefusalFolder string
	// Tracker has the run-scoped keys, which are revoked when the process ends; nil = no key is revoked.
	Tracker *orphan.Tracker
	// Journal has the keys that were created on this machine; nil = no keys are recorded.
	Journal *orphan.Journal
}

// Provider is the OUTSCALE provider.
type Provider struct {
	version  string
	host     Host
	requests *providerdata.Requests // counts the requests in flight; nil = they are not counted
}

// New returns a function that returns a provider, as the plugin server needs it.
func New(version string, host Host) func() provider.Provider {
	if host.Now == nil {
		host.Now = time.Now
	}
	if host.Tracker == nil {
		host.Tracker = orphan.NewTracker()
	}
	if host.Journal == nil {
		host.Journal = orphan.NewJournal("", func(error) {})
	}
	return func() provider.Provider { return &Provider{version: version, host: host} }
}

// Metadata sets the name of the provider, with which the names of all types begin.
func (p *Provider) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName = "outscale"
	resp.Version = p.version
}

// Configure finds the credential and the endpoint for all resources. It makes no call.
//
// GOTCHA: during a plan an attribute, a value in a block or a whole block may be unknown. If the credential or the endpoint
// depends on an unknown value, Configure resolves nothing: the environment or a profile could give the credential of another
// account.
func (p *Provider) Configure(ctx context.Context, req provider.ConfigureRequest, resp *provider.ConfigureResponse) {
	var m model
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() {
		return
	}
	opts := providerdata.Options{Tracker: p.host.Tracker, Requests: p.requests}
	var data *providerdata.Data
	if unknown := m.unknowns(ctx); len(unknown) > 0 {
		data = providerdata.Unknown(unknown, p.host.Now, opts)
	} else {
		settings := m.settings(ctx, &resp.Diagnostics)
		opts.Accounts = m.accountRule(ctx, &resp.Diagnostics)
		client, warnings, err := p.connect(settings, m.requestRate(), req.TerraformVersion)
		for _, w := range warnings {
			resp.Diagnostics.AddWarning(w.Summary, w.Detail)
		}
		if resp.Diagnostics.HasError() {
			return
		}
		if err != nil {
			addConfigError(&resp.Diagnostics, err)
			return
		}
		opts.Orphans = p.host.Journal.Recorder(client.Endpoint())
		data = p.configured(client, opts)
	}
	resp.ResourceData, resp.DataSourceData, resp.EphemeralResourceData = data, data, data
	resp.ListResourceData, resp.ActionData = data, data
}

// connect returns the client for the settings, and the warnings about them.
func (p *Provider) connect(settings api.Settings, rate float64, terraform string) (*api.Client, []api.Warning, error) {
	cfg, err := api.Resolve(settings, p.host.Env, p.host.Home)
	if err != nil {
		return nil, nil, err
	}
	cfg.RequestsPerSecond = rate
	cfg.UserAgent = fmt.Sprintf("terraform-provider-outscale/%s (terraform %s; +https://github.com/outscale-access/terraform-provider-outscale)", p.version, terraform)
	if level, _ := p.host.Env(diag.LogVariable); level != "OFF" {
		cfg.Log = diag.Log
	}
	cfg.Now = p.host.Now
	cfg.RefusalFolder = p.host.RefusalFolder
	client, err := api.New(cfg)
	return client, cfg.Warnings, err
}

// configured creates the services of the domain.
func (p *Provider) configured(client *api.Client, opts providerdata.Options) *providerdata.Data {
	common := domain.Options{Now: p.host.Now, Log: diag.Log}
	accounts := account.New(client, common)
	userService := users.New(client, accounts, common)
	keys := key.New(client, userService, accounts, key.Options{Options: common, Recorder: opts.Orphans})
	rightsService := rights.New(client, common)
	userService.OnChange(func(name string) { rightsService.Forget(rights.Principal{Name: name}) })
	accessService := access.New(client, accounts, common)
	accessService.OnPolicyChange(accounts.ForgetKeyLifetime)
	data := providerdata.Configured(providerdata.Services{
		Keys: keys, Users: userService, Account: accounts, Rotation: rotation.New(keys),
		Groups: group.New(client, accounts, common), Policies: policy.New(client, accounts, common), Rights: rightsService,
		Access: accessService,
	}, client.Clock, client.Endpoint(), opts)
	data.Signer = client.AccessKeyID()
	return data
}

// Resources returns the resources.
func (p *Provider) Resources(context.Context) []func() resource.Resource {
	return []func() resource.Resource{
		identity.OfKey(accesskey.New), identity.OfPair(rotatingkey.New),
		identity.Of(user.New, "user_id"),
		identity.Of(usergroup.New, "user_group_id"),
		identity.Of(groupmembership.New, "user_group_id", "user_id"),
		identity.Of(managedpolicy.New, "orn"),
		identity.OfMutable(policyversion.New, "policy_orn", "version_id"),
		identity.Of(accessrule.New, "api_access_rule_id"),
		identity.Of(accesspolicy.New, "id"),
		identity.Of(ca.New, "ca_id"),
		identity.Of(policylink.NewForUser, "user_id", "policy_orn"),
		identity.Of(policylink.NewForGroup, "user_group_id", "policy_orn"),
		identity.Of(inlinepolicy.NewForUser, "user_id", "policy_name"),
		identity.Of(inlinepolicy.NewForGroup, "user_group_id", "policy_name"),
		identity.Of(exclusive.NewForUser, "user_id"), identity.Of(exclusive.NewInlineForUser, "user_id"),
		identity.Of(exclusive.NewForGroup, "user_group_id"), identity.Of(exclusive.NewInlineForGroup, "user_group_id"),
	}
}

// DataSources returns the data sources.
func (p *Provider) DataSources(context.Context) []func() datasource.DataSource {
	return []func() datasource.DataSource{
		keydata.NewOne, keydata.NewList, keydata.NewAudit,
		user.NewOne, user.NewList,
		usergroup.NewOne, usergroup.NewList, usergroup.NewPerUser,
		policylink.NewListForUser, policylink.NewListForGroup, inlinepolicy.NewListForUser, inlinepolicy.NewListForGroup,
		policydocument.New, calleridentity.New,
		policydata.NewOne, policydata.NewList, policydata.NewVersions, policydata.NewEntities,
		accessrule.NewOne, accessrule.NewList, accesspolicy.NewOne, ca.NewOne, ca.NewList,
		accountdata.NewOne, accountdata.NewList, quota.NewOne, quota.NewList,
	}
}

// EphemeralResources returns the ephemeral resources.
func (p *Provider) EphemeralResources(context.Context) []func() ephemeral.EphemeralResource {
	return []func() ephemeral.EphemeralResource{ephemeralkey.New, sealedsecret.New}
}

// ListResources returns the list resources of `terraform query`.
func (p *Provider) ListResources(context.Context) []func() list.ListResource {
	return []func() list.ListResource{keylist.New, user.NewQuery}
}

// Actions returns the actions on keys.
func (p *Provider) Actions(context.Context) []func() action.Action {
	return []func() action.Action{keyactions.NewDeactivate, keyactions.NewActivate, keyactions.NewRevoke, keyactions.NewRotate}
}
