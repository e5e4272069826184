package acctest

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/terraform"

	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/simulator"
	"github.com/outscale-access/terraform-provider-outscale/simulator/admin"
)

// ByHand does something at the API before a step.
func (w *World) ByHand(do func(ctx context.Context, client *api.Client) error) func() {
	return func() {
		w.t.Helper()
		w.Must(do(context.Background(), w.API()))
	}
}

// Mark remembers how many calls were made so far.
func (w *World) Mark() *Mark { return &Mark{w: w, from: len(w.Simulator.Requests())} }

// Mark is a moment in the record of calls.
type Mark struct {
	w    *World
	from int
}

// Move sets the mark to now, as a step's PreConfig.
func (m *Mark) Move() { m.from = len(m.w.Simulator.Requests()) }

// Calls are the calls since the mark.
func (m *Mark) Calls() []simulator.Request { return m.w.Simulator.Requests()[m.from:] }

// Writes names the calls since the mark that change something.
func (m *Mark) Writes() []string {
	var actions []string
	for _, call := range m.Calls() {
		if !strings.HasPrefix(call.Action, "Read") {
			actions = append(actions, call.Action)
		}
	}
	return actions
}

// Count is how many calls of an action there were since the mark.
func (m *Mark) Count(action string) int {
	n := 0
	for _, call := range m.Calls() {
		if call.Action == action {
			n++
		}
	}
	return n
}

// Body is the body of the last call of an action since the mark.
func (m *Mark) Body(action string) (map[string]any, error) {
	calls := m.Calls()
	for _, call := range slices.Backward(calls) {
		if call.Action == action {
			body := map[string]any{}
			return body, json.Unmarshal(call.Body, &body)
		}
	}
	return nil, fmt.Errorf("no call of %s since the mark", action)
}

// CheckWrites checks, after a step, which changing calls were made since the mark, in order.
func (m *Mark) CheckWrites(want ...string) resource.TestCheckFunc {
	return func(*terraform.State) error {
		if got := m.Writes(); !slices.Equal(got, want) {
			return fmt.Errorf("changing calls: %v, want %v", got, want)
		}
		return nil
	}
}

// CheckAPI checks, after a step, what is at the API.
func (w *World) CheckAPI(check func() error) resource.TestCheckFunc {
	return func(*terraform.State) error { return check() }
}

// CheckKey checks, after a step, the one key there is at the API.
func (w *World) CheckKey(check func(key admin.AccessKey) error) resource.TestCheckFunc {
	return func(*terraform.State) error {
		keys := w.Keys()
		if len(keys) != 1 {
			return fmt.Errorf("want one access key at the API, there are %d", len(keys))
		}
		return check(keys[0])
	}
}
