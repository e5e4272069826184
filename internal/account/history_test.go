package account

import (
	"bytes"
	"reflect"
	"strings"
	"testing"
	"time"
)

// read is a reading of the log that found n calls of an action of a key, ago ago.
func read(key, action string, ago time.Duration, n int, from, until time.Duration) Usage {
	at := auditDay.Add(-ago)
	return Usage{From: auditDay.Add(-from), Until: auditDay.Add(-until), Keys: map[string]Use{key: {
		Actions: map[ActionDay]Count{{action, at.Format(time.DateOnly)}: {Calls: n, First: at, Last: at}},
	}}}
}

func TestHistory(t *testing.T) {
	var h History
	h.Add("ci", []string{"OLD"}, read("OLD", "ReadVms", 60*day, 5, 70*day, 40*day))
	h.Add("ci", []string{"NEW"}, read("NEW", "ReadUsers", 2*day, 3, 32*day, day))
	h.Add("ci", []string{"NEW"}, read("NEW", "ReadUsers", 2*day, 2, 3*day, 0)) // a part of the same day
	h.Add("ci", []string{"NEW"}, read("NEW", "ReadUsers", 2*day, 3, 32*day, 0))
	h.Add("other", []string{"X"}, read("X", "DeleteVms", day, 1, 32*day, 0))
	var file bytes.Buffer
	if err := h.Write(&file); err != nil {
		t.Fatal(err)
	}
	again, err := ReadHistory(bytes.NewReader(file.Bytes()))
	if err != nil || !reflect.DeepEqual(again, h) {
		t.Fatalf("%v: %s", err, file.String())
	}
	use, known := again.Since("ci", auditDay.Add(-90*day))
	if n := use.ByAction(); len(n) != 2 || n["ReadVms"].Calls != 5 || n["ReadUsers"].Calls != 3 || use.Calls != 8 {
		t.Errorf("%+v", n)
	}
	if len(known) != 2 || !known[1].Until.Equal(auditDay) || !known[1].From.Equal(auditDay.Add(-32*day)) {
		t.Errorf("known %+v", known)
	}
	if use, known := again.Since("ci", auditDay.Add(-10*day)); use.Calls != 3 || len(known) != 1 {
		t.Errorf("%+v, %+v", use, known)
	}
	if keys := again.KeyIDs("ci"); len(keys) != 2 || again.KeyIDs("nobody") != nil {
		t.Errorf("keys %v", keys)
	}
}

func TestReadHistory_refused(t *testing.T) {
	for text, want := range map[string]string{
		"": "EOF", "{": "unexpected EOF", `{"version":2}`: "version 2", `{"version":1,"users":{"ci":null}}`: "no members", `{"version":1,"serial":3}`: "unknown field",
		`{"version":1} x`: "there is more", `[]`: "not a file of collected calls",
		`{"version":1,"users":{"ci":{"read":[{"from":"2026-01-02T00:00:00Z","until":"2026-01-01T00:00:00Z"}]}}}`:  "ends before it begins",
		`{"version":1,"users":{"ci":{"access_keys":{"K":{"ReadUsers":{"2026-01-02":{"calls":1,"refused":2}}}}}}}`: "not possible",
		`{"version":1,"users":{"ci":{"access_keys":{"K":{"ReadUsers":{"yesterday":{"calls":1,"refused":0}}}}}}}`:  "not possible",
		`{"version":1,"users":{"ci":{"access_keys":{"K":{"ReadUsers":{"2026-01-02":{"calls":"1"}}}}}}}`:           "cannot unmarshal",
	} {
		if _, err := ReadHistory(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}

// FuzzReadHistory reads any bytes as a file of collected calls. What is accepted can be written and read again, and a reading
// can be added to it.
func FuzzReadHistory(f *testing.F) {
	f.Add([]byte(`{"version":1,"account_id":"123456789012","users":{"ci":{"read":[{"from":"2026-01-01T00:00:00Z","until":"2026-01-02T00:00:00Z"}],` +
		`"access_keys":{"K":{"ReadUsers":{"2026-01-02":{"calls":2,"refused":1,"first":"2026-01-02T00:00:00Z","last":"2026-01-02T01:00:00Z"}}}}}}}`))
	f.Add([]byte(`{"version":1}`))
	f.Add([]byte(`{"version":1,"users":{"ci":null}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		h, err := ReadHistory(bytes.NewReader(data))
		if err != nil {
			return
		}
		h.Add("ci", []string{"K"}, read("K", "ReadUsers", 2*day, 3, 32*day, 0))
		use, known := h.Since("ci", auditDay.Add(-3*day))
		if use.Calls < 3 || use.Refused > use.Calls || len(known) == 0 {
			t.Errorf("%+v, %+v", use, known)
		}
		var file bytes.Buffer
		if err := h.Write(&file); err != nil {
			t.Fatal(err)
		}
		if again, err := ReadHistory(&file); err != nil || len(again.Users) != len(h.Users) {
			t.Errorf("%v", err)
		}
	})
}
