package faults

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/account"
	"github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/internal/domain"
	"github.com/outscale-access/terraform-provider-outscale/internal/key"
	"github.com/outscale-access/terraform-provider-outscale/internal/user"
	"github.com/outscale-access/terraform-provider-outscale/simulator"
	"github.com/outscale-access/terraform-provider-outscale/simulator/admin"
	"github.com/outscale-access/terraform-provider-outscale/simulator/faults"
	"github.com/outscale-access/terraform-provider-outscale/simulator/simtest"
)

// batch is an account in which many keys are created while calls fail.
type batch struct {
	name   string
	faults []simulator.Fault
	opts   []func(*simulator.Options)
	// credentialRefused reports that the API refuses a valid credential while calls fail. The client then sends no more
	// calls, so that the API does not lock the account: it names a key that it could not look up by the marker, and does not
	// deactivate it.
	credentialRefused bool
}

func batches() []batch {
	one := func(kind string, more simulator.Fault, probability float64) []simulator.Fault {
		more.Kind = kind
		return spread([]faultKind{{name: kind, variants: []simulator.Fault{more}}}, "", probability)
	}
	throttle := func(status int, code string) []simulator.Fault {
		return append([]simulator.Fault{{Kind: faults.Throttle, Status: status, Code: code, Rate: 120}}, spread(faultKinds(), "", 0.1)...)
	}
	only := func(name string) []func(*simulator.Options) {
		return []func(*simulator.Options){assumptions()[name]}
	}
	return []batch{
		{name: "all kinds, 20 percent", faults: spread(faultKinds(), "", 0.2)},
		{name: "all kinds, 50 percent", faults: spread(faultKinds(), "", 0.5)},
		{name: "answers lost, 20 percent", faults: one(faults.DropAfter, simulator.Fault{}, 0.2)},
		{name: "answers lost, 50 percent", faults: one(faults.DropAfter, simulator.Fault{}, 0.5)},
		{name: "504 after execution, 50 percent", faults: one(faults.StatusAfter, simulator.Fault{Status: 504, Code: "0"}, 0.5), opts: only("expiry kept on update")},
		{name: "429/24 and all kinds", faults: throttle(429, "24")},
		{name: "429/25 and all kinds", faults: throttle(429, "25"), opts: only("expiry cleared on update with state")},
		{name: "503/6 and all kinds", faults: throttle(503, "6")},
		{name: "400/4120 and all kinds", faults: throttle(400, "4120"), credentialRefused: true},
		{name: "expired keys can be deleted, all kinds, 20 percent", faults: spread(faultKinds(), "", 0.2), opts: only("expired keys can be deleted")},
	}
}

// records are the keys that a state would have, and the messages that a user would see.
type records struct {
	mu       sync.Mutex
	secrets  map[string]string // by key id
	messages strings.Builder
	wrong    []string
	failed   int
}

func (r *records) addWrong(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.wrong = append(r.wrong, fmt.Sprintf(format, args...))
}

// TestSoakCreate_domain creates 10,000 keys while calls fail, with the domain and its real client over HTTP. Many callers
// run at once, each with its own user, and revoke the keys that they created. No working key may be left unknown.
func TestSoakCreate_domain(t *testing.T) {
	acctest.Soak(t)
	const callers = 200
	total := 10_000
	if n, err := strconv.Atoi(os.Getenv("OUTSCALE_SOAK_CREATES")); err == nil {
		total = n
	}
	created, occurred, unknown, failed, began := 0, map[string]int{}, 0, 0, time.Now()
	for _, b := range batches() {
		t.Run(b.name, func(t *testing.T) {
			rnd := random(t)
			r := &records{secrets: map[string]string{}}
			seeded := func(o *simulator.Options) { o.Seed, o.Limits.Requests = rnd.Uint64(), 200_000 }
			server := simtest.Start(t, append([]func(*simulator.Options){seeded}, b.opts...)...)
			var group sync.WaitGroup
			begin, each := time.Now(), (total-1)/(len(batches())*callers)+1
			names := make([]string, callers)
			for i := range names {
				names[i] = fmt.Sprintf("user-%d", i)
				if _, err := newServices(t, server).users.Create(context.Background(), user.Spec{Name: names[i], Path: "/"}); err != nil {
					t.Fatal(err)
				}
			}
			if err := server.Simulator.SetFaults(b.faults); err != nil {
				t.Fatal(err)
			}
			for _, name := range names {
				keys := newServices(t, server).keys
				group.Go(func() { r.create(keys, server.Simulator, name, each) })
			}
			group.Wait()
			unknown += r.check(t, server.Simulator, b.credentialRefused)
			created, failed = created+each*callers, failed+r.failed
			counts := map[string]int{}
			for _, call := range server.Simulator.Requests() {
				if call.Fault != "" {
					counts[call.Fault]++
					occurred[call.Fault]++
				}
			}
			t.Logf("%d creations, %d failed with a report, faults %v, %d calls, %s",
				each*callers, r.failed, counts, len(server.Simulator.Requests()), time.Since(begin).Round(time.Second))
		})
	}
	t.Logf("seed %d: %d creations, %d failed with a report, faults %v, %d unknown keys that work, %s",
		seed(), created, failed, occurred, unknown, time.Since(began).Round(time.Second))
}

// services are the services of one process.
type services struct {
	users *user.Service
	keys  *key.Service
}

func newServices(t *testing.T, server *simtest.Server) services {
	t.Helper()
	client, err := api.New(api.Config{
		Endpoint: server.Endpoint, Region: "eu-west-2", Now: server.Simulator.Now,
		Credential: api.Credential{AccessKeyID: server.RootAccessKey, SecretKey: server.RootSecretKey},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.CloseIdleConnections)
	opts := domain.Options{Now: server.Simulator.Now}
	accounts := account.New(client, opts)
	users := user.New(client, accounts, opts)
	return services{users, key.New(client, users, accounts, key.Options{Options: opts})}
}

// create creates keys one after the other. It compares each with the key at the API, and revokes it.
func (r *records) create(keys *key.Service, sim *simulator.Simulator, userName string, n int) {
	ctx := context.Background()
	owner := key.Owner{UserName: userName}
	expires := sim.Now().AddDate(1, 0, 0)
	for range n {
		created, err := keys.Create(ctx, key.Spec{Owner: owner, State: key.Active, Expires: &expires}, key.CreateOptions{})
		r.mu.Lock()
		for _, warning := range created.Warnings {
			fmt.Fprintln(&r.messages, warning.Warning())
			if late, ok := warning.(*key.LateLookupWarning); ok {
				fmt.Fprintln(&r.messages, late.Left)
			}
		}
		if err != nil {
			r.failed++
			fmt.Fprintln(&r.messages, err)
		}
		if created.Key.ID != "" {
			r.secrets[created.Key.ID] = created.Key.Secret
		}
		r.mu.Unlock()
		if created.Key.ID == "" {
			continue
		}
		r.compare(sim, userName, created.Key)
		for range 3 {
			if err = keys.Revoke(ctx, owner, created.Key); err == nil {
				r.mu.Lock()
				delete(r.secrets, created.Key.ID)
				r.mu.Unlock()
				break
			}
		}
	}
}

// compare compares a created key with the key at the API.
func (r *records) compare(sim *simulator.Simulator, userName string, created key.Key) {
	all := sim.State().AccessKeys
	i := slices.IndexFunc(all, func(k admin.AccessKey) bool { return k.AccessKeyID == created.ID })
	if i < 0 {
		r.addWrong("key %s of %s was created and is not at the API", created.ID, userName)
		return
	}
	sum := sha256.Sum256([]byte(created.Secret))
	if hex.EncodeToString(sum[:]) != all[i].SecretSHA256 {
		r.addWrong("the secret of key %s is lost", created.ID)
	}
	for _, k := range all {
		if k.UserName == userName && k.ExpirationDate == nil {
			r.addWrong("key %s of %s has no expiry", k.AccessKeyID, userName)
		}
	}
}

// check fails the test if something is wrong, and counts the working keys that neither a state nor a message has.
func (r *records) check(t *testing.T, sim *simulator.Simulator, credentialRefused bool) (unknown int) {
	t.Helper()
	marked, messages := 0, r.messages.String()
	for _, k := range sim.State().AccessKeys {
		if k.UserName == "" {
			continue
		}
		_, known := r.secrets[k.AccessKeyID]
		named := strings.Contains(messages, k.AccessKeyID)
		switch {
		case credentialRefused && !known && key.IsMarker(acctest.Tag(k)) && strings.Contains(messages, acctest.Tag(k)):
			marked++
		case !known && !named:
			t.Errorf("seed %d: key %s of %s is unknown (%s, tag %q)", seed(), k.AccessKeyID, k.UserName, k.State, acctest.Tag(k))
			if k.State == "ACTIVE" {
				unknown++
			}
		case !known && k.State == "ACTIVE":
			t.Errorf("seed %d: key %s of %s was named, and still works", seed(), k.AccessKeyID, k.UserName)
		}
	}
	for _, wrong := range r.wrong {
		t.Errorf("seed %d: %s", seed(), wrong)
	}
	if marked > 0 {
		t.Logf("%d keys were named only by their marker", marked)
	}
	return unknown
}

// TestSoakCreate_cli creates hundreds of keys with the real CLI and the built provider.
func TestSoakCreate_cli(t *testing.T) {
	acctest.Soak(t)
	t.Parallel()
	for i := range 10 {
		for _, probability := range []float64{0.2, 0.5} {
			t.Run(fmt.Sprintf("%d/%.0f percent", i, probability*100), func(t *testing.T) {
				t.Parallel()
				newScenario(t, 24).createAndDestroy(spread(faultKinds(), "", probability))
			})
		}
	}
}
