package ca_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/internal/api"
)

const typeName = "outscale_ca"

func TestCA_lifecycle(t *testing.T) {
	h := acctest.NewProtocol(t)
	pem := acctest.CertificatePEM(t, "authority")
	config := acctest.Args{"ca_pem": pem, "description": "pipelines"}
	ca := h.Resource(typeName, config)
	ca.Expect(acctest.Args{"id": acctest.Matches(`^ca-`), "ca_id": ca.Get("id"), "ca_fingerprint": acctest.Matches(`^[0-9a-f]{40}$`), "description": "pipelines"})
	ca.ExpectImport(ca.String("id"), "ca_pem")
	h.ExpectWrites("CreateCa")

	h.ResetCalls()
	delete(config, "description") // removed from the configuration and from the CA
	ca.Update(config)
	ca.Expect(acctest.Args{"description": ""})
	h.ExpectWrites("UpdateCa")
	h.ResetCalls() // the same certificate as another text
	config["ca_pem"] = "an authority\n" + pem + "\n"
	ca.Update(config)
	h.ExpectWrites()
	other := acctest.Args{"ca_pem": acctest.CertificatePEM(t, "authority")}
	ca.PlanExpectReplace(other, "ca_pem")
	ca.Update(other)
	h.ExpectWrites("DeleteCa", "CreateCa")

	h.OutOfBand(func(ctx context.Context, c *api.Client) error { return c.DeleteCA(ctx, ca.String("id")) })
	ca.Plan(other).Expect(acctest.Create, nil).ExpectWarning("Certificate authority is gone")
	ca.Update(other)
	ca.Destroy()
}

// TestCA_importDoesNotReplace: the API never returns the certificate, so the fingerprint is compared.
func TestCA_importDoesNotReplace(t *testing.T) {
	h := acctest.NewProtocol(t)
	pem := acctest.CertificatePEM(t, "authority")
	made, err := h.API().CreateCA(t.Context(), pem, "pipelines")
	h.NoError(err)
	ca, got := h.Import(typeName, made.ID)
	got.ExpectNone()
	ca.Expect(acctest.Args{"ca_pem": nil})
	config := acctest.Args{"ca_pem": pem, "description": "pipelines"}
	ca.Plan(config).Expect(acctest.Update, acctest.Args{"id": made.ID, "ca_fingerprint": made.Fingerprint})
	ca.Update(config)
	h.ExpectWrites()
	another, _ := h.Import(typeName, made.ID)
	another.PlanExpectReplace(acctest.Args{"ca_pem": acctest.CertificatePEM(t, "other"), "description": "pipelines"}, "ca_pem")
	for _, id := range []string{"x", "aar-1"} {
		_, got := h.Import(typeName, id)
		got.ExpectError("Certificate authority not imported", "ca-")
	}
}

func TestCA_refused(t *testing.T) {
	h := acctest.NewProtocol(t)
	pem := acctest.CertificatePEM(t, "authority")
	key := strings.ReplaceAll(pem, "CERTIFICATE", "PRIVATE KEY")
	for name, c := range map[string]struct{ pem, part string }{
		"nothing":         {"", "not a certificate in PEM format. A PEM certificate begins with -----BEGIN CERTIFICATE-----"},
		"a path":          {"ca.pem", "not a certificate in PEM format"},
		"no certificate":  {"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "cannot be parsed"},
		"two":             {pem + pem, "more than one certificate"},
		"a key":           {key, "private key"},
		"with its key":    {pem + key, "private key"},
		"a request of it": {strings.ReplaceAll(pem, "CERTIFICATE", "CERTIFICATE REQUEST"), "not a certificate in PEM format"},
	} {
		t.Log(name)
		got := h.NewResource(typeName).Plan(acctest.Args{"ca_pem": c.pem})
		got.ExpectError("Certificate not valid", acctest.At("ca_pem"), c.part)
		if len(c.pem) > 200 && strings.Contains(got.String(), strings.Split(c.pem, "\n")[1]) {
			t.Error("the diagnostic shows the value")
		}
	}
}

// TestCA_inRule: the error names the rules.
func TestCA_inRule(t *testing.T) {
	h := acctest.NewProtocol(t)
	ca := h.Resource(typeName, acctest.Args{"ca_pem": acctest.CertificatePEM(t, "authority")})
	rule := h.Resource("outscale_api_access_rule", acctest.Args{"ca_ids": []string{ca.String("id")}, "cns": []string{"ci"}})
	ca.TryDestroy().ExpectError("Certificate authority not deleted", rule.String("id"), "code 9002", "create_before_destroy")
	rule.Destroy()
	ca.Destroy()
}

// TestCA_goneBeforeDestroy: a CA that no longer exists does not prevent a destroy without a refresh.
func TestCA_goneBeforeDestroy(t *testing.T) {
	h := acctest.NewProtocol(t)
	ca := h.Resource(typeName, acctest.Args{"ca_pem": acctest.CertificatePEM(t, "authority")})
	rule := h.Resource("outscale_api_access_rule", acctest.Args{"ip_ranges": []string{"192.0.2.0/24"}})
	policy := h.Resource("outscale_policy", acctest.Args{
		"policy_name": "deploy", "document": `{"Statement":[{"Effect":"Allow","Action":["api:ReadUsers"],"Resource":["*"]}]}`,
	})
	h.OutOfBand(func(ctx context.Context, c *api.Client) error {
		return errors.Join(c.DeleteCA(ctx, ca.String("id")), c.DeleteAPIAccessRule(ctx, rule.String("id")), c.DeletePolicy(ctx, policy.String("orn")))
	})
	for _, r := range []*acctest.Resource{ca, rule, policy} {
		r.SkipRefresh = true
		r.Destroy()
	}
}
