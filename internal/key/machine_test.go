package key

import (
	"context"
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest/apitest"
	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/internal/domain"
	"github.com/outscale-access/terraform-provider-outscale/internal/user"
)

// Every phase with every answer: the phase that follows, and what was called and recorded.
func TestCreation_phases(t *testing.T) {
	const marker = MarkerPrefix + "m"
	update, deletion := "UpdateAccessKey", "DeleteAccessKey"
	refuse := func(action string) func(apitest.Call) error {
		return apitest.On(action, 0, apitest.Refusal(403, "4"))
	}
	covered := map[[2]phase]bool{}
	for _, c := range []struct {
		phase   phase
		answer  string
		api     *apitest.Fake
		marked  bool // a key with the marker, whose secret is lost, is there
		fresh   bool // the creation has a key
		prepare func(*creation)
		next    phase
		calls   string
		keys    int // at the API afterwards
		kept    bool
		fails   bool
	}{
		{phase: requesting, answer: "a key", next: finishing, calls: "CreateAccessKey", keys: 1, kept: true},
		{phase: requesting, answer: "none", api: &apitest.Fake{After: apitest.On("CreateAccessKey", 0, apitest.Cut())}, next: lookingUp, calls: "CreateAccessKey", keys: 1},
		{phase: requesting, answer: "5xx", api: &apitest.Fake{Before: apitest.On("CreateAccessKey", 0, apitest.Refusal(502, "0"))}, next: lookingUp, calls: "CreateAccessKey"},
		{phase: requesting, answer: "a refusal", api: &apitest.Fake{Before: refuse("CreateAccessKey")}, next: rechecking, calls: "CreateAccessKey", fails: true},
		{phase: requesting, answer: "not sent", prepare: func(c *creation) { c.opts.Abandoned = func() bool { return true } }, next: rechecking, fails: true},

		{phase: lookingUp, answer: "a key", marked: true, next: requesting, calls: "ReadAccessKeys UpdateAccessKey DeleteAccessKey"},
		{phase: lookingUp, answer: "no key", next: requesting, calls: "ReadAccessKeys ReadAccessKeys ReadAccessKeys"},
		{phase: lookingUp, answer: "a key, the last attempt", marked: true, prepare: func(c *creation) { c.attempts.Attempts = domain.MaxAttempts }, next: rechecking, calls: "ReadAccessKeys UpdateAccessKey DeleteAccessKey", fails: true},
		{phase: lookingUp, answer: "a key, nobody waits", marked: true, prepare: func(c *creation) { c.opts.Abandoned = func() bool { return true } }, next: rechecking, calls: "ReadAccessKeys UpdateAccessKey DeleteAccessKey", fails: true},
		{phase: lookingUp, answer: "a refusal", api: &apitest.Fake{Before: refuse("ReadAccessKeys")}, marked: true, next: done, calls: "ReadAccessKeys", keys: 1, fails: true},
		{phase: lookingUp, answer: "a refused removal", api: &apitest.Fake{Before: refuse(deletion)}, marked: true, next: done, calls: "ReadAccessKeys UpdateAccessKey DeleteAccessKey", keys: 1, fails: true},

		{phase: finishing, answer: "as asked", fresh: true, next: rechecking, calls: update, keys: 1, kept: true},
		{phase: finishing, answer: "a missing right", api: &apitest.Fake{Before: refuse(update)}, fresh: true, next: rechecking, calls: "UpdateAccessKey ReadAccessKeys", keys: 1, kept: true, fails: true},
		{phase: finishing, answer: "a refused tag", api: &apitest.Fake{Before: refusesTag("4106")}, fresh: true, prepare: func(c *creation) { c.want.Tag = "bad" }, next: discarding, calls: "UpdateAccessKey UpdateAccessKey", keys: 1, kept: true, fails: true},
		{phase: finishing, answer: "unknown members", api: &apitest.Fake{Before: noTags("4045")}, fresh: true, next: discarding, calls: "UpdateAccessKey UpdateAccessKey UpdateAccessKey", keys: 1, kept: true, fails: true},
		{phase: finishing, answer: "not sent", fresh: true, prepare: func(c *creation) { c.opts.Abandoned = func() bool { return true } }, next: discarding, keys: 1, kept: true, fails: true},
		{phase: finishing, answer: "no such key", fresh: true, prepare: func(c *creation) { c.s.api.(*apitest.Fake).Keys = nil }, next: rechecking, calls: "UpdateAccessKey ReadAccessKeys", fails: true},

		{phase: discarding, answer: "deleted", fresh: true, next: rechecking, calls: "UpdateAccessKey DeleteAccessKey"},
		{phase: discarding, answer: "a refusal", api: &apitest.Fake{Before: refuse(deletion)}, fresh: true, next: rechecking, calls: "UpdateAccessKey DeleteAccessKey ReadAccessKeys", keys: 1, kept: true, fails: true},
		{phase: discarding, answer: "gone", fresh: true, prepare: func(c *creation) { c.s.api.(*apitest.Fake).Keys = nil }, next: rechecking, calls: "UpdateAccessKey DeleteAccessKey ReadAccessKeys"},

		{phase: rechecking, answer: "nothing was lost", marked: true, next: done, keys: 1},
		{phase: rechecking, answer: "a late key", marked: true, fresh: true, prepare: func(c *creation) { c.attempts.Lost = 1 }, next: done, calls: "ReadAccessKeys UpdateAccessKey DeleteAccessKey", keys: 1, kept: true},
		{phase: rechecking, answer: "a refusal, without a key", api: &apitest.Fake{Before: refuse("ReadAccessKeys")}, prepare: func(c *creation) { c.attempts.Lost = 1 }, next: done, calls: "ReadAccessKeys", fails: true},
		{phase: rechecking, answer: "a refusal, with a good key", api: &apitest.Fake{Before: refuse("ReadAccessKeys")}, fresh: true, prepare: func(c *creation) { c.attempts.Lost = 1 }, next: done, calls: "ReadAccessKeys", keys: 1, kept: true},
	} {
		t.Run(string(c.phase)+", "+c.answer, func(t *testing.T) {
			f := c.api
			if f == nil {
				f = &apitest.Fake{}
			}
			s := service(f)
			work, cleanup, end := domain.CreateContexts(bg)
			defer end()
			m := &creation{
				s: s, ctx: deadlines{bg, work, cleanup}, want: Spec{State: Inactive}, marker: marker,
				opts: CreateOptions{Recorder: noRecorder{}}, attempts: domain.NewAttempts(work, s.opts.Options, "CreateAccessKey"),
			}
			if c.fresh {
				m.key = keyOf("", f.Add("", marker, nil))
			}
			if c.marked {
				f.Add("", marker, nil)
			}
			if c.phase == lookingUp {
				m.lost = apitest.Cut()
			}
			if c.prepare != nil {
				c.prepare(m)
			}
			got := m.step(c.phase)
			if got != c.next {
				t.Errorf("then %s, want %s", got, c.next)
			}
			if calls := strings.Join(f.Actions(), " "); calls != c.calls {
				t.Errorf("calls %s, want %s", calls, c.calls)
			}
			if len(f.Keys) != c.keys || (m.key.ID != "") != c.kept || (m.err != nil) != c.fails {
				t.Errorf("%d keys, want %d; key %q; error %v", len(f.Keys), c.keys, m.key.ID, m.err)
			}
			covered[[2]phase{c.phase, got}] = true
		})
	}
	for _, edge := range [][2]phase{
		{requesting, finishing}, {requesting, lookingUp}, {requesting, rechecking}, {lookingUp, requesting}, {lookingUp, rechecking},
		{lookingUp, done}, {finishing, rechecking}, {finishing, discarding}, {discarding, rechecking}, {rechecking, done},
	} {
		if !covered[edge] {
			t.Errorf("%s -> %s is not tested", edge[0], edge[1])
		}
	}
}

// losses is an API that executes CreateAccessKey and loses its answer with a probability, by seed and marker.
type losses struct {
	apitest.Fake
	p    float64
	seed uint64
	mu   sync.Mutex
	rand map[string]*rand.Rand
}

func newLosses(p float64, seed uint64) *losses {
	l := &losses{p: p, seed: seed, rand: map[string]*rand.Rand{}}
	l.After = func(c apitest.Call) error {
		if c.Action != "CreateAccessKey" {
			return nil
		}
		l.mu.Lock()
		defer l.mu.Unlock()
		r := l.rand[c.Create.Tag]
		if r == nil {
			h := fnv.New64a()
			_, _ = h.Write([]byte(c.Create.Tag))
			r = rand.New(rand.NewPCG(l.seed, h.Sum64()))
			l.rand[c.Create.Tag] = r
		}
		if r.Float64() < l.p {
			return apitest.Cut()
		}
		return nil
	}
	return l
}

// create100 creates 100 keys, ten at a time, in simulated time, and returns the errors.
func (l *losses) create100(t *testing.T) (failed []error, took time.Duration) {
	t.Helper()
	account := &apitest.Account{API: l}
	s := New(l, user.New(l, account, domain.Options{}), account, Options{})
	began := time.Now()
	var (
		mu    sync.Mutex
		group errgroup.Group
		known []string
	)
	group.SetLimit(10)
	for i := range 100 {
		group.Go(func() error {
			made, err := s.Create(bg, Spec{Tag: "final"}, CreateOptions{Marker: NewMarker(fmt.Sprint(i))})
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				failed = append(failed, err)
			}
			if made.Key.ID != "" {
				known = append(known, made.Key.ID)
			}
			if (made.Key.Secret == "") != (err != nil) || len(made.Warnings) > 0 {
				t.Errorf("%v, warnings %v", err, made.Warnings)
			}
			return nil
		})
	}
	_ = group.Wait()
	for _, k := range l.Keys {
		if !slices.Contains(known, k.ID) || k.Tag != "final" {
			t.Errorf("orphan %s with the tag %s", k.ID, k.Tag)
		}
	}
	return failed, time.Since(began)
}

// 100 keys while 20 % of the answers are lost: 99 of 100 runs have no error, and none leaves an orphan.
func TestCreate_oneOfFiveAnswersLost(t *testing.T) {
	const p, keys, runs = 0.2, 100, 100
	if good := math.Pow(1-math.Pow(p, domain.MaxAttempts), keys); good < 0.99 {
		t.Errorf("computed: %.4f of the runs have no error", good)
	}
	good := 0
	var longest time.Duration
	for seed := range uint64(runs) {
		synctest.Test(t, func(t *testing.T) {
			failed, took := newLosses(p, seed).create100(t)
			longest = max(longest, took)
			if len(failed) == 0 {
				good++
			}
		})
	}
	t.Logf("%d of %d runs have no error; the longest takes %s", good, runs, longest)
	if good < 99 {
		t.Errorf("%d of %d runs have no error", good, runs)
	}
}

// At 50 % some creations fail. Their errors say what was tried, and they leave no orphan.
func TestCreate_halfOfAnswersLost(t *testing.T) {
	all := 0
	for seed := range uint64(10) {
		synctest.Test(t, func(t *testing.T) {
			failed, _ := newLosses(0.5, seed).create100(t)
			all += len(failed)
			for _, err := range failed {
				e := apitest.As[*domain.LostAnswerError](t, err)
				if e.Tried.Attempts != domain.MaxAttempts || e.Tried.Lost != domain.MaxAttempts || len(e.Tried.Removed) != domain.MaxAttempts ||
					e.Tried.Lookups <= domain.MaxAttempts || e.Tried.Took < 31*time.Second || !e.Settled() {
					t.Errorf("%v", err)
				}
			}
		})
	}
	// 1.6 of 100 are expected to fail.
	if all < 5 || all > 40 {
		t.Errorf("%d of 1000 creations failed", all)
	}
}

// A creation takes at most the time until its deadline plus domain.CleanupLimit, however slow the API is. Its error says so.
func TestCreate_slowAPI(t *testing.T) {
	for delay, settled := range map[time.Duration]bool{8 * time.Second: true, 50 * time.Second: false} {
		synctest.Test(t, func(t *testing.T) {
			const limit = 5 * time.Second
			f := &apitest.Fake{Account: "A1"}
			slow := func(c apitest.Call) error {
				select {
				case <-time.After(delay):
					return nil
				case <-c.Ctx.Done():
					return &api.TransportError{Action: c.Action, Sent: true, Err: c.Ctx.Err()}
				}
			}
			f.Before = func(c apitest.Call) error {
				if c.Action == "CreateAccessKey" {
					return nil // executed before its answer is waited for
				}
				return slow(c)
			}
			f.After = func(c apitest.Call) error {
				if c.Action == "CreateAccessKey" {
					return slow(c)
				}
				return nil
			}
			account := &apitest.Account{API: f}
			if _, err := account.ID(bg); err != nil {
				t.Fatal(err)
			}
			s := New(f, user.New(f, account, domain.Options{}), account, Options{})
			ctx, cancel := context.WithTimeout(bg, limit)
			defer cancel()
			began := time.Now()
			_, err := s.Create(ctx, Spec{}, CreateOptions{})
			took := time.Since(began)
			e := apitest.As[*domain.LostAnswerError](t, err)
			if took > limit+domain.CleanupLimit || e.Tried.Took != took || e.Tried.Limit != limit || e.Tried.CleanupLimit != domain.CleanupLimit {
				t.Errorf("%s per call: %s, %v", delay, took, err)
			}
			if e.Settled() != settled || settled != (len(f.Keys) == 0) {
				t.Errorf("%s per call: settled %v, keys %v: %v", delay, e.Settled(), f.Keys, err)
			}
		})
	}
}
