package accesskey

import (
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/outscale-access/terraform-provider-outscale/internal/provider/attr/duration"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/attr/isodate"
)

type pairWith = func(*rotatingModel)

// pairConfig is a configuration of a monthly pair, changed by with.
func pairConfig(with ...pairWith) rotatingModel {
	m := rotatingModel{SealTo: noTexts(), SealedTo: noTexts(), Triggers: types.MapNull(types.StringType), Lifetime: duration.Text("30d"), RotateBefore: duration.Text("7d")}
	for _, w := range with {
		w(&m)
	}
	return m
}

// pairState is a monthly pair whose current key, AK2, is ten days old, changed by with.
func pairState(with ...pairWith) rotatingModel {
	m := pairConfig()
	m.ID, m.AccessKeyID, m.State, m.SecretKey = types.StringValue("AK2"), types.StringValue("AK2"), types.StringValue("ACTIVE"), types.StringValue("the secret")
	m.CreationDate, m.ExpirationDate = isodate.Text(isodate.Format(now.Add(-10*day))), isodate.Text(isodate.Format(now.Add(20*day)))
	for _, w := range with {
		w(&m)
	}
	return m.dated(now.Add(-time.Hour))
}

func lives(text string) pairWith { return func(m *rotatingModel) { m.Lifetime = duration.Text(text) } }
func before(text string) pairWith {
	return func(m *rotatingModel) { m.RotateBefore = duration.Text(text) }
}
func pairTag(text string) pairWith { return func(m *rotatingModel) { m.Tag = types.StringValue(text) } }
func inState(text string) pairWith {
	return func(m *rotatingModel) { m.State = types.StringValue(text) }
}
func pairName(text string) pairWith {
	return func(m *rotatingModel) { m.UserName = types.StringValue(text) }
}
func pairID(text string) pairWith {
	return func(m *rotatingModel) { m.UserID = types.StringValue(text) }
}
func endsIn(d time.Duration) pairWith {
	return func(m *rotatingModel) { m.ExpirationDate = isodate.Text(isodate.Format(now.Add(d))) }
}
func before1(d time.Duration) pairWith {
	return func(m *rotatingModel) {
		m.PreviousAccessKeyID, m.PreviousExpirationDate = types.StringValue("AK1"), isodate.Text(isodate.Format(now.Add(d)))
	}
}
func triggers(value string) pairWith {
	return func(m *rotatingModel) {
		m.Triggers = types.MapValueMust(types.StringType, map[string]attr.Value{"why": types.StringValue(value)})
	}
}

func goneKey(m *rotatingModel)         { m.State = types.StringNull() }
func endless(m *rotatingModel)         { m.ExpirationDate = isodate.Null() }
func unknownTriggers(m *rotatingModel) { m.Triggers = types.MapUnknown(types.StringType) }
func noTriggers(m *rotatingModel) {
	m.Triggers = types.MapValueMust(types.StringType, map[string]attr.Value{})
}
func unknownLife(m *rotatingModel)   { m.Lifetime = duration.Unknown() }
func unknownWindow(m *rotatingModel) { m.RotateBefore = duration.Unknown() }
func takenOver(m *rotatingModel)     { m.Lifetime, m.RotateBefore = duration.Null(), duration.Null() }
func endlessBefore(m *rotatingModel) {
	m.PreviousAccessKeyID, m.PreviousExpirationDate = types.StringValue("AK1"), isodate.Null()
}

func pairPlan(config rotatingModel, prior *rotatingModel) rotatingVerdict {
	return decideRotation(config, prior, now, aliceIsU1)
}

// TestPlanOfRotations is the table of what is done with a pair. A fact is one letter: R rotates, X replaces both, E the
// expiry is set anew, D the key before is dropped, L the key before is given an end, T the tag changes, W a warning.
func TestPlanOfRotations(t *testing.T) {
	for what, c := range map[string]struct {
		config, state rotatingModel
		want          string
	}{
		"young":                                   {pairConfig(), pairState(), ""},
		"another spelling":                        {pairConfig(lives("720h"), before("P7D")), pairState(), ""},
		"a minute before the window":              {pairConfig(), pairState(endsIn(7*day + time.Minute)), ""},
		"the first moment of the window":          {pairConfig(), pairState(endsIn(7 * day)), "R"},
		"expired":                                 {pairConfig(), pairState(endsIn(-time.Second)), "RW"},
		"expires this moment":                     {pairConfig(), pairState(endsIn(0)), "RW"},
		"switched off":                            {pairConfig(), pairState(inState("INACTIVE")), "RW"},
		"gone":                                    {pairConfig(), pairState(goneKey), "RW"},
		"a longer window that has begun":          {pairConfig(before("25d")), pairState(), "R"},
		"a shorter window that has not begun":     {pairConfig(before("1d")), pairState(endsIn(6 * day)), ""},
		"a window not known, in the old one":      {pairConfig(unknownWindow), pairState(endsIn(6 * day)), "R"},
		"a window not known, expired":             {pairConfig(unknownWindow), pairState(endsIn(-day)), "RW"},
		"triggers":                                {pairConfig(triggers("b")), pairState(triggers("a")), "R"},
		"the same triggers":                       {pairConfig(triggers("a")), pairState(triggers("a")), ""},
		"new triggers":                            {pairConfig(triggers("a")), pairState(), "R"},
		"triggers taken out":                      {pairConfig(), pairState(triggers("a")), "R"},
		"no triggers instead of none":             {pairConfig(noTriggers), pairState(), ""},
		"triggers not known":                      {pairConfig(unknownTriggers), pairState(triggers("a")), "R"},
		"taken over":                              {pairConfig(), pairState(takenOver), ""},
		"taken over, with triggers":               {pairConfig(triggers("a")), pairState(takenOver), ""},
		"taken over in its window":                {pairConfig(), pairState(takenOver, endsIn(6*day)), "R"},
		"taken over without an expiry":            {pairConfig(), pairState(takenOver, endless), "EW"},
		"the expiry taken away by hand":           {pairConfig(), pairState(endless), "EW"},
		"the expiry moved on by hand":             {pairConfig(), pairState(endsIn(40 * day)), "EW"},
		"the expiry brought forward by hand":      {pairConfig(), pairState(endsIn(10 * day)), ""},
		"as much as clocks differ":                {pairConfig(), pairState(endsIn(30*day + 5*time.Minute)), ""},
		"a shorter lifetime":                      {pairConfig(lives("14d")), pairState(), "EW"},
		"a shorter lifetime that changes nothing": {pairConfig(lives("20d")), pairState(), ""},
		"a longer lifetime":                       {pairConfig(lives("60d")), pairState(), ""},
		"a lifetime not known":                    {pairConfig(unknownLife), pairState(), "E"},
		"tag":                                     {pairConfig(pairTag("x")), pairState(), "T"},
		"one before, live":                        {pairConfig(), pairState(before1(day)), ""},
		"one before, expired":                     {pairConfig(), pairState(before1(-time.Second)), "D"},
		"one before, endless":                     {pairConfig(), pairState(endlessBefore), "L"},
		"due while the one before is live":        {pairConfig(), pairState(endsIn(day), before1(day)), "RW"},
		"due while the one before is expired":     {pairConfig(), pairState(endsIn(day), before1(-day)), "R"},
		"gone while the one before is live":       {pairConfig(), pairState(goneKey, before1(day)), "RW"},
		"another owner":                           {pairConfig(pairName("bob")), pairState(pairName("alice")), "X"},
		"the owner by id":                         {pairConfig(pairID("U1")), pairState(pairName("alice")), ""},
		"another owner while due":                 {pairConfig(pairName("bob")), pairState(pairName("alice"), endsIn(day)), "X"},
	} {
		t.Run(what, func(t *testing.T) {
			v := pairPlan(c.config, &c.state)
			if got := facts(v, c.state); got != c.want {
				t.Errorf("got %q, want %q; %v", got, c.want, v.diags)
			}
		})
	}
}

func facts(v rotatingVerdict, state rotatingModel) string {
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

// TestPlanOfARotationOpensWhatItBrings, and nothing else: not the secret in clear where it is sealed.
func TestPlanOfARotationOpensWhatItBrings(t *testing.T) {
	due := pairState(endsIn(day), before1(day))
	p := pairPlan(pairConfig(), &due).plan
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
	first := pairPlan(pairConfig(pairID("U1")), nil).plan
	if !first.AccessKeyID.IsUnknown() || !first.PreviousAccessKeyID.IsNull() || !first.PreviousExpirationDate.IsNull() || !first.UserName.IsUnknown() {
		t.Error("the first key of a pair has none before it")
	}
	sealed := func(m *rotatingModel) { m.SealTo = textList([]string{keyA}) }
	if p := pairPlan(pairConfig(sealed), &due).plan; !p.SecretKey.IsNull() || !p.SealedSecretKey.IsUnknown() {
		t.Error("the secret of the next key will be sealed, and is not known to be null in clear")
	}
}

// TestPlanWithAWindow: what follows from a change of the window is known in the plan.
func TestPlanWithAWindow(t *testing.T) {
	s := pairState()
	if p := pairPlan(pairConfig(before("3d")), &s).plan; p.RotatesAfter.ValueString() != isodate.Format(now.Add(17*day)) || p.ReadyToRotate.ValueBool() {
		t.Errorf("rotates after %s", p.RotatesAfter)
	}
	if p := pairPlan(pairConfig(unknownWindow), &s).plan; !p.RotatesAfter.IsUnknown() || !p.ReadyToRotate.IsUnknown() {
		t.Errorf("rotates after %s", p.RotatesAfter)
	}
	if p := pairPlan(pairConfig(lives("720h")), &s).plan; p.Lifetime.ValueString() != "30d" {
		t.Errorf("another spelling of the same length is planned as %s", p.Lifetime)
	}
}

// TestPlanRefusesDurations, also where they were not known when the configuration was validated.
func TestPlanRefusesDurations(t *testing.T) {
	s := pairState()
	for what, c := range map[string]struct {
		config rotatingModel
		want   string
	}{
		"the same":              {pairConfig(lives("7d")), "Window not shorter than the lifetime: `rotate_before` is \"7d\" and `lifetime` is \"7d\": a key would be due"},
		"the same, otherwise":   {pairConfig(lives("168h")), "Window not shorter than the lifetime: "},
		"longer":                {pairConfig(before("31d")), "Window not shorter than the lifetime: "},
		"zero":                  {pairConfig(before("0h")), "Duration too short: `rotate_before` is \"0h\", and must be at least one minute."},
		"negative":              {pairConfig(before("-7d")), "Duration not understood: `rotate_before` is \"-7d\": a duration has no sign"},
		"under a minute":        {pairConfig(before("59s")), "Duration too short: "},
		"a lifetime of nothing": {pairConfig(lives("0d"), unknownWindow), "Duration too short: `lifetime` is \"0d\""},
		"over 100 years":        {pairConfig(lives("36501d")), "Duration not understood: `lifetime` is \"36501d\": this is more than 100 years"},
		"two meanings":          {pairConfig(lives("1M")), "Duration not understood: `lifetime` is \"1M\": `M` could be months"},
		"a month":               {pairConfig(lives("P1M")), "Duration not understood: "},
		"100 years":             {pairConfig(lives("36500d")), ""},
		"a minute":              {pairConfig(lives("61s"), before("1m")), ""},
		"not known":             {pairConfig(unknownLife, unknownWindow), ""},
	} {
		for _, prior := range []*rotatingModel{nil, &s} {
			var got string
			for _, d := range pairPlan(c.config, prior).diags.Errors() {
				got += d.Summary() + ": " + d.Detail()
			}
			if !strings.HasPrefix(got, c.want) || (c.want == "") != (got == "") {
				t.Errorf("%s: got %q, want %q", what, got, c.want)
			}
		}
	}
}

// TestPlanOfAPairsRecipients: other ones rotate, the same ones do not, and a secret in clear is sealed in place.
func TestPlanOfAPairsRecipients(t *testing.T) {
	of := func(keys ...string) pairWith { return func(m *rotatingModel) { m.SealTo = textList(keys) } }
	sealed := func(keys ...string) pairWith {
		return func(m *rotatingModel) { key := m.current(); sealedFor(keys...)(&key); *m = m.withSecretOf(key) }
	}
	for what, c := range map[string]struct {
		config, state rotatingModel
		want          string
	}{
		"the same":                  {pairConfig(of(keyA, keyB)), pairState(sealed(keyB, keyA)), ""},
		"another":                   {pairConfig(of(keyB)), pairState(sealed(keyA)), "RW"},
		"none any more":             {pairConfig(), pairState(sealed(keyA)), "RW"},
		"added to a secret":         {pairConfig(of(keyA)), pairState(), "W"},
		"for a key without secret":  {pairConfig(of(keyA)), pairState(takenOver, func(m *rotatingModel) { m.SecretKey = types.StringNull() }), "W"},
		"not known":                 {pairConfig(func(m *rotatingModel) { m.SealTo = unknownTexts() }), pairState(sealed(keyA)), "RW"},
		"due, with the same as now": {pairConfig(of(keyA)), pairState(sealed(keyA), endsIn(day)), "R"},
	} {
		if got := facts(pairPlan(c.config, &c.state), c.state); got != c.want {
			t.Errorf("%s: got %q, want %q", what, got, c.want)
		}
	}
}
