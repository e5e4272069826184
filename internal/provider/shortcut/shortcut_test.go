package shortcut_test

import (
	"bytes"
	"context"
	"errors"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/outscale-access/terraform-provider-outscale/internal/provider/shortcut"
)

var kind = tftypes.Object{AttributeTypes: map[string]tftypes.Type{"id": tftypes.String}}

// framework is the server behind, which notes what it is asked.
type framework struct {
	tfprotov6.ProviderServer
	asked []string
	last  context.Context
}

func (f *framework) ReadResource(ctx context.Context, _ *tfprotov6.ReadResourceRequest) (*tfprotov6.ReadResourceResponse, error) {
	f.asked, f.last = append(f.asked, "read"), ctx
	return &tfprotov6.ReadResourceResponse{}, nil
}

func (f *framework) PlanResourceChange(context.Context, *tfprotov6.PlanResourceChangeRequest) (*tfprotov6.PlanResourceChangeResponse, error) {
	f.asked = append(f.asked, "plan")
	return &tfprotov6.PlanResourceChangeResponse{}, nil
}

func (f *framework) UpgradeResourceState(context.Context, *tfprotov6.UpgradeResourceStateRequest) (*tfprotov6.UpgradeResourceStateResponse, error) {
	f.asked = append(f.asked, "upgrade")
	return &tfprotov6.UpgradeResourceStateResponse{}, nil
}

func (f *framework) ValidateResourceConfig(context.Context, *tfprotov6.ValidateResourceConfigRequest) (*tfprotov6.ValidateResourceConfigResponse, error) {
	f.asked = append(f.asked, "validate")
	return &tfprotov6.ValidateResourceConfigResponse{}, nil
}

func (f *framework) StopProvider(context.Context, *tfprotov6.StopProviderRequest) (*tfprotov6.StopProviderResponse, error) {
	return &tfprotov6.StopProviderResponse{}, nil
}

// thing is a resource that says what it is told to.
type thing struct {
	same, keeps, valid bool
	look               func(context.Context) // what happens during a look
}

func (thing) Type(context.Context) tftypes.Type { return kind }
func (thing) Version() int64                    { return 3 }

var errGone = errors.New("gone")

func (r thing) Same(ctx context.Context, _ tftypes.Value) (context.Context, bool) {
	if r.look != nil {
		r.look(ctx)
	}
	return shortcut.Found[int]{Value: 7, Err: errGone}.Remember(ctx), r.same
}

func (r thing) Valid(context.Context, tftypes.Value) bool { return r.valid }

func (r thing) Keeps(context.Context, tftypes.Value, tftypes.Value) bool { return r.keeps }

func serve(r shortcut.Resource) (tfprotov6.ProviderServer, *framework) {
	f := &framework{}
	return shortcut.Server(f, func(name string) shortcut.Resource {
		if name != "thing" {
			return nil
		}
		return r
	}), f
}

func packed(t *testing.T, id any) *tfprotov6.DynamicValue {
	t.Helper()
	value, err := tfprotov6.NewDynamicValue(kind, tftypes.NewValue(kind, map[string]tftypes.Value{"id": tftypes.NewValue(tftypes.String, id)}))
	if err != nil {
		t.Fatal(err)
	}
	return &value
}

func none(t *testing.T) *tfprotov6.DynamicValue {
	t.Helper()
	value, err := tfprotov6.NewDynamicValue(kind, tftypes.NewValue(kind, nil))
	if err != nil {
		t.Fatal(err)
	}
	return &value
}

// TestRead: the same bytes where nothing changed, else the framework, which does not look again.
func TestRead(t *testing.T) {
	state := packed(t, "a")
	req := func() *tfprotov6.ReadResourceRequest {
		return &tfprotov6.ReadResourceRequest{TypeName: "thing", CurrentState: state, Private: []byte("p")}
	}
	s, f := serve(thing{same: true})
	got, err := s.ReadResource(t.Context(), req())
	if err != nil || got.NewState != state || string(got.Private) != "p" || len(f.asked) != 0 {
		t.Errorf("an unchanged resource: %v, %v, the framework was asked %v", got, err, f.asked)
	}

	s, f = serve(thing{})
	if _, err := s.ReadResource(t.Context(), req()); err != nil || len(f.asked) != 1 {
		t.Fatalf("a changed resource: %v, the framework was asked %v", err, f.asked)
	}
	value, err := shortcut.Looked(f.last, func() (int, error) { t.Error("looked again"); return 0, nil })
	if value != 7 || !errors.Is(err, errGone) {
		t.Errorf("the framework found %d, %v", value, err)
	}
	if value, err := shortcut.Looked(t.Context(), func() (int, error) { return 8, nil }); value != 8 || err != nil {
		t.Errorf("without a look before: %d, %v", value, err)
	}

	for name, change := range map[string]func(*tfprotov6.ReadResourceRequest){
		"another type":     func(r *tfprotov6.ReadResourceRequest) { r.TypeName = "other" },
		"no state":         func(r *tfprotov6.ReadResourceRequest) { r.CurrentState = nil },
		"a null state":     func(r *tfprotov6.ReadResourceRequest) { r.CurrentState = none(t) },
		"an odd state":     func(r *tfprotov6.ReadResourceRequest) { r.CurrentState = &tfprotov6.DynamicValue{MsgPack: []byte{1}} },
		"with an identity": func(r *tfprotov6.ReadResourceRequest) { r.CurrentIdentity = &tfprotov6.ResourceIdentityData{} },
	} {
		s, f := serve(thing{same: true})
		r := req()
		change(r)
		if _, err := s.ReadResource(t.Context(), r); err != nil || len(f.asked) != 1 {
			t.Errorf("%s: %v, the framework was asked %v", name, err, f.asked)
		}
	}
}

// TestStop: what is looked up when the CLI stops the provider ends, and a later look does not.
func TestStop(t *testing.T) {
	var s tfprotov6.ProviderServer
	var during error
	r := thing{look: func(ctx context.Context) {
		if _, err := s.StopProvider(ctx, &tfprotov6.StopProviderRequest{}); err != nil {
			t.Error(err)
		}
		during = ctx.Err()
	}}
	s, _ = serve(r)
	state := packed(t, "a")
	if _, err := s.ReadResource(t.Context(), &tfprotov6.ReadResourceRequest{TypeName: "thing", CurrentState: state}); err != nil {
		t.Fatal(err)
	}
	if !errors.Is(during, context.Canceled) {
		t.Errorf("the look went on: %v", during)
	}
	later, _ := serve(thing{look: func(ctx context.Context) { during = ctx.Err() }})
	if _, err := later.StopProvider(t.Context(), &tfprotov6.StopProviderRequest{}); err != nil {
		t.Fatal(err)
	}
	if _, err := later.ReadResource(t.Context(), &tfprotov6.ReadResourceRequest{TypeName: "thing", CurrentState: state}); err != nil || during != nil {
		t.Errorf("a look after a stop: %v, %v", err, during)
	}
}

// TestPlan: the state's bytes where nothing is proposed and the resource keeps it.
func TestPlan(t *testing.T) {
	state := packed(t, "a")
	req := func() *tfprotov6.PlanResourceChangeRequest {
		return &tfprotov6.PlanResourceChangeRequest{TypeName: "thing", Config: packed(t, nil), PriorState: state, ProposedNewState: packed(t, "a"), PriorPrivate: []byte("p")}
	}
	s, f := serve(thing{keeps: true})
	got, err := s.PlanResourceChange(t.Context(), req())
	if err != nil || got.PlannedState != state || string(got.PlannedPrivate) != "p" || len(f.asked) != 0 {
		t.Errorf("an unchanged resource: %v, %v, the framework was asked %v", got, err, f.asked)
	}
	for name, change := range map[string]func(*tfprotov6.PlanResourceChangeRequest){
		"a change":         func(r *tfprotov6.PlanResourceChangeRequest) { r.ProposedNewState = packed(t, "b") },
		"a creation":       func(r *tfprotov6.PlanResourceChangeRequest) { r.PriorState = none(t) },
		"a destruction":    func(r *tfprotov6.PlanResourceChangeRequest) { r.ProposedNewState = none(t) },
		"nothing at all":   func(r *tfprotov6.PlanResourceChangeRequest) { r.PriorState, r.ProposedNewState = none(t), none(t) },
		"another type":     func(r *tfprotov6.PlanResourceChangeRequest) { r.TypeName = "other" },
		"no configuration": func(r *tfprotov6.PlanResourceChangeRequest) { r.Config = nil },
		"with an identity": func(r *tfprotov6.PlanResourceChangeRequest) { r.PriorIdentity = &tfprotov6.ResourceIdentityData{} },
	} {
		s, f := serve(thing{keeps: true})
		r := req()
		change(r)
		if _, err := s.PlanResourceChange(t.Context(), r); err != nil || len(f.asked) != 1 {
			t.Errorf("%s: %v, the framework was asked %v", name, err, f.asked)
		}
	}
	s, f = serve(thing{})
	if _, err := s.PlanResourceChange(t.Context(), req()); err != nil || len(f.asked) != 1 {
		t.Errorf("a resource that does not keep its state: %v, the framework was asked %v", err, f.asked)
	}
}

// TestValidate: the framework words what is to be said.
func TestValidate(t *testing.T) {
	for valid, times := range map[bool]int{true: 0, false: 1} {
		s, f := serve(thing{valid: valid})
		_, err := s.ValidateResourceConfig(t.Context(), &tfprotov6.ValidateResourceConfigRequest{TypeName: "thing", Config: packed(t, "a")})
		if err != nil || len(f.asked) != times {
			t.Errorf("valid %v: %v, the framework was asked %v", valid, err, f.asked)
		}
	}
}

// TestUpgrade: a state of the present version is read here, what the schema does not have left out.
func TestUpgrade(t *testing.T) {
	for name, c := range map[string]struct {
		version int64
		json    string
		here    bool
	}{
		"present":            {3, `{"id":"a"}`, true},
		"with more":          {3, `{"id":"a","other":{"deep":[1]}}`, true},
		"older":              {2, `{"id":"a"}`, false},
		"not an object":      {3, `[]`, false},
		"nothing":            {3, `null`, false},
		"torn":               {3, `{"id":"a"`, false},
		"of another type":    {3, `{"id":{"a":1}}`, false},
		"in the oldest form": {3, ``, false},
	} {
		s, f := serve(thing{})
		got, err := s.UpgradeResourceState(t.Context(), &tfprotov6.UpgradeResourceStateRequest{
			TypeName: "thing", Version: c.version, RawState: &tfprotov6.RawState{JSON: []byte(c.json)},
		})
		if err != nil || (len(f.asked) == 0) != c.here {
			t.Errorf("%s: %v, the framework was asked %v", name, err, f.asked)
		}
		if c.here && !bytes.Equal(got.UpgradedState.MsgPack, packed(t, "a").MsgPack) {
			t.Errorf("%s: became %x", name, got.UpgradedState.MsgPack)
		}
	}
}
