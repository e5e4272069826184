package breaker

import (
	"errors"
	"testing"
	"time"
)

var (
	limits   = Limits{Attempt: 12 * time.Second, Unreachable: 18 * time.Second, Foreign: 5 * time.Second, Silent: 28 * time.Second}
	start    = time.Unix(1e9, 0)
	errFirst = errors.New("the first failure")
	errLater = errors.New("a later failure")
)

func at(seconds float64) time.Time { return start.Add(time.Duration(seconds * float64(time.Second))) }

// attempt is one attempt, with its begin and its end in seconds after start.
type attempt struct {
	begun, ended float64
	result       Result
}

// after returns a breaker after the attempts, one after the other.
func after(attempts ...attempt) *Breaker {
	b := New(limits)
	err := errFirst
	for _, a := range attempts {
		b.Decide(at(a.begun), true)
		b.Leave(b.Enter(), at(a.ended), at(a.begun), a.result, err)
		err = errLater
	}
	return b
}

// The decision about a request, by the results of the attempts before it.
func TestBreaker_decisions(t *testing.T) {
	for name, c := range map[string]struct {
		before   []attempt
		asked    float64
		repeated Decision // of a request that may be repeated
		once     Decision // of one that is sent once
	}{
		"nothing happened":             {nil, 0, Decision{Send: true}, Decision{Send: true}},
		"it answered":                  {[]attempt{{0, 1, Answered}}, 2, Decision{Send: true}, Decision{Send: true}},
		"it broke":                     {[]attempt{{0, 1, Unclear}}, 2, Decision{Send: true}, Decision{Send: true}},
		"not reached":                  {[]attempt{{0, 1, Unreachable}}, 2, Decision{Send: true, Wait: 26 * time.Second}, Decision{Send: true, Wait: 26 * time.Second}},
		"not reached for too long":     {[]attempt{{0, 1, Unreachable}}, 19, Decision{Err: errFirst}, Decision{Err: errFirst}},
		"not reached, ended late":      {[]attempt{{0, 19, Unreachable}}, 19, Decision{Err: errFirst}, Decision{Err: errFirst}},
		"not reached, then answered":   {[]attempt{{0, 1, Unreachable}, {2, 3, Answered}}, 60, Decision{Send: true}, Decision{Send: true}},
		"an old failure":               {[]attempt{{0, 1, Unreachable}}, 22, Decision{Send: true}, Decision{Send: true}},
		"timed out":                    {[]attempt{{0, 12, TimedOut}}, 13, Decision{Send: true, Wait: 15 * time.Second}, Decision{Wait: 15 * time.Second}},
		"timed out twice":              {[]attempt{{0, 12, TimedOut}, {12.5, 24.5, TimedOut}}, 25, Decision{Err: errFirst}, Decision{Err: errFirst}},
		"timed out together":           {[]attempt{{0, 12, TimedOut}, {1, 13, TimedOut}}, 14, Decision{Send: true, Wait: 14 * time.Second}, Decision{Wait: 14 * time.Second}},
		"a page":                       {[]attempt{{0, 1, Foreign}}, 2, Decision{Send: true, Wait: 26 * time.Second}, Decision{Wait: 26 * time.Second}},
		"a page for too long":          {[]attempt{{0, 1, Foreign}}, 6, Decision{Err: errFirst}, Decision{Wait: 22 * time.Second}},
		"no such host":                 {[]attempt{{0, 1, Permanent}}, 2, Decision{Err: errFirst}, Decision{Err: errFirst}},
		"open until the cooldown ends": {[]attempt{{0, 1, Permanent}}, 20.9, Decision{Err: errFirst}, Decision{Err: errFirst}},
		"after the cooldown":           {[]attempt{{0, 1, Permanent}}, 21, Decision{Send: true, Wait: 28 * time.Second}, Decision{Send: true, Wait: 28 * time.Second}},
	} {
		if got := after(c.before...).Decide(at(c.asked), true); got != c.repeated {
			t.Errorf("%s: %+v, want %+v", name, got, c.repeated)
		}
		if got := after(c.before...).Decide(at(c.asked), false); got != c.once {
			t.Errorf("%s, sent once: %+v, want %+v", name, got, c.once)
		}
	}
}

// While the breaker is probing, one request at a time is sent. The others wait for it, and fail with it.
func TestBreaker_oneProbe(t *testing.T) {
	for name, b := range map[string]*Breaker{"doubted": after(attempt{0, 1, Unreachable}), "after the cooldown": after(attempt{-20, -19, Permanent})} {
		if d := b.Decide(at(2), true); !d.Send || !b.Enter() {
			t.Fatalf("%s: no probe: %+v", name, d)
		}
		if d := b.Decide(at(3), true); d.Send || d.Wait <= 0 {
			t.Errorf("%s: a second probe: %+v", name, d)
		}
		b.Leave(true, at(14), at(2), TimedOut, errLater)
		if d := b.Decide(at(14), true); !d.Send {
			t.Errorf("%s: no second attempt: %+v", name, d)
		}
		b.Leave(b.Enter(), at(26), at(14), TimedOut, errLater)
		if d := b.Decide(at(26), true); d.Err == nil || !b.Open() {
			t.Errorf("%s: still not open: %+v", name, d)
		}
	}
}

// A request whose time has run out opens the breaker, unless another one was answered in the meantime.
func TestBreaker_giveUp(t *testing.T) {
	b := after(attempt{0, 1, Unreachable})
	if b.GiveUp(at(18), at(0), errLater); !b.Open() || b.Decide(at(18), true).Err != errFirst { //nolint:errorlint // the very error
		t.Error("the breaker did not open with the first failure")
	}
	b = after(attempt{0, 1, Unreachable}, attempt{2, 3, Answered}, attempt{10, 11, Unreachable})
	if b.GiveUp(at(18), at(0), errLater); b.Open() {
		t.Error("it opened although something answered in the meantime")
	}
	b.Leave(false, at(19), at(0), Answered, nil)
	if b.Open() || !b.Decide(at(19), true).Send {
		t.Error("an answer closes it")
	}
}
