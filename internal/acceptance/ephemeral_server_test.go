package acceptance_test

import (
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	. "github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/internal/credential"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider"
	"github.com/outscale-access/terraform-provider-outscale/simulator"
)

const kind = "outscale_access_key"

// server speaks the plugin protocol with the provider, without a CLI: for what no CLI does yet, and for moments that
// a CLI cannot be brought to.
type server struct {
	tfprotov6.ProviderServer
	w      *World
	t      *testing.T
	schema *tfprotov6.GetProviderSchemaResponse
}

// serve configures the provider with these values in its block, on the world's API and clock.
func serve(t *testing.T, w *World, block map[string]tftypes.Value) *server {
	t.Helper()
	s := &server{w: w, t: t, ProviderServer: provider.NewServer("test", w.Host())}
	var err error
	s.schema, err = s.GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{})
	w.Must(err)
	s.configure(block)
	return s
}

func (s *server) configure(block map[string]tftypes.Value) {
	s.t.Helper()
	answer, err := s.ConfigureProvider(s.t.Context(), &tfprotov6.ConfigureProviderRequest{Config: s.value(s.schema.Provider.ValueType(), block)})
	s.w.Must(err)
	s.quiet(answer.Diagnostics)
}

// value is a whole object of a type: null but for what is set.
func (s *server) value(kind tftypes.Type, set map[string]tftypes.Value) *tfprotov6.DynamicValue {
	s.t.Helper()
	object := kind.(tftypes.Object)
	all := map[string]tftypes.Value{}
	for name, attribute := range object.AttributeTypes {
		switch attribute.(type) {
		case tftypes.List, tftypes.Set: // blocks are empty, never null
			all[name] = tftypes.NewValue(attribute, []tftypes.Value{})
		default:
			all[name] = tftypes.NewValue(attribute, nil)
		}
	}
	maps.Copy(all, set)
	value, err := tfprotov6.NewDynamicValue(object, tftypes.NewValue(object, all))
	s.w.Must(err)
	return &value
}

func (s *server) quiet(diagnostics []*tfprotov6.Diagnostic) {
	s.t.Helper()
	for _, d := range diagnostics {
		s.t.Errorf("%s: %s: %s", d.Severity, d.Summary, d.Detail)
	}
}

// said fails the test unless there is exactly this diagnostic.
func (s *server) said(diagnostics []*tfprotov6.Diagnostic, severity tfprotov6.DiagnosticSeverity, summary string, parts ...string) {
	s.t.Helper()
	if len(diagnostics) != 1 || diagnostics[0].Severity != severity || diagnostics[0].Summary != summary {
		s.t.Errorf("want one %s %q, got %d", severity, summary, len(diagnostics))
	}
	for _, d := range diagnostics {
		for _, part := range parts {
			if !strings.Contains(d.Detail, part) {
				s.t.Errorf("%s: %s\ndoes not say %q", d.Summary, d.Detail, part)
			}
		}
	}
}

func (s *server) open(deferral bool, set map[string]tftypes.Value) *tfprotov6.OpenEphemeralResourceResponse {
	s.t.Helper()
	answer, err := s.OpenEphemeralResource(s.t.Context(), &tfprotov6.OpenEphemeralResourceRequest{
		TypeName: kind, Config: s.value(s.schema.EphemeralResourceSchemas[kind].ValueType(), set),
		ClientCapabilities: &tfprotov6.OpenEphemeralResourceClientCapabilities{DeferralAllowed: deferral},
	})
	s.w.Must(err)
	return answer
}

func (s *server) renew(private []byte) *tfprotov6.RenewEphemeralResourceResponse {
	s.t.Helper()
	answer, err := s.RenewEphemeralResource(s.t.Context(), &tfprotov6.RenewEphemeralResourceRequest{TypeName: kind, Private: private})
	s.w.Must(err)
	return answer
}

func (s *server) close(private []byte) {
	s.t.Helper()
	answer, err := s.CloseEphemeralResource(s.t.Context(), &tfprotov6.CloseEphemeralResourceRequest{TypeName: kind, Private: private})
	s.w.Must(err)
	s.quiet(answer.Diagnostics)
	if keys := s.w.Keys(); len(keys) != 0 {
		s.t.Errorf("%d keys are left after the close", len(keys))
	}
}

func text(value string) tftypes.Value { return tftypes.NewValue(tftypes.String, value) }

// TestARenewalMovesTheExpiry, tag and owner stay, and a key that was switched off stays off.
func TestARenewalMovesTheExpiry(t *testing.T) {
	t.Parallel()
	w := New(t)
	s := serve(t, w, nil)
	opened := s.open(false, map[string]tftypes.Value{"lifetime": text("20m"), "tag": text("of the run")})
	s.quiet(opened.Diagnostics)
	first := w.OnlyKey()
	if in := opened.RenewAt.Sub(w.Simulator.Now()); in > 10*time.Minute || in < 9*time.Minute {
		t.Errorf("to be renewed in %s, want half of 20 minutes", in)
	}
	w.Must(w.Simulator.Advance(10 * time.Minute))
	renewed := s.renew(opened.Private)
	s.quiet(renewed.Diagnostics)
	second := w.OnlyKey()
	if second.AccessKeyID != first.AccessKeyID || Tag(second) != "of the run" || second.State != string(credential.Active) {
		t.Errorf("the key became %s, %q, %s", second.AccessKeyID, Tag(second), second.State)
	}
	if moved := second.ExpirationDate.Sub(*first.ExpirationDate); moved < 10*time.Minute || moved > 11*time.Minute {
		t.Errorf("the expiry moved by %s, want 10 minutes", moved)
	}
	if in := renewed.RenewAt.Sub(w.Simulator.Now()); in > 10*time.Minute || in < 9*time.Minute {
		t.Errorf("to be renewed again in %s", in)
	}
	w.Must(w.Simulator.Advance(15 * time.Minute)) // past the first expiry: Terraform gives Close what Open knew
	s.close(opened.Private)
}

// TestARenewalThatFails is tried again while the key is good, and is an error when it is gone or nearly due.
func TestARenewalThatFails(t *testing.T) {
	t.Parallel()
	w := New(t)
	// Without a pace: it holds the deadline of a call, which goes by the machine's clock, against the one that is moved on.
	s := serve(t, w, map[string]tftypes.Value{"requests_per_second": tftypes.NewValue(tftypes.Number, 0)})
	opened := s.open(false, map[string]tftypes.Value{"lifetime": text("10m")})
	s.quiet(opened.Diagnostics)
	w.Must(w.Simulator.SetFaults([]simulator.Fault{{Action: "UpdateAccessKey", Kind: "status", Status: 403, Code: "4"}}))
	w.Must(w.Simulator.Advance(5 * time.Minute))
	failed := s.renew(opened.Private)
	s.said(failed.Diagnostics, tfprotov6.DiagnosticSeverityWarning, "Access key not renewed", "api:UpdateAccessKey", "the renewal is tried again before")
	if in := failed.RenewAt.Sub(w.Simulator.Now()); in > 150*time.Second || in < 2*time.Minute {
		t.Errorf("tried again in %s, want half of the 5 minutes that are left", in)
	}
	w.Must(w.Simulator.Advance(4 * time.Minute))
	s.said(s.renew(opened.Private).Diagnostics, tfprotov6.DiagnosticSeverityError, "Access key not renewed", "api:UpdateAccessKey")

	w.Must(w.Simulator.SetFaults(nil))
	w.Must(w.API().DeleteAccessKey(t.Context(), "", w.OnlyKey().AccessKeyID))
	s.said(s.renew(opened.Private).Diagnostics, tfprotov6.DiagnosticSeverityError, "Access key not renewed", "no access key with this id any more")
	s.close(opened.Private)
}

// TestAnInterruptedOpenIsUndone: nobody would close the key. Its creation is not cut off, so that its id is known.
func TestAnInterruptedOpenIsUndone(t *testing.T) {
	t.Parallel()
	w := New(t)
	gate := w.Gate()
	held := gate.HoldAnswer("CreateAccessKey")
	s := serve(t, w, nil)
	answer := make(chan *tfprotov6.OpenEphemeralResourceResponse)
	go func() { answer <- s.open(false, nil) }()
	w.AwaitHeld(held)
	_, err := s.StopProvider(t.Context(), &tfprotov6.StopProviderRequest{})
	w.Must(err)
	held.Release()
	var told []string
	for _, d := range (<-answer).Diagnostics {
		told = append(told, d.Summary+": "+d.Detail)
	}
	if text := strings.Join(told, "\n"); !strings.Contains(text, "Access key not opened: Making a run-scoped access key for the caller was interrupted.") ||
		!strings.Contains(text, "had been made already. It is deleted; nobody has its secret.") {
		t.Error(text)
	}
	if n := len(gate.Keys()); n != 1 || len(w.Keys()) != 0 {
		t.Errorf("%d keys were made, %d are left", n, len(w.Keys()))
	}
}

// TestOneProcessForTwoBlocks is what a debugger makes of two provider blocks: the key is closed by the account that made
// it, and not by itself.
func TestOneProcessForTwoBlocks(t *testing.T) {
	t.Parallel()
	w := New(t)
	gate := w.Gate()
	s := serve(t, w, nil)
	opened := s.open(false, nil)
	s.quiet(opened.Diagnostics)
	made := gate.Keys()[0]
	s.configure(map[string]tftypes.Value{"access_key_id": text(made.AccessKeyID), "secret_key_id": text(made.SecretKey)})
	s.quiet(s.renew(opened.Private).Diagnostics)
	s.close(opened.Private)
}

// TestAnOpenThatWaits: a CLI that takes it is told to wait, and no other gets a key either.
func TestAnOpenThatWaits(t *testing.T) {
	t.Parallel()
	w := New(t)
	unknown := tftypes.NewValue(tftypes.String, tftypes.UnknownValue)
	configured, waiting := serve(t, w, nil), serve(t, w, map[string]tftypes.Value{"profile": unknown})
	for name, test := range map[string]struct {
		s      *server
		set    map[string]tftypes.Value
		reason tfprotov6.DeferredReason
		said   string
	}{
		"the provider": {waiting, nil, tfprotov6.DeferredReasonProviderConfigUnknown, "`profile`"},
		"only_when": {
			configured, map[string]tftypes.Value{"only_when": tftypes.NewValue(tftypes.Bool, tftypes.UnknownValue)},
			tfprotov6.DeferredReasonResourceConfigUnknown, "`only_when` comes from something that is only known after apply",
		},
		"the owner": {configured, map[string]tftypes.Value{"user_id": unknown}, tfprotov6.DeferredReasonResourceConfigUnknown, "`user_id`"},
	} {
		answer := test.s.open(true, test.set)
		test.s.quiet(answer.Diagnostics)
		if answer.Deferred == nil || answer.Deferred.Reason != test.reason {
			t.Errorf("%s: deferred %v", name, answer.Deferred)
		}
		test.s.said(test.s.open(false, test.set).Diagnostics, tfprotov6.DiagnosticSeverityError, "Access key not opened", test.said)
	}
	// Where no key is wanted, no account is needed.
	none := waiting.open(false, map[string]tftypes.Value{"only_when": tftypes.NewValue(tftypes.Bool, false)})
	waiting.quiet(none.Diagnostics)
	waiting.close(none.Private)
	if n := len(w.Simulator.Requests()); n != 0 {
		t.Errorf("%d calls", n)
	}
}
