package accesskey

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/outscale-access/terraform-provider-outscale/internal/key"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/attr/isodate"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/keyattr"
)

var (
	now     = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	noTexts = types.ListNull(types.StringType)
)

// config returns an empty configuration, changed by with.
func config(with ...func(*Model)) Model {
	m := Model{Key: keyattr.Key{SealTo: noTexts, SealedTo: noTexts}}
	for _, w := range with {
		w(&m)
	}
	return m
}

// state returns the state of an active key without a date or a tag, changed by with.
func state(with ...func(*Model)) Model {
	m := Model{
		Key: keyattr.Key{
			ID: types.StringValue("AK1"), AccessKeyID: types.StringValue("AK1"), State: types.StringValue("ACTIVE"),
			SecretKey: types.StringValue("the secret"), UserName: keyattr.None, Tag: keyattr.None, SealTo: noTexts, SealedTo: noTexts,
			CreationDate: isodate.Text("2026-01-01T00:00:00.000Z"),
		},
		Expired: types.BoolValue(false), LastModificationDate: isodate.Text("2026-01-02T00:00:00.000Z"),
	}
	for _, w := range with {
		w(&m)
	}
	return m
}

func name(v string) func(*Model)  { return func(m *Model) { m.UserName = types.StringValue(v) } }
func id(v string) func(*Model)    { return func(m *Model) { m.UserID = types.StringValue(v) } }
func is(v string) func(*Model)    { return func(m *Model) { m.State = types.StringValue(v) } }
func tag(v string) func(*Model)   { return func(m *Model) { m.Tag = types.StringValue(v) } }
func until(v string) func(*Model) { return func(m *Model) { m.ExpirationDate = isodate.Text(v) } }

func unknownName(m *Model) { m.UserName = types.StringUnknown() }
func unknownID(m *Model)   { m.UserID = types.StringUnknown() }
func noSecret(m *Model)    { m.SecretKey = types.StringNull() }
func expired(m *Model)     { m.Expired = types.BoolValue(true) }
func unknownTag(m *Model)  { m.Tag = types.StringUnknown() }

// plan decides with the knowledge that alice is U1, changed by with.
func plan(config Model, prior *Model, with ...func(*keyattr.Facts)) decision {
	f := keyattr.Facts{Now: now, Recipients: keyattr.ParseRecipients(config.SealTo), SameUser: true}
	var state *keyattr.Key
	if prior != nil {
		state = &prior.Key
	}
	if id, name, needed := keyattr.OwnerLookup(config.Key, state); needed {
		f.SameUser = id == "U1" && name == "alice"
	}
	for _, w := range with {
		w(&f)
	}
	return decide(config, prior, f)
}

func TestDecide_newKey(t *testing.T) {
	v := plan(config(), nil)
	if !v.plan.UserName.Equal(keyattr.None) || !v.plan.UserID.IsNull() {
		t.Errorf("a key of the caller's own has no owner: %s, %s", v.plan.UserName, v.plan.UserID)
	}
	for what, unknown := range map[string]bool{
		"id": v.plan.ID.IsUnknown(), "access_key_id": v.plan.AccessKeyID.IsUnknown(), "secret_key": v.plan.SecretKey.IsUnknown(),
		"creation_date": v.plan.CreationDate.IsUnknown(), "last_modification_date": v.plan.LastModificationDate.IsUnknown(), "state": v.plan.State.IsUnknown(),
	} {
		if !unknown {
			t.Errorf("%s is known", what)
		}
	}
	if v.plan.Expired.IsUnknown() || v.plan.Expired.ValueBool() {
		t.Errorf("without a date a key never expires: %s", v.plan.Expired)
	}
	dated := plan(config(id("U1"), until("2028-01-01"), is("INACTIVE")), nil)
	if !dated.plan.UserName.IsUnknown() || !dated.plan.Expired.IsUnknown() || dated.plan.State.ValueString() != "INACTIVE" || len(dated.diags) != 0 {
		t.Errorf("owner by id: user_name %s, expired %s, state %s, %v", dated.plan.UserName, dated.plan.Expired, dated.plan.State, dated.diags)
	}
}

// TestDecide_owner is the table of which owners replace a key.
func TestDecide_owner(t *testing.T) {
	for what, c := range map[string]struct {
		config, state Model
		want          []string
	}{
		"the caller stays":                     {config(), state(), nil},
		"the same name":                        {config(name("alice")), state(name("alice")), nil},
		"another name":                         {config(name("bob")), state(name("alice")), []string{"user_name"}},
		"a name instead of the caller":         {config(name("bob")), state(), []string{"user_name"}},
		"the caller instead of a name":         {config(), state(name("alice")), []string{"user_name"}},
		"a name that is not known":             {config(unknownName), state(name("alice")), []string{"user_name"}},
		"the same id":                          {config(id("U1")), state(name("alice"), id("U1")), nil},
		"both, and the same user":              {config(name("alice"), id("U1")), state(name("alice"), id("U1")), nil},
		"both, from the name":                  {config(name("alice"), id("U1")), state(name("alice")), nil},
		"both, from the caller":                {config(name("alice"), id("U1")), state(), []string{"user_id", "user_name"}},
		"an empty name is the caller":          {config(name("")), state(), nil},
		"an empty name in the state":           {config(), state(name("")), nil},
		"an empty name instead of a name":      {config(name("")), state(name("alice")), []string{"user_name"}},
		"another id":                           {config(id("U2")), state(name("alice"), id("U1")), []string{"user_id"}},
		"an id that is not known":              {config(unknownID), state(name("alice"), id("U1")), []string{"user_id"}},
		"from the name to the id of it":        {config(id("U1")), state(name("alice")), nil},
		"from the name to another's id":        {config(id("U2")), state(name("alice")), []string{"user_id"}},
		"from the id to the name of it":        {config(name("alice")), state(name("alice"), id("U1")), nil},
		"from the id to another's name":        {config(name("bob")), state(name("alice"), id("U1")), []string{"user_id", "user_name"}},
		"from the id to the caller":            {config(), state(name("alice"), id("U1")), []string{"user_id", "user_name"}},
		"from the caller to an id":             {config(id("U1")), state(), []string{"user_id"}},
		"from the name to an id not known yet": {config(unknownID), state(name("alice")), []string{"user_id"}},
	} {
		t.Run(what, func(t *testing.T) {
			v := plan(c.config, &c.state)
			var got []string
			for _, p := range v.replace {
				got = append(got, p.String())
			}
			slices.Sort(got)
			if !slices.Equal(got, c.want) {
				t.Errorf("replaced by %v, want %v", got, c.want)
			}
			if v.diags.HasError() {
				t.Errorf("%v", v.diags)
			}
			if c.want == nil && (v.plan.ID.IsUnknown() || v.plan.UserName.IsUnknown()) {
				t.Errorf("nothing but the owner's spelling changes: id %s, user_name %s", v.plan.ID, v.plan.UserName)
			}
		})
	}
}

func TestDecide_noChange(t *testing.T) {
	for what, c := range map[string]struct{ config, state Model }{
		"nothing set":                   {config(), state()},
		"switched off by hand":          {config(), state(is("INACTIVE"))},
		"another spelling of the date":  {config(until("2028-01-01")), state(until("2028-01-01T00:00:00.000Z"))},
		"the same date elsewhere":       {config(until("2028-01-01T02:00:00+02:00")), state(until("2028-01-01"))},
		"what the official state holds": {config(until("2028-01-01"), is("ACTIVE")), state(until("2028-01-01T00:00:00.000+0000"))},
		"a passed date":                 {config(until("2026-01-01")), state(until("2026-01-01"), expired)},
		"imported, without a secret":    {config(), state(noSecret, name("alice"), id("U1"), func(m *Model) { m.UserName = types.StringNull(); m.UserID = types.StringNull() })},
		"an empty tag":                  {config(tag("")), state(tag(""))},
	} {
		t.Run(what, func(t *testing.T) {
			v := plan(c.config, &c.state)
			if v.diags.HasError() || len(v.replace) > 0 {
				t.Fatalf("%v, replaced by %v", v.diags, v.replace)
			}
			if d := differs(v.plan, c.state); d != "" {
				t.Errorf("planned to change: %s", d)
			}
		})
	}
}

func TestDecide_unknownAfterChange(t *testing.T) {
	for what, c := range map[string]struct {
		config, state Model
		expired       string
		userName      string
	}{
		"state":                   {config(is("INACTIVE")), state(), "false", `""`},
		"state of a dated key":    {config(is("INACTIVE"), until("2028-01-01")), state(until("2028-01-01")), "false", `""`},
		"a new date":              {config(until("2028-01-01")), state(), "<unknown>", `""`},
		"no date any more":        {config(), state(until("2028-01-01")), "false", `""`},
		"a tag":                   {config(tag("x")), state(), "false", `""`},
		"no tag any more":         {config(), state(tag("x")), "false", `""`},
		"a tag that is not known": {config(unknownTag), state(), "false", `""`},
		"owner by name":           {config(name("alice"), tag("x")), state(name("alice"), id("U1")), "false", `"alice"`},
		"owner by id":             {config(id("U1"), tag("x")), state(name("alice"), id("U1")), "false", `"alice"`},
	} {
		t.Run(what, func(t *testing.T) {
			p := plan(c.config, &c.state).plan
			if !p.LastModificationDate.IsUnknown() || p.ID.IsUnknown() || p.SecretKey.IsUnknown() || p.CreationDate.IsUnknown() || p.State.IsUnknown() {
				t.Error("the wrong values are open")
			}
			if p.Expired.String() != c.expired || p.UserName.String() != c.userName {
				t.Errorf("expired %s, want %s; user_name %s, want %s", p.Expired, c.expired, p.UserName, c.userName)
			}
		})
	}
}

// TestDecide_dates has the whole text of each message about a date.
func TestDecide_dates(t *testing.T) {
	dead := state(until("2026-01-01"), expired, name("alice"))
	alive := state(until("2028-01-01"))
	for what, c := range map[string]struct {
		config Model
		state  *Model
		want   string
	}{
		"new and past": {config(until("2020-06-14")), nil, "Error: Expiration date in the past: " +
			"`expiration_date` is \"2020-06-14\", that is 2020-06-14T00:00:00.000Z, and it is now 2026-06-01T12:00:00.000Z: the expiration date is in the past.\n\n" +
			"Set a later date, or leave the argument out for a key that does not expire. " +
			"If you are destroying this configuration, add `-refresh=false`."},
		"this very moment":       {config(until("2026-06-01T12:00:00Z")), nil, "Error: Expiration date in the past: "},
		"a second later":         {config(until("2026-06-01T12:00:01Z")), nil, ""},
		"changed to a past one":  {config(until("2020-06-14")), &alive, "Error: Expiration date in the past: "},
		"a past one for another": {config(name("bob"), until("2020-06-14")), &dead, "Error: Expiration date in the past: "},
		"changed after it passed": {config(name("alice"), until("2026-01-01T00:00:00Z"), tag("x")), &dead, "Error: Expired access key not changed: AK1: " +
			"The access key AK1 of user alice expired on 2026-01-01T00:00:00.000Z, and the API changes `tag` and `state` of an expired key only together with a later expiry.\n\n" +
			"Set a later `expiration_date`, replace the key (`-replace=ADDRESS`), or undo the change of `tag` or `state`. " +
			"If you are destroying this configuration, add `-refresh=false`."},
		"switched off after it passed": {config(name("alice"), until("2026-01-01T00:00:00Z"), is("INACTIVE")), &dead, "Error: Expired access key not changed: AK1: "},
		"changed, with a later date":   {config(name("alice"), until("2027-01-01"), tag("x")), &dead, ""},
		"a tag that is not known yet":  {config(name("alice"), until("2026-01-01T00:00:00Z"), unknownTag), &dead, "Warning: Access key has expired: AK1: "},
		"passed": {config(name("alice"), until("2026-01-01T00:00:00Z")), &dead, "Warning: Access key has expired: AK1: " +
			"The access key AK1 of user alice expired on 2026-01-01T00:00:00.000Z and cannot be used, although the API keeps its state. " +
			"Set a later `expiration_date` to use it again, replace it (`-replace=ADDRESS`), or destroy it."},
		"removed": {config(), &alive, "Warning: Access key will no longer expire: AK1: The configuration has no `expiration_date`, so the apply removes it " +
			"from access key AK1 of the caller, which now expires on 2028-01-01T00:00:00.000Z."},
		"removed after it passed": {config(name("alice")), &dead, "Warning: Access key will no longer expire: AK1: The configuration has no `expiration_date`, " +
			"so the apply removes it from access key AK1 of user alice. The key expired on 2026-01-01T00:00:00.000Z and will work again."},
		"emptied": {config(until("")), &alive, "Warning: Access key will no longer expire: AK1: "},
		"kept":    {config(until("2028-01-01")), &alive, ""},
		"renewed": {config(name("alice"), until("2029-01-01")), &dead, ""},
	} {
		t.Run(what, func(t *testing.T) {
			var got string
			for _, d := range plan(c.config, c.state).diags {
				got += d.Severity().String() + ": " + d.Summary() + ": " + d.Detail()
			}
			if got != c.want && (c.want == "" || !strings.HasSuffix(c.want, ": ") || !strings.HasPrefix(got, c.want)) {
				t.Errorf("got:\n%s\nwant:\n%s", got, c.want)
			}
		})
	}
}

// TestDecide_twoOwners: a name and an id of two users are refused.
func TestDecide_twoOwners(t *testing.T) {
	both := state(name("alice"), id("U1"))
	for what, c := range map[string]struct {
		config Model
		state  *Model
		want   bool
	}{
		"both of one user":           {config(name("alice"), id("U1")), &both, false},
		"both of a new key":          {config(name("alice"), id("U1")), nil, false},
		"another name":               {config(name("bob"), id("U1")), &both, true},
		"another name of a new key":  {config(name("bob"), id("U1")), nil, true},
		"another id":                 {config(name("alice"), id("U2")), &both, true},
		"the caller and an id":       {config(name(""), id("U1")), nil, true},
		"a name":                     {config(name("alice")), &both, false},
		"an id":                      {config(id("U1")), &both, false},
		"an id that may be left out": {config(name("alice"), unknownID), &both, false},
	} {
		if got := plan(c.config, c.state).diags.HasError(); got != c.want {
			t.Errorf("%s: refused %v, want %v", what, got, c.want)
		}
	}
}

// TestDecide_ignoreChanges: with ignore_changes = all the CLI plans with the values of the state as the configuration,
// computed values included. Nothing may be refused, and nothing changed.
func TestDecide_ignoreChanges(t *testing.T) {
	for what, prior := range map[string]Model{
		"owner by name and id": state(name("alice"), id("U1")),
		"an expired key":       state(until("2026-01-01"), expired),
		"a marker as the tag":  state(tag(key.NewMarker("1"))),
		"a sealed secret":      state(sealedFor(keyA)),
		"imported":             state(noSecret, name("alice"), id("U1"), is("INACTIVE")),
	} {
		if d := plan(prior, &prior); d.diags.HasError() || len(d.replace) > 0 || differs(d.plan, prior) != "" {
			t.Errorf("%s: %v, replaced by %v, changes %q", what, d.diags, d.replace, differs(d.plan, prior))
		}
	}
}

// TestDecide_unknownOwner: a key that is replaced only because its owner is unknown has a warning that says why, and how to
// avoid it.
func TestDecide_unknownOwner(t *testing.T) {
	prior := state(name("alice"), id("U1"))
	for _, c := range []struct {
		config   Model
		argument string // that is unknown, "" = no warning
	}{
		{config(unknownName), "user_name"}, {config(unknownID), "user_id"}, {config(name("bob")), ""}, {config(id("U2")), ""}, {config(), ""},
	} {
		d := plan(c.config, &prior)
		if len(d.replace) == 0 || (len(d.diags) == 1) != (c.argument != "") {
			t.Fatalf("replaced by %v, %v", d.replace, d.diags)
		}
		if c.argument != "" && (d.diags[0].Summary() != "Access key replaced because its owner is unknown: AK1" || !strings.Contains(d.diags[0].Detail(), "`"+c.argument+"` of access key AK1 of user alice")) {
			t.Errorf("%v", d.diags)
		}
	}
}

// TestDecide_markerAsTag: a tag in the form of a marker is refused, unless the key already has it.
func TestDecide_markerAsTag(t *testing.T) {
	marked := state(tag(key.NewMarker("1")))
	for what, c := range map[string]struct {
		tag   string
		state *Model
		want  bool
	}{
		"new": {key.NewMarker("1"), nil, true}, "of earlier versions": {"terraform-unfinished-1", nil, true}, "changed": {key.NewMarker("2"), &marked, true},
		"kept": {key.NewMarker("1"), &marked, false}, "another text": {"x-" + key.MarkerPrefix, nil, false},
	} {
		if d := plan(config(tag(c.tag)), c.state); d.diags.HasError() != c.want {
			t.Errorf("%s: %v", what, d.diags)
		}
	}
}

// TestDecide_hadExpiry: a date that passed on a key that is gone is a warning; the same date on another key is an error.
func TestDecide_hadExpiry(t *testing.T) {
	past := config(until("2026-01-01"))
	if d := plan(past, nil, func(f *keyattr.Facts) { f.HadExpiry = true }); d.diags.HasError() || d.diags.WarningsCount() != 1 {
		t.Errorf("%v", d.diags)
	}
	if d := plan(past, nil); !d.diags.HasError() {
		t.Errorf("%v", d.diags)
	}
}
