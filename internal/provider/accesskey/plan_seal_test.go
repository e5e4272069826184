package accesskey

import (
	"slices"
	"testing"

	"filippo.io/age"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/outscale-access/terraform-provider-outscale/internal/provider/keyattr"
)

// keyA and keyB are recipients.
var keyA, keyB = recipient(), recipient()

// texts is the list of these items.
func texts(items []string) types.List {
	values := make([]attr.Value, len(items))
	for i, item := range items {
		values[i] = types.StringValue(item)
	}
	return types.ListValueMust(types.StringType, values)
}

func recipient() string {
	identity, err := age.GenerateX25519Identity()
	if err != nil {
		panic(err)
	}
	return identity.Recipient().String()
}

func to(keys ...string) func(*Model) { return func(m *Model) { m.SealTo = texts(keys) } }
func unknownTo(m *Model)             { m.SealTo = types.ListUnknown(types.StringType) }
func partlyUnknownTo(m *Model) {
	m.SealTo = types.ListValueMust(types.StringType, []attr.Value{types.StringValue(keyA), types.StringUnknown()})
}
func sealedFor(keys ...string) func(*Model) {
	return func(m *Model) {
		m.SecretKey, m.SealedSecretKey, m.SealTo, m.SealedTo = types.StringNull(), types.StringValue("the ciphertext"), texts(keys), texts(keys)
	}
}

// TestDecide_secret is the table of changes of the secret: whether the key is replaced, and the planned secret_key and
// sealed_secret_key.
func TestDecide_secret(t *testing.T) {
	const unknown, null, kept = "unknown", "null", "kept"
	with := func(w ...func(*Model)) *Model { m := state(w...); return &m }
	for what, c := range map[string]struct {
		config         Model
		state          *Model
		replaced       bool
		secret, sealed string
		notices        int
	}{
		"a new plain key":                                  {config(), nil, false, unknown, null, 0},
		"a new sealed key":                                 {config(to(keyA)), nil, false, null, unknown, 0},
		"a new key, recipients not known":                  {config(partlyUnknownTo), nil, false, null, unknown, 0},
		"a new key, not known whether sealed":              {config(unknownTo), nil, false, unknown, unknown, 0},
		"plain stays plain":                                {config(), with(), false, kept, null, 0},
		"plain is sealed in place":                         {config(to(keyA)), with(), false, null, unknown, 1},
		"plain, recipients not known":                      {config(partlyUnknownTo), with(), false, null, unknown, 1},
		"plain, not known whether sealed":                  {config(unknownTo), with(), false, unknown, unknown, 1},
		"sealed stays sealed":                              {config(to(keyA)), with(sealedFor(keyA)), false, null, kept, 0},
		"sealed, in another order":                         {config(to(keyB, keyA)), with(sealedFor(keyA, keyB)), false, null, kept, 0},
		"sealed, and more recipients":                      {config(to(keyA, keyB)), with(sealedFor(keyA)), true, null, unknown, 1},
		"sealed, and fewer recipients":                     {config(to(keyA)), with(sealedFor(keyA, keyB)), true, null, unknown, 1},
		"sealed, and other recipients":                     {config(to(keyB)), with(sealedFor(keyA)), true, null, unknown, 1},
		"sealed, recipients not known":                     {config(partlyUnknownTo), with(sealedFor(keyA)), true, null, unknown, 1},
		"sealed, not known whether still":                  {config(unknownTo), with(sealedFor(keyA)), true, unknown, unknown, 1},
		"sealed, and no longer":                            {config(), with(sealedFor(keyA)), true, unknown, null, 1},
		"imported":                                         {config(), with(noSecret), false, null, null, 0},
		"imported, and to be sealed":                       {config(to(keyA)), with(noSecret), false, null, null, 1},
		"imported, noted":                                  {config(to(keyA)), with(noSecret, to(keyA)), false, null, null, 0},
		"imported, noted, and other recipients":            {config(to(keyB)), with(noSecret, to(keyA)), false, null, null, 0},
		"another owner takes the recipients of the config": {config(to(keyB), name("bob")), with(noSecret), true, null, unknown, 0},
	} {
		t.Run(what, func(t *testing.T) {
			v := plan(c.config, c.state)
			if got := len(v.replace) > 0; got != c.replaced || v.diags.HasError() || len(v.diags) != c.notices {
				t.Errorf("replaced: %t, want %t; %d messages, want %d: %v", got, c.replaced, len(v.diags), c.notices, v.diags)
			}
			if got := knownAs(v.plan.SecretKey); got != c.secret {
				t.Errorf("secret_key is %s, want %s", got, c.secret)
			}
			if got := knownAs(v.plan.SealedSecretKey); got != c.sealed {
				t.Errorf("sealed_secret_key is %s, want %s", got, c.sealed)
			}
			if v.plan.ID.IsUnknown() != (c.state == nil || c.replaced) {
				t.Errorf("the id is unknown: %t", v.plan.ID.IsUnknown())
			}
		})
	}
}

func knownAs(v types.String) string {
	switch {
	case v.IsUnknown():
		return "unknown"
	case v.IsNull():
		return "null"
	}
	return "kept"
}

// TestDecide_fingerprints: they are known as soon as the recipients are.
func TestDecide_fingerprints(t *testing.T) {
	v := plan(config(to(keyA, keyB)), nil)
	if !slices.Equal(keyattr.Texts(v.plan.SealedTo), []string{keyA, keyB}) {
		t.Errorf("sealed_to is %s", v.plan.SealedTo)
	}
	if v := plan(config(partlyUnknownTo), nil); !v.plan.SealedTo.IsUnknown() {
		t.Errorf("sealed_to is %s", v.plan.SealedTo)
	}
}

// TestDecide_otherSpellingOfRecipients: the text of the state stays if the recipients are the same, so the plan is empty.
func TestDecide_otherSpellingOfRecipients(t *testing.T) {
	prior := state(sealedFor(keyA, keyB))
	if v := plan(config(to(" "+keyB, keyA)), &prior); differs(v.plan, prior) != "" {
		t.Errorf("planned to change: %s", differs(v.plan, prior))
	}
}
