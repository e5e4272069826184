package session

import (
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/outscale-access/terraform-provider-outscale/internal/credential"
)

func TestAnUndecidedSessionNamesWhatItWaitsFor(t *testing.T) {
	s := Undecided([]string{"access_key_id", "api.endpoint"}, time.Now)
	var diags diag.Diagnostics
	if s.Ready(&diags, "Users not read") {
		t.Fatal("an undecided session is not ready")
	}
	got := diags[0].Summary() + "\n" + diags[0].Detail()
	want := "Users not read\n" +
		"The provider block takes `access_key_id`, `api.endpoint` from something that is only known after apply, so that it is not decided yet " +
		"which account this is. No other credential is tried in its place.\n\n" +
		"Apply first what these values come from (with `-target`), or give the provider values that are known before: from a variable, " +
		"the environment or a profile."
	if got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

func TestTheStateWarningComesOnce(t *testing.T) {
	s := Undecided([]string{"profile"}, time.Now)
	var diags diag.Diagnostics
	s.WarnNotRefreshed(&diags)
	s.WarnNotRefreshed(&diags)
	if diags.WarningsCount() != 1 || !strings.Contains(diags[0].Detail(), "`profile`") {
		t.Errorf("want one warning that names the argument, got %v", diags)
	}
}

// answering is an API of which nothing is known but its clock.
type answering struct {
	credential.API
	ahead time.Duration
}

func (a *answering) Offset() time.Duration { return a.ahead }

func TestADecidedSessionIsReady(t *testing.T) {
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	s := Decided(credential.New(&answering{}, credential.Options{Now: func() time.Time { return at }}))
	var diags diag.Diagnostics
	if s.Undecided() || !s.Ready(&diags, "") || len(diags) != 0 || !s.Now().Equal(at) {
		t.Errorf("decided session: undecided %v, diagnostics %v, clock %v", s.Undecided(), diags, s.Now())
	}
}

func TestFromTakesOnlySessions(t *testing.T) {
	var diags diag.Diagnostics
	if From(nil, &diags) != nil || diags.HasError() {
		t.Error("before Configure there is no session and no error")
	}
	s := Undecided(nil, time.Now)
	if From(s, &diags) != s {
		t.Error("a session comes back as it is")
	}
	if From("something else", &diags) != nil || !diags.HasError() {
		t.Error("anything else is a defect that must be told")
	}
}

// TestAClockThatIsOffIsToldOnce, from the moment an answer told it, and only beyond what the API tolerates.
func TestAClockThatIsOffIsToldOnce(t *testing.T) {
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for ahead, want := range map[time.Duration]string{
		0: "", 5 * time.Minute: "", -5 * time.Minute: "",
		2*time.Hour + 300*time.Millisecond: "It is 2h0m0s behind the clock of the OUTSCALE API at https://api.example.com/api/v1, which tolerates 5 minutes.",
		-6 * time.Minute:                   "It is 6m0s ahead of the clock of the OUTSCALE API at https://api.example.com/api/v1, which tolerates 5 minutes.",
	} {
		a := &answering{}
		s := Decided(credential.New(a, credential.Options{Now: func() time.Time { return at }}))
		s.Endpoint = "https://api.example.com/api/v1"
		var diags diag.Diagnostics
		s.WarnClock(&diags)
		if len(diags) != 0 {
			t.Errorf("before the first answer: %v", diags)
		}
		a.ahead = ahead
		s.WarnClock(&diags)
		var again diag.Diagnostics // one list takes the same warning only once anyway
		s.WarnClock(&again)
		if len(again) != 0 {
			t.Errorf("%s: told again: %v", ahead, again)
		}
		if !s.Now().Equal(at.Add(ahead)) {
			t.Errorf("the API is %s ahead: the clock says %s", ahead, s.Now())
		}
		switch {
		case want == "":
			if len(diags) != 0 {
				t.Errorf("%s: %v", ahead, diags)
			}
		case len(diags) != 1 || diags[0].Severity() != diag.SeverityWarning || diags[0].Summary() != "Clock of this machine is off" ||
			!strings.Contains(diags[0].Detail(), want) || !strings.Contains(diags[0].Detail(), "Set the clock of this machine"):
			t.Errorf("%s: %v", ahead, diags)
		}
	}
	var diags diag.Diagnostics
	Undecided([]string{"profile"}, time.Now).WarnClock(&diags)
	if len(diags) != 0 {
		t.Error("an undecided session has asked nobody")
	}
}
