package accesskey

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/outscale-access/terraform-provider-outscale/internal/key"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/attr/isodate"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/keyattr"
)

var (
	created  = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	modified = time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC)
	expiryAt = time.Date(2028, 1, 1, 0, 0, 0, 0, time.UTC)
)

func apiKey(with ...func(*key.Key)) key.Key {
	k := key.Key{ID: "AK1", State: key.Active, Created: created, Modified: modified}
	for _, w := range with {
		w(&k)
	}
	return k
}

func TestWithKey_keepsTextOfUser(t *testing.T) {
	m := state(until("2028-01-01"), tag(""), name("alice"))
	got := m.withKey(apiKey(func(k *key.Key) { k.Expires = &expiryAt; k.UserName = "alice" }), now)
	if differs(got, m) != "" {
		t.Errorf("a read of what is there changes %s", differs(got, m))
	}
}

func TestWithKey_drift(t *testing.T) {
	past := now.Add(-time.Hour)
	got := state(until("2028-01-01"), tag("mine"), name("alice")).withKey(apiKey(func(k *key.Key) {
		k.Expires, k.Tag, k.State, k.UserName, k.Secret = &past, "theirs", key.Inactive, "robert", "never taken from a read"
	}), now)
	want := state(until("2026-06-01T11:00:00.000Z"), tag("theirs"), name("robert"), is("INACTIVE"), expired)
	if differs(got, want) != "" {
		t.Errorf("drift is not taken over as it is: %s", differs(got, want))
	}
	gone := state(until("2028-01-01"), tag("mine")).withKey(apiKey(), now)
	if !gone.ExpirationDate.Equal(isodate.Text("")) || !gone.Tag.Equal(keyattr.None) || gone.Expired.ValueBool() {
		t.Errorf("date %s, tag %s, expired %s", gone.ExpirationDate, gone.Tag, gone.Expired)
	}
}

func TestWithKey_afterImport(t *testing.T) {
	got := Model{Key: keyattr.Key{ID: types.StringValue("AK1"), AccessKeyID: types.StringValue("AK1"), SealTo: noTexts, SealedTo: noTexts}}.withKey(apiKey(func(k *key.Key) { k.Expires = &expiryAt }), now)
	if want := state(until("2028-01-01T00:00:00.000Z"), noSecret); differs(got, want) != "" {
		t.Errorf("an imported key is not what the API says: %s", differs(got, want))
	}
}

// TestWithPlanned_deactivatedDuringApply: a key that is deactivated by hand during the apply must not break it.
func TestWithPlanned_deactivatedDuringApply(t *testing.T) {
	planned := planChange(config(tag("x")), state(), keyattr.ParseRecipients(noTexts))
	got := planned.withKey(apiKey(func(k *key.Key) { k.State, k.Tag = key.Inactive, "x" }), now).withPlanned(planned)
	if want := state(tag("x")); differs(got, want) != "" {
		t.Errorf("the result is not what was planned: %s", differs(got, want))
	}
}

// TestToSpec_stateOnlyWhereItChanges: a state that the plan does not change is not sent, even if it is configured: a key
// that was deactivated since the plan stays so.
func TestToSpec_stateOnlyWhereItChanges(t *testing.T) {
	planned := planChange(config(until("2028-01-01"), is("ACTIVE")), state(tag("x")), keyattr.ParseRecipients(noTexts))
	s := planned.toSpec(state().State)
	if s.State != "" || s.Tag != "" || s.Expires == nil || !s.Expires.Equal(expiryAt) || s.Owner != (key.Owner{}) {
		t.Errorf("state %q, tag %q, expires %v, owner %v", s.State, s.Tag, s.Expires, s.Owner)
	}
	if s := state(is("INACTIVE")).toSpec(state().State); s.State != key.Inactive {
		t.Errorf("state %q", s.State)
	}
	if s := planNew(config(), keyattr.ParseRecipients(noTexts)).toSpec(noState); s.State != "" {
		t.Errorf("a new key without a state asks for %q", s.State)
	}
	if s := planNew(config(is("INACTIVE")), keyattr.ParseRecipients(noTexts)).toSpec(noState); s.State != key.Inactive {
		t.Errorf("a new key asks for %q", s.State)
	}
}

// differs returns the names of the values in which two models differ. It shows no value, because a Model has a secret.
func differs(a, b Model) string {
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
