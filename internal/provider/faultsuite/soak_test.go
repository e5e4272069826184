package faultsuite

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

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/internal/credential"
	"github.com/outscale-access/terraform-provider-outscale/simulator"
	"github.com/outscale-access/terraform-provider-outscale/simulator/admin"
	"github.com/outscale-access/terraform-provider-outscale/simulator/faults"
	"github.com/outscale-access/terraform-provider-outscale/simulator/simtest"
)

// round is one account in which many keys are made while calls go wrong.
type round struct {
	name   string
	faults []simulator.Fault
	opts   []func(*simulator.Options)
	// refused says that the API refuses good credentials meanwhile. A run then sends nothing more, lest it be locked out:
	// what it could not look up it tells by the marker, by which the key is found; nobody has switched it off.
	refused bool
}

func rounds() []round {
	one := func(kind string, more simulator.Fault, probability float64) []simulator.Fault {
		more.Kind = kind
		return often([]trouble{{name: kind, faults: []simulator.Fault{more}}}, "", probability)
	}
	throttle := func(status int, code string) []simulator.Fault {
		return append([]simulator.Fault{{Kind: faults.Throttle, Status: status, Code: code, Rate: 120}}, often(kinds(), "", 0.1)...)
	}
	only := func(name string) []func(*simulator.Options) { return []func(*simulator.Options){switches()[name]} }
	return []round{
		{name: "all kinds, 20 percent", faults: often(kinds(), "", 0.2)},
		{name: "all kinds, 50 percent", faults: often(kinds(), "", 0.5)},
		{name: "answers lost, 20 percent", faults: one(faults.DropAfter, simulator.Fault{}, 0.2)},
		{name: "answers lost, 50 percent", faults: one(faults.DropAfter, simulator.Fault{}, 0.5)},
		{name: "504 after execution, 50 percent", faults: one(faults.StatusAfter, simulator.Fault{Status: 504, Code: "0"}, 0.5), opts: only("expiry kept on update")},
		{name: "1.39, all kinds, 20 percent", faults: often(kinds(), "", 0.2), opts: only("1.39")},
		{name: "429/24 and all kinds", faults: throttle(429, "24")},
		{name: "429/25 and all kinds", faults: throttle(429, "25"), opts: only("expiry cleared on update with state")},
		{name: "503/6 and all kinds", faults: throttle(503, "6")},
		{name: "400/4120 and all kinds", faults: throttle(400, "4120"), refused: true},
		{name: "expired keys can be deleted, all kinds, 20 percent", faults: often(kinds(), "", 0.2), opts: only("expired keys can be deleted")},
	}
}

// books are what the makers of keys know of them: what a state would have, and what a user was told.
type books struct {
	mu     sync.Mutex
	state  map[string]string // secrets by id
	said   strings.Builder
	wrong  []string
	failed int
}

func (b *books) note(format string, args ...any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.wrong = append(b.wrong, fmt.Sprintf(format, args...))
}

// TestSoakCreates makes 10,000 keys under faults, on the domain layer and its real client over HTTP: many makers at once,
// each with a user of its own, who revoke what they made. Not one live key may be left that nobody knows.
func TestSoakCreates(t *testing.T) {
	acctest.Soak(t)
	const makers = 200
	total := 10_000
	if n, err := strconv.Atoi(os.Getenv("OUTSCALE_SOAK_CREATES")); err == nil {
		total = n
	}
	made, met, unknown, failed, began := 0, map[string]int{}, 0, 0, time.Now()
	for _, r := range rounds() {
		t.Run(r.name, func(t *testing.T) {
			rnd := draw(t)
			b := &books{state: map[string]string{}}
			seeded := func(o *simulator.Options) { o.Seed, o.Limits.Requests = rnd.Uint64(), 200_000 }
			server := simtest.Start(t, append([]func(*simulator.Options){seeded}, r.opts...)...)
			var group sync.WaitGroup
			begin, each := time.Now(), (total-1)/(len(rounds())*makers)+1
			users := make([]credential.User, makers)
			for i := range users {
				var err error
				if users[i], err = keeperOf(t, server).CreateUser(context.Background(), credential.UserWish{Name: fmt.Sprintf("user-%d", i)}); err != nil {
					t.Fatal(err)
				}
			}
			if err := server.Simulator.SetFaults(r.faults); err != nil {
				t.Fatal(err)
			}
			for _, user := range users {
				keeper := keeperOf(t, server)
				group.Go(func() { b.make(keeper, server.Simulator, user, each) })
			}
			group.Wait()
			unknown += b.close(t, server.Simulator, r.refused)
			made, failed = made+each*makers, failed+b.failed
			counts := map[string]int{}
			for _, call := range server.Simulator.Requests() {
				if call.Fault != "" {
					counts[call.Fault]++
					met[call.Fault]++
				}
			}
			t.Logf("%d creates, %d given up with a report, faults %v, %d calls, %s",
				each*makers, b.failed, counts, len(server.Simulator.Requests()), time.Since(begin).Round(time.Second))
		})
	}
	t.Logf("seed %d: %d creates, %d given up with a report, faults met %v, %d unknown live keys, %s",
		seed(), made, failed, met, unknown, time.Since(began).Round(time.Second))
}

func keeperOf(t *testing.T, server *simtest.Server) *credential.Keeper {
	t.Helper()
	client, err := api.New(api.Config{
		Endpoint: server.Endpoint, Region: "eu-west-2", Now: server.Simulator.Now,
		Credential: api.Credential{AccessKeyID: server.RootAccessKey, SecretKey: server.RootSecretKey},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.CloseIdleConnections)
	return credential.New(client, credential.Options{Now: server.Simulator.Now})
}

// make makes keys one after the other, looks at each, and revokes it again.
func (b *books) make(keeper *credential.Keeper, sim *simulator.Simulator, user credential.User, n int) {
	ctx := context.Background()
	owner := credential.Owner{UserName: user.Name}
	expires := sim.Now().AddDate(1, 0, 0)
	for range n {
		key, notices, err := keeper.Create(ctx, credential.Wish{Owner: owner, State: credential.Active, Expires: &expires})
		b.mu.Lock()
		for _, notice := range notices {
			b.said.WriteString(notice.Detail + "\n")
		}
		if err != nil {
			b.failed++
			b.said.WriteString(err.Error() + "\n")
		}
		if key.ID != "" {
			b.state[key.ID] = key.Secret
		}
		b.mu.Unlock()
		if key.ID == "" {
			continue
		}
		b.look(sim, user.Name, key)
		for try := 0; try < 3; try++ {
			if err = keeper.Revoke(ctx, owner, key); err == nil {
				b.mu.Lock()
				delete(b.state, key.ID)
				b.mu.Unlock()
				break
			}
		}
	}
}

// look holds a key against what the API has.
func (b *books) look(sim *simulator.Simulator, user string, key credential.Key) {
	keys := sim.State().AccessKeys
	i := slices.IndexFunc(keys, func(k admin.AccessKey) bool { return k.AccessKeyID == key.ID })
	if i < 0 {
		b.note("key %s of %s was made and is not at the API", key.ID, user)
		return
	}
	sum := sha256.Sum256([]byte(key.Secret))
	if hex.EncodeToString(sum[:]) != keys[i].SecretSHA256 {
		b.note("the secret of key %s is lost", key.ID)
	}
	for _, k := range keys {
		if k.UserName == user && k.ExpirationDate == nil {
			b.note("key %s of %s never dies", k.AccessKeyID, user)
		}
	}
}

// close lets the judge speak, and counts the live keys that nobody knows.
func (b *books) close(t *testing.T, sim *simulator.Simulator, refused bool) (unknown int) {
	t.Helper()
	marked := 0
	for _, key := range sim.State().AccessKeys {
		if key.UserName == "" {
			continue
		}
		_, known := b.state[key.AccessKeyID]
		told := strings.Contains(b.said.String(), key.AccessKeyID)
		switch {
		case refused && !known && strings.HasPrefix(acctest.Tag(key), marker) && strings.Contains(b.said.String(), acctest.Tag(key)):
			marked++
		case !known && !told:
			t.Errorf("seed %d: nobody knows key %s of %s (%s, tag %q)", seed(), key.AccessKeyID, key.UserName, key.State, *orNone(key.Tag))
			if key.State == "ACTIVE" {
				unknown++
			}
		case !known && key.State == "ACTIVE":
			t.Errorf("seed %d: key %s of %s was reported, and still works", seed(), key.AccessKeyID, key.UserName)
		}
	}
	for _, w := range b.wrong {
		t.Errorf("seed %d: %s", seed(), w)
	}
	if marked > 0 {
		t.Logf("%d keys were told by their marker alone", marked)
	}
	return unknown
}

func orNone(tag *string) *string {
	if tag == nil {
		return new(string)
	}
	return tag
}

// TestSoakCreatesWithTheCLI makes keys by the hundred through the real CLI and the built provider.
func TestSoakCreatesWithTheCLI(t *testing.T) {
	acctest.Soak(t)
	t.Parallel()
	for i := range 10 {
		for _, probability := range []float64{0.2, 0.5} {
			t.Run(fmt.Sprintf("%d/%.0f percent", i, probability*100), func(t *testing.T) {
				t.Parallel()
				st := tell(t, 24)
				st.brief(often(kinds(), "", probability))
			})
		}
	}
}
