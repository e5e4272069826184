package provider

import (
	"context"
	"errors"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/diag"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/providerdata"
)

// defaultRequestRate is the default of requests_per_second.
const defaultRequestRate = 5

// maxRequestRate is the largest requests_per_second. No API admits more.
const maxRequestRate = 1_000_000

// model is the provider block.
type model struct {
	AccessKeyID       types.String `tfsdk:"access_key_id"`
	SecretKeyID       types.String `tfsdk:"secret_key_id"`
	Login             types.String `tfsdk:"login"`
	Password          types.String `tfsdk:"password"`
	Region            types.String `tfsdk:"region"`
	Profile           types.String `tfsdk:"profile"`
	ConfigFile        types.String `tfsdk:"config_file"`
	RequestsPerSecond types.Number `tfsdk:"requests_per_second"`
	X509CertPath      types.String `tfsdk:"x509_cert_path"`
	X509KeyPath       types.String `tfsdk:"x509_key_path"`
	Insecure          types.Bool   `tfsdk:"insecure"`
	AllowedAccounts   types.Set    `tfsdk:"allowed_account_ids"`
	ForbiddenAccounts types.Set    `tfsdk:"forbidden_account_ids"`
	API               types.List   `tfsdk:"api"`
	OKS               types.List   `tfsdk:"oks"`
	Endpoints         types.Set    `tfsdk:"endpoints"`
}

type apiModel struct {
	Endpoint     types.String `tfsdk:"endpoint"`
	Region       types.String `tfsdk:"region"`
	X509CertPath types.String `tfsdk:"x509_cert_path"`
	X509KeyPath  types.String `tfsdk:"x509_key_path"`
	Insecure     types.Bool   `tfsdk:"insecure"`
}

type endpointsModel struct {
	API types.String `tfsdk:"api"`
	OKS types.String `tfsdk:"oks"`
}

// named is one argument of the block and its value.
type named struct {
	name  string
	value attr.Value
}

// unknowns returns the names of the unknown arguments that the credential, the endpoint or the allowed accounts depend on. They
// do not depend on the request rate and the oks block.
func (m model) unknowns(ctx context.Context) []string {
	all := []named{
		{"access_key_id", m.AccessKeyID}, {"secret_key_id", m.SecretKeyID}, {"login", m.Login}, {"password", m.Password},
		{"region", m.Region}, {"profile", m.Profile}, {"config_file", m.ConfigFile},
		{"x509_cert_path", m.X509CertPath}, {"x509_key_path", m.X509KeyPath}, {"insecure", m.Insecure},
		{"api", m.API}, {"endpoints", m.Endpoints},
		{"allowed_account_ids", m.AllowedAccounts}, {"forbidden_account_ids", m.ForbiddenAccounts},
	}
	// GOTCHA: a dynamic block over an unknown value is an unknown list, and one block of it may be an unknown object. Only known
	// blocks can be decoded.
	var blocks []apiModel
	if known(ctx, m.API, &blocks) && len(blocks) > 0 {
		b := blocks[0]
		all = append(all, named{"api.endpoint", b.Endpoint}, named{"api.region", b.Region},
			named{"api.x509_cert_path", b.X509CertPath}, named{"api.x509_key_path", b.X509KeyPath}, named{"api.insecure", b.Insecure})
	} else if len(m.API.Elements()) > 0 {
		all = append(all, named{"api", types.StringUnknown()})
	}
	var endpoints []endpointsModel
	if known(ctx, m.Endpoints, &endpoints) && len(endpoints) > 0 {
		all = append(all, named{"endpoints.api", endpoints[0].API})
	} else if len(m.Endpoints.Elements()) > 0 {
		all = append(all, named{"endpoints", types.StringUnknown()})
	}
	for _, set := range []named{{"allowed_account_ids", m.AllowedAccounts}, {"forbidden_account_ids", m.ForbiddenAccounts}} {
		for _, item := range set.value.(types.Set).Elements() {
			all = append(all, named{set.name, item})
		}
	}
	var names []string
	for _, a := range all {
		if a.value.IsUnknown() {
			names = append(names, a.name)
		}
	}
	return names
}

// collection is a list or a set.
type collection interface {
	attr.Value
	Elements() []attr.Value
	ElementsAs(ctx context.Context, target any, allowUnhandled bool) diag.Diagnostics
}

// known decodes a list or set of blocks. It returns false if the collection, or one of its blocks as a whole, is unknown.
func known(ctx context.Context, c collection, target any) bool {
	if c.IsUnknown() {
		return false
	}
	for _, element := range c.Elements() {
		if element.IsUnknown() {
			return false
		}
	}
	return !c.ElementsAs(ctx, target, false).HasError()
}

// settings converts the block, whose values must all be known. The api block takes precedence over the arguments it replaces.
func (m model) settings(ctx context.Context, diags *diag.Diagnostics) api.Settings {
	var blocks []apiModel
	var endpoints []endpointsModel
	diags.Append(m.API.ElementsAs(ctx, &blocks, false)...)
	diags.Append(m.Endpoints.ElementsAs(ctx, &endpoints, false)...)
	var block apiModel
	if len(blocks) > 0 {
		block = blocks[0]
	}
	endpoint := block.Endpoint
	if len(endpoints) > 0 {
		endpoint = endpoints[0].API
	}
	return api.Settings{
		AccessKeyID: m.AccessKeyID.ValueStringPointer(), SecretKey: m.SecretKeyID.ValueStringPointer(),
		Login: m.Login.ValueStringPointer(), Password: m.Password.ValueStringPointer(),
		Profile: m.Profile.ValueStringPointer(), ConfigFile: m.ConfigFile.ValueStringPointer(),
		Endpoint:       endpoint.ValueStringPointer(),
		Region:         first(block.Region, m.Region).ValueStringPointer(),
		ClientCertPath: first(block.X509CertPath, m.X509CertPath).ValueStringPointer(),
		ClientKeyPath:  first(block.X509KeyPath, m.X509KeyPath).ValueStringPointer(),
		Insecure:       first(block.Insecure, m.Insecure).ValueBoolPointer(),
	}
}

// first returns a, or b if a is null.
func first[V attr.Value](a, b V) V {
	if a.IsNull() {
		return b
	}
	return a
}

// accountRule returns the accounts that are allowed or forbidden.
func (m model) accountRule(ctx context.Context, diags *diag.Diagnostics) (rule providerdata.AccountRule) {
	diags.Append(m.AllowedAccounts.ElementsAs(ctx, &rule.Allowed, false)...)
	diags.Append(m.ForbiddenAccounts.ElementsAs(ctx, &rule.Forbidden, false)...)
	slices.Sort(rule.Allowed)
	slices.Sort(rule.Forbidden)
	return rule
}

// requestRate returns the largest number of calls per second. A rate that is unknown during a plan gives the default.
func (m model) requestRate() float64 {
	if m.RequestsPerSecond.IsNull() || m.RequestsPerSecond.IsUnknown() {
		return defaultRequestRate
	}
	rate, _ := m.RequestsPerSecond.ValueBigFloat().Float64()
	return rate
}

// addConfigError appends an error of api.Resolve or api.New.
//
// GOTCHA: it points to no argument, because the CLIs print the lines of the configuration that an error points to. They can have
// a secret, even if its argument is sensitive, or another one was meant. The text of the error names the argument.
func addConfigError(diags *diag.Diagnostics, err error) {
	var config *api.ConfigError
	if !errors.As(err, &config) {
		diags.AddError("Provider not configured", err.Error())
		return
	}
	diags.AddError(config.Summary, config.Detail)
}
