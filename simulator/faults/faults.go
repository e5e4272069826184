// Package faults decides which calls of a simulator fail, and how. Decisions depend on a seed: with the same lists of rules, the same
// calls in the same order get the same faults.
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
	// Latency delays the execution of the call.
	Latency = "latency"
	// DropBefore closes the connection without executing the call.
	DropBefore = "drop_before"
	// DropAfter executes the call and closes the connection without an answer.
	DropAfter = "drop_after"
	// Status answers with an error and does not execute the call.
	Status = "status"
	// Throttle answers that there were too many calls, by default with status 429 and code 24, and does not execute the call.
	Throttle = "throttle"
	// StatusAfter executes the call and answers with an error, as a gateway does after a timeout.
	StatusAfter = "status_after"
	// Reset executes the call, sends the header and a part of the answer, and resets the TCP connection.
	Reset = "reset"
	// Truncate executes the call and sends a complete HTTP answer with truncated JSON.
	Truncate = "truncate"
	// Garbage executes the call and answers with status 200 and an HTML page, as a proxy does.
	Garbage = "garbage"
	// Stall executes the call and answers after the latency.
	Stall = "stall"
)

// Kinds returns every kind.
func Kinds() []string {
	return []string{Latency, DropBefore, DropAfter, Status, StatusAfter, Throttle, Reset, Truncate, Garbage, Stall}
}

// Duration is a time.Duration with the JSON form "20ms".
type Duration time.Duration

// MarshalJSON writes a string such as "20ms".
func (d Duration) MarshalJSON() ([]byte, error) { return json.Marshal(time.Duration(d).String()) }

// UnmarshalJSON reads a string in the form of time.ParseDuration.
func (d *Duration) UnmarshalJSON(data []byte) error {
	var text string
	if err := json.Unmarshal(data, &text); err != nil {
		return fmt.Errorf("a duration is a text such as \"20ms\"")
	}
	parsed, err := time.ParseDuration(text)
	if err != nil {
		return fmt.Errorf("%q is not a duration of at most 2562047h: give a text such as \"20ms\" or \"2s\"", text)
	}
	*d = Duration(parsed)
	return nil
}

// Fault is one rule. Rules are evaluated in their order: latencies add up, and the first
// other rule that applies decides the call.
type Fault struct {
	// Action is the action that the rule applies to. "" or "*" means every action.
	Action string `json:"action,omitempty"`
	// Kind is one of the kinds.
	Kind string `json:"kind"`
	// Probability is the probability, from 0 to 1, that the rule applies to a call. 0 means always.
	Probability float64 `json:"probability,omitempty"`
	// Times is the largest number of calls that the rule applies to. 0 means no limit.
	Times int `json:"times,omitempty"`
	// Status and Code are the HTTP status and the code of the error of the kinds Status, StatusAfter and Throttle. The defaults are
	// 500 and "0". For Throttle they are "24", and 429 or the status that the API sends with the code (503 with 6, 400 with 4120).
	Status int    `json:"status,omitempty"`
	Code   string `json:"code,omitempty"`
	// Latency is the delay before the execution for the kind Latency, and after it for Stall. It is at most one minute.
	Latency Duration `json:"latency,omitempty"`
	// Rate, for Throttle only, is the number of calls per second that are executed, in bursts of up to the calls of one second. 0
	// means none.
	Rate float64 `json:"rate,omitempty"`
	// RetryAfter, for Throttle only, is the value of the Retry-After header, rounded up to whole seconds. 0 means no header.
	RetryAfter Duration `json:"retry_after,omitempty"`
}

// Decision is the effect of the rules on one call.
type Decision struct {
	// Latency is the delay before the execution.
	Latency time.Duration
	// Kind is one of the kinds except Latency, or "".
	Kind string
	// Status and Code are set for Status, StatusAfter and Throttle.
	Status int
	Code   string
	// RetryAfter is set for a Throttle with a Retry-After header.
	RetryAfter time.Duration
	// Stall is set for Stall: the delay between the execution and the answer.
	Stall time.Duration
	// Part is set for Reset and Truncate: the fraction of the answer that is sent, in [0, 1).
	Part float64
}

// Cut returns how many bytes of an answer of this size are sent: at least one, and fewer than all.
func (d Decision) Cut(size int) int { return min(1+int(d.Part*float64(size-1)), size-1) }

// Injector decides which fault each call gets. It is safe for concurrent use.
type Injector struct {
	seed uint64
	now  func() time.Time

	lock  sync.Mutex
	rules []*rule
	// sets is the number of lists so far. Each list draws different random numbers. Otherwise a list that is set again would apply
	// to the same calls again.
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

// New returns an injector without rules. Seed 0 is a seed like any other.
func New(seed uint64, now func() time.Time) *Injector { return &Injector{seed: seed, now: now} }

// Set replaces the rules. If a rule is wrong, it changes nothing and returns an error with the number of the rule.
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

// List returns the rules, with their defaults.
func (in *Injector) List() []Fault {
	in.lock.Lock()
	defer in.lock.Unlock()
	out := make([]Fault, 0, len(in.rules))
	for _, r := range in.rules {
		out = append(out, r.Fault)
	}
	return out
}

// Decide returns the effect of the rules on the next call of an action.
func (in *Injector) Decide(action string) Decision {
	in.lock.Lock()
	defer in.lock.Unlock()
	var d Decision
	for _, r := range in.rules {
		if !r.applies(action, in.now) {
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

// decide sets the effect of a rule that applies. Only the kinds that need a random number draw one, so that the other kinds apply to
// the same calls with or without them.
func (r *rule) decide(d *Decision) {
	d.Kind, d.Status, d.Code, d.RetryAfter = r.Kind, r.Status, r.Code, time.Duration(r.RetryAfter)
	switch r.Kind {
	case Stall:
		d.Stall = time.Duration(r.Latency)
	case Reset, Truncate:
		d.Part = r.random.Float64()
	}
}

func (r *rule) applies(action string, now func() time.Time) bool {
	if r.Action != "" && r.Action != "*" && r.Action != action {
		return false
	}
	if r.Times > 0 && r.left == 0 {
		return false
	}
	if r.Rate > 0 && r.takeToken(now()) {
		return false
	}
	if r.Probability > 0 && r.random.Float64() >= r.Probability {
		return false
	}
	r.left--
	return true
}

// takeToken takes a token from the bucket, if there is one.
func (r *rule) takeToken(now time.Time) bool {
	r.tokens = min(r.tokens+now.Sub(r.filled).Seconds()*r.Rate, max(r.Rate, 1))
	r.filled = now
	if r.tokens < 1 {
		return false
	}
	r.tokens--
	return true
}
