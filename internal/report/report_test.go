package report

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/key"
	"github.com/outscale-access/terraform-provider-outscale/internal/review"
)

var now = time.Date(2027, 6, 1, 0, 0, 0, 0, time.UTC)

const day24 = 24 * time.Hour

func after(d time.Duration) *time.Time {
	t := now.Add(d)
	return &t
}

func facts(id string, change func(*review.Facts)) review.Facts {
	f := review.Facts{Now: now, Key: key.Key{ID: id, State: key.Active, Created: now.Add(-100 * day24), Expires: after(100 * day24)}}
	if change != nil {
		change(&f)
	}
	return f
}

func write(t *testing.T, a Account) string {
	t.Helper()
	a.Now = now
	for i := range a.Keys {
		a.Keys[i].Findings = review.Config{}.Review(a.Keys[i].Facts)
	}
	var b bytes.Buffer
	if err := Write(&b, a); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestWrite_hostileText(t *testing.T) {
	const hostile = `</script><script>alert(1)</script><img src=x onerror=alert(1)>" onfocus="alert(1)` + "\u202e\x00"
	page := write(t, Account{ID: hostile, Missing: []string{hostile}, Keys: []Key{{
		Owner: hostile, Facts: facts(hostile, func(f *review.Facts) {
			f.Key.Tag, f.UseKnown, f.Networks = hostile, true, []string{hostile, "b", "c", "d"}
		}),
	}}})
	for _, bad := range []string{"<script>alert", "<img", `" onfocus="`, "\u202e", "\x00"} {
		if strings.Contains(page, bad) {
			t.Errorf("the page has %q", bad)
		}
	}
	if !strings.Contains(page, `\u202e`) {
		t.Error("the direction mark is not shown escaped")
	}
}

func TestWrite_noSecret(t *testing.T) {
	page := write(t, Account{Keys: []Key{{Owner: "bob", Facts: facts("K1", func(f *review.Facts) { f.Key.Secret = "SSSSSSSS" })}}})
	if !strings.Contains(page, "K1") || strings.Contains(page, "SSSSSSSS") {
		t.Error("the page lacks the key, or has its secret")
	}
}

func TestWrite_loadsNothing(t *testing.T) {
	page := write(t, Account{Keys: []Key{{Owner: "bob", Facts: facts("K1", nil)}}})
	if found := regexp.MustCompile(`(?i)(src|href|action)=|url\(|@import|https?://`).FindString(page); found != "" {
		t.Errorf("the page has %q", found)
	}
	if !strings.Contains(page, `content="default-src &#39;none&#39;; style-src &#39;sha256-`) {
		t.Error("the page has no content security policy")
	}
}

func TestWrite_rows(t *testing.T) {
	page := write(t, Account{Keys: []Key{
		{Owner: "(root)", Facts: facts("ROOT", func(f *review.Facts) { f.Root = true })},
		{Owner: "bob", Facts: facts("BOB1", func(f *review.Facts) { f.Key.Expires = nil })},
		{Owner: "bob", Facts: facts("BOB2", func(f *review.Facts) { f.Key.Expires = after(-time.Hour) })},
		{Owner: "eve", Facts: facts("EVE1", func(f *review.Facts) { f.Key.Created = now.Add(-time.Hour) })},
	}})
	for _, want := range []string{
		`data-key="ROOT" data-level="high"`, `data-rules="root-key old"`, `data-key="BOB1" data-level="medium"`,
		`data-state="ACTIVE expired"`, `data-key="EVE1" data-level="none"`, `<option value="expired">expired (1)</option>`,
		`2 keys, rights: unknown`, "4 keys of 3 owners", "No finding.", "it has no expiration date",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
}

func TestScale_bounds(t *testing.T) {
	for name, c := range map[string]struct {
		created time.Duration
		expires *time.Time
	}{
		"no keys": {}, "new": {-time.Minute, after(time.Hour)}, "old": {-20 * 365 * day24, nil}, "long": {-day24, after(80 * 365 * day24)},
		"made by a clock that is ahead": {day24, after(2 * day24)}, "gone": {-50 * day24, after(-40 * day24)},
	} {
		s := newScale(Account{Now: now, Keys: []Key{{Facts: review.Facts{Now: now, Key: key.Key{Created: now.Add(c.created), Expires: c.expires}}}}})
		if at := s.share(now); at < 50 || at > 95 {
			t.Errorf("%s: now is at %v %%", name, at)
		}
		b := s.bar(review.Facts{Now: now, Key: key.Key{Created: now.Add(c.created), Expires: c.expires}})
		var from, width float64
		if _, err := fmt.Sscanf(b.From+" "+b.Width, "%f%% %f%%", &from, &width); err != nil || from < 0 || width <= 0 || from+width > 100.01 {
			t.Errorf("%s: %+v, %v", name, b, err)
		}
		if len(s.ticks()) > maxTicks {
			t.Errorf("%s: %v", name, s.ticks())
		}
	}
}

func TestScale_ticks(t *testing.T) {
	for _, c := range []struct {
		from, to time.Time
		want     []string
	}{
		{now.AddDate(-2, 0, 0), now.AddDate(1, 0, 0), []string{"Jan 2026", "Jul 2026", "Jan 2027", "Jul 2027", "Jan 2028"}},
		{now.AddDate(0, 0, -60), now.AddDate(0, 0, 10), []string{"16 Apr", "30 Apr", "14 May", "28 May"}},
		{now.AddDate(0, 0, -30), now.AddDate(0, 0, 3), []string{"9 May", "16 May", "23 May", "30 May"}},
	} {
		var labels []string
		for _, tick := range (scale{from: c.from, now: now, to: c.to}).ticks() {
			labels = append(labels, tick.Label)
		}
		if !slices.Equal(labels, c.want) {
			t.Errorf("from %v: ticks %v, want %v", c.from, labels, c.want)
		}
	}
}

func TestWrite_numbers(t *testing.T) {
	for n, want := range []string{"0 keys of 0 owners", "1 key of 1 owner on", "2 keys of 2 owners"} {
		var keys []Key
		for i := range n {
			keys = append(keys, Key{Owner: string(rune('a' + i)), Facts: facts("ID", nil)})
		}
		page := write(t, Account{Keys: keys})
		if !strings.Contains(page, want) || strings.Contains(page, "The caller can see no access key.") != (n == 0) {
			t.Errorf("%d keys: no %q, or the wrong text for no key", n, want)
		}
	}
}
