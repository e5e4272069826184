package conformance

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/simulator/simtest"
)

// pair is a certificate and its key.
type pair struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
}

// issue makes a certificate that parent signs, or a self-signed one if parent is nil.
func issue(t *testing.T, parent *pair, template *x509.Certificate) *pair {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template.SerialNumber, template.NotBefore, template.NotAfter = big.NewInt(1), time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
	signer := &pair{template, key}
	if parent != nil {
		signer = parent
	}
	der, err := x509.CreateCertificate(rand.Reader, template, signer.certificate, &key.PublicKey, signer.key)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return &pair{certificate, key}
}

func (p *pair) pem() string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: p.certificate.Raw}))
}

func file(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// curl, an independent client, reaches an account whose API access rules require a client certificate.
func TestClient_curlWithCertificate(t *testing.T) {
	sim := simtest.StartTLS(t)
	plain := &server{t: t, api: sim.Endpoint, client: adminClient}
	root := plain.as(sim.RootAccessKey, sim.RootSecretKey)
	ca := issue(t, nil, &x509.Certificate{Subject: pkix.Name{CommonName: "ca"}, IsCA: true, BasicConstraintsValid: true})
	client := issue(t, ca, &x509.Certificate{Subject: pkix.Name{CommonName: "alice"}})
	id := root.must("CreateCa", fmt.Sprintf(`{"CaPem":%q}`, ca.pem())).at("Ca", "CaId")
	rule := sim.Simulator.State().AccessRules[0].APIAccessRuleID
	root.must("UpdateApiAccessRule", fmt.Sprintf(`{"ApiAccessRuleId":%q,"CaIds":[%q],"Cns":["alice"]}`, rule, id))
	plain.expect("401/14", root.call("ReadUsers", `{}`))

	keyDER, err := x509.MarshalPKCS8PrivateKey(client.key)
	if err != nil {
		t.Fatal(err)
	}
	key := string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyDER}))
	run := func(more ...string) string {
		t.Helper()
		config := file(t, "curlrc", `user = "`+sim.RootAccessKey+`:`+sim.RootSecretKey+`"`)
		args := append([]string{"--disable", "--silent", "--show-error", "--noproxy", "*", "--config", config, "--aws-sigv4", "osc:osc:eu-west-2:api",
			"--cacert", file(t, "server-ca.pem", string(sim.ServerCA)), "--header", "Content-Type: application/json", "--data", "{}"}, more...)
		out, err := exec.CommandContext(t.Context(), "curl", append(args, sim.TLSEndpoint+"/ReadUsers")...).CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		return string(out)
	}
	if out := run(); !strings.Contains(out, `"Code":"14"`) {
		t.Errorf("without a certificate: %s", out)
	}
	if out := run("--cert", file(t, "client.pem", client.pem()), "--key", file(t, "client.key", key)); !strings.Contains(out, `"Users":[]`) {
		t.Errorf("with a certificate: %s", out)
	}
}
