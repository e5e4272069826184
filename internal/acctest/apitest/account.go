package apitest

import (
	"context"
	"sync"

	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/internal/domain"
)

// Account is a domain.Account for tests of packages that internal/account imports.
type Account struct {
	API interface {
		ReadAccounts(context.Context) (api.Account, error)
	}
	mu    sync.Mutex
	known string
}

var _ domain.Account = (*Account)(nil)

// ID returns the account's id, which it reads once.
func (a *Account) ID(ctx context.Context) (string, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.known != "" {
		return a.known, nil
	}
	account, err := a.API.ReadAccounts(ctx)
	if domain.IsNotPermitted(err) {
		return "", nil
	}
	a.known = account.ID
	return account.ID, err
}

// KnownID is ID without a call.
func (a *Account) KnownID() string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.known
}
