package accesskey

import (
	"context"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/outscale-access/terraform-provider-outscale/internal/domain"
	"github.com/outscale-access/terraform-provider-outscale/internal/key"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/base"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/diag"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/keyattr"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/providerdata"
)

// fakeKeys is a service of keys that records its calls. A call that a test does not expect panics.
type fakeKeys struct {
	providerdata.Keys
	answer   key.Key // of every call
	warnings []key.Warning
	err      error

	asked    []string // the calls
	want     key.Spec
	have     key.Key
	owner    key.Owner
	recorded key.Identity
}

func (f *fakeKeys) Create(_ context.Context, want key.Spec, _ key.CreateOptions) (key.Created, error) {
	f.asked, f.want = append(f.asked, "create"), want
	return key.Created{Key: f.answer, Warnings: f.warnings}, f.err
}

func (f *fakeKeys) Read(_ context.Context, owner key.Owner, _ string, recorded key.Identity) (key.Key, error) {
	f.asked, f.owner, f.recorded = append(f.asked, "read"), owner, recorded
	return f.answer, f.err
}

func (f *fakeKeys) List(context.Context, key.Owner) ([]key.Key, error) { return nil, nil }

func (f *fakeKeys) Update(_ context.Context, have key.Key, want key.Spec) (key.Key, error) {
	f.asked, f.have, f.want = append(f.asked, "update"), have, want
	return f.answer, f.err
}

func (f *fakeKeys) Revoke(_ context.Context, owner key.Owner, have key.Key) error {
	f.asked, f.owner, f.have = append(f.asked, "revoke"), owner, have
	return f.err
}

// newResource returns the resource on a fake.
func newResource(f *fakeKeys) *Resource {
	r := New().(*Resource)
	clock := func() domain.Clock { return domain.Clock{Machine: now, API: now} }
	r.Data = providerdata.Configured(providerdata.Services{Keys: f}, clock, "", providerdata.Options{})
	return r
}

// encoded is a model in the form of the protocol.
func encoded(t *testing.T, m Model) tftypes.Value {
	t.Helper()
	var diags diag.Diagnostics
	var raw tftypes.Value
	if codec.Encode(Schema(t.Context()), &raw, m, &diags); diags.HasError() {
		t.Fatal(diags)
	}
	return raw
}

// stateOf is a state with this model; with none it is null.
func stateOf(t *testing.T, m *Model) tfsdk.State {
	t.Helper()
	s := Schema(t.Context())
	if m == nil {
		return tfsdk.State{Schema: s, Raw: tftypes.NewValue(s.Type().TerraformType(t.Context()), nil)}
	}
	return tfsdk.State{Schema: s, Raw: encoded(t, *m)}
}

func planOf(t *testing.T, m Model) tfsdk.Plan {
	t.Helper()
	return tfsdk.Plan{Schema: Schema(t.Context()), Raw: encoded(t, m)}
}

// saved is the model in a state; nil for none.
func saved(t *testing.T, s tfsdk.State) *Model {
	t.Helper()
	if s.Raw.IsNull() {
		return nil
	}
	var diags diag.Diagnostics
	m := codec.Decode(s.Schema, s.Raw, &diags)
	if diags.HasError() {
		t.Fatal(diags)
	}
	return &m
}

// withPrivate gives a request or a response an empty private state with this identity. The framework's type for it has no
// name that can be used.
func withPrivate(t *testing.T, of any, identity key.Identity) base.PrivateState {
	t.Helper()
	field := reflect.ValueOf(of).Elem().FieldByName("Private")
	field.Set(reflect.New(field.Type().Elem()))
	private := field.Interface().(base.PrivateState)
	var diags diag.Diagnostics
	if base.WriteIdentity(private, identity, &diags); diags.HasError() {
		t.Fatal(diags)
	}
	return private
}

var home = key.Identity{AccountID: "111", UserID: "U1"}

// TestCreate_savesKeyDespiteError: the API returns a secret once, so a key that exists is always saved with its identity.
// Without a key there is no state.
func TestCreate_savesKeyDespiteError(t *testing.T) {
	made := apiKey(func(k *key.Key) {
		k.Secret, k.UserName, k.Tag, k.Identity = "the secret", "alice", key.NewMarker("1"), home
	})
	for name, c := range map[string]struct {
		answer   key.Key
		err      error
		warnings []key.Warning
		tag      string // in the state
		want     []string
	}{
		"as asked":       {made, nil, nil, "mine", nil},
		"tag pending":    {made, nil, []key.Warning{&key.TagPendingWarning{Key: made, Tag: "mine"}}, "mine", []string{"Access key created, its tag not yet set: AK1"}},
		"not as asked":   {made, &key.IncompleteError{KeyID: "AK1"}, nil, key.NewMarker("1"), []string{keyattr.NotCreated}},
		"refused":        {key.Key{}, errors.New("refused"), nil, "", []string{keyattr.NotCreated}},
		"warned, failed": {key.Key{}, errors.New("refused"), []key.Warning{&key.LateLookupWarning{KeyID: "AK9"}}, "", []string{"Access key created, an earlier request not looked up: AK9", keyattr.NotCreated}},
	} {
		t.Run(name, func(t *testing.T) {
			f := &fakeKeys{answer: c.answer, err: c.err, warnings: c.warnings}
			planned := plan(config(id("U1"), tag("mine")), nil).plan
			resp := resource.CreateResponse{State: stateOf(t, nil)}
			private := withPrivate(t, &resp, key.Identity{})
			newResource(f).Create(t.Context(), resource.CreateRequest{Plan: planOf(t, planned)}, &resp)
			got := saved(t, resp.State)
			if (got != nil) != (c.answer.ID != "") {
				t.Fatalf("a state is saved: %v", got != nil)
			}
			if got != nil && (got.SecretKey.ValueString() != "the secret" || got.Tag.ValueString() != c.tag || base.ReadIdentity(private) != home) {
				t.Errorf("tag %s, identity %v", got.Tag, base.ReadIdentity(private))
			}
			expectSummaries(t, resp.Diagnostics, c.want...)
		})
	}
}

// TestUpdate_sendsThePlan and nothing of the configuration, which differs from the plan under ignore_changes: a key that was
// deactivated by hand, and whose plan changes the date only, stays INACTIVE.
func TestUpdate_sendsThePlan(t *testing.T) {
	prior := state(is("INACTIVE"), until("2028-01-01"))
	planned := plan(state(is("INACTIVE"), until("2029-01-01")), &prior).plan // ignore_changes = [state]: the CLI plans with the state's value
	later := time.Date(2029, 1, 1, 0, 0, 0, 0, time.UTC)
	f := &fakeKeys{answer: apiKey(func(k *key.Key) { k.State, k.Expires, k.Identity = key.Inactive, &later, home })}
	resp := resource.UpdateResponse{State: stateOf(t, &prior)}
	private := withPrivate(t, &resp, key.Identity{})
	req := resource.UpdateRequest{
		Plan: planOf(t, planned), State: stateOf(t, &prior),
		Config: tfsdk.Config{Schema: Schema(t.Context()), Raw: encoded(t, config(is("ACTIVE"), until("2029-01-01")))},
	}
	withPrivate(t, &req, home)
	newResource(f).Update(t.Context(), req, &resp)
	expectSummaries(t, resp.Diagnostics)
	if f.want.State != "" || !f.want.Expires.Equal(later) || f.have.Identity != home {
		t.Errorf("asked for state %q, expiry %v, of a key in %v", f.want.State, f.want.Expires, f.have.Identity)
	}
	if got := saved(t, resp.State); got.State.ValueString() != "INACTIVE" || base.ReadIdentity(private) != home {
		t.Errorf("saved: %s, %v", got.State, base.ReadIdentity(private))
	}
}

// TestUpdate_withoutCall: changes that do not concern the API are saved without a call, even if the provider is unknown.
func TestUpdate_withoutCall(t *testing.T) {
	prior := state(until("2028-01-01"))
	planned := plan(config(until("2028-01-01"), to(keyA)), &prior).plan
	f := &fakeKeys{}
	r := newResource(f)
	r.Data = providerdata.Unknown([]string{"profile"}, func() time.Time { return now }, providerdata.Options{})
	resp := resource.UpdateResponse{State: stateOf(t, &prior)}
	r.Update(t.Context(), resource.UpdateRequest{
		Plan: planOf(t, planned), State: stateOf(t, &prior),
		Config: tfsdk.Config{Schema: Schema(t.Context()), Raw: encoded(t, config(until("2028-01-01"), to(keyA)))},
	}, &resp)
	expectSummaries(t, resp.Diagnostics)
	if got := saved(t, resp.State); len(f.asked) != 0 || !got.SecretKey.IsNull() || got.SealedSecretKey.ValueString() == "" {
		t.Errorf("calls %v, sealed %v", f.asked, !got.SealedSecretKey.IsNull())
	}
}

// TestRead_gone: only proof removes a key from the state. A key that is not found in another account, or with another owner,
// stays, and so does one that could not be read.
func TestRead_gone(t *testing.T) {
	for what, c := range map[string]struct {
		err  error
		kept bool
		want string
	}{
		"found":           {nil, true, ""},
		"gone":            {&domain.GoneError{Kind: domain.KindAccessKey, ID: "AK1"}, false, "Access key is gone: AK1"},
		"another account": {&domain.IdentityMismatchError{Kind: domain.KindAccessKey, ID: "AK1", Recorded: home, Current: key.Identity{AccountID: "222"}}, true, keyattr.NotRead},
		"not answered":    {errors.New("broken"), true, keyattr.NotRead},
	} {
		t.Run(what, func(t *testing.T) {
			f := &fakeKeys{answer: apiKey(), err: c.err}
			prior := state(name("alice"), until("2026-05-01"))
			req := resource.ReadRequest{State: stateOf(t, &prior)}
			withPrivate(t, &req, home)
			resp := resource.ReadResponse{State: stateOf(t, &prior)}
			withPrivate(t, &resp, home)
			r := newResource(f)
			r.Read(t.Context(), req, &resp)
			if (saved(t, resp.State) != nil) != c.kept || f.recorded != home || f.owner != (key.Owner{UserName: "alice"}) {
				t.Errorf("kept %v, looked for %v in %v", saved(t, resp.State) != nil, f.owner, f.recorded)
			}
			if c.want == "" {
				expectSummaries(t, resp.Diagnostics)
			} else {
				expectSummaries(t, resp.Diagnostics, c.want)
			}
			at, _ := prior.ExpirationDate.Meaning()
			if r.Data.Memory.HadExpiry("alice", at) == c.kept {
				t.Error("the date of a key that is gone is remembered for its next one, and no other")
			}
		})
	}
}

// TestDelete_recordedIdentity: Delete passes the recorded identity.
func TestDelete_recordedIdentity(t *testing.T) {
	f := &fakeKeys{}
	prior := state(name("alice"), id("U1"))
	req := resource.DeleteRequest{State: stateOf(t, &prior)}
	withPrivate(t, &req, home)
	resp := resource.DeleteResponse{State: stateOf(t, &prior)}
	newResource(f).Delete(t.Context(), req, &resp)
	expectSummaries(t, resp.Diagnostics)
	if f.owner != (key.Owner{UserID: "U1"}) || f.have.ID != "AK1" || f.have.Identity != home {
		t.Errorf("revoked %s of %v in %v", f.have, f.owner, f.have.Identity)
	}
	f.err = errors.New("broken")
	newResource(f).Delete(t.Context(), req, &resp)
	expectSummaries(t, resp.Diagnostics, keyattr.NotDeleted)
}

// expectSummaries compares the summaries of diagnostics, in order.
func expectSummaries(t *testing.T, diags diag.Diagnostics, want ...string) {
	t.Helper()
	var got []string
	for _, d := range diags {
		got = append(got, d.Summary())
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got %q, want %q: %v", got, want, diags)
	}
}
