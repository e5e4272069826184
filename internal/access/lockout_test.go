package access

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"math/big"
	"net/netip"
	"strings"
	"testing"
	"time"
)

// certificate is a self-signed certificate for a name.
func certificate(t *testing.T, name string) *x509.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

func TestAdmits(t *testing.T) {
	leaf, issuer := certificate(t, "ci"), certificate(t, "authority")
	cas := []CA{{ID: "ca-1", Fingerprint: strings.ToUpper(Fingerprint(issuer))}, {ID: "ca-2", Fingerprint: "00"}}
	here := netip.MustParseAddr("192.0.2.7")
	plain, nowhere := Caller{Address: here}, Caller{}
	alone, whole := Caller{Address: here, Chain: []*x509.Certificate{leaf}}, Caller{Address: here, Chain: []*x509.Certificate{leaf, issuer}}
	for name, c := range map[string]struct {
		caller Caller
		rules  []Rule
		want   Answer
	}{
		"no rule":                              {plain, nil, No},
		"in a range":                           {plain, []Rule{{IPRanges: []string{"198.51.100.0/24", "192.0.2.0/24"}}}, Yes},
		"bits behind the mask":                 {plain, []Rule{{IPRanges: []string{"192.0.2.200/24"}}}, Yes},
		"single address":                       {plain, []Rule{{IPRanges: []string{"192.0.2.7"}}}, Yes},
		"in none":                              {plain, []Rule{{IPRanges: []string{"198.51.100.0/24", "x"}}}, No},
		"by the second rule":                   {plain, []Rule{{IPRanges: []string{"198.51.100.0/24"}}, {IPRanges: []string{"192.0.2.7/32"}}}, Yes},
		"unknown address":                      {nowhere, []Rule{{IPRanges: []string{"192.0.2.0/24"}}}, Unknown},
		"unknown address, open to all":         {nowhere, []Rule{{IPRanges: []string{"0.0.0.0/0"}}}, Yes},
		"no certificate":                       {plain, []Rule{{IPRanges: []string{"0.0.0.0/0"}, CAIDs: []string{"ca-1"}}}, No},
		"certificate, issuer not given":        {alone, []Rule{{CAIDs: []string{"ca-1"}}}, Unknown},
		"certificate, issuer given":            {whole, []Rule{{CAIDs: []string{"ca-1"}, CNs: []string{"ci"}}}, Yes},
		"certificate, another authority":       {whole, []Rule{{CAIDs: []string{"ca-2"}}}, Unknown},
		"certificate, another name":            {whole, []Rule{{CAIDs: []string{"ca-1"}, CNs: []string{"cd"}}}, No},
		"certificate, wrong address":           {whole, []Rule{{CAIDs: []string{"ca-1"}, IPRanges: []string{"198.51.100.1"}}}, No},
		"unknown in one, certain in the other": {nowhere, []Rule{{IPRanges: []string{"192.0.2.0/24"}}, {IPRanges: []string{"0.0.0.0/0"}}}, Yes},
	} {
		if got := Admits(c.rules, cas, c.caller); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
}

func TestSameRanges(t *testing.T) {
	for name, c := range map[string]struct {
		a, b []string
		want bool
	}{
		"order":        {[]string{"192.0.2.7", "10.0.0.0/8"}, []string{"10.0.0.0/8", "192.0.2.7"}, true},
		"form":         {[]string{"192.0.2.7", "10.1.2.3/8"}, []string{"10.0.0.0/8", "192.0.2.7/32"}, true},
		"another mask": {[]string{"10.0.0.0/8"}, []string{"10.0.0.0/9"}, false},
		"one more":     {[]string{"10.0.0.0/8"}, []string{"10.0.0.0/8", "192.0.2.7"}, false},
	} {
		if got := SameRanges(c.a, c.b); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestCovers(t *testing.T) {
	narrow := Rule{IPRanges: []string{"192.0.2.0/24"}, CAIDs: []string{"ca-1"}, CNs: []string{"ci"}}
	for name, c := range map[string]struct {
		wide, narrow Rule
		want         bool
	}{
		"itself":              {narrow, narrow, true},
		"wider range":         {Rule{IPRanges: []string{"192.0.0.0/16"}, CAIDs: []string{"ca-1"}, CNs: []string{"ci"}}, narrow, true},
		"any range":           {Rule{CAIDs: []string{"ca-1", "ca-2"}}, narrow, true},
		"narrower range":      {Rule{IPRanges: []string{"192.0.2.0/25"}}, narrow, false},
		"another authority":   {Rule{CAIDs: []string{"ca-2"}}, narrow, false},
		"another name":        {Rule{CAIDs: []string{"ca-1"}, CNs: []string{"cd"}}, narrow, false},
		"a certificate more":  {Rule{CAIDs: []string{"ca-1"}}, Rule{IPRanges: []string{"192.0.2.0/24"}}, false},
		"a range more":        {Rule{IPRanges: []string{"192.0.2.0/24"}, CAIDs: []string{"ca-1"}}, Rule{CAIDs: []string{"ca-1"}}, false},
		"no certificate more": {Rule{IPRanges: []string{"192.0.2.0/24"}}, narrow, true},
	} {
		if got := covers(c.wide, c.narrow); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// guarded is an API whose caller has a known or an unknown address.
type guarded struct {
	fake
	address  string
	err      error
	asked    int
	deleted  []string
	replaced []Rule
}

func (g *guarded) CertificateChain() []*x509.Certificate { return nil }

func (g *guarded) CallerAddress(context.Context) (netip.Addr, error) {
	g.asked++
	address, _ := netip.ParseAddr(g.address)
	return address, g.err
}

func (g *guarded) DeleteAPIAccessRule(_ context.Context, id string) error {
	g.deleted = append(g.deleted, id)
	return nil
}

func (g *guarded) UpdateAPIAccessRule(_ context.Context, rule Rule) (Rule, error) {
	g.replaced = append(g.replaced, rule)
	return rule, nil
}

// TestCheckChanges: two rules allow the calls of the caller. One of them can be deleted, but not both.
func TestCheckChanges(t *testing.T) {
	rules := []Rule{{ID: "aar-1", IPRanges: []string{"192.0.2.0/24"}}, {ID: "aar-2", IPRanges: []string{"192.0.2.7"}}}
	elsewhere := Rule{ID: "aar-1", IPRanges: []string{"198.51.100.0/24"}}
	var locked *LockOutError
	var undecided *UndecidedError

	g := &guarded{fake: fake{rules: rules}, address: "192.0.2.7"}
	s := New(g, account("1"), options)
	wider := Rule{ID: "aar-1", IPRanges: []string{"192.0.0.0/16"}}
	if err := s.CheckChanges(t.Context(), map[string]*Rule{"aar-1": &wider}); err != nil || g.asked != 0 {
		t.Errorf("a wider rule: %v, and the address was asked for %d times", err, g.asked)
	}
	if err := s.CheckChanges(t.Context(), map[string]*Rule{"aar-2": nil}); err != nil {
		t.Errorf("one deleted: %v", err)
	}
	if err := s.CheckChanges(t.Context(), map[string]*Rule{"aar-1": &elsewhere, "aar-2": nil}); !errors.As(err, &locked) || locked.Left != 1 {
		t.Errorf("the other one changed as well: %v", err)
	}

	g = &guarded{fake: fake{rules: []Rule{elsewhere, {ID: "aar-2", IPRanges: []string{"192.0.2.7"}}}}, address: "192.0.2.7"}
	wider = Rule{ID: "aar-1", IPRanges: []string{"198.51.0.0/16"}}
	err := New(g, account("1"), options).CheckChanges(t.Context(), map[string]*Rule{"aar-1": &wider, "aar-2": nil})
	if !errors.As(err, &locked) {
		t.Errorf("one wider, and the other one deleted: %v", err)
	}

	g = &guarded{fake: fake{rules: rules}, err: errors.New("no right")}
	s = New(g, account("1"), options)
	if err := s.CheckChanges(t.Context(), map[string]*Rule{"aar-1": &elsewhere}); !errors.As(err, &undecided) || !errors.Is(err, g.err) {
		t.Errorf("an address that cannot be read: %v", err)
	}
}

// TestDeleteRule_lockOut: a deletion that would lock the caller out is not sent, even if a plan allowed it.
func TestDeleteRule_lockOut(t *testing.T) {
	rules := []Rule{{ID: "aar-1", IPRanges: []string{"192.0.2.0/24"}}, {ID: "aar-2", IPRanges: []string{"198.51.100.0/24"}}}
	var locked *LockOutError
	g := &guarded{fake: fake{rules: rules}, address: "192.0.2.7"}
	s := New(g, account("1"), options)
	if err := s.DeleteRule(t.Context(), "aar-1", identity, false); !errors.As(err, &locked) || len(g.deleted) != 0 {
		t.Errorf("%v, deleted %v", err, g.deleted)
	}
	if _, err := s.UpdateRule(t.Context(), Rule{ID: "aar-1", IPRanges: []string{"203.0.113.0/24"}}, false); !errors.As(err, &locked) || len(g.replaced) != 0 {
		t.Errorf("%v, replaced %v", err, g.replaced)
	}
	if err := s.DeleteRule(t.Context(), "aar-1", identity, true); err != nil || len(g.deleted) != 1 {
		t.Errorf("forced: %v, deleted %v", err, g.deleted)
	}
	g = &guarded{fake: fake{rules: rules}}
	if err := New(g, account("1"), options).DeleteRule(t.Context(), "aar-1", identity, false); err != nil || len(g.deleted) != 1 {
		t.Errorf("unknown address: %v, deleted %v", err, g.deleted)
	}
}
