package provider_test

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider"
	"github.com/outscale-access/terraform-provider-outscale/simulator"
	"github.com/outscale-access/terraform-provider-outscale/simulator/simtest"
)

// unchanging is a resource as it was made, and what has become of it.
type unchanging struct {
	name      string
	arguments map[string]tftypes.Value
	config    map[string]tftypes.Value                  // what the configuration says now, in place of the arguments
	state     map[string]tftypes.Value                  // what the state says now, in place of what it was
	happens   func(*testing.T, *simtest.Server, string) // at the API, to the one with this id
}

// TestShortcutsAnswerAsTheFrameworkDoes: whatever has become of a resource, a provider with shortcuts and one without say
// the same to a plan, word for word.
func TestShortcutsAnswerAsTheFrameworkDoes(t *testing.T) {
	t.Parallel()
	key := map[string]tftypes.Value{"expiration_date": text("2060-01-01"), "state": text("ACTIVE"), "tag": text("one")}
	user := map[string]tftypes.Value{"user_name": text("bob"), "path": text("/")}
	const soon = "2026-12-01T00:00:00Z"
	for name, c := range map[string]unchanging{
		"a key":                          {name: "outscale_access_key", arguments: key},
		"a key without arguments":        {name: "outscale_access_key"},
		"a key in other words":           {name: "outscale_access_key", arguments: key, config: map[string]tftypes.Value{"expiration_date": text("2060-01-01T00:00:00Z")}},
		"a key with another date":        {name: "outscale_access_key", arguments: key, config: map[string]tftypes.Value{"expiration_date": text("2061-01-01")}},
		"a key without its date":         {name: "outscale_access_key", arguments: key, config: map[string]tftypes.Value{"expiration_date": text(nil)}},
		"a key whose owner is left out":  {name: "outscale_access_key", arguments: key, state: map[string]tftypes.Value{"user_name": text("bob")}},
		"a key named by its owner's id":  {name: "outscale_access_key", arguments: key, state: map[string]tftypes.Value{"user_name": text("bob")}, config: map[string]tftypes.Value{"user_id": text("ABCDEFGHIJKLMNOPQRSTUVWXYZ12345")}},
		"a key with other times":         {name: "outscale_access_key", arguments: key, config: map[string]tftypes.Value{"timeouts": times("7m")}},
		"a key with times that are none": {name: "outscale_access_key", arguments: key, state: map[string]tftypes.Value{"timeouts": times("x")}, config: map[string]tftypes.Value{"timeouts": times("x")}},
		"a key that was switched off":    {name: "outscale_access_key", arguments: key, happens: changed(api.UpdateAccessKeyInput{State: "INACTIVE"})},
		"a key that lost its date":       {name: "outscale_access_key", arguments: key, happens: changed(api.UpdateAccessKeyInput{ClearExpirationDate: true})},
		"a key that is gone": {name: "outscale_access_key", arguments: key, happens: func(t *testing.T, sim *simtest.Server, id string) {
			if err := byHand(t, sim).DeleteAccessKey(context.Background(), "", id); err != nil {
				t.Error(err)
			}
		}},
		"a key that has expired": {name: "outscale_access_key", arguments: map[string]tftypes.Value{"expiration_date": text(soon)}, happens: func(t *testing.T, sim *simtest.Server, _ string) {
			at, err := time.Parse(time.RFC3339, soon)
			if err != nil {
				t.Fatal(err)
			}
			if err := sim.Simulator.Advance(at.Sub(sim.Simulator.Now()) + time.Hour); err != nil {
				t.Error(err)
			}
		}},
		"a key beside one that was not finished": {name: "outscale_access_key", arguments: key, happens: func(t *testing.T, sim *simtest.Server, _ string) {
			if _, err := byHand(t, sim).CreateAccessKey(context.Background(), api.CreateAccessKeyInput{Tag: "terraform-unfinished-0123456789abcdef"}); err != nil {
				t.Error(err)
			}
		}},
		"a key of no state":                             {name: "outscale_access_key", arguments: key, config: map[string]tftypes.Value{"state": text("active")}},
		"a key of no date":                              {name: "outscale_access_key", arguments: key, config: map[string]tftypes.Value{"expiration_date": text("soon")}},
		"a key of two owners":                           {name: "outscale_access_key", arguments: key, config: map[string]tftypes.Value{"user_name": text("bob"), "user_id": text("ABCDEFGHIJKLMNOPQRSTUVWXYZ12345")}},
		"a key sealed to nobody":                        {name: "outscale_access_key", arguments: key, config: map[string]tftypes.Value{"seal_to": texts()}},
		"a key that sets its id":                        {name: "outscale_access_key", arguments: key, config: map[string]tftypes.Value{"id": text("A")}},
		"a user without a name":                         {name: "outscale_user", arguments: user, config: map[string]tftypes.Value{"user_name": text(nil)}},
		"a user with an odd path":                       {name: "outscale_user", arguments: user, config: map[string]tftypes.Value{"path": text("x")}},
		"a user":                                        {name: "outscale_user", arguments: user},
		"a user that leaves the path":                   {name: "outscale_user", arguments: user, config: map[string]tftypes.Value{"path": text(nil)}},
		"a user whose path is left out, and is another": {name: "outscale_user", arguments: map[string]tftypes.Value{"user_name": text("bob"), "path": text("/there/")}, config: map[string]tftypes.Value{"path": text(nil)}},
		"a user with another name":                      {name: "outscale_user", arguments: user, config: map[string]tftypes.Value{"user_name": text("eve")}},
		"a user that was moved": {name: "outscale_user", arguments: user, happens: func(t *testing.T, sim *simtest.Server, _ string) {
			if _, err := byHand(t, sim).UpdateUser(context.Background(), api.UpdateUserInput{UserName: "bob", NewPath: "/there/"}); err != nil {
				t.Error(err)
			}
		}},
		"a user that is gone": {name: "outscale_user", arguments: user, happens: func(t *testing.T, sim *simtest.Server, _ string) {
			if err := byHand(t, sim).DeleteUser(context.Background(), "bob"); err != nil {
				t.Error(err)
			}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c.compare(t)
		})
	}
}

// compare lets both answer, each on an account of its own to which the same happens: the ids in it are the same too.
func (c unchanging) compare(t *testing.T) {
	t.Helper()
	short := c.plan(t, func(h provider.Host) tfprotov6.ProviderServer { return provider.NewServer("test", h) })
	long := c.plan(t, func(h provider.Host) tfprotov6.ProviderServer {
		return providerserver.NewProtocol6(provider.New("test", h)())()
	})
	if short.said != long.said {
		t.Errorf("with shortcuts:\n%s\nwithout:\n%s", short.said, long.said)
	}
	if short.calls != long.calls {
		t.Errorf("with shortcuts %d calls, without %d", short.calls, long.calls)
	}
}

// answers is everything that a plan was told, and how many calls that took.
type answers struct {
	said  string
	calls int
}

func (c unchanging) plan(t *testing.T, serve func(provider.Host) tfprotov6.ProviderServer) answers {
	t.Helper()
	at := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	sim := simtest.Start(t, func(o *simulator.Options) { o.Now = func() time.Time { return at } })
	maker := speak(t, serve(hostOn(t, sim)))
	kind := maker.types[c.name]
	made, private := maker.made(c.name, maker.object(kind, c.arguments))
	state := maker.values(kind, made)
	var id string
	maker.must(state["id"].As(&id))
	if c.happens != nil {
		c.happens(t, sim, id)
	}
	maps.Copy(state, c.state)
	config := maps.Clone(c.arguments)
	if config == nil {
		config = map[string]tftypes.Value{}
	}
	maps.Copy(config, c.config)

	// A plan is another process than the apply before it.
	p, before := speak(t, serve(hostOn(t, sim))), len(sim.Simulator.Requests())
	upgraded, err := p.UpgradeResourceState(t.Context(), &tfprotov6.UpgradeResourceStateRequest{TypeName: c.name, RawState: &tfprotov6.RawState{JSON: asJSON(t, state)}})
	p.must(err)
	p.quiet(upgraded.Diagnostics)
	read, err := p.ReadResource(t.Context(), &tfprotov6.ReadResourceRequest{TypeName: c.name, CurrentState: upgraded.UpgradedState, Private: private})
	p.must(err)
	told := transcript{p: p, kind: kind}
	valid, err := p.ValidateResourceConfig(t.Context(), &tfprotov6.ValidateResourceConfigRequest{TypeName: c.name, Config: p.object(kind, config)})
	p.must(err)
	told.diagnostics(valid.Diagnostics)
	told.state("upgraded", upgraded.UpgradedState)
	told.state("read", read.NewState)
	told.diagnostics(read.Diagnostics)
	if value, err := read.NewState.Unmarshal(kind); err == nil && !value.IsNull() && len(read.Diagnostics) == 0 || value.IsKnown() && !value.IsNull() {
		plan, err := p.PlanResourceChange(t.Context(), &tfprotov6.PlanResourceChangeRequest{
			TypeName: c.name, Config: p.object(kind, config), PriorState: read.NewState, PriorPrivate: read.Private,
			ProposedNewState: p.object(kind, proposal(p.values(kind, read.NewState), config)),
		})
		p.must(err)
		told.state("planned", plan.PlannedState)
		told.diagnostics(plan.Diagnostics)
		for _, path := range plan.RequiresReplace {
			told.line("replace for " + path.String())
		}
	}
	return answers{told.text.String(), len(sim.Simulator.Requests()) - before}
}

// proposal is what a CLI proposes: what the configuration sets, else what the state has where the API may set it.
func proposal(state, config map[string]tftypes.Value) map[string]tftypes.Value {
	proposed := maps.Clone(state)
	for _, name := range []string{"expiration_date", "tag", "seal_to", "timeouts"} { // never the API's to set
		if now, there := proposed[name]; there {
			proposed[name] = tftypes.NewValue(now.Type(), nil)
		}
	}
	for name, value := range config {
		if !value.IsNull() {
			proposed[name] = value
		}
	}
	return proposed
}

// texts is an empty list.
func texts() tftypes.Value {
	return tftypes.NewValue(tftypes.List{ElementType: tftypes.String}, []tftypes.Value{})
}

// times is a timeouts block with this time for reading.
func times(read string) tftypes.Value {
	kind := tftypes.Object{AttributeTypes: map[string]tftypes.Type{"create": tftypes.String, "read": tftypes.String, "update": tftypes.String, "delete": tftypes.String}}
	return tftypes.NewValue(kind, map[string]tftypes.Value{"create": text(nil), "read": text(read), "update": text(nil), "delete": text(nil)})
}

// byHand is a client of somebody else.
func byHand(t *testing.T, sim *simtest.Server) *api.Client {
	t.Helper()
	client, err := api.New(api.Config{Endpoint: sim.Endpoint, Region: "eu-west-2", Now: sim.Simulator.Now, Credential: api.Credential{AccessKeyID: sim.RootAccessKey, SecretKey: sim.RootSecretKey}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.CloseIdleConnections)
	return client
}

func changed(in api.UpdateAccessKeyInput) func(*testing.T, *simtest.Server, string) {
	return func(t *testing.T, sim *simtest.Server, id string) {
		in.ID = id
		if _, err := byHand(t, sim).UpdateAccessKey(context.Background(), in); err != nil {
			t.Error(err)
		}
	}
}

// asJSON is a state as a CLI keeps it, with something of another provider in it.
func asJSON(t testing.TB, state map[string]tftypes.Value) []byte {
	t.Helper()
	plain := map[string]any{"request_id": "of the official provider"}
	for name, value := range state {
		plain[name] = plainly(t, value)
	}
	text, err := json.Marshal(plain)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func plainly(t testing.TB, value tftypes.Value) any {
	t.Helper()
	if value.IsNull() {
		return nil
	}
	var err error
	defer func() {
		if err != nil {
			t.Fatal(err)
		}
	}()
	switch value.Type().(type) {
	case tftypes.Object:
		members, plain := map[string]tftypes.Value{}, map[string]any{}
		err = value.As(&members)
		for name, member := range members {
			plain[name] = plainly(t, member)
		}
		return plain
	case tftypes.List:
		var items []tftypes.Value
		err = value.As(&items)
		plain := []any{}
		for _, item := range items {
			plain = append(plain, plainly(t, item))
		}
		return plain
	}
	if value.Type().Is(tftypes.Bool) {
		var yes bool
		err = value.As(&yes)
		return yes
	}
	var text string
	err = value.As(&text)
	return text
}

// transcript is what was said, in an order that does not change.
type transcript struct {
	p    *protocol
	kind tftypes.Object
	text strings.Builder
}

func (s *transcript) line(text string) { s.text.WriteString(text + "\n") }

func (s *transcript) state(what string, packed *tfprotov6.DynamicValue) {
	s.p.t.Helper()
	value, err := packed.Unmarshal(s.kind)
	s.p.must(err)
	if value.IsNull() {
		s.line(what + ": null")
		return
	}
	all := s.p.values(s.kind, packed)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		said := all[name].String()
		if name == "secret_key" {
			said = fmt.Sprintf("%x", sha256.Sum256([]byte(said)))
		}
		s.line(what + ": " + name + " = " + said)
	}
}

func (s *transcript) diagnostics(list []*tfprotov6.Diagnostic) {
	for _, d := range list {
		s.line(d.Severity.String() + " at " + d.Attribute.String() + ": " + d.Summary + ": " + d.Detail)
	}
}
