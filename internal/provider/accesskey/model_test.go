package accesskey

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/outscale-access/terraform-provider-outscale/internal/credential"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/attr/isodate"
)

var (
	created  = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	modified = time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC)
	expiryAt = time.Date(2028, 1, 1, 0, 0, 0, 0, time.UTC)
)

func key(with ...func(*credential.Key)) credential.Key {
	k := credential.Key{ID: "AK1", State: credential.Active, Created: created, Modified: modified}
	for _, w := range with {
		w(&k)
	}
	return k
}

func TestReadKeepsTheUsersWords(t *testing.T) {
	m := state(until("2028-01-01"), tag(""), name("alice"))
	got := m.read(key(func(k *credential.Key) { k.Expires = &expiryAt; k.UserName = "alice" }), now)
	if differs(got, m) != "" {
		t.Errorf("a read of what is there changes %s", differs(got, m))
	}
}

func TestReadTakesDriftOver(t *testing.T) {
	past := now.Add(-time.Hour)
	got := state(until("2028-01-01"), tag("mine"), name("alice")).read(key(func(k *credential.Key) {
		k.Expires, k.Tag, k.State, k.UserName, k.Secret = &past, "theirs", credential.Inactive, "robert", "never taken from a read"
	}), now)
	want := state(until("2026-06-01T11:00:00.000Z"), tag("theirs"), name("robert"), is("INACTIVE"), expired)
	if differs(got, want) != "" {
		t.Errorf("drift is not taken over as it is: %s", differs(got, want))
	}
	gone := state(until("2028-01-01"), tag("mine")).read(key(), now)
	if !gone.ExpirationDate.IsNull() || !gone.Tag.IsNull() || gone.Expired.ValueBool() {
		t.Errorf("date %s, tag %s, expired %s", gone.ExpirationDate, gone.Tag, gone.Expired)
	}
}

func TestReadAfterAnImportStartsFromNothing(t *testing.T) {
	got := model{ID: types.StringValue("AK1"), AccessKeyID: types.StringValue("AK1"), SealTo: noTexts(), SealedTo: noTexts()}.read(key(func(k *credential.Key) { k.Expires = &expiryAt }), now)
	if want := state(until("2028-01-01T00:00:00.000Z"), noSecret); differs(got, want) != "" {
		t.Errorf("an imported key is not what the API says: %s", differs(got, want))
	}
}

func TestCreatedKeepsSecretAndPlan(t *testing.T) {
	planned := fresh(config(id("U1"), until("2028-01-01"), tag("mine")))
	got := planned.created(key(func(k *credential.Key) {
		k.Expires, k.UserName, k.Secret, k.Tag = &expiryAt, "alice", "the secret", "terraform-unfinished-1"
	}), now, true)
	if want := state(id("U1"), name("alice"), until("2028-01-01"), tag("mine")); differs(got, want) != "" {
		t.Errorf("a created key is not as planned, with its secret: %s", differs(got, want))
	}
}

func TestCreatedButNotAsAskedTellsTheTruth(t *testing.T) {
	planned := fresh(config(until("2028-01-01"), is("INACTIVE"), tag("mine")))
	got := planned.created(key(func(k *credential.Key) { k.Secret, k.Tag = "the secret", "terraform-unfinished-1" }), now, false)
	if want := state(tag("terraform-unfinished-1")); differs(got, want) != "" {
		t.Errorf("an unfinished key must be saved as it is, with its secret: %s", differs(got, want))
	}
}

// TestUpdatedKeepsAPlannedState: a key switched off by hand during the apply must not break it.
func TestUpdatedKeepsAPlannedState(t *testing.T) {
	planned := change(config(tag("x")), state())
	got := planned.updated(key(func(k *credential.Key) { k.State, k.Tag = credential.Inactive, "x" }), now, true)
	if want := state(tag("x")); differs(got, want) != "" {
		t.Errorf("the result is not what was planned: %s", differs(got, want))
	}
}

func TestWishLeavesAStateThatIsNotConfigured(t *testing.T) {
	planned := change(config(until("2028-01-01")), state(tag("x")))
	w := planned.wish(config(until("2028-01-01")))
	if w.State != "" || w.Tag != "" || w.Expires == nil || !w.Expires.Equal(expiryAt) || w.Owner != (credential.Owner{}) {
		t.Errorf("state %q, tag %q, expires %v, owner %v", w.State, w.Tag, w.Expires, w.Owner)
	}
	if w := planned.wish(config(is("INACTIVE"))); w.State != credential.Inactive {
		t.Errorf("state %q", w.State)
	}
}

func TestOwnerByIDWins(t *testing.T) {
	if got := state(name("alice"), id("U1")).owner(); got != (credential.Owner{UserID: "U1"}) {
		t.Errorf("owner %v", got)
	}
	if got := state(name("alice")).owner(); got != (credential.Owner{UserName: "alice"}) {
		t.Errorf("owner %v", got)
	}
	for m, want := range map[string]model{
		"access key AK1 of user alice":          state(name("alice"), id("U1")),
		"access key AK1 of the user with id U1": state(id("U1")),
		"access key AK1 of the caller":          state(),
	} {
		if got := want.text(); got != m {
			t.Errorf("%q, want %q", got, m)
		}
	}
}

func TestHaveIsTheKeyWithoutItsSecret(t *testing.T) {
	got := state(name("alice"), until("2028-01-01"), tag("x")).have()
	if got.ID != "AK1" || got.UserName != "alice" || got.State != credential.Active || got.Tag != "x" || got.Secret != "" ||
		!got.Expires.Equal(expiryAt) || !got.Created.Equal(created) || !got.Modified.Equal(modified) {
		t.Error("not the key of the state")
	}
	if _, dated := isodate.Null().Meaning(); dated || state().have().Expires != nil {
		t.Error("no date is no expiry")
	}
}

// differs names the values in which two models differ, without showing one: a model holds a secret.
func differs(a, b model) string {
	var names []string
	for name, pair := range map[string][2]attr.Value{
		"id": {a.ID, b.ID}, "access_key_id": {a.AccessKeyID, b.AccessKeyID}, "user_name": {a.UserName, b.UserName}, "user_id": {a.UserID, b.UserID},
		"state": {a.State, b.State}, "expiration_date": {a.ExpirationDate, b.ExpirationDate}, "expired": {a.Expired, b.Expired}, "tag": {a.Tag, b.Tag},
		"secret_key": {a.SecretKey, b.SecretKey}, "seal_to": {a.SealTo, b.SealTo}, "sealed_secret_key": {a.SealedSecretKey, b.SealedSecretKey}, "sealed_to": {a.SealedTo, b.SealedTo},
		"creation_date":          {a.CreationDate, b.CreationDate},
		"last_modification_date": {a.LastModificationDate, b.LastModificationDate}, "timeouts": {a.Timeouts, b.Timeouts},
	} {
		if !pair[0].Equal(pair[1]) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}
