package simulator

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"

	"github.com/outscale-access/terraform-provider-outscale/simulator/faults"
	"github.com/outscale-access/terraform-provider-outscale/simulator/internal/describe"
	"github.com/outscale-access/terraform-provider-outscale/simulator/store"
)

// call is one request on its way through the simulator.
type call struct {
	request *http.Request
	action  describe.Action
	body    []byte
	// caller is nil until authenticated, and for an action that takes unsigned calls.
	caller *caller
	// members are the body's, nil before decode; after check their types are as
	// described.
	members map[string]any
	dryRun  bool
	// writer is where the answer goes.
	writer http.ResponseWriter
	// fault is what was decided for this call.
	fault faults.Decision
	// cut says that the connection is to be closed without an answer.
	cut    bool
	record store.Record
}

// fields are the members of an answer beside ResponseContext.
type fields map[string]any

// decode reads the body and holds it against the API description (A15 to A17). An empty
// body is an empty object. It is the one place that asks package describe about requests.
func (s *Simulator) decode(c *call) *problem {
	members := map[string]any{}
	if len(bytes.TrimSpace(c.body)) > 0 {
		decoder := json.NewDecoder(bytes.NewReader(c.body))
		decoder.UseNumber()
		if err := decoder.Decode(&members); err != nil || members == nil {
			return notAnObject()
		}
		if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
			return notAnObject()
		}
	}
	if found := describe.Check(c.action, s.opts.APIVersion, members); found != nil {
		switch found.Kind {
		case describe.UnknownMember:
			return unknownMember(found.Member)
		case describe.Missing:
			return missingMember(found.Member)
		default:
			return wrongType(found.Member)
		}
	}
	c.members = members
	c.dryRun = c.flag("DryRun")
	return nil
}

// The members below are those of one object, read by their described type: text returns
// false for one that is absent.

func (c *call) text(name string) (string, bool) {
	text, ok := c.members[name].(string)
	return text, ok
}

func (c *call) flag(name string) bool {
	flag, _ := c.members[name].(bool)
	return flag
}

func (c *call) number(name string) (int64, bool) { return describe.Int(c.members[name]) }

// object returns a member that is an object, nil when it is absent.
func (c *call) object(name string) map[string]any {
	object, _ := c.members[name].(map[string]any)
	return object
}

// filter is a list of values to let through.
type filter[T comparable] map[T]bool

// admits lets everything through when the filter was not given. An empty list was given,
// and matches nothing.
func (f filter[T]) admits(value T) bool { return f == nil || f[value] }

func textFilter(object map[string]any, name string) filter[string] {
	list, ok := object[name].([]any)
	if !ok {
		return nil
	}
	out := filter[string]{}
	for _, item := range list {
		if text, ok := item.(string); ok {
			out[text] = true
		}
	}
	return out
}

func numberFilter(object map[string]any, name string) filter[int64] {
	list, ok := object[name].([]any)
	if !ok {
		return nil
	}
	out := filter[int64]{}
	for _, item := range list {
		if n, ok := describe.Int(item); ok {
			out[n] = true
		}
	}
	return out
}

// errNothing ends a change that is not to be written.
var errNothing = errors.New("nothing to write")

// change runs a writing action. What decide puts into the change is durable when change
// returns without a problem; in a dry run every check is done and nothing written (A26).
func (s *Simulator) change(c *call, decide func(*store.View, *store.Change) (fields, *problem)) (fields, *problem) {
	var out fields
	var refused *problem
	err := s.store.Update(func(v *store.View, change *store.Change) error {
		out, refused = decide(v, change)
		if refused != nil || c.dryRun {
			return errNothing
		}
		return nil
	})
	if err != nil && !errors.Is(err, errNothing) {
		s.opts.Log.Error("change not written", "action", c.action.Name, "request_id", c.record.RequestID, "error", err)
		return nil, internalError().because("the change could not be written")
	}
	return out, refused
}

// look runs a reading action.
func (s *Simulator) look(decide func(*store.View) (fields, *problem)) (out fields, refused *problem) {
	s.store.Read(func(v *store.View) { out, refused = decide(v) })
	return out, refused
}

// owner returns the id of the owner whose keys are meant: the user named, or the caller.
func (c *call) owner(v *store.View) (string, *problem) {
	name, named := c.text("UserName")
	if !named {
		return c.caller.ownerID(), nil
	}
	user, ok := v.UserNamed(name)
	if !ok {
		return "", unknownUser(name)
	}
	return user.ID, nil
}

// clip bounds a text that is kept.
func clip(text string, most int) string {
	if len(text) > most {
		return text[:most]
	}
	return text
}
