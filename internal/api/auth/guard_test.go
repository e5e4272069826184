package auth

import (
	"errors"
	"testing"
	"time"
)

var errRefused = errors.New("refused")

// run sends requests one after the other as long as the guard admits them, each with the next outcome, and returns their number.
func run(g *Guard, outcomes ...Outcome) (sent int) {
	at := time.Unix(1e9, 0)
	for _, o := range outcomes {
		if g.Decide() != Send {
			break
		}
		g.Enter()
		at = at.Add(time.Second)
		g.Leave(at, o, errRefused)
		sent++
	}
	return sent
}

// The number of requests for each sequence of outcomes, and whether the guard has stopped after it.
func TestGuard_sequences(t *testing.T) {
	for name, c := range map[string]struct {
		outcomes []Outcome
		sent     int
		stopped  bool
	}{
		"never accepted":                  {[]Outcome{Refused, Refused}, 1, true},
		"never accepted, wrong date":      {[]Outcome{WrongDate, Refused, Refused}, 2, true},
		"wrong date twice":                {[]Outcome{WrongDate, WrongDate, WrongDate}, 2, true},
		"wrong date, then accepted":       {[]Outcome{WrongDate, Accepted, Accepted}, 3, false},
		"accepted, then switched off":     {[]Outcome{Accepted, Refused, Refused, Refused, Refused}, 4, true},
		"accepted, and dates":             {[]Outcome{Accepted, WrongDate, WrongDate, WrongDate, WrongDate}, 4, true},
		"two refusals, then accepted":     {[]Outcome{Accepted, Refused, Refused, Accepted, Refused, Refused, Refused, Refused}, 7, true},
		"unclear answers say nothing":     {[]Outcome{Unclear, Unclear, Unclear, Refused, Refused}, 4, true},
		"lost answers, then accepted":     {[]Outcome{Unanswered, Unanswered, Accepted, Unanswered, Unanswered, Unanswered}, 6, false},
		"refusals with unclear ones amid": {[]Outcome{Accepted, Refused, Unclear, Refused, Unclear, Refused, Accepted}, 6, true},
	} {
		var g Guard
		if sent := run(&g, c.outcomes...); sent != c.sent || (g.Refusal() != nil) != c.stopped {
			t.Errorf("%s: %d sent, want %d; stopped %v, want %v", name, sent, c.sent, g.Refusal() != nil, c.stopped)
		}
	}
}

// If the credential is switched off while requests are in flight, at most MaxInFlight are refused in a row.
func TestGuard_refusalsInFlight(t *testing.T) {
	for _, accepted := range []bool{true, false} {
		var g Guard
		if accepted {
			run(&g, Accepted)
		}
		refusals, inFlight := 0, 0
		for range 100 {
			for g.Decide() == Send {
				g.Enter()
				inFlight++
			}
			if inFlight == 0 {
				break
			}
			g.Leave(time.Unix(1e9, 0), Refused, errRefused)
			inFlight--
			refusals++
		}
		want := map[bool]int{true: MaxInFlight, false: 1}[accepted]
		if refusals != want || g.Decide() != Stop {
			t.Errorf("accepted %v: %d refusals in a row, want %d", accepted, refusals, want)
		}
	}
}

// Until an answer has accepted the credential, one request at a time is sent.
func TestGuard_oneAtATimeUntilAccepted(t *testing.T) {
	var g Guard
	g.Enter()
	if g.Decide() != Wait {
		t.Error("a second request was sent before the first was answered")
	}
	g.Leave(time.Unix(1e9, 0), Accepted, nil)
	for range MaxInFlight {
		if g.Decide() != Send {
			t.Fatal("an accepted credential waits")
		}
		g.Enter()
	}
	if g.Decide() != Wait {
		t.Errorf("more than %d requests in flight", MaxInFlight)
	}
}

// Each answer that is lost before the first accepted one may have been a refusal.
func TestGuard_exhausted(t *testing.T) {
	for name, c := range map[string]struct {
		outcomes []Outcome
		want     bool
	}{
		"two lost":            {[]Outcome{Unanswered, Unanswered}, false},
		"three lost":          {[]Outcome{Unanswered, Unanswered, Unanswered}, true},
		"a date and two lost": {[]Outcome{WrongDate, Unanswered, Unanswered}, true},
		"accepted in between": {[]Outcome{Unanswered, Unanswered, Accepted, Unanswered}, false},
	} {
		var g Guard
		if run(&g, c.outcomes...); g.Exhausted() != c.want {
			t.Errorf("%s: exhausted %v, want %v", name, g.Exhausted(), c.want)
		}
	}
}

func TestGuard_mayBeLoad(t *testing.T) {
	var g Guard
	at := time.Unix(1e9, 0)
	if g.MayBeLoad(at) {
		t.Error("a credential that was never accepted")
	}
	g.Enter()
	g.Leave(at, Accepted, nil)
	if !g.MayBeLoad(at.Add(recent-1)) || g.MayBeLoad(at.Add(recent)) {
		t.Errorf("load for %v after an accepted request", recent)
	}
}
