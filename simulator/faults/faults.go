// Package faults decides which calls to a simulator go wrong, and how. Decisions come
// from a seed: the same lists of rules, and the same calls in the same order, meet the
// same faults.
package faults

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"
)

// The kinds of faults.
const (
	// Latency makes the call wait before anything else happens.
	Latency = "latency"
	// DropBefore closes the connection without executing the call.
	DropBefore = "drop_before"
	// DropAfter executes the call and closes the connection without an answer.
	DropAfter = "drop_after"
	// Status answers with an error instead of executing the call.
	Status = "status"
	// Throttle answers that there were too many calls; 429 and code 24 unless told.
	Throttle = "throttle"
	// StatusAfter executes the call and answers with an error all the same, as a gateway
	// does that lost its patience.
	StatusAfter = "status_after"
	// Reset executes the call, sends the header and a part of the answer, and resets the
	// connection.
	Reset = "reset"
	// Truncate executes the call and sends a whole HTTP answer whose JSON is cut off.
	Truncate = "truncate"
	// Garbage executes the call and answers 200 with an HTML page, as a proxy does.
	Garbage = "garbage"
	// Stall executes the call, keeps silent for the latency, and answers then.
	Stall = "stall"
)

// Kinds are all of them.
func Kinds() []string {
	return []string{Latency, DropBefore, DropAfter, Status, StatusAfter, Throttle, Reset, Truncate, Garbage, Stall}
}

// Duration is a time.Duration that is written as "20ms" in JSON.
type Duration time.Duration

// MarshalJSON writes the form time.ParseDuration reads.
func (d Duration) MarshalJSON() ([]byte, error) { return json.Marshal(time.Duration(d).String()) }

// UnmarshalJSON reads the form time.ParseDuration reads.
func (d *Duration) UnmarshalJSON(data []byte) error {
	var text string
	if err := json.Unmarshal(data, &text); err != nil {
		return fmt.Errorf("a duration is a text such as \"20ms\"")
	}
	parsed, err := time.ParseDuration(text)
	if err != nil {
		return fmt.Errorf("%q is no duration: give a text such as \"20ms\" or \"2s\"", text)
	}
	*d = Duration(parsed)
	return nil
}

// Fault is one rule. Rules are asked in their order; latencies add up, and the first
// other fault that strikes decides the call.
type Fault struct {
	// Action is the action it is for; "" or "*" is every action.
	Action string `json:"action,omitempty"`
	// Kind is one of the kinds above.
	Kind string `json:"kind"`
	// Probability is between 0 and 1; 0 or left out means always.
	Probability float64 `json:"probability,omitempty"`
	// Times is how often it strikes before it is spent; 0 is without end.
	Times int `json:"times,omitempty"`
	// Status and Code are those of the error of Status, StatusAfter and Throttle. Status
	// defaults to 500 and code "0", or to what goes with the code of a throttle.
	Status int    `json:"status,omitempty"`
	Code   string `json:"code,omitempty"`
	// Latency is how long the call waits, for Latency before it is executed and for Stall
	// after that. At most one minute.
	Latency Duration `json:"latency,omitempty"`
	// Rate, for Throttle only, is the number of calls a second that are let through, in
	// bursts of up to one second's worth; 0 lets none through.
	Rate float64 `json:"rate,omitempty"`
	// RetryAfter, for Throttle only, is sent as the header Retry-After, in whole seconds,
	// rounded up; 0 sends none.
	RetryAfter Duration `json:"retry_after,omitempty"`
}

// Decision is what happens to one call.
type Decision struct {
	// Latency is the wait before anything else happens.
	Latency time.Duration
	// Kind is one of the kinds but Latency, or "" for none of them.
	Kind string
	// Status and Code are set for Status, StatusAfter and Throttle.
	Status int
	Code   string
	// RetryAfter is set for a Throttle that tells when to come again.
	RetryAfter time.Duration
	// Stall is set for Stall: the silence between the execution and the answer.
	Stall time.Duration
	// Part is set for Reset and Truncate: the share of the answer that is sent, from 0 up
	// to, not including, 1.
	Part float64
}

// Cut returns how many bytes of an answer of this size are sent: at least one, and never
// all of them.
func (d Decision) Cut(size int) int { return min(1+int(d.Part*float64(size-1)), size-1) }

// Injector decides for every call. It is safe for concurrent use.
type Injector struct {
	seed uint64
	now  func() time.Time

	lock  sync.Mutex
	rules []*rule
	// sets counts the lists so far. Each draws its own numbers: were they the same ones, a
	// list that is set again would strike again what it struck before, and nothing else.
	sets uint64
}

type rule struct {
	Fault
	random *rand.Rand
	left   int
	// tokens and filled are the bucket of a throttle with a rate.
	tokens float64
	filled time.Time
}

// New returns an injector without faults. Seed 0 is a seed like any other.
func New(seed uint64, now func() time.Time) *Injector { return &Injector{seed: seed, now: now} }

// Set replaces the rules, or changes nothing and says which rule is wrong.
func (in *Injector) Set(list []Fault) error {
	in.lock.Lock()
	defer in.lock.Unlock()
	rules := make([]*rule, 0, len(list))
	for i, fault := range list {
		if err := fault.check(); err != nil {
			return fmt.Errorf("fault %d: %w", i+1, err)
		}
		rules = append(rules, &rule{
			Fault: fault, left: fault.Times, random: rand.New(rand.NewPCG(in.seed, in.sets<<32|uint64(i))),
			tokens: max(fault.Rate, 1), filled: in.now(),
		})
	}
	in.rules = rules
	in.sets++
	return nil
}

// List returns the rules as they were set, with defaults filled in.
func (in *Injector) List() []Fault {
	in.lock.Lock()
	defer in.lock.Unlock()
	out := make([]Fault, 0, len(in.rules))
	for _, r := range in.rules {
		out = append(out, r.Fault)
	}
	return out
}

// Decide says what happens to the next call of an action.
func (in *Injector) Decide(action string) Decision {
	in.lock.Lock()
	defer in.lock.Unlock()
	var d Decision
	for _, r := range in.rules {
		if !r.strikes(action, in.now) {
			continue
		}
		if r.Kind == Latency {
			d.Latency += time.Duration(r.Latency)
			continue
		}
		r.decide(&d)
		return d
	}
	return d
}

// decide fills in what a rule that strikes does. Only kinds that need one draw a number:
// the others strike the same calls with the same seed, whatever they are mixed with.
func (r *rule) decide(d *Decision) {
	d.Kind, d.Status, d.Code, d.RetryAfter = r.Kind, r.Status, r.Code, time.Duration(r.RetryAfter)
	switch r.Kind {
	case Stall:
		d.Stall = time.Duration(r.Latency)
	case Reset, Truncate:
		d.Part = r.random.Float64()
	}
}

func (r *rule) strikes(action string, now func() time.Time) bool {
	if r.Action != "" && r.Action != "*" && r.Action != action {
		return false
	}
	if r.Times > 0 && r.left == 0 {
		return false
	}
	if r.Rate > 0 && r.admits(now()) {
		return false
	}
	if r.Probability > 0 && r.random.Float64() >= r.Probability {
		return false
	}
	r.left--
	return true
}

// admits takes a token out of the bucket, if there is one.
func (r *rule) admits(now time.Time) bool {
	r.tokens = min(r.tokens+now.Sub(r.filled).Seconds()*r.Rate, max(r.Rate, 1))
	r.filled = now
	if r.tokens < 1 {
		return false
	}
	r.tokens--
	return true
}
