package api

import (
	"context"
	"crypto/x509"
	"net/netip"
	"slices"
	"sync"
	"time"
)

// maxAnswered is the number of request ids that the client keeps.
const maxAnswered = 64

// answered has the last request ids that the API returned to this process.
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

// CertificateChain returns the client certificate, followed by the other certificates of its file; nil without one.
func (c *Client) CertificateChain() []*x509.Certificate {
	if c.config.ClientCertificate == nil {
		return nil
	}
	var chain []*x509.Certificate
	for _, der := range c.config.ClientCertificate.Certificate {
		if parsed, err := x509.ParseCertificate(der); err == nil {
			chain = append(chain, parsed)
		}
	}
	return chain
}

// recentCalls is the age up to which CallerAddress reads logged calls.
const recentCalls = 15 * time.Minute

// CallerAddress returns the address of this process as the API sees it: the address of its own calls in the log. If the log
// does not have them yet, it is the only address from which the key was recently used. It is the zero address if that is not
// known either, and for a login, which the log does not name. Action: ReadApiLogs.
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
				own = call.Address // the last call counts
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
	address, _ := netip.ParseAddr(own) // a text that is no address gives the zero address
	return address.Unmap(), nil
}
