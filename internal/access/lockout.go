package access

import (
	"context"
	"crypto/sha1" //nolint:gosec // the fingerprints of the API
	"crypto/x509"
	"encoding/hex"
	"net/netip"
	"slices"
	"strings"

	"github.com/outscale-access/terraform-provider-outscale/internal/domain"
)

// Caller is what API access rules check of the calls of this process.
type Caller struct {
	Address netip.Addr          // zero = not known
	Chain   []*x509.Certificate // the client certificate, and the other certificates of its file; empty = none
}

// Answer is yes, no, or not known.
type Answer int

// The answers. Their order makes min a logical "and", and max a logical "or".
const (
	No Answer = iota
	Unknown
	Yes
)

// Admits reports whether one of the rules admits the caller. cas are the certificate authorities of the account. The caller
// must meet all criteria of the rule (official).
func Admits(rules []Rule, cas []CA, caller Caller) Answer {
	best := No
	for _, r := range rules {
		best = max(best, min(caller.comesFrom(r.IPRanges), caller.isIssuedBy(r.CAIDs, cas), caller.isNamed(r.CNs)))
	}
	return best
}

// comesFrom reports whether the caller's address is in one of the ranges. Every caller is in 0.0.0.0/0.
func (c Caller) comesFrom(ranges []string) Answer {
	if len(ranges) == 0 || slices.Contains(ranges, "0.0.0.0/0") {
		return Yes
	}
	if !c.Address.IsValid() {
		return Unknown
	}
	for _, text := range ranges {
		if block, ok := ParseRange(text); ok && block.Contains(c.Address) {
			return Yes
		}
	}
	return No
}

// isIssuedBy reports whether the client certificate is issued by one of the authorities. Only the fingerprints of the
// authorities are known: an authority whose certificate is in the chain is recognised, and for others the answer is not
// known.
func (c Caller) isIssuedBy(ids []string, cas []CA) Answer {
	switch {
	case len(ids) == 0:
		return Yes
	case len(c.Chain) == 0:
		return No
	}
	for _, ca := range cas {
		known := func(given *x509.Certificate) bool { return SameFingerprint(Fingerprint(given), ca.Fingerprint) }
		if slices.Contains(ids, ca.ID) && slices.ContainsFunc(c.Chain, known) {
			return Yes
		}
	}
	return Unknown
}

func (c Caller) isNamed(names []string) Answer {
	if len(names) == 0 || len(c.Chain) > 0 && slices.Contains(names, c.Chain[0].Subject.CommonName) {
		return Yes
	}
	return No
}

// Fingerprint returns the name of a certificate at the API: its SHA-1 in hexadecimal digits.
func Fingerprint(certificate *x509.Certificate) string {
	sum := sha1.Sum(certificate.Raw) //nolint:gosec // it is what the API uses
	return hex.EncodeToString(sum[:])
}

// SameFingerprint compares fingerprints. It ignores case, and colons between bytes.
func SameFingerprint(a, b string) bool {
	digits := func(s string) string { return strings.ToLower(strings.ReplaceAll(s, ":", "")) }
	return a != "" && digits(a) == digits(b)
}

// ParseRange parses a CIDR range, or an address as the range of this one address. It ignores bits behind the mask.
func ParseRange(text string) (netip.Prefix, bool) {
	if prefix, err := netip.ParsePrefix(text); err == nil {
		return prefix.Masked(), true
	}
	address, err := netip.ParseAddr(text)
	if err != nil || address.Zone() != "" {
		return netip.Prefix{}, false
	}
	return netip.PrefixFrom(address, address.BitLen()), true
}

// SameRanges reports whether two lists have the same ranges. Order and form make no difference.
func SameRanges(a, b []string) bool { return slices.Equal(ranges(a), ranges(b)) }

// ranges returns the ranges in their canonical form, sorted, each once. It keeps a text that is not a range.
func ranges(texts []string) []string {
	var all []string
	for _, text := range texts {
		if prefix, ok := ParseRange(text); ok {
			text = prefix.String()
		}
		all = append(all, text)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// covers reports whether wide admits every call that narrow admits.
func covers(wide, narrow Rule) bool {
	within := func(list, of []string) bool {
		return len(of) == 0 || len(list) > 0 && !slices.ContainsFunc(list, func(item string) bool { return !slices.Contains(of, item) })
	}
	inRanges := len(wide.IPRanges) == 0 || len(narrow.IPRanges) > 0 && !slices.ContainsFunc(narrow.IPRanges, func(text string) bool {
		inner, ok := ParseRange(text)
		return !ok || !slices.ContainsFunc(wide.IPRanges, func(text string) bool {
			outer, ok := ParseRange(text)
			return ok && outer.Bits() <= inner.Bits() && outer.Contains(inner.Addr())
		})
	})
	return inRanges && within(narrow.CAIDs, wide.CAIDs) && within(narrow.CNs, wide.CNs)
}

// LockOutError says that no rule would admit the caller after a change.
type LockOutError struct {
	Caller Caller
	Left   int // how many rules there would be
}

func (e *LockOutError) Error() string { return "no API access rule would let the caller in" }

// UndecidedError says that it is not known whether a rule would admit the caller after a change.
type UndecidedError struct {
	Caller Caller
	Err    error // why the address could not be read; nil if it was read, or if the log does not have it
}

func (e *UndecidedError) Error() string {
	return "whether an API access rule would let the caller in is not known"
}

func (e *UndecidedError) Unwrap() error { return e.Err }

// CheckChanges returns an error unless a rule admits the caller after changes of rules. changes are the rules by id as they
// will be, nil for one that will be deleted. Errors: *LockOutError, *UndecidedError, or those of reading the rules.
func (s *Service) CheckChanges(ctx context.Context, changes map[string]*Rule) error {
	rules, err := s.Rules(ctx)
	if err != nil {
		return err
	}
	return s.decide(ctx, rules, changes)
}

// decide is CheckChanges for known rules.
func (s *Service) decide(ctx context.Context, rules []Rule, changes map[string]*Rule) error {
	widens := func(r Rule) bool { return changes[r.ID] != nil && covers(*changes[r.ID], r) }
	if len(changes) == 1 && slices.ContainsFunc(rules, widens) {
		return nil
	}
	var then []Rule
	for _, r := range rules {
		if change, changed := changes[r.ID]; !changed {
			then = append(then, r)
		} else if change != nil {
			then = append(then, *change)
		}
	}
	caller := Caller{Chain: s.api.CertificateChain()}
	var cas []CA
	if len(caller.Chain) > 0 {
		var err error
		if cas, err = s.CAs(ctx); err != nil && !domain.IsNotPermitted(err) {
			return err
		}
	}
	if Admits(then, cas, caller) == Yes {
		return nil
	}
	var readErr error
	caller.Address, readErr = s.address.Get(ctx, everything, s.api.CallerAddress)
	switch Admits(then, cas, caller) {
	case Yes:
		return nil
	case No:
		return &LockOutError{Caller: caller, Left: len(then)}
	}
	return &UndecidedError{Caller: caller, Err: readErr}
}
