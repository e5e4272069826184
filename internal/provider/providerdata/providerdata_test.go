package providerdata

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/domain"
	"github.com/outscale-access/terraform-provider-outscale/internal/key"
	"github.com/outscale-access/terraform-provider-outscale/internal/orphan"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/diag"
)

var now = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// configured returns the data of a provider whose API's clock is ahead by the offset.
func configured(offset *time.Duration, services Services, opts Options) *Data {
	return Configured(services, func() domain.Clock { return domain.Clock{Machine: now, API: now.Add(*offset), Proven: true} },
		"https://api.example.com/api/v1", opts)
}

func TestReady_unknownNamesArguments(t *testing.T) {
	d := Unknown([]string{"access_key_id", "api.endpoint"}, time.Now, Options{})
	var diags diag.Diagnostics
	if d.Ready(&diags, "Users not read") {
		t.Fatal("an unknown provider is not ready")
	}
	got := diags[0].Summary() + "\n" + diags[0].Detail()
	want := "Users not read\n" +
		"The provider block takes `access_key_id`, `api.endpoint` from something that is only known after apply, so the account is not known yet. " +
		"No other credential is used instead.\n\n" +
		"First apply the objects that these values come from (with `-target`), or use values that are known before: from a variable, " +
		"the environment or a profile."
	if got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
	offset := time.Duration(0)
	if known := configured(&offset, Services{}, Options{}); known.Unknown() || !known.Ready(&diags, "") || len(diags) != 1 || !known.Now().Equal(now) {
		t.Errorf("configured: unknown %v, %v, clock %v", known.Unknown(), diags, known.Now())
	}
}

func TestWarnNotRefreshed_onceInARun(t *testing.T) {
	d := Unknown([]string{"profile"}, time.Now, Options{})
	var diags diag.Diagnostics
	d.WarnNotRefreshed(&diags)
	d.WarnNotRefreshed(&diags)
	if diags.WarningsCount() != 1 || !strings.Contains(diags[0].Detail(), "`profile`") {
		t.Errorf("want one warning that names the argument, got %v", diags)
	}
}

func TestFrom(t *testing.T) {
	var diags diag.Diagnostics
	if From(nil, &diags) != nil || diags.HasError() {
		t.Error("before Configure there is no data and no error")
	}
	d := Unknown(nil, time.Now, Options{})
	if From(d, &diags) != d {
		t.Error("data come back as they are")
	}
	if From("something else", &diags) != nil || !diags.HasError() {
		t.Error("anything else is a defect")
	}
}

// TestWarnClock_onceInARun: after the first answer, and only beyond what the API tolerates.
func TestWarnClock_onceInARun(t *testing.T) {
	for ahead, want := range map[time.Duration]string{
		0: "", 5 * time.Minute: "", -5 * time.Minute: "",
		2*time.Hour + 300*time.Millisecond: "It is 2h0m0s behind the clock of the OUTSCALE API at https://api.example.com/api/v1, which tolerates 5 minutes.",
		-6 * time.Minute:                   "It is 6m0s ahead of the clock of the OUTSCALE API at https://api.example.com/api/v1, which tolerates 5 minutes.",
	} {
		offset := time.Duration(0)
		d := configured(&offset, Services{}, Options{})
		var diags, again diag.Diagnostics
		d.WarnClock(&diags)
		if len(diags) != 0 {
			t.Errorf("before the first answer: %v", diags)
		}
		offset = ahead
		d.WarnClock(&diags)
		d.WarnClock(&again)
		if len(again) != 0 || !d.Now().Equal(now.Add(ahead)) {
			t.Errorf("%s: warned again: %v; the clock says %s", ahead, again, d.Now())
		}
		switch {
		case want == "":
			if len(diags) != 0 {
				t.Errorf("%s: %v", ahead, diags)
			}
		case len(diags) != 1 || diags[0].Severity() != diag.SeverityWarning || !strings.Contains(diags[0].Detail(), want):
			t.Errorf("%s: %v", ahead, diags)
		}
	}
}

// TestMemory_ownersAreSeparate: the past date of a key of one owner is new for a key of another owner.
func TestMemory_ownersAreSeparate(t *testing.T) {
	var m Memory
	m.AddExpired(now, "alice", "U1")
	m.AddSealed([]string{"b", "a"}, "alice", "U1")
	for owner, want := range map[string]bool{"alice": true, "U1": true, "bob": false, "": false} {
		if m.HadExpiry(owner, now.In(time.FixedZone("", 3600))) != want || m.WasSealed(owner, []string{"a", "b"}) != want {
			t.Errorf("%q: want %v", owner, want)
		}
	}
	if m.HadExpiry("alice", now.Add(time.Second)) || m.WasSealed("alice", []string{"a"}) {
		t.Error("another date, or other recipients, are new")
	}
}

// noAccount is an account whose id is unknown.
type noAccount struct{ Account }

func (noAccount) KnownID() string { return "" }

// listing counts how many times its keys are listed.
type listing struct {
	Keys
	keys  []key.Key
	lists int
}

func (l *listing) ListExisting(context.Context, key.Owner) ([]key.Key, error) {
	l.lists++
	return l.keys, nil
}
func (l *listing) List(context.Context, key.Owner) ([]key.Key, error) { return l.keys, nil }

// active are keys without a marker, an hour old.
func active(ids ...string) *listing {
	l := &listing{}
	for _, id := range ids {
		l.keys = append(l.keys, key.Key{ID: id, Created: now.Add(-time.Hour), State: key.Active})
	}
	return l
}

// TestWarnOrphans_onceInARun: an owner is listed once, a key is named once, and nothing is listed once a change has begun.
func TestWarnOrphans_onceInARun(t *testing.T) {
	keys := &listing{keys: []key.Key{{ID: "AK1", Tag: key.NewMarker("1"), Created: now, State: key.Active}, {ID: "AK2", Created: now}}}
	offset := time.Duration(0)
	d := configured(&offset, Services{Keys: keys, Account: noAccount{}}, Options{})
	var diags diag.Diagnostics
	for range 2 {
		d.WarnOrphans(t.Context(), key.Owner{}, &diags)
		d.WarnOrphansOfKept(t.Context(), key.Owner{}, "AK2", &diags)
	}
	if len(diags) != 1 || diags[0].Summary() != "Unfinished access key found: AK1" || keys.lists != 1 {
		t.Errorf("%d lists, %v", keys.lists, diags)
	}
	d.SetChanging()
	d.WarnOrphans(t.Context(), key.Owner{UserName: "alice"}, &diags)
	if keys.lists != 1 {
		t.Error("an owner was listed while a plan is applied")
	}
	d.WarnOrphansOfRun(t.Context(), key.Owner{UserName: "alice"}, &diags)
	if keys.lists != 2 {
		t.Error("the owner of a run-scoped key was not listed")
	}
}

// withJournal returns a recorder of a process after another one has created keys of alice, one after the other, an hour ago.
func withJournal(t *testing.T, ids ...string) *orphan.Recorder {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "journal")
	open := func() *orphan.Journal { return orphan.NewJournal(dir, func(err error) { t.Error(err) }) }
	journal := open()
	for i, id := range ids {
		earlier := journal.Recorder("")
		earlier.Intend(key.Intent{Marker: key.NewMarker(id), UserName: "alice", Time: now.Add(-time.Hour + time.Duration(i)*time.Second)})
		earlier.Created(key.NewMarker(id), key.Key{ID: id})
	}
	journal.Close()
	return open().Recorder("")
}

// TestWarnOrphans_keysOfTheState: a key that the CLI asks for after it has planned a new one is not named.
func TestWarnOrphans_keysOfTheState(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		keys := &listing{keys: []key.Key{{ID: "AK1", Created: now, State: key.Active}, {ID: "AK2", Created: now, State: key.Active}}}
		offset := time.Duration(0)
		d := configured(&offset, Services{Keys: keys, Account: noAccount{}}, Options{Orphans: withJournal(t, "AK1", "AK2"), Requests: &Requests{}})
		go func() {
			time.Sleep(quietTime - time.Millisecond)
			defer d.Requests.Begin()()
			d.Orphans.Referenced("AK1")
		}()
		var diags diag.Diagnostics
		defer d.Requests.Begin()()
		d.WarnOrphans(t.Context(), key.Owner{UserName: "alice"}, &diags)
		if len(diags) != 1 || diags[0].Summary() != "Access key of an interrupted run found: AK2" {
			t.Errorf("%v", diags)
		}
	})
}

// TestWarnOrphans_namedByTheLast: of several requests that plan keys, one waits, and names the keys of all.
func TestWarnOrphans_namedByTheLast(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		keys := &listing{keys: []key.Key{{ID: "AK1", Created: now, State: key.Active}}}
		offset := time.Duration(0)
		d := configured(&offset, Services{Keys: keys, Account: noAccount{}}, Options{Orphans: withJournal(t, "AK1", "AK2"), Requests: &Requests{}})
		var first, second diag.Diagnostics
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			defer d.Requests.Begin()()
			d.WarnOrphans(t.Context(), key.Owner{UserName: "alice"}, &first)
		}()
		synctest.Wait()
		keys.keys = []key.Key{{ID: "AK2", Created: now, State: key.Active}}
		defer d.Requests.Begin()()
		d.WarnOrphans(t.Context(), key.Owner{UserName: "alice", UserID: "ID"}, &second)
		<-ended
		if len(first) != 0 || len(second) != 2 {
			t.Errorf("the first: %v; the second: %v", first, second)
		}
	})
}

// TestWarnOrphansOfCreation: an owner is listed while a plan is applied only if the journal has a suspect entry, and the key
// is named then although no plan named it.
func TestWarnOrphansOfCreation(t *testing.T) {
	keys := &listing{keys: []key.Key{{ID: "AK1", Created: now, State: key.Active}}}
	offset := time.Duration(0)
	d := configured(&offset, Services{Keys: keys, Account: noAccount{}}, Options{Orphans: withJournal(t, "AK1")})
	d.SetChanging()
	var diags diag.Diagnostics
	d.WarnOrphansOfCreation(t.Context(), key.Owner{UserName: "bob"}, &diags)
	if len(diags) != 0 || keys.lists != 0 {
		t.Errorf("another owner: %d lists, %v", keys.lists, diags)
	}
	for range 2 {
		d.WarnOrphansOfCreation(t.Context(), key.Owner{UserName: "alice"}, &diags)
	}
	if len(diags) != 1 || diags[0].Summary() != "Access key of an interrupted run found: AK1" || keys.lists != 1 {
		t.Errorf("%d lists, %v", keys.lists, diags)
	}
}

// TestWarnOrphansOfKept: a run that reads the keys of a state names the key that the journal suspects and that the CLI does
// not ask for, once, and lists nothing. It does not wait where there is nothing to wait for.
func TestWarnOrphansOfKept(t *testing.T) {
	alice := key.Owner{UserName: "alice"}
	for name, c := range map[string]struct {
		journal []string // keys of alice that another process made, in this order
		owner   key.Owner
		reads   string // the key that is read first
		later   string // the key that the CLI asks for while that request waits
		want    []string
		waited  time.Duration
	}{
		"nothing in the journal":     {nil, alice, "AK0", "", nil, 0},
		"of another owner":           {[]string{"AK1"}, key.Owner{UserName: "bob"}, "AK0", "", nil, 0},
		"in no state":                {[]string{"AK1", "AK2"}, alice, "AK0", "", []string{"AK1", "AK2"}, quietTime},
		"one in the state":           {[]string{"AK1", "AK2"}, alice, "AK0", "AK1", []string{"AK2"}, quietTime + quietInterval},
		"all in the state":           {[]string{"AK1"}, alice, "AK0", "AK1", nil, 2 * quietInterval},
		"may wait for the read":      {[]string{"AK1", "AK2"}, alice, "AK1", "", nil, 0},
		"cannot wait for the read":   {[]string{"AK1", "AK2"}, alice, "AK2", "", []string{"AK1"}, quietTime},
		"the read is the only entry": {[]string{"AK1"}, alice, "AK1", "", nil, 0},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				offset, keys := time.Duration(0), active("AK0", "AK1", "AK2")
				d := configured(&offset, Services{Keys: keys, Account: noAccount{}}, Options{Orphans: withJournal(t, c.journal...), Requests: &Requests{}})
				var diags diag.Diagnostics
				began := time.Now()
				end := d.Requests.Begin()
				d.Orphans.Referenced(c.reads)
				asked := make(chan struct{})
				go func() {
					defer close(asked)
					if c.later != "" {
						time.Sleep(quietInterval + time.Millisecond)
						defer d.Requests.Begin()()
						d.Orphans.Referenced(c.later)
					}
				}()
				d.WarnOrphansOfKept(t.Context(), c.owner, c.reads, &diags)
				end()
				if waited := time.Since(began); waited < c.waited || waited > c.waited+quietInterval {
					t.Errorf("waited %s, want %s", waited, c.waited)
				}
				d.WarnOrphansOfKept(t.Context(), c.owner, c.reads, &diags)
				var named []string
				for _, one := range diags {
					named = append(named, strings.TrimPrefix(one.Summary(), "Access key of an interrupted run found: "))
				}
				if !slices.Equal(named, c.want) || keys.lists != 0 {
					t.Errorf("named %v, want %v; %d lists", named, c.want, keys.lists)
				}
				<-asked
			})
		})
	}
}

// TestWarnOrphansOfKept_besideAnotherRequest: of the requests for two keys of a state, or for one and a new one, the request
// that can name more keys waits, whichever comes first: AK1 and AK2 may depend on AK0, and AK2 on AK1.
func TestWarnOrphansOfKept_besideAnotherRequest(t *testing.T) {
	alice := key.Owner{UserName: "alice"}
	for name, c := range map[string]struct {
		requests [2]string // the key that is read, "" for a new one
		want     []string
	}{
		"a new key, then a key of the state":     {[2]string{"", "AK0"}, []string{"AK1", "AK2"}},
		"a key of the state, then a new key":     {[2]string{"AK0", ""}, []string{"AK1", "AK2"}},
		"a new key, then a later key":            {[2]string{"", "AK2"}, []string{"AK0", "AK1"}},
		"a later key, then an earlier key":       {[2]string{"AK2", "AK1"}, []string{"AK0"}},
		"an earlier key, then a later key":       {[2]string{"AK1", "AK2"}, []string{"AK0"}},
		"the first key, then the second":         {[2]string{"AK0", "AK1"}, nil},
		"two new keys":                           {[2]string{"", ""}, []string{"AK0", "AK1", "AK2"}},
		"a key of another run, then the first":   {[2]string{"AK9", "AK0"}, []string{"AK1", "AK2"}},
		"the first key, then one of another run": {[2]string{"AK0", "AK9"}, []string{"AK1", "AK2"}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				offset, keys := time.Duration(0), active("AK0", "AK1", "AK2")
				d := configured(&offset, Services{Keys: keys, Account: noAccount{}}, Options{Orphans: withJournal(t, "AK0", "AK1", "AK2"), Requests: &Requests{}})
				found, group := make([]diag.Diagnostics, 2), sync.WaitGroup{}
				for i, id := range c.requests {
					if id != "" {
						d.Orphans.Referenced(id)
					}
					group.Go(func() {
						defer d.Requests.Begin()()
						if id == "" {
							d.WarnOrphans(t.Context(), alice, &found[i])
						} else {
							d.WarnOrphansOfKept(t.Context(), alice, id, &found[i])
						}
					})
					synctest.Wait()
				}
				group.Wait()
				var named []string
				for _, one := range slices.Concat(found...) {
					named = append(named, strings.TrimPrefix(one.Summary(), "Access key of an interrupted run found: "))
				}
				if slices.Sort(named); !slices.Equal(named, c.want) {
					t.Errorf("named %v, want %v", named, c.want)
				}
			})
		})
	}
}
