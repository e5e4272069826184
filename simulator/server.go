package simulator

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/simulator/faults"
	"github.com/outscale-access/terraform-provider-outscale/simulator/internal/describe"
)

// prefixes are the paths under which actions are served.
var prefixes = []string{"/api/v1/", "/api/latest/"}

// Handler serves the API at /api/v1/<Action> and /api/latest/<Action>.
func (s *Simulator) Handler() http.Handler {
	if s.opts.CORS {
		return allowAnyOrigin(http.HandlerFunc(s.serve))
	}
	return http.HandlerFunc(s.serve)
}

func (s *Simulator) serve(w http.ResponseWriter, r *http.Request) {
	start := time.Now() // durations of calls are real, not simulated
	c := &call{request: r, writer: w}
	c.record = s.newRecord(r)
	if r.Body == nil {
		r.Body = http.NoBody // a handler that is called without a server can get no body
	}
	r.Body = http.MaxBytesReader(w, r.Body, s.opts.Limits.Body)
	result, refused := s.run(c)
	body := s.answer(c, result, refused)
	response := s.applyFault(c, body)
	s.recordCall(c, start, body, refused)
	s.send(c, response)
}

// run does the checks in the order of A25: route, lock-out, key, signature, clock, access rules, rights, members, existence and
// state. Faults are decided after the route, because they depend on the action.
func (s *Simulator) run(c *call) (fields, *problem) {
	if refused := s.route(c); refused != nil {
		return nil, refused
	}
	if refused := s.readBody(c); refused != nil {
		return nil, refused
	}
	fault := s.faults.Decide(c.action.Name)
	c.fault = fault
	if c.record.Fault = fault.Kind; fault.Kind == "" && fault.Latency > 0 {
		c.record.Fault = faults.Latency
	}
	if !s.wait(c, fault.Latency, nil) {
		c.dropped = true
		return nil, nil
	}
	switch fault.Kind {
	case faults.DropBefore:
		c.dropped = true
		return nil, nil
	case faults.Status, faults.Throttle:
		return nil, injected(fault.Status, fault.Code)
	case faults.DropAfter:
		c.dropped = true
	}
	for _, check := range []func(*call) *problem{s.authenticate, s.checkAccess, s.authorize, s.check} {
		if refused := check(c); refused != nil {
			return nil, refused
		}
	}
	c.record.Status = http.StatusOK
	out, refused := served[c.action.Name](s, c)
	if c.dryRun {
		out = nil
	}
	return out, refused
}

// route finds the action (A18).
func (s *Simulator) route(c *call) *problem {
	path := collapseSlashes(c.request.URL.Path)
	name, ok := strings.CutPrefix(path, prefixes[0])
	if !ok {
		name, ok = strings.CutPrefix(path, prefixes[1])
	}
	if !ok {
		return unknownAction(truncate(path, maxRecordedID)).withReason("the path is not /api/v1/<Action>")
	}
	c.record.Version = strings.Split(path, "/")[2]
	if c.request.Method != http.MethodPost {
		return methodNotAllowed()
	}
	action, ok := describe.Lookup(name)
	if !ok || !action.In(s.opts.APIVersion) {
		return unknownAction(truncate(name, maxRecordedID))
	}
	c.action = action
	c.record.Action = action.Name
	if served[name] == nil {
		return notSimulated(name)
	}
	return nil
}

func (s *Simulator) readBody(c *call) *problem {
	var buffer bytes.Buffer
	if size := c.request.ContentLength; size > 0 && size <= s.opts.Limits.Body {
		buffer.Grow(int(min(size, 64<<10)) + bytes.MinRead)
	}
	_, err := buffer.ReadFrom(c.request.Body)
	c.body = buffer.Bytes()
	var large *http.MaxBytesError
	var network net.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &large):
		return tooLarge(large.Limit)
	case errors.As(err, &network) && network.Timeout():
		return notAnObject().withReason("the body did not arrive in time")
	case errors.Is(err, io.ErrUnexpectedEOF):
		return notAnObject().withReason("the body ended early")
	default:
		return notAnObject().withReason("the body could not be read")
	}
}

// answer returns the body of the answer. If the call is refused, it records status, code and reason.
func (s *Simulator) answer(c *call, out fields, refused *problem) []byte {
	if refused != nil {
		c.record.Status, c.record.Code, c.record.Reason = refused.status, refused.code, refused.reason
		out = refused.fields()
	}
	return c.encode(out)
}

// encode returns the JSON of an answer, with its ResponseContext.
func (c *call) encode(out fields) []byte {
	if out == nil {
		out = fields{}
	}
	out["ResponseContext"] = fields{"RequestId": c.record.RequestID}
	var buffer bytes.Buffer
	encoder := json.NewEncoder(&buffer)
	encoder.SetEscapeHTML(false)
	// Answers are maps of strings, numbers and booleans; encoding them cannot fail.
	_ = encoder.Encode(out)
	return bytes.TrimSuffix(buffer.Bytes(), []byte("\n"))
}
