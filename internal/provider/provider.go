// Package provider is the Terraform side: what a configuration may say, and what it is given back. It asks
// internal/credential for everything that happens at the API.
package provider

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/internal/credential"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/accesskey"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/diagnose"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/opened"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/policydocument"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/session"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/user"
)

var _ provider.ProviderWithEphemeralResources = (*Provider)(nil)

// Host is what the provider takes from the machine it runs on.
type Host struct {
	Env  func(name string) (string, bool) // the environment
	Home string                           // the user's home folder, "" = unknown
	Now  func() time.Time                 // nil = time.Now
	// RefusalFolder is where a refused credential is remembered for a minute: see api.Config. "" = in this process only.
	RefusalFolder string
	// Opened is where the run-scoped keys are listed that must be revoked when the process ends; nil = nobody asks.
	Opened *opened.List
}

// Provider is the OUTSCALE provider.
type Provider struct {
	version string
	host    Host
}

// New returns what the plugin server asks for: a maker of providers of that version on that host.
func New(version string, host Host) func() provider.Provider {
	if host.Now == nil {
		host.Now = time.Now
	}
	if host.Opened == nil {
		host.Opened = opened.New()
	}
	return func() provider.Provider { return &Provider{version: version, host: host} }
}

// Metadata names the provider; its name begins the name of each resource.
func (p *Provider) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName = "outscale"
	resp.Version = p.version
}

// Configure resolves the credential and the endpoint, once, for all resources. It makes no call.
//
// GOTCHA: a value may be unknown here, during a plan, in an attribute, in a block or in place of a whole block. If
// anything that decides the credential or the endpoint is, nothing is resolved: what the environment or a profile offers
// could belong to another account.
func (p *Provider) Configure(ctx context.Context, req provider.ConfigureRequest, resp *provider.ConfigureResponse) {
	var m model
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() {
		return
	}
	var s *session.Session
	if unknown := m.unknowns(ctx); len(unknown) > 0 {
		s = session.Undecided(unknown, p.host.Now)
	} else {
		keeper, endpoint, err := p.connect(m.settings(ctx, &resp.Diagnostics), m.pace(), req.TerraformVersion)
		if resp.Diagnostics.HasError() {
			return
		}
		if err != nil {
			addConfigError(&resp.Diagnostics, m, err)
			return
		}
		s = session.Decided(keeper)
		s.Endpoint = endpoint
	}
	s.Opened = p.host.Opened
	resp.ResourceData, resp.DataSourceData, resp.EphemeralResourceData = s, s, s
}

func (p *Provider) connect(settings api.Settings, pace float64, terraform string) (keeper *credential.Keeper, endpoint string, err error) {
	cfg, err := api.Resolve(settings, p.host.Env, p.host.Home)
	if err != nil {
		return nil, "", err
	}
	cfg.RequestsPerSecond = pace
	cfg.UserAgent = fmt.Sprintf("terraform-provider-outscale/%s (terraform %s; +https://github.com/outscale-access/terraform-provider-outscale)", p.version, terraform)
	cfg.Log = diagnose.Log
	cfg.Now = p.host.Now
	cfg.RefusalFolder = p.host.RefusalFolder
	client, err := api.New(cfg)
	if err != nil {
		return nil, "", err
	}
	return credential.New(client, credential.Options{
		Now: p.host.Now, Log: diagnose.Log, Abandoned: p.host.Opened.Over,
		Ledger: p.host.Opened.Ledger.Of(client.Endpoint() + " " + cmp.Or(cfg.Credential.AccessKeyID, cfg.Credential.Login)),
	}), client.Endpoint(), nil
}

// Resources lists what the provider manages.
func (p *Provider) Resources(context.Context) []func() resource.Resource {
	return []func() resource.Resource{accesskey.NewResource, accesskey.NewRotatingResource, user.NewResource}
}

// DataSources lists what the provider looks up.
func (p *Provider) DataSources(context.Context) []func() datasource.DataSource {
	return []func() datasource.DataSource{
		accesskey.NewDataSource, accesskey.NewListDataSource, accesskey.NewAuditDataSource,
		user.NewDataSource, user.NewListDataSource,
		policydocument.New,
	}
}

// EphemeralResources lists what lives as long as a run.
func (p *Provider) EphemeralResources(context.Context) []func() ephemeral.EphemeralResource {
	return []func() ephemeral.EphemeralResource{accesskey.NewEphemeral, accesskey.NewSecretEphemeral}
}
