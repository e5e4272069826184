package simulator

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"net"
	"net/http"
	"strings"
	"testing"
)

// listen makes the harness listen on ports of the loopback address, with and without TLS.
func (r *harness) listen() *Running {
	r.t.Helper()
	running, err := r.Listen(Addresses{API: "127.0.0.1:0", TLS: "127.0.0.1:0", Admin: "127.0.0.1:0"})
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := running.Shutdown(ctx); err != nil {
			r.t.Error(err)
		}
	})
	return running
}

// clientFor returns a client that trusts a listener and has a certificate, if any.
func clientFor(t *testing.T, running *Running, certificates ...tls.Certificate) *http.Client {
	t.Helper()
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(running.ServerCA()) {
		t.Fatal("the server CA is not a certificate in PEM format")
	}
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, Certificates: certificates}}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

// over calls ReadUsers with a real client and returns the status and the code of the answer.
func (r *harness) over(client *http.Client, base string) (int, string) {
	r.t.Helper()
	k := r.signer("ReadUsers", `{}`)
	k.host = strings.TrimSuffix(base[strings.Index(base, "://")+3:], "/api/v1")
	signed := k.request(`{}`)
	request, err := http.NewRequest(http.MethodPost, base+"/ReadUsers", strings.NewReader(`{}`))
	if err != nil {
		r.t.Fatal(err)
	}
	request.Header = signed.Header
	answer, err := client.Do(request)
	if err != nil {
		r.t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	var body struct{ Errors []struct{ Code string } }
	if err := json.NewDecoder(answer.Body).Decode(&body); err != nil {
		r.t.Fatal(err)
	}
	if len(body.Errors) == 0 {
		return answer.StatusCode, ""
	}
	return answer.StatusCode, body.Errors[0].Code
}

// A client sends a certificate over TLS. API access rules check its CA and CN.
func TestListen_clientCertificates(t *testing.T) {
	r := newHarness(t)
	right, wrong := newAuthority(t, "right"), newAuthority(t, "wrong")
	ca := r.createCA(right.pem)
	r.must("CreateApiAccessRule", `{"IpRanges":["192.0.2.0/24"]}`) // the address of the harness itself
	r.must("CreateApiAccessRule", `{"CaIds":[%q],"Cns":["alice"],"IpRanges":["127.0.0.0/8"]}`, ca)
	for _, rule := range r.State().AccessRules {
		if strings.HasPrefix(rule.Description, "Allows all") {
			r.must("DeleteApiAccessRule", `{"ApiAccessRuleId":%q}`, rule.APIAccessRuleID)
		}
	}
	running := r.listen()
	certificate := func(a *authority, name string) tls.Certificate {
		issued, key := a.issue(&x509.Certificate{Subject: named(name)})
		return tls.Certificate{Certificate: [][]byte{issued.Raw}, PrivateKey: key}
	}
	for name, test := range map[string]struct {
		client *http.Client
		base   string
		status int
		code   string
	}{
		"right":          {clientFor(t, running, certificate(right, "alice")), running.TLSURL(), http.StatusOK, ""},
		"other name":     {clientFor(t, running, certificate(right, "bob")), running.TLSURL(), http.StatusUnauthorized, "14"},
		"other CA":       {clientFor(t, running, certificate(wrong, "alice")), running.TLSURL(), http.StatusUnauthorized, "14"},
		"no certificate": {clientFor(t, running), running.TLSURL(), http.StatusUnauthorized, "14"},
		"plain HTTP":     {clientFor(t, running, certificate(right, "alice")), running.URL(), http.StatusUnauthorized, "14"},
	} {
		if status, code := r.over(test.client, test.base); status != test.status || code != test.code {
			t.Errorf("%s: %d/%s, want %d/%s", name, status, code, test.status, test.code)
		}
	}
}

func TestListen_serverCertificate(t *testing.T) {
	r := newHarness(t, func(o *Options) { o.TLSHosts = []string{"sim.internal", "192.0.2.9"} })
	running := r.listen()
	client := clientFor(t, running)
	if status, _ := r.over(client, running.TLSURL()); status != http.StatusOK {
		t.Errorf("status %d", status)
	}
	_, port, err := net.SplitHostPort(running.TLSAddr)
	if err != nil {
		t.Fatal(err)
	}
	config := client.Transport.(*http.Transport).TLSClientConfig
	for name, valid := range map[string]bool{
		"localhost": true, "127.0.0.1": true, "::1": true, "sim.internal": true, "192.0.2.9": true, "other.internal": false,
	} {
		conn, err := tls.Dial("tcp", "127.0.0.1:"+port, &tls.Config{RootCAs: config.RootCAs, ServerName: name})
		if (err == nil) != valid {
			t.Errorf("%s: %v", name, err)
		}
		if err == nil {
			if protocol := conn.ConnectionState().NegotiatedProtocol; protocol == "h2" {
				t.Error("HTTP/2 is negotiated")
			}
			_ = conn.Close()
		}
	}
	// Each start has a new CA, so a client without it does not trust the server.
	if other := r.listen(); string(other.ServerCA()) == string(running.ServerCA()) {
		t.Error("two listeners have one CA")
	}
	if _, err := tls.Dial("tcp", running.TLSAddr, &tls.Config{}); err == nil {
		t.Error("the certificate is trusted without the CA")
	}
}

func TestListen_errors(t *testing.T) {
	r := newHarness(t)
	running := r.listen()
	for name, on := range map[string]Addresses{
		"the API cannot listen":          {API: running.APIAddr},
		"the API over TLS cannot listen": {API: "127.0.0.1:0", TLS: running.APIAddr},
		"the admin port cannot listen":   {API: "127.0.0.1:0", TLS: "127.0.0.1:0", Admin: running.APIAddr},
	} {
		if _, err := r.Listen(on); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
	only, err := r.Listen(Addresses{TLS: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	if only.URL() != "" || only.AdminURL() != "" || only.TLSURL() == "" {
		t.Errorf("%q %q %q", only.URL(), only.AdminURL(), only.TLSURL())
	}
	if err := only.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
	if running := r.start(); running.TLSURL() != "" || running.ServerCA() != nil {
		t.Error("there is a TLS listener without an address for it")
	}
}
