package accesskey

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/outscale-access/terraform-provider-outscale/internal/provider/attr/isodate"
)

var now = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

// config is a configuration that says nothing, changed by with.
func config(with ...func(*model)) model {
	m := model{SealTo: noTexts(), SealedTo: noTexts()}
	for _, w := range with {
		w(&m)
	}
	return m
}

// state is an active key without a date or a tag, changed by with.
func state(with ...func(*model)) model {
	m := model{
		ID: types.StringValue("AK1"), AccessKeyID: types.StringValue("AK1"), State: types.StringValue("ACTIVE"),
		SecretKey: types.StringValue("the secret"), SealTo: noTexts(), SealedTo: noTexts(), Expired: types.BoolValue(false),
		CreationDate: isodate.Text("2026-01-01T00:00:00.000Z"), LastModificationDate: isodate.Text("2026-01-02T00:00:00.000Z"),
	}
	for _, w := range with {
		w(&m)
	}
	return m
}

func name(v string) func(*model)  { return func(m *model) { m.UserName = types.StringValue(v) } }
func id(v string) func(*model)    { return func(m *model) { m.UserID = types.StringValue(v) } }
func is(v string) func(*model)    { return func(m *model) { m.State = types.StringValue(v) } }
func tag(v string) func(*model)   { return func(m *model) { m.Tag = types.StringValue(v) } }
func until(v string) func(*model) { return func(m *model) { m.ExpirationDate = isodate.Text(v) } }

func unknownName(m *model) { m.UserName = types.StringUnknown() }
func unknownID(m *model)   { m.UserID = types.StringUnknown() }
func noSecret(m *model)    { m.SecretKey = types.StringNull() }
func expired(m *model)     { m.Expired = types.BoolValue(true) }
func unknownTag(m *model)  { m.Tag = types.StringUnknown() }

// aliceIsU1 knows one user.
func aliceIsU1(id, name string) bool { return id == "U1" && name == "alice" }

func plan(config model, prior *model) verdict {
	return decide(config, prior, now, aliceIsU1, func(time.Time) bool { return false })
}

func TestPlanOfANewKey(t *testing.T) {
	v := plan(config(), nil)
	if !v.plan.UserName.IsNull() || !v.plan.UserID.IsNull() {
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

// TestPlanOfOwners is the table of who replaces a key and who does not.
func TestPlanOfOwners(t *testing.T) {
	for what, c := range map[string]struct {
		config, state model
		want          []string
	}{
		"the caller stays":                     {config(), state(), nil},
		"the same name":                        {config(name("alice")), state(name("alice")), nil},
		"another name":                         {config(name("bob")), state(name("alice")), []string{"user_name"}},
		"a name instead of the caller":         {config(name("bob")), state(), []string{"user_name"}},
		"the caller instead of a name":         {config(), state(name("alice")), []string{"user_name"}},
		"a name that is not known":             {config(unknownName), state(name("alice")), []string{"user_name"}},
		"the same id":                          {config(id("U1")), state(name("alice"), id("U1")), nil},
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
			if c.want == nil && (v.plan.ID.IsUnknown() || v.plan.UserName.IsUnknown()) {
				t.Errorf("nothing but the owner's spelling changes: id %s, user_name %s", v.plan.ID, v.plan.UserName)
			}
		})
	}
}

func TestPlanKeepsWhatDoesNotChange(t *testing.T) {
	for what, c := range map[string]struct{ config, state model }{
		"nothing set":                   {config(), state()},
		"switched off by hand":          {config(), state(is("INACTIVE"))},
		"another spelling of the date":  {config(until("2028-01-01")), state(until("2028-01-01T00:00:00.000Z"))},
		"the same date elsewhere":       {config(until("2028-01-01T02:00:00+02:00")), state(until("2028-01-01"))},
		"what the official state holds": {config(until("2028-01-01"), is("ACTIVE")), state(until("2028-01-01T00:00:00.000+0000"))},
		"a passed date":                 {config(until("2026-01-01")), state(until("2026-01-01"), expired)},
		"imported, without a secret":    {config(), state(noSecret, name("alice"), id("U1"), func(m *model) { m.UserName = types.StringNull(); m.UserID = types.StringNull() })},
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

func TestPlanOfAChangeOpensWhatItBrings(t *testing.T) {
	for what, c := range map[string]struct {
		config, state model
		expired       string
		userName      string
	}{
		"state":                      {config(is("INACTIVE")), state(), "false", "<null>"},
		"state of a dated key":       {config(is("INACTIVE"), until("2028-01-01")), state(until("2028-01-01")), "<unknown>", "<null>"},
		"a new date":                 {config(until("2028-01-01")), state(), "<unknown>", "<null>"},
		"no date any more":           {config(), state(until("2028-01-01")), "false", "<null>"},
		"a tag":                      {config(tag("x")), state(), "false", "<null>"},
		"no tag any more":            {config(), state(tag("x")), "false", "<null>"},
		"a tag that is not known":    {config(unknownTag), state(), "false", "<null>"},
		"owner by name":              {config(name("alice"), tag("x")), state(name("alice"), id("U1")), "false", `"alice"`},
		"owner by id may be renamed": {config(id("U1"), tag("x")), state(name("alice"), id("U1")), "false", "<unknown>"},
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

// TestPlanTellsOfDates holds the whole text of each message about a date.
func TestPlanTellsOfDates(t *testing.T) {
	dead := state(until("2026-01-01"), expired, name("alice"))
	alive := state(until("2028-01-01"))
	for what, c := range map[string]struct {
		config model
		state  *model
		want   string
	}{
		"new and past": {config(until("2020-06-14")), nil, "Error: Expiration date in the past: " +
			"`expiration_date` is \"2020-06-14\", that is 2020-06-14T00:00:00.000Z, and it is now 2026-06-01T12:00:00.000Z: the key would be dead from the start.\n\n" +
			"Write a date to come, or leave the argument out for a key that does not expire. " +
			"To destroy what is left of a configuration whose dates have passed, add `-refresh=false`."},
		"this very moment":       {config(until("2026-06-01T12:00:00Z")), nil, "Error: Expiration date in the past: "},
		"a second later":         {config(until("2026-06-01T12:00:01Z")), nil, ""},
		"changed to a past one":  {config(until("2020-06-14")), &alive, "Error: Expiration date in the past: "},
		"a past one for another": {config(name("bob"), until("2020-06-14")), &dead, "Error: Expiration date in the past: "},
		"passed": {config(name("alice"), until("2026-01-01T00:00:00Z")), &dead, "Warning: Access key has expired: " +
			"The access key AK1 of user alice expired on 2026-01-01T00:00:00.000Z and cannot be used, although the API keeps its state. " +
			"Write a later `expiration_date` to use it again, replace it (`-replace=ADDRESS`), or destroy it."},
		"removed": {config(), &alive, "Warning: Access key will no longer expire: The configuration has no `expiration_date` any more, so that it is removed " +
			"from access key AK1 of the caller, which now expires on 2028-01-01T00:00:00.000Z."},
		"removed after it passed": {config(name("alice")), &dead, "Warning: Access key will no longer expire: The configuration has no `expiration_date` any more, " +
			"so that it is removed from access key AK1 of user alice. The key expired on 2026-01-01T00:00:00.000Z and will work again."},
		"emptied": {config(until("")), &alive, "Warning: Access key will no longer expire: "},
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

// TestPlanRefusesTwoOwners also where one of them was not known when the configuration was validated.
func TestPlanRefusesTwoOwners(t *testing.T) {
	both := state(name("alice"), id("U1"))
	for what, c := range map[string]struct {
		config model
		want   bool
	}{
		"both": {config(name("alice"), id("U1")), true}, "a name": {config(name("alice")), false}, "an id": {config(id("U1")), false},
		"an id that may be none": {config(name("alice"), unknownID), false},
	} {
		if got := plan(c.config, &both).diags.HasError(); got != c.want {
			t.Errorf("%s: refused %v, want %v", what, got, c.want)
		}
	}
}

func TestImportIDs(t *testing.T) {
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

// TestReplacePathsAreArguments guards the names that the CLI shows as forcing a replacement.
func TestReplacePathsAreArguments(t *testing.T) {
	if atUserName.String() != "user_name" || atUserID.String() != "user_id" || !atExpirationDate.Equal(path.Root("expiration_date")) {
		t.Error("the places do not name arguments")
	}
}
