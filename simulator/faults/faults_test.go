package faults

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"
)

var zero = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

func fixedTime() time.Time { return zero }

func injector(t *testing.T, seed uint64, list ...Fault) *Injector {
	t.Helper()
	in := New(seed, fixedTime)
	if err := in.Set(list); err != nil {
		t.Fatal(err)
	}
	return in
}

func kinds(in *Injector, action string, calls int) string {
	out := ""
	for range calls {
		d := in.Decide(action)
		if d.Kind == "" {
			d.Kind = "."
		}
		out += d.Kind[:1]
	}
	return out
}

func TestDecide_actionsAndTimes(t *testing.T) {
	in := injector(t, 1,
		Fault{Action: "Create", Kind: DropAfter, Times: 2},
		Fault{Action: "*", Kind: Status, Times: 1},
		Fault{Kind: Latency, Latency: Duration(time.Second)},
		Fault{Kind: Latency, Latency: Duration(time.Minute)})
	if got := kinds(in, "Read", 2) + kinds(in, "Create", 4); got != "s.dd.." {
		t.Error(got)
	}
	if d := in.Decide("Read"); d.Latency != 61*time.Second {
		t.Error(d)
	}
}

func TestDecide_sameSeedSameFaults(t *testing.T) {
	fault := Fault{Kind: DropBefore, Probability: 0.2}
	one := kinds(injector(t, 5, fault), "X", 1000)
	if two := kinds(injector(t, 5, fault), "X", 1000); one != two {
		t.Error("the same seed gives faults to other calls")
	}
	if other := kinds(injector(t, 6, fault), "X", 1000); one == other {
		t.Error("another seed gives faults to the same calls")
	}
	hit := 0
	for _, c := range one {
		if c == 'd' {
			hit++
		}
	}
	if hit < 150 || hit > 250 {
		t.Errorf("%d of 1000 calls have a fault, with the probability 0.2", hit)
	}
}

// A list that is set again gets other random numbers. A run that sets the same lists repeats. A refused list does not count.
func TestDecide_listsDrawDifferentNumbers(t *testing.T) {
	fault := Fault{Kind: DropBefore, Probability: 0.2}
	run := func(refused bool) (first, second string) {
		in := injector(t, 5, fault)
		first = kinds(in, "X", 1000)
		if refused && in.Set([]Fault{{Kind: "x"}}) == nil {
			t.Error("a bad list is accepted")
		}
		if err := in.Set([]Fault{fault}); err != nil {
			t.Fatal(err)
		}
		return first, kinds(in, "X", 1000)
	}
	first, second := run(false)
	if first == second {
		t.Error("the second list gives faults to the same calls as the first")
	}
	if again, more := run(true); first != again || second != more {
		t.Error("the same lists give faults to other calls")
	}
}

func TestDecide_throttleRate(t *testing.T) {
	now := zero
	in := New(1, func() time.Time { return now })
	if err := in.Set([]Fault{{Kind: Throttle, Rate: 2}}); err != nil {
		t.Fatal(err)
	}
	got := kinds(in, "X", 4)
	now = now.Add(500 * time.Millisecond)
	got += kinds(in, "X", 2)
	now = now.Add(time.Hour)
	got += kinds(in, "X", 3)
	if got != "..tt.t..t" {
		t.Error(got)
	}
}

func TestSet_defaults(t *testing.T) {
	for want, fault := range map[string]Fault{
		"429 24":   {Kind: Throttle},
		"429 25":   {Kind: Throttle, Code: "25"},
		"503 6":    {Kind: Throttle, Code: "6"},
		"400 4120": {Kind: Throttle, Code: "4120"},
		"500 0":    {Kind: Status},
		"502 0":    {Kind: Status, Status: 502},
		"409 9002": {Kind: Status, Status: 409, Code: "9002"},
		"504 0":    {Kind: StatusAfter, Status: 504},
	} {
		d := injector(t, 1, fault).Decide("X")
		if got := fmt.Sprint(d.Status, " ", d.Code); got != want {
			t.Errorf("%+v: %s", fault, got)
		}
	}
}

func TestSet_badRules(t *testing.T) {
	in := injector(t, 1, Fault{Kind: Status})
	for _, bad := range []Fault{
		{}, {Kind: "x"}, {Kind: Latency}, {Kind: Latency, Latency: -1}, {Kind: Latency, Latency: Duration(time.Hour)},
		{Kind: Status, Latency: -1}, {Kind: Status, Probability: 1.1}, {Kind: Status, Probability: -0.1}, {Kind: Status, Times: -1}, {Kind: Status, Status: 200},
		{Kind: Status, Status: 600}, {Kind: Status, Code: "x"}, {Kind: Status, Rate: 1}, {Kind: Throttle, Rate: -1},
	} {
		if err := in.Set([]Fault{{Kind: DropAfter}, bad}); err == nil {
			t.Errorf("%+v is accepted", bad)
		}
	}
	if list := in.List(); len(list) != 1 || list[0].Kind != Status {
		t.Errorf("a refused list changed the faults to %+v", list)
	}
}

// The error says what is wrong and how to correct it.
func TestSet_errorTexts(t *testing.T) {
	in := injector(t, 1)
	for want, bad := range map[string]Fault{
		`unknown kind "resets": want one of latency, drop_before, drop_after, status, status_after, throttle, reset, truncate, garbage, stall`: {Kind: "resets"},
		`latency must be over 0 and at most 1m0s for the kind stall: give a text such as "20ms"`:                                               {Kind: Stall},
		"status must be from 400 to 599, not 200":    {Kind: StatusAfter, Status: 200},
		"code must be a number in quotes, not \"x\"": {Kind: StatusAfter, Code: "x"},
		"status has no effect for the kind garbage: remove it, or choose the kind status or status_after or throttle": {Kind: Garbage, Status: 502},
		"code has no effect for the kind truncate: remove it, or choose the kind status or status_after or throttle":  {Kind: Truncate, Code: "24"},
		"latency has no effect for the kind reset: remove it, or choose the kind latency or stall":                    {Kind: Reset, Latency: 1},
		"rate has no effect for the kind stall: remove it, or choose the kind throttle":                               {Kind: Stall, Latency: 1, Rate: 2},
		"retry_after has no effect for the kind status: remove it, or choose the kind throttle":                       {Kind: Status, RetryAfter: 1},
		`retry_after must be over 0 and at most 1h0m0s: give a text such as "2s", or remove it to send none`:          {Kind: Throttle, RetryAfter: -1},
	} {
		if err := in.Set([]Fault{bad}); err == nil || err.Error() != "fault 1: "+want {
			t.Errorf("%+v: %v\nwant fault 1: %s", bad, err, want)
		}
	}
	if err := in.Set([]Fault{{Kind: Throttle, RetryAfter: Duration(2 * time.Hour)}, {Kind: Stall, Latency: Duration(2 * time.Minute)}}); err == nil {
		t.Error("too long durations are accepted")
	}
	for _, kind := range lenientKinds {
		if err := in.Set([]Fault{{Kind: kind, Status: 503, Code: "24", Latency: 1}}); err != nil {
			t.Errorf("a fault with status, code and latency, for %s: %v", kind, err)
		}
	}
}

func TestDecide_kinds(t *testing.T) {
	if d := injector(t, 1, Fault{Kind: Stall, Latency: 7}).Decide("X"); d.Stall != 7 || d.Latency != 0 {
		t.Errorf("%+v", d)
	}
	if d := injector(t, 1, Fault{Kind: Throttle, RetryAfter: 7}).Decide("X"); d.RetryAfter != 7 {
		t.Errorf("%+v", d)
	}
	parts := func(seed uint64) (out string) {
		in := injector(t, seed, Fault{Kind: Truncate, Times: 50}, Fault{Kind: Reset})
		for range 100 {
			d := in.Decide("X")
			if d.Part < 0 || d.Part >= 1 {
				t.Errorf("%+v", d)
			}
			out += fmt.Sprint(d.Kind, " ", d.Part, "\n")
		}
		return out
	}
	if first := parts(1); first != parts(1) || first == parts(2) {
		t.Error("the place of the cut does not depend on the seed only")
	}
	for part, want := range map[float64]int{0: 1, 0.5: 50, 0.999999: 99} {
		if got := (Decision{Part: part}).Cut(100); got != want {
			t.Errorf("%v of 100 is cut at %d, want %d", part, got, want)
		}
	}
}

// The JSON form of a fault at the admin port.
func TestFault_json(t *testing.T) {
	const text = `{"action":"CreateAccessKey","kind":"latency","probability":0.2,"times":3,"status":503,"code":"24","latency":"20ms"}`
	var fault Fault
	if err := json.Unmarshal([]byte(text), &fault); err != nil {
		t.Fatal(err)
	}
	if fault.Latency != Duration(20*time.Millisecond) || fault.Times != 3 {
		t.Errorf("%+v", fault)
	}
	if back, err := json.Marshal(fault); err != nil || string(back) != text {
		t.Errorf("%s, %v", back, err)
	}
	const throttle = `{"kind":"throttle","rate":2,"retry_after":"2s"}`
	fault = Fault{}
	if err := json.Unmarshal([]byte(throttle), &fault); err != nil || fault.RetryAfter != Duration(2*time.Second) {
		t.Errorf("%+v, %v", fault, err)
	}
	if back, err := json.Marshal(fault); err != nil || string(back) != throttle {
		t.Errorf("%s, %v", back, err)
	}
}
