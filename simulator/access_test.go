package simulator

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"
)

// authority is a certificate authority of a test.
type authority struct {
	t           *testing.T
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
	pem         string
}

func newAuthority(t *testing.T, name string) *authority {
	t.Helper()
	a := &authority{t: t}
	a.certificate, a.key = a.issue(&x509.Certificate{
		Subject: pkix.Name{CommonName: name}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	})
	a.pem = string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.certificate.Raw}))
	return a
}

// issue signs a certificate that is valid for a year around the epoch of the tests; the first one is self-signed.
func (a *authority) issue(template *x509.Certificate) (*x509.Certificate, *ecdsa.PrivateKey) {
	a.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		a.t.Fatal(err)
	}
	template.SerialNumber = big.NewInt(1)
	if template.NotBefore.IsZero() {
		template.NotBefore, template.NotAfter = epoch.AddDate(-1, 0, 0), epoch.AddDate(1, 0, 0)
	}
	parent, signer := a.certificate, a.key
	if parent == nil {
		parent, signer = template, key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, signer)
	if err != nil {
		a.t.Fatal(err)
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		a.t.Fatal(err)
	}
	return certificate, key
}

// client returns a client certificate.
func (a *authority) client(name string, change ...func(*x509.Certificate)) *x509.Certificate {
	template := &x509.Certificate{Subject: pkix.Name{CommonName: name}}
	for _, one := range change {
		one(template)
	}
	certificate, _ := a.issue(template)
	return certificate
}

// from calls an action from an address, with client certificates.
func (r *harness) from(addr, action, body string, chain ...*x509.Certificate) reply {
	r.t.Helper()
	request := r.signed(action, body)
	request.RemoteAddr = addr
	if len(chain) > 0 {
		request.TLS = &tls.ConnectionState{PeerCertificates: chain}
	}
	return r.send(request)
}

// onlyRule replaces every API access rule by one.
func (r *harness) onlyRule(members string, args ...any) string {
	r.t.Helper()
	id := r.must("CreateApiAccessRule", "{"+members+"}", args...)["ApiAccessRule"].(map[string]any)["ApiAccessRuleId"].(string)
	for _, rule := range r.State().AccessRules {
		if rule.APIAccessRuleID != id {
			r.must("DeleteApiAccessRule", `{"ApiAccessRuleId":%q}`, rule.APIAccessRuleID)
		}
	}
	return id
}

func (r *harness) createCA(pem string) string {
	r.t.Helper()
	return r.must("CreateCa", `{"CaPem":%q}`, pem)["Ca"].(map[string]any)["CaId"].(string)
}

func TestAPIAccessRule_basic(t *testing.T) {
	r := newHarness(t)
	ca := r.createCA(newAuthority(t, "ca").pem)
	first := objects(r.must("ReadApiAccessRules", `{}`)["ApiAccessRules"])
	r.equal("default rule", []any{len(first), first[0]["IpRanges"], first[0]["CaIds"], first[0]["Cns"], first[0]["Description"]},
		"[1 [0.0.0.0/0] [] [] Allows all IPv4 domain]")
	created := r.must("CreateApiAccessRule", `{"IpRanges":["198.51.100.0/24","192.0.2.7","198.51.100.0/24"],"CaIds":[%q],"Cns":["b","a"],"Description":"d"}`, ca)["ApiAccessRule"].(map[string]any)
	id := created["ApiAccessRuleId"].(string)
	if !regexp.MustCompile(`^aar-[0-9a-f]{32}$`).MatchString(id) {
		t.Errorf("id %q", id)
	}
	r.equal("rule", []any{created["IpRanges"], created["CaIds"], created["Cns"], created["Description"]},
		"[[192.0.2.7 198.51.100.0/24] ["+ca+"] [a b] d]")
	// An update replaces everything.
	updated := r.must("UpdateApiAccessRule", `{"ApiAccessRuleId":%q,"IpRanges":["192.0.2.0/16"]}`, id)["ApiAccessRule"].(map[string]any)
	r.equal("updated", []any{updated["IpRanges"], updated["CaIds"], updated["Cns"], updated["Description"]}, "[[192.0.2.0/16] [] [] <nil>]")
	r.must("DeleteApiAccessRule", `{"ApiAccessRuleId":%q}`, id)
	r.expect("400/5044", "DeleteApiAccessRule", `{"ApiAccessRuleId":%q}`, id)
	r.expect("400/5044", "UpdateApiAccessRule", `{"ApiAccessRuleId":%q,"IpRanges":["192.0.2.0/24"]}`, id)
	r.expect("409/9002", "DeleteApiAccessRule", `{"ApiAccessRuleId":%q}`, first[0]["ApiAccessRuleId"])
}

// A10, A37
func TestAPIAccessRule_badValues(t *testing.T) {
	r := newHarness(t)
	ca := r.createCA(newAuthority(t, "ca").pem)
	id := objects(r.must("ReadApiAccessRules", `{}`)["ApiAccessRules"])[0]["ApiAccessRuleId"]
	for members, want := range map[string]string{
		`"Description":"d"`:                                "400/4046",
		`"IpRanges":[]`:                                    "400/4046",
		`"Cns":["a"]`:                                      "400/4046",
		`"Cns":["a"],"IpRanges":["192.0.2.1"]`:             "400/4046",
		`"IpRanges":["192.0.2.1/33"]`:                      "400/4047",
		`"IpRanges":["192.0.2"]`:                           "400/4047",
		`"IpRanges":[""]`:                                  "400/4047",
		`"IpRanges":["fe80::1%eth0"]`:                      "400/4047",
		`"CaIds":["ca-none"]`:                              "400/5044",
		`"CaIds":["` + ca + `"],"Cns":[""]`:                "400/4047",
		`"IpRanges":["192.0.2.1","2001:db8::/32"]`:         "200",
		`"CaIds":["` + ca + `"],"Cns":["a"],"IpRanges":[]`: "200",
	} {
		r.expect(want, "CreateApiAccessRule", "{%s}", members)
		if want != "200" {
			r.expect(want, "UpdateApiAccessRule", `{"ApiAccessRuleId":%q,%s}`, id, members)
		}
	}
}

func TestReadAPIAccessRules_filters(t *testing.T) {
	r := newHarness(t)
	a := newAuthority(t, "ca")
	ca1, ca2 := r.createCA(a.pem), r.createCA(a.pem)
	id1 := r.onlyRule(`"IpRanges":["0.0.0.0/0"],"Description":"one"`)
	r.clock.move(time.Second)
	r.must("CreateApiAccessRule", `{"CaIds":[%q,%q],"Cns":["x","y"],"Description":"two"}`, ca1, ca2)
	r.clock.move(time.Second)
	r.must("CreateApiAccessRule", `{"CaIds":[%q],"Cns":["y"],"IpRanges":["192.0.2.0/24","0.0.0.0/0"],"Description":"three"}`, ca1)
	for filters, want := range map[string]string{
		``: "one two three",
		`"ApiAccessRuleIds":["` + id1 + `","no"]`: "one",
		`"Descriptions":["two","three"]`:          "two three",
		`"CaIds":["` + ca2 + `"]`:                 "two",
		`"CaIds":["` + ca1 + `"]`:                 "two three",
		`"Cns":["x"]`:                             "two",
		`"IpRanges":["0.0.0.0/0"]`:                "one three",
		`"Cns":["y"],"IpRanges":["0.0.0.0/0"]`:    "three",
		`"Cns":[]`:                                "",
		`"IpRanges":["none"]`:                     "",
	} {
		r.equal(filters, column(r.must("ReadApiAccessRules", `{"Filters":{%s}}`, filters), "ApiAccessRules", "Description"), want)
	}
}

func TestCA_basic(t *testing.T) {
	r := newHarness(t)
	a := newAuthority(t, "ca")
	ca := r.must("CreateCa", `{"CaPem":%q,"Description":"d"}`, a.pem)["Ca"].(map[string]any)
	id, fingerprint := ca["CaId"].(string), ca["CaFingerprint"].(string)
	if !regexp.MustCompile(`^ca-[0-9a-f]{32}$`).MatchString(id) || !regexp.MustCompile(`^[0-9a-f]{40}$`).MatchString(fingerprint) || len(ca) != 3 {
		t.Errorf("%v", ca)
	}
	r.clock.move(time.Second)
	twice := r.createCA(a.pem) // the same PEM again
	for filters, want := range map[string]string{
		``:                          id + " " + twice,
		`"CaIds":["` + twice + `"]`: twice,
		`"Descriptions":["d"]`:      id,
		`"CaFingerprints":["` + fingerprint + `"]`: id + " " + twice,
		`"CaFingerprints":["none"]`:                "",
	} {
		r.equal(filters, column(r.must("ReadCas", `{"Filters":{%s}}`, filters), "Cas", "CaId"), want)
	}
	r.equal("updated", r.must("UpdateCa", `{"CaId":%q,"Description":"new"}`, id)["Ca"].(map[string]any)["Description"], "new")
	r.equal("unchanged", r.must("UpdateCa", `{"CaId":%q}`, id)["Ca"].(map[string]any)["Description"], "new")
	rule := r.must("CreateApiAccessRule", `{"CaIds":[%q]}`, id)["ApiAccessRule"].(map[string]any)["ApiAccessRuleId"]
	r.expect("409/9002", "DeleteCa", `{"CaId":%q}`, id)
	r.must("DeleteApiAccessRule", `{"ApiAccessRuleId":%q}`, rule)
	r.must("DeleteCa", `{"CaId":%q}`, id)
	r.expect("400/5044", "DeleteCa", `{"CaId":%q}`, id)
	r.expect("400/5044", "UpdateCa", `{"CaId":%q,"Description":"x"}`, id)
	for _, bad := range []string{"no PEM", strings.Replace(a.pem, "CERTIFICATE", "PRIVATE KEY", 2), "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"} {
		r.expect("400/4047", "CreateCa", `{"CaPem":%q}`, bad)
	}
	for _, request := range r.Requests() {
		if request.Action == "ReadCas" && strings.Contains(string(request.Body), "BEGIN") {
			t.Error("a PEM is shown")
		}
	}
}

func TestAccess_addresses(t *testing.T) {
	r := newHarness(t)
	bob := r.userWithKey("bob")
	if err := r.SetFaults(nil); err != nil {
		t.Fatal(err)
	}
	r.onlyRule(`"IpRanges":["198.51.100.0/24","192.0.2.1","127.0.0.1","2001:db8::/32"]`)
	for addr, allowed := range map[string]bool{
		"192.0.2.1:1234": true, "192.0.2.2:1234": false, "198.51.100.200:1": true, "198.51.101.1:1": false, "[2001:db8:1::5]:1": true,
		"[2001:db9::5]:1": false, "[::ffff:192.0.2.1]:1": true, "[::1]:1": true, "pipe": true, "": true, "127.0.0.2:1": false,
	} {
		got := r.from(addr, "ReadUsers", `{}`)
		if allowed {
			r.equal(addr, got.status, http.StatusOK)
			continue
		}
		got.refused(http.StatusUnauthorized, "14", kindAccessDenied)
		if !strings.HasPrefix(got.details(), "The authentication method does not comply with the API access rules") {
			t.Error(got.details())
		}
		// The rules come before the rights, and do not apply to unsigned calls.
		bob.from(addr, "ReadUsers", `{}`).refused(http.StatusUnauthorized, "14", kindAccessDenied)
		open := r.signed("ReadRegions", `{}`)
		open.RemoteAddr = addr
		open.Header.Del("Authorization")
		r.equal("unsigned from "+addr, r.send(open).status, http.StatusOK)
		basic := basicRequest("ReadAccessKeys", body, DefaultEmail, rootPassword)
		basic.RemoteAddr = addr
		r.send(basic).refused(http.StatusUnauthorized, "14", kindAccessDenied)
	}
	// Such refusals do not lock out.
	r.equal("after many refusals", r.from("192.0.2.1:1", "ReadUsers", `{}`).status, http.StatusOK)
	denials := r.Denials()
	if len(denials) == 0 || !strings.Contains(denials[0].Reason, "is in none of its ranges") {
		t.Errorf("%+v", denials)
	}
	// One matching rule is enough.
	r.must2("192.0.2.1:1", "CreateApiAccessRule", `{"IpRanges":["203.0.113.0/24"]}`)
	r.equal("second rule", r.from("203.0.113.9:1", "ReadUsers", `{}`).status, http.StatusOK)
}

// must2 is must with a client address.
func (r *harness) must2(addr, action, body string) {
	r.t.Helper()
	if got := r.from(addr, action, body); got.status != http.StatusOK {
		r.t.Fatalf("%s: %v", action, got.body)
	}
}

func TestAccess_certificates(t *testing.T) {
	r := newHarness(t)
	right, wrong := newAuthority(t, "right"), newAuthority(t, "wrong")
	ca := r.createCA(right.pem)
	r.createCA(wrong.pem)
	// The harness itself calls from 192.0.2.1, without a certificate.
	r.must("CreateApiAccessRule", `{"CaIds":[%q],"Cns":["alice","bob"],"IpRanges":["198.51.100.0/24"]}`, ca)
	middle := &authority{t: t}
	middle.certificate, middle.key = right.issue(&x509.Certificate{
		Subject: pkix.Name{CommonName: "middle"}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	})
	for _, rule := range r.State().AccessRules {
		if len(rule.CAIDs) == 0 {
			r.must("UpdateApiAccessRule", `{"ApiAccessRuleId":%q,"IpRanges":["192.0.2.0/24"]}`, rule.APIAccessRuleID)
		}
	}
	const outside, inside = "203.0.113.1:1", "198.51.100.1:1"
	for name, test := range map[string]struct {
		addr   string
		chain  []*x509.Certificate
		reason string // "" is allowed
	}{
		"right":                {inside, []*x509.Certificate{right.client("alice")}, ""},
		"second name":          {inside, []*x509.Certificate{right.client("bob")}, ""},
		"with intermediate":    {inside, []*x509.Certificate{middle.client("alice"), middle.certificate}, ""},
		"for clients":          {inside, []*x509.Certificate{right.client("bob", usage(x509.ExtKeyUsageClientAuth))}, ""},
		"none":                 {inside, nil, "there is no client certificate"},
		"other name":           {inside, []*x509.Certificate{right.client("eve")}, `the common name "eve"`},
		"other CA":             {inside, []*x509.Certificate{wrong.client("alice")}, "not issued by one of its CAs"},
		"no intermediate":      {inside, []*x509.Certificate{middle.client("alice")}, "not issued by one of its CAs"},
		"for servers":          {inside, []*x509.Certificate{right.client("bob", usage(x509.ExtKeyUsageServerAuth))}, "not issued by one of its CAs"},
		"expired":              {inside, []*x509.Certificate{right.client("bob", until(epoch.Add(-time.Second)))}, "not issued by one of its CAs"},
		"right, other address": {outside, []*x509.Certificate{right.client("alice")}, "the address 203.0.113.1"},
		"wrong CA is second":   {inside, []*x509.Certificate{wrong.client("alice"), right.client("alice")}, "not issued by one of its CAs"},
	} {
		t.Run(name, func(t *testing.T) {
			got := r.from(test.addr, "ReadUsers", `{}`, test.chain...)
			if test.reason == "" {
				r.equal(name, got.status, http.StatusOK)
				return
			}
			got.refused(http.StatusUnauthorized, "14", kindAccessDenied)
			if !strings.Contains(r.lastReason(), test.reason) {
				t.Errorf("reason %q, want %q", r.lastReason(), test.reason)
			}
		})
	}
	// A certificate expires by the simulated time. Unless the clock is strict, it may also be valid at the client's time.
	alice := right.client("alice", until(epoch.Add(time.Hour)))
	if err := r.Advance(2 * time.Hour); err != nil {
		t.Fatal(err)
	}
	r.equal("valid by the clock of the client", r.from(inside, "ReadUsers", `{}`, alice).status, http.StatusOK)
	if err := r.MoveClock(0, true); err != nil {
		t.Fatal(err)
	}
	r.clock.move(2 * time.Hour)
	// Signatures have the time of the manual clock. The simulated clock is ahead of it.
	r.from(inside, "ReadUsers", `{}`, alice).refused(http.StatusUnauthorized, "1", kindAccessDenied)
}

func named(name string) pkix.Name { return pkix.Name{CommonName: name} }

func usage(u x509.ExtKeyUsage) func(*x509.Certificate) {
	return func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{u} }
}

func until(end time.Time) func(*x509.Certificate) {
	return func(c *x509.Certificate) { c.NotBefore, c.NotAfter = end.AddDate(-1, 0, 0), end }
}

// With RequireTrustedEnv every rule needs a CA and every key an expiry. Then only the actions of ApiKeyAuthSec need the
// certificate; the address is checked for all.
func TestAccess_trustedSession(t *testing.T) {
	r := newHarness(t)
	a := newAuthority(t, "ca")
	ca, alice := r.createCA(a.pem), a.client("alice")
	const on, off = `{"MaxAccessKeyExpirationSeconds":3600,"RequireTrustedEnv":true}`, `{"MaxAccessKeyExpirationSeconds":0,"RequireTrustedEnv":false}`
	r.expect("400/4047", "UpdateApiAccessPolicy", on)
	r.must("UpdateAccessKey", `{"AccessKeyId":%q,"ExpirationDate":%q}`, rootKey, epoch.Add(time.Hour).Format(time.RFC3339Nano))
	r.expect("400/4047", "UpdateApiAccessPolicy", on) // the default rule has no CA
	defaultRule := r.State().AccessRules[0].APIAccessRuleID
	r.must("UpdateApiAccessRule", `{"ApiAccessRuleId":%q,"IpRanges":["192.0.2.0/24"],"CaIds":[%q]}`, defaultRule, ca)
	const here, elsewhere = "192.0.2.1:1", "198.51.100.1:1"
	r.from(here, "ReadUsers", `{}`).refused(http.StatusUnauthorized, "14", kindAccessDenied)
	r.from(here, "UpdateApiAccessPolicy", on).refused(http.StatusUnauthorized, "14", kindAccessDenied)
	r.equal("activated", r.from(here, "UpdateApiAccessPolicy", on, alice).status, http.StatusOK)
	r.equal("trusted", r.from(here, "ReadUsers", `{}`).status, http.StatusOK)
	r.from(elsewhere, "ReadUsers", `{}`).refused(http.StatusUnauthorized, "14", kindAccessDenied)
	for _, action := range []string{"ReadAccessKeys", "ReadCas", "ReadApiAccessRules", "ReadApiAccessPolicy"} {
		r.from(here, action, `{}`).refused(http.StatusUnauthorized, "14", kindAccessDenied)
		r.equal(action, r.from(here, action, `{}`, alice).status, http.StatusOK)
	}
	basic := basicRequest("ReadAccessKeys", body, DefaultEmail, rootPassword)
	r.send(basic).refused(http.StatusUnauthorized, "14", kindAccessDenied)
	for _, test := range []struct{ action, body, want string }{
		{"CreateApiAccessRule", `{"IpRanges":["0.0.0.0/0"]}`, "4047"},
		{"UpdateApiAccessRule", `{"ApiAccessRuleId":"` + defaultRule + `","IpRanges":["0.0.0.0/0"]}`, "4047"},
		{"CreateAccessKey", `{}`, "4047"},
	} {
		r.from(here, test.action, test.body, alice).refused(http.StatusBadRequest, test.want, kindInvalidValue)
	}
	r.equal("ended", r.from(here, "UpdateApiAccessPolicy", off, alice).status, http.StatusOK)
	r.from(here, "ReadUsers", `{}`).refused(http.StatusUnauthorized, "14", kindAccessDenied)
}

// S1
func TestAccess_trustedSessionWithoutCA(t *testing.T) {
	r := newHarness(t, func(o *Options) { o.Assumptions.TrustedEnvWithoutCA = true })
	r.must("UpdateAccessKey", `{"AccessKeyId":%q,"ExpirationDate":%q}`, rootKey, epoch.Add(time.Hour).Format(time.RFC3339Nano))
	r.must("UpdateApiAccessPolicy", `{"MaxAccessKeyExpirationSeconds":3600,"RequireTrustedEnv":true}`)
	r.must("ReadAccessKeys", `{}`)
	r.must("CreateApiAccessRule", `{"IpRanges":["0.0.0.0/0"]}`)
}

func TestAccess_explained(t *testing.T) {
	r := newHarness(t, func(o *Options) { o.Explain = true })
	r.onlyRule(`"IpRanges":["192.0.2.1"]`)
	r.from("192.0.2.2:1", "ReadUsers", `{}`)
	if log := r.log.String(); !strings.Contains(log, "call denied") || !strings.Contains(log, "the address 192.0.2.2 is in none of its ranges") {
		t.Error(log)
	}
	if denials := r.Denials(); len(denials) != 1 || denials[0].Rights != nil || fmt.Sprint(denials[0].Code) != "14" {
		t.Errorf("%+v", denials)
	}
}
