package keyattr

import (
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/outscale-access/terraform-provider-outscale/internal/key"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/attr/isodate"
)

func keyOf(name, id string) Key {
	return Key{ID: types.StringValue("AK1"), UserName: TextOrNull(name), UserID: TextOrNull(id)}
}

func TestKey_owner(t *testing.T) {
	for _, c := range []struct {
		k     Key
		owner key.Owner
		text  string
		names string
	}{
		{keyOf("alice", "U1"), key.Owner{UserID: "U1"}, "access key AK1 of user alice", "alice U1"},
		{keyOf("alice", ""), key.Owner{UserName: "alice"}, "access key AK1 of user alice", "alice"},
		{keyOf("", "U1"), key.Owner{UserID: "U1"}, "access key AK1 of the user with id U1", " U1"},
		{keyOf("", ""), key.Owner{}, "access key AK1 of the caller", ""},
	} {
		if c.k.Owner() != c.owner || c.k.Describe() != c.text || strings.Join(c.k.OwnerNames(), " ") != c.names {
			t.Errorf("owner %v, %q, %q, want %v, %q, %q", c.k.Owner(), c.k.Describe(), c.k.OwnerNames(), c.owner, c.text, c.names)
		}
	}
}

func TestKey_toKeyHasNoSecret(t *testing.T) {
	k := keyOf("alice", "U1")
	k.State, k.Tag, k.SecretKey = types.StringValue("ACTIVE"), types.StringValue("x"), types.StringValue("the secret")
	k.CreationDate, k.ExpirationDate = isodate.Text("2026-01-01"), isodate.Text("2028-01-01")
	identity := key.Identity{AccountID: "111"}
	got := k.ToKey(identity)
	if got.ID != "AK1" || got.UserName != "alice" || got.State != key.Active || got.Tag != "x" || got.Secret != "" || got.Identity != identity ||
		got.Created.Year() != 2026 || got.Expires.Year() != 2028 {
		t.Error("not the key of the state")
	}
	if keyOf("", "").ToKey(identity).Expires != nil {
		t.Error("no date is no expiry")
	}
}

// TestUserNameValidator_emptyIsCaller: the official provider takes "" for the caller, and so does this one, with a warning.
func TestUserNameValidator_emptyIsCaller(t *testing.T) {
	for _, c := range []struct {
		value    types.String
		severity string // of the diagnostic, "" = none
	}{
		{types.StringNull(), ""}, {types.StringUnknown(), ""}, {types.StringValue("alice"), ""}, {types.StringValue(""), "Warning"},
		{types.StringValue("a b"), "Error"}, {types.StringValue("x\x1b[2J"), "Error"}, {types.StringValue(strings.Repeat("x", 65)), "Error"},
	} {
		resp := validator.StringResponse{}
		UserNameValidator().ValidateString(t.Context(), validator.StringRequest{Path: path.Root("user_name"), ConfigValue: c.value}, &resp)
		switch {
		case c.severity == "":
			if len(resp.Diagnostics) != 0 {
				t.Errorf("%s: %v", c.value, resp.Diagnostics)
			}
		case len(resp.Diagnostics) != 1 || resp.Diagnostics[0].Severity().String() != c.severity || strings.Contains(resp.Diagnostics[0].Detail(), "\x1b"):
			t.Errorf("%s: %v", c.value, resp.Diagnostics)
		}
	}
}

// TestOwnerLookup_onlyWhereNeeded: the look-up makes a call, so it is made only if necessary.
func TestOwnerLookup_onlyWhereNeeded(t *testing.T) {
	alice, byName := keyOf("alice", "U1"), keyOf("alice", "")
	for what, c := range map[string]struct {
		config   Key
		state    *Key
		id, name string
	}{
		"a new key by name":              {keyOf("alice", ""), nil, "", ""},
		"a new key by id":                {keyOf("", "U1"), nil, "", ""},
		"a new key by both":              {keyOf("alice", "U1"), nil, "U1", "alice"},
		"both, and the state has both":   {keyOf("alice", "U1"), &alice, "", ""},
		"the id, and the state has both": {keyOf("", "U1"), &alice, "", ""},
		"another id":                     {keyOf("", "U2"), &alice, "", ""},
		"another name":                   {keyOf("bob", "U1"), &alice, "U1", "bob"},
		"an id in the place of a name":   {keyOf("", "U1"), &byName, "U1", "alice"},
	} {
		id, name, needed := OwnerLookup(c.config, c.state)
		if needed != (c.name != "") || needed && (id != c.id || name != c.name) {
			t.Errorf("%s: %q, %q, %v", what, id, name, needed)
		}
	}
}

func TestParseImportID(t *testing.T) {
	for text, want := range map[string][2]string{
		"ABCDEFGHIJ0123456789":             {"", "ABCDEFGHIJ0123456789"},
		"alice/ABCDEFGHIJ0123456789":       {"alice", "ABCDEFGHIJ0123456789"},
		"a+b=c,d.e@f_g-h/ABCDEFGHIJ012345": {"a+b=c,d.e@f_g-h", "ABCDEFGHIJ012345"},
	} {
		owner, id, err := parseImportID(text)
		if err != nil || owner != want[0] || id != want[1] {
			t.Errorf("%q gives %q, %q, %v", text, owner, id, err)
		}
	}
	for _, text := range []string{"", "/", "alice/", "/ABC", "alice/bob/ABC", "not an id", "ABC ", "al ice/ABC", "Ünal/ABC"} {
		if owner, id, err := parseImportID(text); err == nil {
			t.Errorf("%q gives %q, %q and no error", text, owner, id)
		}
	}
}

// TestWithKey_emptyTextStays: null and "" both mean none, so the text of the state stays.
func TestWithKey_emptyTextStays(t *testing.T) {
	k := Key{UserName: types.StringValue(""), Tag: types.StringValue("")}
	if got := k.WithKey(key.Key{ID: "AK1", Created: time.Now()}); got.UserName.IsNull() || got.Tag.IsNull() {
		t.Errorf("user_name %s, tag %s", got.UserName, got.Tag)
	}
	if got := k.WithKey(key.Key{ID: "AK1", UserName: "alice", Tag: "x"}); got.UserName.ValueString() != "alice" || got.Tag.ValueString() != "x" {
		t.Errorf("user_name %s, tag %s", got.UserName, got.Tag)
	}
}
