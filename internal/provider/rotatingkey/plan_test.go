package rotatingkey

import (
	"strings"
	"testing"
	"time"

	"filippo.io/age"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/outscale-access/terraform-provider-outscale/internal/provider/attr/duration"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/attr/isodate"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/keyattr"
)

const day = 24 * time.Hour

var (
	now     = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	noTexts = types.ListNull(types.StringType)
	// keyA and keyB are recipients.
	keyA, keyB = recipient(), recipient()
)

func recipient() string {
	identity, err := age.GenerateX25519Identity()
	if err != nil {
		panic(err)
	}
	return identity.Recipient().String()
}

// texts is the list of these items.
func texts(items ...string) types.List {
	values := make([]attr.Value, len(items))
	for i, item := range items {
		values[i] = types.StringValue(item)
	}
	return types.ListValueMust(types.StringType, values)
}

type change = func(*model)

// config is a configuration of a monthly pair, changed by with.
func config(with ...change) model {
	m := model{Key: keyattr.Key{SealTo: noTexts, SealedTo: noTexts}, Triggers: types.MapNull(types.StringType), Lifetime: duration.Text("30d"), RotateBefore: duration.Text("7d")}
	for _, w := range with {
		w(&m)
	}
	return m
}

// state is a monthly pair whose current key, AK2, is ten days old, changed by with.
func state(with ...change) model {
	m := config()
	m.ID, m.AccessKeyID, m.State, m.SecretKey = types.StringValue("AK2"), types.StringValue("AK2"), types.StringValue("ACTIVE"), types.StringValue("the secret")
	m.CreationDate, m.ExpirationDate = isodate.Text(isodate.Format(now.Add(-10*day))), isodate.Text(isodate.Format(now.Add(20*day)))
	for _, w := range with {
		w(&m)
	}
	return m.withWindow(now.Add(-time.Hour))
}

func lives(text string) change { return func(m *model) { m.Lifetime = duration.Text(text) } }
func before(text string) change {
	return func(m *model) { m.RotateBefore = duration.Text(text) }
}
func tag(text string) change { return func(m *model) { m.Tag = types.StringValue(text) } }
func inState(text string) change {
	return func(m *model) { m.State = types.StringValue(text) }
}
func name(text string) change {
	return func(m *model) { m.UserName = types.StringValue(text) }
}
func id(text string) change {
	return func(m *model) { m.UserID = types.StringValue(text) }
}
func endsIn(d time.Duration) change {
	return func(m *model) { m.ExpirationDate = isodate.Text(isodate.Format(now.Add(d))) }
}
func before1(d time.Duration) change {
	return func(m *model) {
		m.PreviousAccessKeyID, m.PreviousExpirationDate = types.StringValue("AK1"), isodate.Text(isodate.Format(now.Add(d)))
	}
}
func triggers(value string) change {
	return func(m *model) {
		m.Triggers = types.MapValueMust(types.StringType, map[string]attr.Value{"why": types.StringValue(value)})
	}
}

func goneKey(m *model)         { m.State = types.StringNull() }
func withoutExpiry(m *model)   { m.ExpirationDate = isodate.Null() }
func unknownTriggers(m *model) { m.Triggers = types.MapUnknown(types.StringType) }
func noTriggers(m *model) {
	m.Triggers = types.MapValueMust(types.StringType, map[string]attr.Value{})
}
func unknownLifetime(m *model) { m.Lifetime = duration.Unknown() }
func unknownWindow(m *model)   { m.RotateBefore = duration.Unknown() }
func takenOver(m *model)       { m.Lifetime, m.RotateBefore = duration.Null(), duration.Null() }
func previousWithoutExpiry(m *model) {
	m.PreviousAccessKeyID, m.PreviousExpirationDate = types.StringValue("AK1"), isodate.Null()
}

func plan(config model, prior *model) decision {
	f := facts{Facts: keyattr.Facts{Now: now, Recipients: keyattr.ParseRecipients(config.SealTo), SameUser: true}}
	var state *keyattr.Key
	if prior != nil {
		state, f.adopted = &prior.Key, prior.Lifetime.IsNull()
	}
	if id, name, needed := keyattr.OwnerLookup(config.Key, state); needed {
		f.SameUser = id == "U1" && name == "alice"
	}
	return decide(config, prior, f)
}

// TestDecide_rotation is the table of the changes of a pair. Each has a letter: R rotates, X replaces both keys, E sets the
// expiry again, D deletes the previous key, L changes the expiry of the previous key, T changes the tag, W warns.
func TestDecide_rotation(t *testing.T) {
	for what, c := range map[string]struct {
		config, state model
		want          string
	}{
		"young":                                   {config(), state(), ""},
		"another spelling":                        {config(lives("720h"), before("P7D")), state(), ""},
		"a minute before the window":              {config(), state(endsIn(7*day + time.Minute)), ""},
		"the first moment of the window":          {config(), state(endsIn(7 * day)), "R"},
		"expired":                                 {config(), state(endsIn(-time.Second)), "RW"},
		"expires this moment":                     {config(), state(endsIn(0)), "RW"},
		"deactivated":                             {config(), state(inState("INACTIVE")), "RW"},
		"gone":                                    {config(), state(goneKey), "RW"},
		"a longer window that has begun":          {config(before("25d")), state(), "R"},
		"a shorter window that has not begun":     {config(before("1d")), state(endsIn(6 * day)), ""},
		"a window not known, in the old one":      {config(unknownWindow), state(endsIn(6 * day)), "R"},
		"a window not known, expired":             {config(unknownWindow), state(endsIn(-day)), "RW"},
		"triggers":                                {config(triggers("b")), state(triggers("a")), "R"},
		"the same triggers":                       {config(triggers("a")), state(triggers("a")), ""},
		"new triggers":                            {config(triggers("a")), state(), "R"},
		"triggers taken out":                      {config(), state(triggers("a")), "R"},
		"no triggers instead of none":             {config(noTriggers), state(), ""},
		"triggers not known":                      {config(unknownTriggers), state(triggers("a")), "R"},
		"taken over":                              {config(), state(takenOver), ""},
		"taken over, with triggers":               {config(triggers("a")), state(takenOver), ""},
		"taken over in its window":                {config(), state(takenOver, endsIn(6*day)), "R"},
		"taken over without an expiry":            {config(), state(takenOver, withoutExpiry), "EW"},
		"the expiry taken away by hand":           {config(), state(withoutExpiry), "EW"},
		"the expiry moved on by hand":             {config(), state(endsIn(40 * day)), "EW"},
		"the expiry brought forward by hand":      {config(), state(endsIn(10 * day)), ""},
		"as much as clocks differ":                {config(), state(endsIn(30*day + 5*time.Minute)), ""},
		"a shorter lifetime":                      {config(lives("14d")), state(), "EW"},
		"a shorter lifetime that changes nothing": {config(lives("20d")), state(), ""},
		"a longer lifetime":                       {config(lives("60d")), state(), ""},
		"a lifetime not known":                    {config(unknownLifetime), state(), "E"},
		"tag":                                     {config(tag("x")), state(), "T"},
		"one before, live":                        {config(), state(before1(day)), ""},
		"one before, expired":                     {config(), state(before1(-time.Second)), "D"},
		"one before, endless":                     {config(), state(previousWithoutExpiry), "LW"},
		"one before, as long as a lifetime":       {config(), state(before1(30*day + 5*time.Minute)), ""},
		"one before, longer than a lifetime":      {config(), state(before1(31 * day)), "LW"},
		"one before, and a shorter lifetime":      {config(lives("21d")), state(before1(22 * day)), "LW"},
		"due while the one before is live":        {config(), state(endsIn(day), before1(day)), "RW"},
		"due while the one before is expired":     {config(), state(endsIn(day), before1(-day)), "R"},
		"gone while the one before is live":       {config(), state(goneKey, before1(day)), "RW"},
		"another owner":                           {config(name("bob")), state(name("alice")), "X"},
		"the owner by id":                         {config(id("U1")), state(name("alice")), ""},
		"another owner while due":                 {config(name("bob")), state(name("alice"), endsIn(day)), "X"},
	} {
		t.Run(what, func(t *testing.T) {
			v := plan(c.config, &c.state)
			if got := factsOf(v, c.state); got != c.want {
				t.Errorf("got %q, want %q; %v", got, c.want, v.diags)
			}
		})
	}
}

func factsOf(v decision, state model) string {
	p, got := v.plan, ""
	for _, fact := range []struct {
		letter string
		is     bool
	}{
		{"X", len(v.replace) > 0}, {"R", p.AccessKeyID.IsUnknown()}, {"E", p.ExpirationDate.IsUnknown()},
		{"D", p.PreviousAccessKeyID.IsNull() && !state.PreviousAccessKeyID.IsNull()}, {"L", p.PreviousExpirationDate.IsUnknown()},
		{"T", !p.Tag.Equal(state.Tag)}, {"W", v.diags.WarningsCount() > 0}, {"!", v.diags.HasError()},
	} {
		if fact.is && (fact.letter == "W" || !strings.ContainsAny(got, "XR")) {
			got += fact.letter
		}
	}
	return got
}

// TestDecide_unknownAfterRotation: which values of a rotation are unknown. The secret in clear is not, if it is sealed.
func TestDecide_unknownAfterRotation(t *testing.T) {
	due := state(endsIn(day), before1(day))
	p := plan(config(), &due).plan
	for what, open := range map[string]bool{
		"id": p.ID.IsUnknown(), "secret_key": p.SecretKey.IsUnknown(), "creation_date": p.CreationDate.IsUnknown(), "expiration_date": p.ExpirationDate.IsUnknown(),
		"rotates_after": p.RotatesAfter.IsUnknown(), "ready_to_rotate": p.ReadyToRotate.IsUnknown(), "state": p.State.IsUnknown(),
		"previous_access_key_id": p.PreviousAccessKeyID.IsUnknown(), "previous_expiration_date": p.PreviousExpirationDate.IsUnknown(),
		"known: user_name": !p.UserName.IsUnknown(), "known: lifetime": !p.Lifetime.IsUnknown(), "known: sealed_secret_key": p.SealedSecretKey.IsNull(),
	} {
		if !open {
			t.Errorf("not so: %s", what)
		}
	}
	first := plan(config(id("U1")), nil).plan
	if !first.AccessKeyID.IsUnknown() || !first.PreviousAccessKeyID.IsNull() || !first.PreviousExpirationDate.IsNull() || !first.UserName.IsUnknown() {
		t.Error("the first key of a pair has none before it")
	}
	sealed := func(m *model) { m.SealTo = texts(keyA) }
	if p := plan(config(sealed), &due).plan; !p.SecretKey.IsNull() || !p.SealedSecretKey.IsUnknown() {
		t.Error("the secret of the next key will be sealed, and is not known to be null in clear")
	}
}

// TestDecide_window: the results of a change of the window are known in the plan.
func TestDecide_window(t *testing.T) {
	s := state()
	if p := plan(config(before("3d")), &s).plan; p.RotatesAfter.ValueString() != isodate.Format(now.Add(17*day)) || p.ReadyToRotate.ValueBool() {
		t.Errorf("rotates after %s", p.RotatesAfter)
	}
	if p := plan(config(unknownWindow), &s).plan; !p.RotatesAfter.IsUnknown() || !p.ReadyToRotate.IsUnknown() {
		t.Errorf("rotates after %s", p.RotatesAfter)
	}
	if p := plan(config(lives("720h")), &s).plan; p.Lifetime.ValueString() != "30d" {
		t.Errorf("another spelling of the same length is planned as %s", p.Lifetime)
	}
}

// TestDecide_durations: bad durations are refused, even if they were unknown at validation.
func TestDecide_durations(t *testing.T) {
	s := state()
	for what, c := range map[string]struct {
		config model
		want   string
	}{
		"the same":              {config(lives("7d")), "rotate_before not shorter than lifetime: `rotate_before` is \"7d\" and `lifetime` is \"7d\": a key would be due"},
		"the same, otherwise":   {config(lives("168h")), "rotate_before not shorter than lifetime: "},
		"longer":                {config(before("31d")), "rotate_before not shorter than lifetime: "},
		"zero":                  {config(before("0h")), "Duration too short: `rotate_before` is \"0h\", but must be at least one minute."},
		"negative":              {config(before("-7d")), "Duration not understood: `rotate_before` is \"-7d\": a duration has no sign"},
		"under a minute":        {config(before("59s")), "Duration too short: "},
		"a lifetime of nothing": {config(lives("0d"), unknownWindow), "Duration too short: `lifetime` is \"0d\""},
		"over 100 years":        {config(lives("36501d")), "Duration not understood: `lifetime` is \"36501d\": this is more than 100 years"},
		"two meanings":          {config(lives("1M")), "Duration not understood: `lifetime` is \"1M\": `M` could be months"},
		"a month":               {config(lives("P1M")), "Duration not understood: "},
		"100 years":             {config(lives("36500d")), ""},
		"a minute":              {config(lives("61s"), before("1m")), ""},
		"not known":             {config(unknownLifetime, unknownWindow), ""},
	} {
		for _, prior := range []*model{nil, &s} {
			var got string
			for _, d := range plan(c.config, prior).diags.Errors() {
				got += d.Summary() + ": " + d.Detail()
			}
			if !strings.HasPrefix(got, c.want) || (c.want == "") != (got == "") {
				t.Errorf("%s: got %q, want %q", what, got, c.want)
			}
		}
	}
}

// TestDecide_recipients: other ones rotate, the same ones do not, and a secret in clear is sealed in place.
func TestDecide_recipients(t *testing.T) {
	of := func(keys ...string) change { return func(m *model) { m.SealTo = texts(keys...) } }
	sealed := func(keys ...string) change {
		return func(m *model) {
			m.SecretKey, m.SealedSecretKey = types.StringNull(), types.StringValue("the ciphertext")
			m.SealTo, m.SealedTo = texts(keys...), texts(keys...)
		}
	}
	for what, c := range map[string]struct {
		config, state model
		want          string
	}{
		"the same":                  {config(of(keyA, keyB)), state(sealed(keyB, keyA)), ""},
		"another":                   {config(of(keyB)), state(sealed(keyA)), "RW"},
		"none any more":             {config(), state(sealed(keyA)), "RW"},
		"added to a secret":         {config(of(keyA)), state(), "W"},
		"for a key without secret":  {config(of(keyA)), state(takenOver, func(m *model) { m.SecretKey = types.StringNull() }), "W"},
		"not known":                 {config(func(m *model) { m.SealTo = types.ListUnknown(types.StringType) }), state(sealed(keyA)), "RW"},
		"due, with the same as now": {config(of(keyA)), state(sealed(keyA), endsIn(day)), "R"},
	} {
		if got := factsOf(plan(c.config, &c.state), c.state); got != c.want {
			t.Errorf("%s: got %q, want %q", what, got, c.want)
		}
	}
}

// TestDecide_ignoreChanges: with ignore_changes = all the CLI plans with the values of the state as the configuration,
// computed values included. Nothing may be refused or changed, even after an import that recorded no durations.
func TestDecide_ignoreChanges(t *testing.T) {
	for what, prior := range map[string]model{
		"owner by name and id":     state(name("alice"), id("U1")),
		"a marker as the tag":      state(tag("outscale-unfinished-1")),
		"moved, without an expiry": state(takenOver, withoutExpiry),
		"one before":               state(before1(day)),
	} {
		d := plan(prior, &prior)
		prior = prior.withWindow(now)
		if d.diags.HasError() || len(d.replace) > 0 || d.plan.AccessKeyID.IsUnknown() || d.plan.ExpirationDate.IsUnknown() || !d.plan.Tag.Equal(prior.Tag) || !d.plan.RotatesAfter.Equal(prior.RotatesAfter) {
			t.Errorf("%s: %v, replaced by %v", what, d.diags, d.replace)
		}
	}
	due := state(takenOver, goneKey)
	if d := plan(due, &due); !d.diags.HasError() || !strings.Contains(d.diags[0].Detail(), "`ignore_changes`") {
		t.Errorf("a rotation without durations: %v", d.diags)
	}
}

// TestDecide_endedKeys: the warnings of a rotation say which keys it ends, and when those expire that it keeps.
func TestDecide_endedKeys(t *testing.T) {
	const (
		revoked  = "Previous access key revoked before its expiry: AK1"
		off      = "Access key was deactivated: AK2"
		earlier1 = "Access key gets an earlier expiry: AK1"
		earlier2 = "Access key gets an earlier expiry: AK2"
	)
	tomorrow := "Access key AK1, the one before AK2, expires on " + isodate.Format(now.Add(day))
	kept := tomorrow + " and stays the previous key."
	for what, c := range map[string]struct {
		current, previous change
		previousOff       bool
		want              map[string]string // parts of the details, by summary
	}{
		"previous valid for a day":           {endsIn(day), before1(day), false, map[string]string{revoked: tomorrow + "."}},
		"previous without an expiry":         {endsIn(day), previousWithoutExpiry, false, map[string]string{revoked: "AK2, does not expire."}},
		"previous expired":                   {endsIn(day), before1(-time.Second), false, nil},
		"previous INACTIVE":                  {endsIn(day), before1(day), true, nil},
		"previous INACTIVE without expiry":   {endsIn(day), previousWithoutExpiry, true, nil},
		"current INACTIVE":                   {inState("INACTIVE"), tag(""), false, map[string]string{off: "creates a new key. The old key stays INACTIVE"}},
		"current INACTIVE, previous valid":   {inState("INACTIVE"), before1(day), false, map[string]string{off: "The apply deletes AK2 and then creates a new key. " + kept}},
		"current INACTIVE, previous late":    {inState("INACTIVE"), before1(31 * day), false, map[string]string{off: "deletes AK2", earlier1: "to 30d from then"}},
		"current INACTIVE, previous expired": {inState("INACTIVE"), before1(-day), false, map[string]string{off: "The old key stays INACTIVE"}},
		"both INACTIVE":                      {inState("INACTIVE"), before1(day), true, map[string]string{off: "The old key stays INACTIVE"}},
		"current expired, previous valid":    {endsIn(-day), before1(day), false, map[string]string{"Access key has expired: AK2": "The apply deletes AK2 and then creates a new key. " + kept}},
		"current gone, previous valid":       {goneKey, before1(day), false, map[string]string{keyattr.IsGone + ": AK2": "it was deleted. The apply creates a new key. " + kept}},
		"current late":                       {endsIn(31 * day), triggers("a"), false, map[string]string{earlier2: "to 30d from then"}},
	} {
		prior := state(c.current, c.previous)
		d := decide(config(), &prior, facts{Facts: keyattr.Facts{Now: now, SameUser: true}, previousOff: c.previousOff})
		if len(d.diags) != len(c.want) || !d.plan.AccessKeyID.IsUnknown() {
			t.Errorf("%s: %v", what, d.diags)
		}
		for _, w := range d.diags {
			if part, found := c.want[w.Summary()]; !found || !strings.Contains(w.Detail(), part) {
				t.Errorf("%s: %s: %s", what, w.Summary(), w.Detail())
			}
		}
	}
}

// TestDecide_unknownOwner: a pair that is replaced only because its owner is unknown has a warning that says so.
func TestDecide_unknownOwner(t *testing.T) {
	prior := state(name("alice"))
	d := plan(config(func(m *model) { m.UserName = types.StringUnknown() }), &prior)
	if len(d.replace) == 0 || len(d.diags) != 1 || !strings.Contains(d.diags[0].Detail(), "both keys are revoked") {
		t.Errorf("replaced by %v, %v", d.replace, d.diags)
	}
}
