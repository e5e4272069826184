package review

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/internal/key"
	"github.com/outscale-access/terraform-provider-outscale/internal/policydoc"
)

var now = time.Date(2027, 6, 1, 0, 0, 0, 0, time.UTC)

// good is a key about which no rule finds anything.
func good() Facts {
	expires := now.Add(20 * day)
	return Facts{
		Key: key.Key{ID: "K", State: key.Active, Created: now.Add(-10 * day), Expires: &expires}, Now: now,
		MaxLifetime: 60 * day, RightsKnown: true, Documents: allow("api:ReadUsers"),
		UseKnown: true, UseSince: now.Add(-32 * day), LastUse: now.Add(-day), Networks: []string{"192.0.2.0/24"},
		StatesKnown: true, InState: true,
	}
}

func allow(actions ...string) []policydoc.Document {
	return []policydoc.Document{{Statements: []policydoc.Statement{{Effect: policydoc.Allow, Action: actions, Resource: []string{"*"}}}}}
}

func in(d time.Duration) *time.Time {
	t := now.Add(d)
	return &t
}

func TestReview(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*Facts)
		want   string
	}{
		"good":                       {func(*Facts) {}, ""},
		"root":                       {func(f *Facts) { f.Root, f.Documents = true, allow("*") }, "root-key"},
		"unfinished":                 {func(f *Facts) { f.Key.Tag = key.NewMarker("x") }, "unfinished"},
		"in no state":                {func(f *Facts) { f.InState = false }, "no-state"},
		"states not known":           {func(f *Facts) { f.InState, f.StatesKnown = false, false }, ""},
		"escalation":                 {func(f *Facts) { f.Documents = allow("api:Put*") }, "escalation"},
		"everything":                 {func(f *Facts) { f.Documents = allow("*") }, "escalation wildcard"},
		"rights not known":           {func(f *Facts) { f.RightsKnown, f.Documents = false, nil }, ""},
		"over the maximum":           {func(f *Facts) { f.Key.Expires = in(61 * day) }, "over-lifetime"},
		"never expires":              {func(f *Facts) { f.Key.Expires, f.MaxLifetime = nil, 0 }, "no-expiry"},
		"old":                        {func(f *Facts) { f.Key.Created = now.Add(-91 * day) }, "old"},
		"used long ago":              {func(f *Facts) { f.LastUse = now.Add(-31 * day) }, "unused"},
		"not in the log":             {func(f *Facts) { f.LastUse, f.Key.Created = time.Time{}, now.Add(-80*day) }, "unused"},
		"not in the log, but young":  {func(f *Facts) { f.LastUse = time.Time{} }, ""},
		"log not known":              {func(f *Facts) { f.UseKnown, f.LastUse = false, time.Time{} }, ""},
		"many networks":              {func(f *Facts) { f.Networks = []string{"a", "b", "c", "d"} }, "networks"},
		"expired":                    {func(f *Facts) { f.Key.Expires = in(-day) }, "expired-active"},
		"expired and switched off":   {func(f *Facts) { f.Key.Expires, f.Key.State = in(-day), key.Inactive }, ""},
		"expired and not in the log": {func(f *Facts) { f.Key.Expires, f.LastUse = in(-day), time.Time{} }, "expired-active"},
	} {
		f := good()
		c.change(&f)
		var found []string
		for _, finding := range (Config{}).Review(f) {
			found = append(found, finding.Rule.ID)
			if finding.Reason == "" || finding.Rule.Remedy == "" || finding.Rule.Why == "" || finding.Rule.Title == "" {
				t.Errorf("%s: %s lacks a text", name, finding.Rule.ID)
			}
		}
		if got := strings.Join(found, " "); got != c.want {
			t.Errorf("%s: found %q, want %q", name, got, c.want)
		}
	}
}

func TestReview_configured(t *testing.T) {
	c, err := ReadConfig(strings.NewReader(`{"rules": {"root-key": {"off": true}, "old": {"max": "5d"}, "networks": {"max": 0}}}`))
	if err != nil {
		t.Fatal(err)
	}
	f := good()
	f.Root = true
	var found []string
	for _, finding := range c.Review(f) {
		found = append(found, finding.Rule.ID)
	}
	if want := []string{"old", "networks"}; !slices.Equal(found, want) {
		t.Errorf("found %v, want %v", found, want)
	}
	if worst := Worst(c.Review(f)); worst != Medium || worst.String() != "medium" {
		t.Errorf("worst %v", worst)
	}
}

func TestReadConfig_refused(t *testing.T) {
	for text, want := range map[string]string{
		`{"rules": {"olde": {}}}`:                `no rule "olde"`,
		`{"rule": {}}`:                           "unknown field",
		`{"rules": {"old": {"max": 3}}}`:         "is a time",
		`{"rules": {"networks": {"max": "3d"}}}`: "is a number",
		`{"rules": {"root-key": {"max": 1}}}`:    "has no `max`",
		`{"rules": {"old": {"max": "soon"}}}`:    "not a time",
		`{"rules": {"old": {"max": "-1d"}}}`:     "not a time",
		`{"rules": {"networks": {"max": -1}}}`:   "is not a limit",
		"":                                       "the JSON does not end", `{"rules": {`: "the JSON does not end",
		`{"rules": {}} {}`: "text follows",
		`{"rules": {"old": {"max": "99999999999d"}}}`: "more than 36500d",
	} {
		if _, err := ReadConfig(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", text, err, want)
		}
	}
}

func TestRights(t *testing.T) {
	for want, f := range map[string]Facts{
		"root": {Root: true}, "unknown": {}, "none": {RightsKnown: true}, "admin": {RightsKnown: true, Documents: allow("*")},
		"escalation": {RightsKnown: true, Documents: allow("api:LinkPolicy")}, "limited": {RightsKnown: true, Documents: allow("api:Read*")},
	} {
		if got := Rights(f); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestNetwork(t *testing.T) {
	for address, want := range map[string]string{
		"192.0.2.7": "192.0.2.0/24", "::ffff:192.0.2.7": "192.0.2.0/24", "2001:db8:1:2::3": "2001:db8:1::/48", "console": "console",
	} {
		if got := Network(address); got != want {
			t.Errorf("Network(%s) = %s, want %s", address, got, want)
		}
	}
}

func TestReview_numberOfNetworks(t *testing.T) {
	f := good()
	for want, networks := range map[string][]string{
		"it was used from 1 network: 192.0.2.0/24": {"192.0.2.0/24"}, "it was used from 2 networks: 192.0.2.0/24, a": {"192.0.2.0/24", "a"},
	} {
		f.Networks = networks
		found := Config{Rules: map[string]Settings{"networks": {Max: Limit{Set: true}}}}.Review(f)
		if len(found) != 1 || found[0].Reason != want {
			t.Errorf("%+v, want %q", found, want)
		}
	}
}

// A failure that comes from the API itself for two owners in a row ends the reading. Other failures, and one owner, do not.
func TestOwnersRights_apiFails(t *testing.T) {
	broken, invalid := &api.Error{StatusCode: 500}, errors.New("the document is not valid")
	lost, unreached := &api.TransportError{Sent: true, Err: io.EOF}, &api.TransportError{Err: io.EOF}
	throttled, refused := &api.Error{StatusCode: 429}, &api.Error{StatusCode: 400}
	for name, c := range map[string]struct {
		errs         []error
		reads, known int
	}{
		"all":        {[]error{broken, broken, broken, broken}, 2, 0},
		"kinds":      {[]error{nil, lost, unreached, nil}, 3, 1},
		"throttled":  {[]error{throttled, throttled, nil, nil}, 2, 0},
		"not in row": {[]error{broken, nil, broken, nil}, 4, 2},
		"invalid":    {[]error{invalid, refused, invalid, nil}, 4, 1},
	} {
		reads, known := 0, 0
		r := OwnersRights{Read: func(context.Context, string) ([]policydoc.Document, error) {
			reads++
			return nil, c.errs[reads-1]
		}}
		for i := range 2 * len(c.errs) { // each owner has two keys
			f := Facts{Key: key.Key{UserName: string(rune('a' + i/2))}}
			if err := r.AddTo(t.Context(), &f); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			if f.RightsKnown {
				known++
			}
		}
		if reads != c.reads || known != 2*c.known || r.Unread != len(c.errs)-c.reads || len(r.Failed) != c.reads-c.known {
			t.Errorf("%s: %d reads, %d keys with rights, %d owners not read, %v", name, reads, known, r.Unread, r.Failed)
		}
	}
}
