package simulator

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"

	"github.com/outscale-access/terraform-provider-outscale/simulator/faults"
	"github.com/outscale-access/terraform-provider-outscale/simulator/internal/describe"
	"github.com/outscale-access/terraform-provider-outscale/simulator/store"
)

// call is one request and the results of its checks so far.
type call struct {
	request *http.Request
	action  describe.Action
	body    []byte
	// caller is nil before authentication, and for an action that accepts unsigned calls.
	caller *caller
	// members are the members of the body. They are nil before parse, and if the body is not a JSON object. After check they have
	// the types of the API description.
	members map[string]any
	dryRun  bool
	writer  http.ResponseWriter
	// fault is the injected fault of this call.
	fault faults.Decision
	// dropped means that the connection is closed without an answer.
	dropped bool
	record  store.Record
}

// fields are the members of an answer, without ResponseContext.
type fields map[string]any

// parse sets the members. It leaves them nil for a body that is not a JSON object, which check refuses.
func (c *call) parse() {
	members := map[string]any{}
	if len(bytes.TrimSpace(c.body)) > 0 {
		decoder := json.NewDecoder(bytes.NewReader(c.body))
		decoder.UseNumber()
		if err := decoder.Decode(&members); err != nil {
			return
		}
		if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
			return
		}
	}
	c.members = members
}

// check compares the body with the API description (A15 to A17). An empty body is an empty object.
func (s *Simulator) check(c *call) *problem {
	members := c.members
	if members == nil {
		return notAnObject()
	}
	if violation := describe.Check(c.action, s.opts.APIVersion, members); violation != nil {
		switch violation.Kind {
		case describe.UnknownMember:
			return unknownMember(violation.Member)
		case describe.Missing:
			return missingMember(violation.Member)
		default:
			return wrongType(violation.Member)
		}
	}
	c.dryRun = c.flag("DryRun")
	return nil
}

// The methods below return a member of the body, or the zero value if it is absent. A second result of false means absent.

func (c *call) text(name string) (string, bool) {
	text, ok := c.members[name].(string)
	return text, ok
}

func (c *call) flag(name string) bool {
	flag, _ := c.members[name].(bool)
	return flag
}

func (c *call) number(name string) (int64, bool) { return describe.Int(c.members[name]) }

// texts returns the items of a member that is a list of strings, nil when it is absent.
func (c *call) texts(name string) []string {
	list, ok := c.members[name].([]any)
	if !ok {
		return nil
	}
	out := make([]string, 0, len(list))
	for _, item := range list {
		if text, ok := item.(string); ok {
			out = append(out, text)
		}
	}
	return out
}

// object returns a member that is an object, nil when it is absent.
func (c *call) object(name string) map[string]any {
	object, _ := c.members[name].(map[string]any)
	return object
}

// filter is the set of values that a request selects. It is nil if the request does not have the filter.
type filter[T comparable] map[T]bool

// matches reports whether the filter selects a value. A nil filter selects every value, and an empty one none.
func (f filter[T]) matches(value T) bool { return f == nil || f[value] }

// matchesAny reports whether the filter selects one of the values. A nil filter also selects an empty list.
func (f filter[T]) matchesAny(values []T) bool {
	return f == nil || slices.ContainsFunc(values, f.matches)
}

func stringFilter(object map[string]any, name string) filter[string] {
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

// errNoWrite makes an update write nothing.
var errNoWrite = errors.New("nothing to write")

// update runs an action that writes. decide checks the request and adds the writes to the change. They are on the disk when
// update returns without a problem. A dry run does every check and writes nothing (A26).
func (s *Simulator) update(c *call, decide func(*store.View, *store.Change) (fields, *problem)) (fields, *problem) {
	var out fields
	var refused *problem
	err := s.store.Update(func(v *store.View, change *store.Change) error {
		out, refused = decide(v, change)
		if refused != nil || c.dryRun {
			return errNoWrite
		}
		if delay := s.opts.Assumptions.RightsDelay; delay > 0 {
			change.Then(func(v *store.View) { s.recordRights(v, s.Now().Add(delay)) })
		}
		return nil
	})
	if err != nil && !errors.Is(err, errNoWrite) {
		s.opts.Log.Error("change not written", "action", c.action.Name, "request_id", c.record.RequestID, "error", err)
		return nil, internalError().withReason("the change could not be written")
	}
	return out, refused
}

// read runs an action that reads.
func (s *Simulator) read(decide func(*store.View) (fields, *problem)) (out fields, refused *problem) {
	s.store.Read(func(v *store.View) { out, refused = decide(v) })
	return out, refused
}

// owner returns the id of the owner of the keys: that of the user in the request, or of the caller if the request has none.
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

// truncate cuts a text to at most so many bytes.
func truncate(text string, most int) string {
	if len(text) > most {
		return text[:most]
	}
	return text
}
