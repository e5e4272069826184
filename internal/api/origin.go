package api

import (
	"context"
	"crypto/x509"
	"net/netip"
	"slices"
	"sync"
	"time"
)

// maxAnswered is how many request ids are remembered.
const maxAnswered = 64

// answered are the last request ids that the API gave to this process.
type answered struct {
	mu  sync.Mutex
	ids []string
}

func (a *answered) add(id string) {
	if id == "" {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.ids = append(a.ids, id); len(a.ids) > maxAnswered {
		a.ids = a.ids[1:]
	}
}

func (a *answered) has(id string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Contains(a.ids, id)
}

// CertificateChain is the client certificate, followed by what was given with it; nil without one.
func (c *Client) CertificateChain() []*x509.Certificate {
	if c.certificate == nil {
		return nil
	}
	var chain []*x509.Certificate
	for _, der := range c.certificate.Certificate {
		if parsed, err := x509.ParseCertificate(der); err == nil {
			chain = append(chain, parsed)
		}
	}
	return chain
}

// recentCalls is how far back the log is searched for the calls of this process.
const recentCalls = 15 * time.Minute

// CallerAddress returns the address from which the API sees this process: that of its own calls in the log, or, while the
// log does not have them yet, the only address from which its key was recently used. It is the zero address if neither is known,
// and for a login, which the log does not name. Action: ReadApiLogs.
func (c *Client) CallerAddress(ctx context.Context) (netip.Addr, error) {
	if c.keyID == "" {
		return netip.Addr{}, nil
	}
	now := c.clock.api()
	query := LogQuery{After: now.Add(-recentCalls), Before: now.Add(time.Minute), AccessKeyIDs: []string{c.keyID}, Addresses: true, RequestIDs: true}
	var own, seen string
	several := false
	for token := ""; ; {
		page, err := c.ReadAPILogs(ctx, query, token)
		if err != nil {
			return netip.Addr{}, err
		}
		for _, call := range page.Calls {
			if c.answered.has(call.RequestID) {
				own = call.Address // the last one counts
			}
			several = several || seen != "" && seen != call.Address
			seen = call.Address
		}
		if token = page.Next; token == "" {
			break
		}
	}
	if own == "" && !several {
		own = seen
	}
	address, _ := netip.ParseAddr(own) // the zero address for any other text
	return address.Unmap(), nil
}
