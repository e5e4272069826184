package acctest

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/outscale-access/terraform-provider-outscale/simulator"
)

// The names of before, for the fault suite until it is rewritten.

// World is CLI.
type World = CLI

// New is NewCLI.
func New(t *testing.T, opts ...func(*simulator.Options)) *CLI {
	t.Helper()
	return NewCLI(t, opts...)
}

// Must is NoError.
func (c *CLI) Must(err error) {
	c.t.Helper()
	c.NoError(err)
}

// Leaves is without effect.
func (c *CLI) Leaves(string) {}

// Mark remembers how many calls were made so far.
func (w *CLI) Mark() *Mark { return &Mark{w: w, from: len(w.Simulator.Requests())} }

// Mark is a moment in the record of calls.
type Mark struct {
	w    *CLI
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
