package api

import (
	"errors"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/api/auth"
)

// process is a client of another process.
func (j *fakeAPI) process(t *testing.T, folder string, cred Credential) *Client {
	t.Helper()
	c, err := New(Config{Endpoint: "http://api.example.com/api/v1", Credential: cred, RequestsPerSecond: 5, RefusalFolder: folder})
	if err != nil {
		t.Fatal(err)
	}
	c.http.Transport = j
	return c
}

// slow returns the answer a after 0.8 s.
func slow(a reply) reply { a.after = 800 * time.Millisecond; return a }

// Four processes that start at once with one wrong credential cost one refusal. All of them can use a good one.
func TestRefusalStore_processesAtOnce(t *testing.T) {
	for name, c := range map[string]struct {
		answer  reply
		folder  bool
		refused int
	}{
		"a wrong secret":                {slow(problem(401, "1", "")), true, 1},
		"an unknown key":                {slow(problem(400, "4120", "")), true, 1},
		"locked out":                    {slow(problem(401, "13", "")), true, 1},
		"good":                          {slow(ok(keysBody)), true, 0},
		"a wrong secret, and no folder": {slow(problem(401, "1", "")), false, 4},
	} {
		for _, cred := range []Credential{testKey, {Login: "me@example.com", Password: "guess"}} {
			folder := ""
			if c.folder {
				folder = filepath.Join(t.TempDir(), "state")
			}
			synctest.Test(t, func(t *testing.T) {
				j := &fakeAPI{of: func(int) reply { return c.answer }}
				var mu sync.Mutex
				var failed []error
				var wg sync.WaitGroup
				for range 4 {
					p := j.process(t, folder, cred)
					wg.Go(func() {
						errs := all(p, 20)
						mu.Lock()
						defer mu.Unlock()
						failed = append(failed, errs...)
					})
				}
				wg.Wait()
				if len(j.refused) != c.refused {
					t.Errorf("%s, %v: %d refusals, want %d", name, cred, len(j.refused), c.refused)
				}
				if want := 80 * min(1, c.refused); len(failed) != want {
					t.Errorf("%s, %v: %d calls failed, want %d", name, cred, len(failed), want)
				}
				for _, err := range failed {
					if !IsUnauthorized(err) || IsLostAnswer(err) {
						t.Errorf("%s: %v", name, err)
					}
				}
			})
		}
	}
}

// The next process does not send a credential that was refused less than a minute ago. Its error says when it can be sent again.
func TestRefusalStore_nextProcess(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "state")
	synctest.Test(t, func(t *testing.T) {
		j := &fakeAPI{of: func(int) reply { return problem(401, "1", "") }}
		_ = all(j.process(t, folder, testKey), 3)
		at := time.Now()
		time.Sleep(30 * time.Second)
		err := actions["CreateAccessKey"](j.process(t, folder, testKey), t.Context())
		var unsent *UnsentError
		if !errors.As(err, &unsent) || len(j.at) != 1 || unsent.Until.Sub(at).Round(time.Second) != auth.RefusalTTL {
			t.Errorf("%d requests, %v", len(j.at), err)
		}
		if e := As(err); e == nil || e.Code() != "1" || e.StatusCode != http.StatusUnauthorized || e.RequestID != "2d3016ea" || e.Credential != "access key "+testKey.AccessKeyID || !IsUnauthorized(err) {
			t.Errorf("the error does not have the refusal: %v", err)
		}
		if want := "until " + unsent.Until.Format(time.TimeOnly); !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
		other := testKey
		other.SecretKey = strings.Repeat("Z", 40)
		_ = actions["ReadAccessKeys"](j.process(t, folder, other), t.Context())
		time.Sleep(31 * time.Second)
		_ = actions["ReadAccessKeys"](j.process(t, folder, testKey), t.Context())
		if len(j.at) != 3 {
			t.Errorf("%d requests, want one for another secret and one after a minute", len(j.at)-1)
		}
	})
}

// A dead endpoint is reported in time even while another process tests the credential.
func TestRefusalStore_deadEndpointReportedInTime(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "state")
	synctest.Test(t, func(t *testing.T) {
		j := &fakeAPI{of: func(int) reply { return reply{after: time.Hour} }}
		begun := time.Now()
		var wg sync.WaitGroup
		for range 3 {
			p := j.process(t, folder, testKey)
			wg.Go(func() { _ = all(p, 50) })
		}
		wg.Wait()
		if took := time.Since(begun); took > 30*time.Second {
			t.Errorf("reported after %v", took)
		}
	})
}
