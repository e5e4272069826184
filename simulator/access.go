package simulator

import (
	"crypto/x509"
	"fmt"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/simulator/internal/describe"
	"github.com/outscale-access/terraform-provider-outscale/simulator/store"
)

// origin is what API access rules check: the client's address and its certificate.
type origin struct {
	addr  netip.Addr
	chain []*x509.Certificate
	// times are the times of Simulator.clocks.
	times []time.Time
	// trusted means that the call is part of a trusted session, which needs no certificate.
	trusted bool
}

// checkAccess refuses an authenticated call that no API access rule allows. Rules do not apply to actions that take unsigned
// calls. In a trusted session only the actions of the scheme ApiKeyAuthSec, and Basic authentication, still need a certificate
// (official text).
func (s *Simulator) checkAccess(c *call) *problem {
	if c.caller == nil {
		return nil
	}
	allowed := false
	s.store.Read(func(v *store.View) {
		from := s.origin(c, v.AccessPolicy())
		v.EachRule(func(rule store.AccessRule) bool {
			allowed = from.complies(v, rule) == ""
			return !allowed
		})
	})
	if allowed {
		return nil
	}
	refused := accessDenied().withReason("no API access rule allows the call: %s", s.accessReasons(c))
	if s.opts.Explain {
		s.opts.Log.Warn("call denied", "caller", c.caller.name(), "request_id", c.record.RequestID, "action", c.action.Name,
			"reason", refused.reason)
	}
	return refused
}

// accessReasons returns why each API access rule does not allow a call.
func (s *Simulator) accessReasons(c *call) string {
	var reasons []string
	s.store.Read(func(v *store.View) {
		from := s.origin(c, v.AccessPolicy())
		for _, rule := range v.Rules() {
			reasons = append(reasons, rule.ID+": "+from.complies(v, rule))
		}
	})
	return strings.Join(reasons, "; ")
}

func (s *Simulator) origin(c *call, accessPolicy store.AccessPolicy) origin {
	from := origin{addr: clientAddr(c.request)}
	if c.request.TLS != nil && len(c.request.TLS.PeerCertificates) > 0 {
		from.chain, from.times = c.request.TLS.PeerCertificates, s.clocks()
	}
	from.trusted = accessPolicy.TrustedEnv && c.action.Takes(describe.APIKeyAuth)
	return from
}

// loopback replaces the IPv6 loopback address and a missing client address, such as that of a connection in memory. The default
// rule allows IPv4 addresses only.
var loopback = netip.AddrFrom4([4]byte{127, 0, 0, 1})

func clientAddr(r *http.Request) netip.Addr {
	remote, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return loopback
	}
	addr := remote.Addr().Unmap().WithZone("")
	if addr.IsLoopback() && addr.Is6() {
		return loopback
	}
	return addr
}

// complies returns why a rule does not allow the call, or "" if it does. A call must meet every condition of the rule.
func (o origin) complies(v *store.View, rule store.AccessRule) string {
	if len(rule.IPRanges) > 0 && !slices.ContainsFunc(rule.IPRanges, o.inRange) {
		return fmt.Sprintf("the address %s is in none of its ranges", o.addr)
	}
	if o.trusted || len(rule.CAIDs) == 0 {
		return ""
	}
	if len(o.chain) == 0 {
		return "there is no client certificate"
	}
	if !slices.ContainsFunc(rule.CAIDs, func(id string) bool { return o.issuedBy(v, id) }) {
		return "the client certificate is not issued by one of its CAs"
	}
	if name := o.chain[0].Subject.CommonName; len(rule.CNs) > 0 && !slices.Contains(rule.CNs, name) {
		return fmt.Sprintf("the common name %q is not one of its CNs", name)
	}
	return ""
}

func (o origin) inRange(text string) bool {
	block, ok := parseRange(text)
	return ok && block.Contains(o.addr)
}

// issuedBy reports whether the client certificate is valid and issued by a CA.
func (o origin) issuedBy(v *store.View, caID string) bool {
	ca, _ := v.CA(caID)
	certificate := parseCA(ca.PEM)
	if certificate == nil {
		return false
	}
	options := x509.VerifyOptions{
		Roots: x509.NewCertPool(), Intermediates: x509.NewCertPool(), KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}
	options.Roots.AddCert(certificate)
	for _, intermediate := range o.chain[1:] {
		options.Intermediates.AddCert(intermediate)
	}
	return slices.ContainsFunc(o.times, func(at time.Time) bool {
		options.CurrentTime = at
		_, err := o.chain[0].Verify(options)
		return err == nil
	})
}
