package simulator

import "testing"

// FuzzDate parses dates of requests. An accepted date is printed in the form of the API and parses to the same instant.
func FuzzDate(f *testing.F) {
	for _, text := range []string{"2027-01-01", "2027-01-01T00:00:00Z", "2027-01-01T00:00:00.123456789+02:00", "0000-01-01T00:00:00+00:01", "9999-12-31T23:59:59-14:00", "2027-02-30"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		at, ok := parseDate(text)
		if !ok {
			return
		}
		printed := printDate(at)
		if len(printed) != len("2027-01-01T00:00:00.000+0000") {
			t.Fatalf("%q is printed as %q", text, printed)
		}
		again, ok := parseDate(printed[:len(printed)-5] + "Z")
		if !ok || !again.Equal(at) {
			t.Fatalf("%q is printed as %q, which reads as %v, %v", text, printed, again, ok)
		}
	})
}
