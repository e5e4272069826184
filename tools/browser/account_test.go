package browser

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/key"
	"github.com/outscale-access/terraform-provider-outscale/internal/policydoc"
	"github.com/outscale-access/terraform-provider-outscale/internal/report"
	"github.com/outscale-access/terraform-provider-outscale/internal/review"
)

const day = 24 * time.Hour

var now = time.Date(2027, 6, 1, 9, 30, 0, 0, time.UTC)

// page is the report of a made-up account.
func page(t testing.TB, keys []report.Key, missing ...string) []byte {
	t.Helper()
	for i := range keys {
		keys[i].Findings = review.Config{}.Review(keys[i].Facts)
	}
	var b bytes.Buffer
	a := report.Account{ID: "123456789012", Now: now, Version: "0.1.0", Missing: missing, Keys: keys}
	if err := report.Write(&b, a); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// spec is a key in short.
type spec struct {
	owner, tag           string
	age, used, left      int // in days; used 0 = not in the log, left 0 = never expires
	inactive, unfinished bool
	actions              []string // none = the owner has no rights
	networks             []string
}

func (s spec) key(id string) report.Key {
	k := report.Key{Owner: s.owner, Facts: review.Facts{
		Now: now, Root: s.owner == "(root)", MaxLifetime: 365 * day, RightsKnown: true, UseKnown: true, UseSince: now.Add(-32 * day),
		Networks: s.networks, Key: key.Key{ID: id, State: key.Active, Tag: s.tag, Created: now.Add(-time.Duration(s.age) * day)},
	}}
	if s.inactive {
		k.Key.State = key.Inactive
	}
	if s.unfinished {
		k.Key.Tag = key.NewMarker("x")
	}
	if s.used > 0 {
		k.LastUse = now.Add(-time.Duration(s.used)*day + 3*time.Hour)
	}
	if s.left != 0 {
		expires := now.Add(time.Duration(s.left) * day)
		k.Key.Expires = &expires
	}
	if len(s.actions) > 0 {
		k.Documents = []policydoc.Document{{Statements: []policydoc.Statement{
			{Effect: policydoc.Allow, Action: s.actions, Resource: []string{"*"}},
		}}}
	}
	return k
}

func keysOf(specs ...spec) []report.Key {
	var all []report.Key
	for i, s := range specs {
		all = append(all, s.key(fmt.Sprintf("AKEXAMPLE%011d", i+1)))
	}
	return all
}

// sampleKeys returns the keys of the screenshots.
func sampleKeys() []report.Key {
	deploy, backup := []string{"api:ReadVms", "api:CreateVms"}, []string{"api:ReadSnapshots", "api:CreateSnapshot"}
	return keysOf(
		spec{owner: "(root)", age: 410, used: 2, tag: "initial"},
		spec{owner: "backup", age: 61, used: 1, left: 29, tag: "nightly", actions: backup},
		spec{owner: "backup", age: 150, left: -58, tag: "nightly", actions: backup},
		spec{owner: "billing-export", age: 29, used: 3, left: 61, actions: []string{"api:ReadConsumptionAccount"}},
		spec{owner: "ci", age: 12, used: 1, left: 18, tag: "runner-1", actions: deploy, networks: []string{"192.0.2.0/24"}},
		spec{owner: "ci", age: 43, used: 11, left: 2, tag: "runner-1", actions: deploy},
		spec{owner: "ci", age: 12, used: 1, left: 18, tag: "runner-2", actions: deploy,
			networks: []string{"192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8:7::/48"}},
		spec{owner: "marie.dupont", age: 203, left: 120, actions: []string{"api:Read*"}, inactive: true},
		spec{owner: "monitoring", age: 75, used: 1, left: 15, tag: "prometheus", actions: []string{"api:ReadVms", "api:ReadVolumes"}},
		spec{owner: "onboarding", age: 8, left: 22, unfinished: true, actions: []string{"api:ReadUsers"}},
		spec{owner: "platform-admin", age: 33, used: 1, left: 57, actions: []string{"*"}},
		spec{owner: "terraform", age: 88, used: 1, left: 92, tag: "production", actions: []string{"api:Create*", "api:Read*", "api:PutUserPolicy"}},
		spec{owner: "terraform", age: 20, used: 1, left: 70, tag: "staging", actions: deploy},
	)
}

// large is an account of 1,000 users with 3 keys each.
func large() []report.Key {
	random := rand.New(rand.NewPCG(1, 2))
	rights := [][]string{{"api:ReadVms"}, {"api:Read*"}, {"*"}, {"api:LinkPolicy"}, nil}
	var all []spec
	for user := range 1000 {
		for range 3 {
			s := spec{owner: fmt.Sprintf("service-%04d", user), tag: fmt.Sprintf("team-%d", random.IntN(40)), age: 1 + random.IntN(900),
				left: random.IntN(300) - 40, actions: rights[user%len(rights)], inactive: random.IntN(10) == 0}
			s.used = random.IntN(min(s.age, 32) + 1)
			all = append(all, s)
		}
	}
	return keysOf(all...)
}
