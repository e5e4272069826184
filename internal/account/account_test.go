package account

import (
	"context"
	"slices"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest/apitest"
	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/internal/domain"
	"github.com/outscale-access/terraform-provider-outscale/internal/key"
	"github.com/outscale-access/terraform-provider-outscale/internal/user"
)

var (
	bg       = context.Background()
	auditDay = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
)

// services are those of an API, by a clock.
func services(client interface {
	API
	key.API
	user.API
}, now func() time.Time) (*Service, *user.Service, *key.Service) {
	opts := domain.Options{Now: now}
	accounts := New(client, opts)
	users := user.New(client, accounts, opts)
	return accounts, users, key.New(client, users, accounts, key.Options{Options: opts})
}

func service(f *apitest.Fake) *Service {
	f.Now = func() time.Time { return auditDay }
	s, _, _ := services(f, f.Now)
	return s
}

func TestID(t *testing.T) {
	f := &apitest.Fake{Signer: "AK", Account: "A1"}
	s := service(f)
	if got := s.KnownID(); got != "" {
		t.Errorf("known before it was read: %q", got)
	}
	var group errgroup.Group
	for range 10 {
		group.Go(func() error {
			if id, err := s.ID(bg); err != nil || id != "A1" {
				t.Errorf("%q, %v", id, err)
			}
			return nil
		})
	}
	_ = group.Wait()
	if n := f.Count("ReadAccounts"); n != 1 || s.KnownID() != "A1" {
		t.Errorf("read %d times; known %q", n, s.KnownID())
	}
}

func TestID_refused(t *testing.T) {
	for _, c := range []struct {
		status int
		code   string
		fails  bool
		calls  int
	}{{403, "4", false, 1}, {401, "5", false, 1}, {400, "5011", false, 1}, {500, "0", true, 2}, {401, "1", true, 2}} {
		f := &apitest.Fake{Signer: "AK", Before: apitest.On("ReadAccounts", 0, apitest.Refusal(c.status, c.code))}
		s := service(f)
		for range 2 {
			if id, err := s.ID(bg); id != "" || (err != nil) != c.fails {
				t.Errorf("%d/%s: %q, %v", c.status, c.code, id, err)
			}
		}
		if n := f.Count("ReadAccounts"); n != c.calls {
			t.Errorf("%d/%s: read %d times", c.status, c.code, n)
		}
	}
}

// ReadAccounts accepts no login: the id is unknown, and another call shows whether the login is good.
func TestID_login(t *testing.T) {
	f := &apitest.Fake{Login: true}
	if id, err := service(f).ID(bg); id != "" || err != nil || !slices.Equal(f.Actions(), []string{"ReadApiAccessPolicy"}) {
		t.Errorf("%q, %v, calls %v", id, err, f.Actions())
	}
	f = &apitest.Fake{Login: true, Before: apitest.On("ReadApiAccessPolicy", 0, apitest.Refusal(401, "1"))}
	if _, err := service(f).ID(bg); !api.IsUnauthorized(err) {
		t.Errorf("%v", err)
	}
}

// The limit is read once per run, even if the read fails, because each refusal would count towards a lock-out.
func TestMaxKeyLifetime(t *testing.T) {
	for _, c := range []struct {
		refused error
		want    time.Duration
		fails   bool
		kept    time.Duration
	}{
		{nil, 720 * time.Hour, false, domain.ReadTTL},
		{apitest.Refusal(403, "4"), 0, false, domain.ReadTTL},
		{apitest.Refusal(401, "5"), 0, false, domain.ReadTTL},
		{apitest.Refusal(400, "5011"), 0, false, domain.ReadTTL},
		{apitest.Refusal(500, "0"), 0, true, domain.NameTTL},
		{apitest.Refusal(401, "1"), 0, true, domain.NameTTL},
	} {
		now := auditDay
		f := &apitest.Fake{Policy: api.AccessPolicy{KeyLifetime: 720 * time.Hour}, Before: apitest.On("ReadApiAccessPolicy", 1, c.refused)}
		s, _, _ := services(f, func() time.Time { return now })
		for range 2 {
			if got, err := s.MaxKeyLifetime(bg); got != c.want || (err != nil) != c.fails {
				t.Errorf("%v: %v, %v", c.refused, got, err)
			}
			now = now.Add(c.kept - time.Second)
		}
		if n := f.Count("ReadApiAccessPolicy"); n != 1 {
			t.Errorf("%v: read %d times", c.refused, n)
		}
		if got, err := s.MaxKeyLifetime(bg); err != nil || got != 720*time.Hour {
			t.Errorf("%v: later: %v, %v", c.refused, got, err)
		}
	}
}
