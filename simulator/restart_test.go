package simulator

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/simulator/store"
)

func inFile(path string) func(*Options) { return func(o *Options) { o.DataFile = path } }

func TestNew_continuesWithDataFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a %?#&.db")
	r := newHarness(t, inFile(path))
	r.createUser("bob")
	key := r.createKey(`{"UserName":"bob","ExpirationDate":"2063-04-05","Tag":""}`)
	plain := r.createKey(`{}`)
	r.must("UpdateAccessKey", `{"AccessKeyId":%q,"State":"INACTIVE"}`, plain["AccessKeyId"])
	r.must("UpdateApiAccessPolicy", `{"MaxAccessKeyExpirationSeconds":0,"RequireTrustedEnv":false}`)
	r.must("ReadUsers", `{}`)
	if err := r.MoveClock(time.Hour, true); err != nil {
		t.Fatal(err)
	}
	state, requests := fmt.Sprintf("%+v", r.State()), fmt.Sprint(r.Requests())
	if _, err := New(Options{DataFile: path}); err == nil || !strings.Contains(err.Error(), "in use by another simulator") {
		t.Errorf("a second simulator on the file: %v", err)
	}
	for _, name := range []string{path, path + "-wal"} {
		info, err := os.Stat(name)
		if err != nil || info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s: %v, %v", name, info.Mode(), err)
		}
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}

	again := newHarness(t, inFile(path))
	again.store.Read(func(v *store.View) {
		if starts := v.Account().Starts; starts != 2 {
			t.Errorf("start %d: the ids repeat", starts)
		}
	})
	if newIDs(7, 1).accessKey() == newIDs(7, 2).accessKey() {
		t.Error("a second start repeats the ids of the first")
	}
	if got := fmt.Sprintf("%+v", again.State()); normal(got) != normal(state) {
		t.Errorf("state\n%s\nwant\n%s", got, state)
	}
	if got := fmt.Sprint(again.Requests()); got != requests {
		t.Errorf("requests\n%s\nwant\n%s", got, requests)
	}
	again.call("ReadUsers", `{}`).refused(401, "1", "AccessDenied") // the clock is still strict
	k := again.signer("CreateAccessKey", `{}`)
	k.timestamp = again.Now().Format(timestampLayout)
	next := again.send(k.request(`{}`)).body["AccessKey"].(map[string]any)
	if next["AccessKeyId"] == key["AccessKeyId"] || next["AccessKeyId"] == plain["AccessKeyId"] {
		t.Error("the ids repeat")
	}
}

// normal removes addresses of pointers.
func normal(text string) string {
	var out []string
	for _, word := range strings.Fields(text) {
		if !strings.Contains(word, "0x") {
			out = append(out, word)
		}
	}
	return strings.Join(out, " ")
}

func TestNew_rootKeyOfDataFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sim.db")
	first := newHarness(t, inFile(path), func(o *Options) { o.RootAccessKey, o.RootSecretKey = "", "" })
	id, secret := first.RootAccessKey(), first.GeneratedSecret()
	first.keyID, first.secret = id, secret
	first.must("DeleteAccessKey", `{"AccessKeyId":%q}`, id)
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct{ id, secret, wrong string }{
		"another id":     {"OTHERKEY", secret, "was created with the root access key " + id},
		"another secret": {id, "other", "has another secret"},
		"the same":       {id, secret, ""},
		"none":           {"", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			sim, err := New(Options{DataFile: path, RootAccessKey: test.id, RootSecretKey: test.secret})
			if test.wrong != "" {
				if err == nil || !strings.Contains(err.Error(), test.wrong) {
					t.Fatal(err)
				}
				if strings.Contains(err.Error(), secret) {
					t.Error("the error shows a secret")
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			defer func() {
				if err := sim.Close(); err != nil {
					t.Error(err)
				}
			}()
			// The deleted key is not created again, and its secret is not shown.
			if len(sim.State().AccessKeys) != 0 || sim.GeneratedSecret() != "" || sim.RootAccessKey() != id {
				t.Error(sim.State().AccessKeys, sim.RootAccessKey())
			}
		})
	}
}

func TestNew_badOptions(t *testing.T) {
	noDatabase := filepath.Join(t.TempDir(), "no-database")
	if err := os.WriteFile(noDatabase, []byte(strings.Repeat("this is no database ", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	for want, opts := range map[string]Options{
		"give both":                {RootAccessKey: "x"},
		"or neither":               {RootSecretKey: "x"},
		"cannot contain":           {RootAccessKey: "a/b", RootSecretKey: "x"},
		"is not an e-mail address": {AccountEmail: "x"},
		"API version":              {APIVersion: "new"},
		"neither \"*\" nor":        {Grants: []Grant{{User: "x", Actions: []string{"ReadUsers"}}}},
		"a grant needs a user":     {Grants: []Grant{{User: "x"}}},
		"A4":                       {Assumptions: Assumptions{KeyLimit: -1}},
		"A7":                       {Assumptions: Assumptions{UnknownKeyCode: "1"}},
		"A29":                      {Assumptions: Assumptions{RightsDelay: time.Minute}},
		"A21":                      {Assumptions: Assumptions{DeadKeyCode: "2"}},
		"A1":                       {Assumptions: Assumptions{ExpiryOnUpdate: 3}},
		"no such file":             {DataFile: filepath.Join(t.TempDir(), "no", "such", "folder")},
		"not a database":           {DataFile: noDatabase},
	} {
		if sim, err := New(opts); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, %v", want, sim, err)
		}
	}
}

func TestAssumptions_set(t *testing.T) {
	for _, test := range []struct {
		key, value string
		want       Assumptions
	}{
		{"A1", "clear", Assumptions{}}, {"a1", "keep", Assumptions{ExpiryOnUpdate: ExpiryKept}},
		{"expiry-on-update", "clear-with-state", Assumptions{ExpiryOnUpdate: ExpiryClearedWithState}},
		{"A2", "lax", Assumptions{DeleteActiveKeys: true}}, {"A2", "strict", Assumptions{}},
		{"A3", "allow", Assumptions{DeleteExpiredKeys: true}}, {"A3", "refuse", Assumptions{}},
		{"A4", "2", Assumptions{KeyLimit: 2}}, {"A7", "4000", Assumptions{UnknownKeyCode: "4000"}},
		{"A20", "60", Assumptions{ClockWindow: time.Minute}}, {"A20", "off", Assumptions{ClockWindow: -1}},
		{"A21", "4120", Assumptions{DeadKeyCode: "4120"}}, {"A23", "off", Assumptions{NoLockout: true}},
		{"A27", "1", Assumptions{FirstItemOne: true}}, {"A32", "none", Assumptions{EmptyTagIsNone: true}},
		{"A13", "block", Assumptions{InlinePoliciesBlock: true}}, {"A29", "15", Assumptions{RightsDelay: 15 * time.Second}},
		{"A30", "slash", Assumptions{OmittedPathIsSlash: true}}, {"A31", "reset", Assumptions{UpdateResetsGroupPath: true}},
		{"S1", "lax", Assumptions{TrustedEnvWithoutCA: true}}, {"S7", "lax", Assumptions{LenientDocuments: true}},
		{"rights-delay", "0", Assumptions{}}, {"policy-document", "strict", Assumptions{}},
	} {
		var got Assumptions
		if err := got.Set(test.key, test.value); err != nil || got != test.want {
			t.Errorf("%s=%s: %+v, %v", test.key, test.value, got, err)
		}
	}
	for _, one := range assumptions {
		if err := (&Assumptions{}).Set(one.name, "nonsense"); err == nil || !strings.Contains(err.Error(), one.values) {
			t.Errorf("%s: %v", one.name, err)
		}
	}
	for _, number := range []string{"0", "-1", "x"} {
		for _, key := range []string{"A4", "A20"} {
			if err := (&Assumptions{}).Set(key, number); err == nil {
				t.Errorf("%s=%s is taken", key, number)
			}
		}
	}
	for _, delay := range []string{"-1", "16", "x"} {
		if err := (&Assumptions{}).Set("A29", delay); err == nil {
			t.Errorf("A29=%s is accepted", delay)
		}
	}
	if err := (&Assumptions{}).Set("A99", "x"); err == nil || !strings.Contains(err.Error(), "A1, expiry-on-update") {
		t.Error(err)
	}
}
