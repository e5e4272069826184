package credential

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/simulator"
)

// A key that a killed run left is told of once, with its age and commands that work, and no call is made for it.
func TestLeftovers(t *testing.T) {
	w := newWorld(t)
	w.user("bob")
	bob := Owner{UserName: "bob"}
	left, err := w.api.CreateAccessKey(context.Background(), api.CreateAccessKeyInput{UserName: "bob", Tag: markerPrefix + "killed", ExpirationDate: w.in(year)})
	if err != nil {
		t.Fatal(err)
	}
	if told := w.Leftovers(bob); len(told) > 0 {
		t.Errorf("nothing was read, and it tells %v", told)
	}
	if _, err := w.List(context.Background(), bob); err != nil {
		t.Fatal(err)
	}
	w.calls()
	told := w.Leftovers(bob)
	if len(told) != 1 {
		t.Fatalf("%d notices, want one", len(told))
	}
	for _, part := range []string{
		left.ID, "of user bob", " seconds old and ACTIVE", markerPrefix + "killed", "may still finish it",
		"oapi-cli UpdateAccessKey --AccessKeyId " + left.ID + " --UserName bob --State INACTIVE --ExpirationDate " + date(left.ExpirationDate) + "\n",
		"oapi-cli DeleteAccessKey --AccessKeyId " + left.ID + " --UserName bob",
	} {
		if !strings.Contains(told[0].Detail, part) {
			t.Errorf("not told: %q in\n%s", part, told[0].Detail)
		}
	}
	if again := w.Leftovers(bob); len(again) > 0 {
		t.Errorf("told twice: %v", again)
	}
	w.cost("telling", map[string]int{})
}

// Nothing is told of a key that this process is making, of one it was asked for, and of one that is finished.
func TestLeftoversKnowsItsOwn(t *testing.T) {
	w := newWorld(t)
	w.fault(simulator.Fault{Action: "UpdateAccessKey", Kind: "status", Status: 403, Code: "4"})
	own, _, err := w.Create(context.Background(), Wish{})
	if err != nil || !own.Unfinished() {
		t.Fatalf("%v %v", own, err)
	}
	w.fault()
	w.key(Wish{})
	asked, err := w.api.CreateAccessKey(context.Background(), api.CreateAccessKeyInput{Tag: markerPrefix + "of a state"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Read(context.Background(), Owner{}, asked.ID); err != nil {
		t.Fatal(err)
	}
	if told := w.Leftovers(Owner{}); len(told) > 0 {
		t.Errorf("told %v", told)
	}
}

// Who makes a key without having planned it looks once an owner, and makes the key also where nothing can be listed. What
// the first rotation reads for the API's clock is told of before the new key drops it.
func TestLeftoversOfUnplannedKeys(t *testing.T) {
	f := &fake{}
	f.add("bob", markerPrefix+"killed", nil)
	k, bob := f.keeper(t), Owner{UserName: "bob"}
	if told := k.LookForLeftovers(context.Background(), bob); len(told) != 1 || f.count("ReadAccessKeys") != 1 {
		t.Errorf("told %v, calls %v", told, f.actions())
	}
	k.keys.drop("bob")
	f.add("bob", markerPrefix+"killed too", nil)
	if told := k.LookForLeftovers(context.Background(), bob); len(told) != 0 || len(f.calls) != 1 {
		t.Errorf("the second time: told %v, calls %v", told, f.actions())
	}
	f.before = on("ReadAccessKeys", 0, refusal(403, "4"))
	if told := k.LookForLeftovers(context.Background(), Owner{}); len(told) != 0 {
		t.Errorf("told %v", told)
	}

	f = &fake{}
	f.add("bob", markerPrefix+"killed", nil)
	pair, notices, err := f.keeper(t).Rotate(context.Background(), Pair{}, bobs)
	if err != nil || pair.Current.Secret == "" || len(notices) != 1 || !strings.HasPrefix(notices[0].Summary, "Unfinished access key found: ") {
		t.Errorf("%v, notices %v", err, notices)
	}
}

func TestRemovalCommands(t *testing.T) {
	now := time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)
	for name, c := range map[string]struct {
		key  Key
		want string
	}{
		"the caller's":   {Key{ID: "AK", State: Active}, "oapi-cli UpdateAccessKey --AccessKeyId AK --State INACTIVE\noapi-cli DeleteAccessKey --AccessKeyId AK"},
		"inactive":       {Key{ID: "AK", UserName: "bob", State: Inactive}, "oapi-cli DeleteAccessKey --AccessKeyId AK --UserName bob"},
		"expired":        {Key{ID: "AK", UserName: "bob", State: Inactive, Expires: ptr(now.Add(-time.Hour))}, "oapi-cli UpdateAccessKey --AccessKeyId AK --UserName bob --State INACTIVE --ExpirationDate 2030-01-03T03:04:05Z\noapi-cli DeleteAccessKey --AccessKeyId AK --UserName bob"},
		"with an expiry": {Key{ID: "AK", UserName: "bob", State: Active, Expires: ptr(now.Add(time.Hour))}, "oapi-cli UpdateAccessKey --AccessKeyId AK --UserName bob --State INACTIVE --ExpirationDate 2030-01-02T04:04:05.000Z\noapi-cli DeleteAccessKey --AccessKeyId AK --UserName bob"},
	} {
		if got := strings.Join(removal(c.key, now), "\n"); got != c.want {
			t.Errorf("%s:\n%s\nwant\n%s", name, got, c.want)
		}
	}
	for age, want := range map[time.Duration]string{
		-time.Second: "0 seconds", 90 * time.Second: "90 seconds", 5 * time.Minute: "5 minutes", 3 * time.Hour: "3 hours", 72 * time.Hour: "3 days",
	} {
		if got := oldness(age); got != want {
			t.Errorf("%s: %q, want %q", age, got, want)
		}
	}
}

// A key whose maker died is revoked: before its marker goes, and after.
func TestCreateAbandoned(t *testing.T) {
	for name, after := range map[string]string{"before it is finished": "CreateAccessKey", "after": "UpdateAccessKey"} {
		t.Run(name, func(t *testing.T) {
			f := &fake{}
			dead := false
			f.after = func(c call) error {
				dead = dead || c.action == after
				return nil
			}
			k := f.keeper(t)
			k.opts.Abandoned = func() bool { return dead }
			key, _, err := k.Create(context.Background(), Wish{Tag: "x"})
			if err == nil || key.ID != "" || len(f.keys) != 0 {
				t.Errorf("%v %v, %d keys left", key, err, len(f.keys))
			}
		})
	}
}
