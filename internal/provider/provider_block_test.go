package provider

import (
	"context"
	"math/big"
	"slices"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/attr/number"
)

var (
	apiType = types.ObjectType{AttrTypes: map[string]attr.Type{"endpoint": types.StringType, "region": types.StringType,
		"x509_cert_path": types.StringType, "x509_key_path": types.StringType, "insecure": types.BoolType}}
	oksType       = types.ObjectType{AttrTypes: map[string]attr.Type{"endpoint": types.StringType, "region": types.StringType}}
	endpointsType = types.ObjectType{AttrTypes: map[string]attr.Type{"api": types.StringType, "oks": types.StringType}}
)

// empty is an empty provider block, changed by with.
func empty(with ...func(*model)) model {
	m := model{API: types.ListNull(apiType), OKS: types.ListNull(oksType), Endpoints: types.SetNull(endpointsType)}
	for _, w := range with {
		w(&m)
	}
	return m
}

// withAPI is an api block with these values, the others left out.
func withAPI(values map[string]attr.Value) func(*model) {
	return func(m *model) {
		all := map[string]attr.Value{"endpoint": types.StringNull(), "region": types.StringNull(), "x509_cert_path": types.StringNull(),
			"x509_key_path": types.StringNull(), "insecure": types.BoolNull()}
		for name, value := range values {
			all[name] = value
		}
		m.API = types.ListValueMust(apiType, []attr.Value{types.ObjectValueMust(apiType.AttrTypes, all)})
	}
}

func withEndpoints(api attr.Value) func(*model) {
	return func(m *model) {
		m.Endpoints = types.SetValueMust(endpointsType, []attr.Value{
			types.ObjectValueMust(endpointsType.AttrTypes, map[string]attr.Value{"api": api, "oks": types.StringUnknown()})})
	}
}

// TestUnknownArguments_named: in every form of the block, exactly the unknown arguments that the connection depends on are named.
func TestUnknownArguments_named(t *testing.T) {
	unknown := types.StringUnknown()
	for name, c := range map[string]struct {
		m    model
		want []string
	}{
		"nothing":        {empty(), nil},
		"all known":      {empty(withAPI(map[string]attr.Value{"region": types.StringValue("eu-west-2")})), nil},
		"the key":        {empty(func(m *model) { m.AccessKeyID, m.SecretKeyID = unknown, unknown }), []string{"access_key_id", "secret_key_id"}},
		"the login":      {empty(func(m *model) { m.Login, m.Password = types.StringValue("a@b"), unknown }), []string{"password"}},
		"the profile":    {empty(func(m *model) { m.Profile, m.ConfigFile = unknown, unknown }), []string{"profile", "config_file"}},
		"the region":     {empty(func(m *model) { m.Region = unknown }), []string{"region"}},
		"old places":     {empty(func(m *model) { m.X509CertPath, m.X509KeyPath, m.Insecure = unknown, unknown, types.BoolUnknown() }), []string{"x509_cert_path", "x509_key_path", "insecure"}},
		"in the block":   {empty(withAPI(map[string]attr.Value{"endpoint": unknown, "insecure": types.BoolUnknown()})), []string{"api.endpoint", "api.insecure"}},
		"the whole list": {empty(func(m *model) { m.API = types.ListUnknown(apiType) }), []string{"api"}},
		"a whole block": {empty(func(m *model) {
			m.API = types.ListValueMust(apiType, []attr.Value{types.ObjectUnknown(apiType.AttrTypes)})
		}), []string{"api"}},
		"an endpoint":   {empty(withEndpoints(unknown)), []string{"endpoints.api"}},
		"the whole set": {empty(func(m *model) { m.Endpoints = types.SetUnknown(endpointsType) }), []string{"endpoints"}},
		"a block of a set": {empty(func(m *model) {
			m.Endpoints = types.SetValueMust(endpointsType, []attr.Value{types.ObjectUnknown(endpointsType.AttrTypes)})
		}), []string{"endpoints"}},
		"only the pace": {empty(func(m *model) { m.RequestsPerSecond = types.NumberUnknown() }), nil},
		"only oks":      {empty(func(m *model) { m.OKS = types.ListUnknown(oksType) }, withEndpoints(types.StringValue("https://x"))), nil},
	} {
		t.Run(name, func(t *testing.T) {
			if got := c.m.unknowns(context.Background()); !slices.Equal(got, c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

// TestSettings_fromBlock: the api block takes precedence, and an argument that is not set is nil.
func TestSettings_fromBlock(t *testing.T) {
	var diags diag.Diagnostics
	if got := empty().settings(context.Background(), &diags); got != (api.Settings{}) || diags.HasError() {
		t.Error("a block that says nothing must set nothing")
	}
	m := empty(func(m *model) {
		m.Region, m.X509CertPath, m.X509KeyPath = types.StringValue("outer"), types.StringValue("outer.pem"), types.StringValue("outer.key")
		m.Insecure = types.BoolValue(true)
	}, withAPI(map[string]attr.Value{"endpoint": types.StringValue("https://x"), "region": types.StringValue("inner"), "insecure": types.BoolValue(false)}))
	got := m.settings(context.Background(), &diags)
	if *got.Region != "inner" || *got.Endpoint != "https://x" || *got.Insecure || *got.ClientCertPath != "outer.pem" || *got.ClientKeyPath != "outer.key" {
		t.Errorf("region %s, endpoint %s, insecure %v, certificate %s, key %s", *got.Region, *got.Endpoint, *got.Insecure, *got.ClientCertPath, *got.ClientKeyPath)
	}
	old := empty(withEndpoints(types.StringValue("https://old"))).settings(context.Background(), &diags)
	if *old.Endpoint != "https://old" || diags.HasError() {
		t.Errorf("endpoint %s, %v", *old.Endpoint, diags)
	}
}

func TestProvider_requestsPerSecond(t *testing.T) {
	for _, c := range []struct {
		value types.Number
		want  float64
	}{{types.NumberNull(), 5}, {types.NumberUnknown(), 5}, {number.Of(0), 0}, {types.NumberValue(big.NewFloat(0.5)), 0.5}} {
		if got := empty(func(m *model) { m.RequestsPerSecond = c.value }).requestRate(); got != c.want {
			t.Errorf("%s: %v, want %v", c.value, got, c.want)
		}
	}
}
