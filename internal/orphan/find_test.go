package orphan

import (
	"testing"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/key"
)

func TestFind(t *testing.T) {
	now := start.Add(time.Hour)
	finished := key.Key{ID: "K", Created: start}
	marked := key.Key{ID: "K", Tag: marker("K"), Created: start}
	entry := func(s Status, age time.Duration) Entry {
		return Entry{Status: s, Marker: marker("K"), KeyID: "K", Time: now.Add(-age)}
	}
	running := entry(Created, time.Hour)
	running.Running = true
	noID := entry(Intended, time.Hour)
	noID.KeyID = ""
	for name, c := range map[string]struct {
		key     key.Key
		entries []Entry
		want    Kind
	}{
		"nothing known":                {finished, nil, 0},
		"marker alone":                 {marked, nil, Unfinished},
		"marker of an earlier version": {key.Key{ID: "K", Tag: "terraform-unfinished-1"}, nil, Unfinished},
		"marker and intent":            {marked, []Entry{noID}, Unfinished},
		"marker and created":           {marked, []Entry{entry(Created, time.Minute)}, Unfinished},
		"marker of a running process":  {marked, []Entry{running}, 0},
		"another marker, same key":     {key.Key{ID: "K", Tag: marker("OTHER")}, []Entry{running}, 0},
		"created":                      {finished, []Entry{entry(Created, time.Hour)}, Unconfirmed},
		"created 5 minutes ago":        {finished, []Entry{entry(Created, minAge)}, Unconfirmed},
		"created just now":             {finished, []Entry{entry(Created, minAge-1)}, 0},
		"created in the future":        {finished, []Entry{entry(Created, -time.Hour)}, 0},
		"created, still running":       {finished, []Entry{running}, 0},
		"of another key":               {key.Key{ID: "OTHER"}, []Entry{entry(Created, time.Hour)}, 0},
		"tag of another key's entry":   {key.Key{ID: "OTHER", Tag: "mine"}, []Entry{{Status: Created, Marker: "mine", KeyID: "K"}}, 0},
		"confirmed":                    {finished, []Entry{entry(Confirmed, time.Hour)}, RolledBack},
		"retired":                      {finished, []Entry{entry(Retired, time.Hour)}, 0},
		"retired, marker left":         {marked, []Entry{entry(Retired, time.Hour)}, 0},
	} {
		found := Find([]key.Key{c.key}, c.entries, now)
		switch {
		case len(found) > 1 || len(found) == 0 && c.want != 0 || len(found) == 1 && found[0].Kind != c.want:
			t.Errorf("%s: %+v, want kind %d", name, found, c.want)
		case len(found) == 1 && (found[0].Key != c.key || !found[0].Since.Equal(c.key.Created)):
			t.Errorf("%s: %+v", name, found[0])
		}
	}
}

// TestFind_order: Find returns the oldest key first, whatever the order of the API's list.
func TestFind_order(t *testing.T) {
	var keys []key.Key
	for i, id := range []string{"C", "A", "D", "B"} {
		created := start.Add(-time.Duration(i/2) * time.Hour)
		keys = append(keys, key.Key{ID: id, Tag: marker(id), Created: created})
	}
	var order string
	for _, o := range Find(keys, nil, start) {
		order += o.Key.ID
	}
	if order != "BDAC" {
		t.Errorf("order %s", order)
	}
}
