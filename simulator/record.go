package simulator

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/outscale-access/terraform-provider-outscale/simulator/store"
)

// What is kept of one call at most, in bytes.
const (
	maxBodyKept   = 8 << 10
	maxHeaderKept = 4 << 10
)

// newRecord begins the record of a call with what is known before it is understood.
func (s *Simulator) newRecord(r *http.Request) store.Record {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	header, size := rawHeader(r)
	return store.Record{
		Time: millis(s.Now()), RequestID: s.newIDs().request(), RemoteIP: host,
		UserAgent: clip(r.UserAgent(), maxBodyKept), Header: header, HeaderSize: size,
	}
}

// finish completes the record of a call. The record of a call that wrote something is on
// its way to the disk before the answer is; it outlives the process.
func (s *Simulator) finish(c *call, began time.Time, answer []byte, refused *problem) {
	rec := &c.record
	rec.Micros = time.Since(began).Microseconds()
	rec.ResponseSize = len(answer)
	if c.caller != nil {
		rec.Caller = c.caller.name()
	}
	rec.Body, rec.BodySize = keptBody(c), len(c.body)
	writes := refused == nil && rec.Status != 0 && !strings.HasPrefix(rec.Action, "Read")
	if err := s.store.Append(*rec, writes); err != nil {
		s.opts.Log.Error("record of calls not written", "error", err)
	}
	s.opts.Log.Debug("call", "action", rec.Action, "status", rec.Status, "code", rec.Code, "caller", rec.Caller,
		"request_id", rec.RequestID, "reason", rec.Reason, "fault", rec.Fault)
}

// keptBody returns the body without secrets, as JSON whatever it was.
func keptBody(c *call) string {
	if len(c.body) > maxBodyKept {
		return described("a body of %d bytes", len(c.body))
	}
	if len(bytes.TrimSpace(c.body)) == 0 {
		return "{}"
	}
	members := c.members
	if members != nil && harmless(c.body) {
		return string(c.body)
	}
	if members == nil && json.Unmarshal(c.body, &members) != nil || members == nil {
		return described("a body of %d bytes that is not a JSON object", len(c.body))
	}
	kept, err := json.Marshal(withoutSecrets(members))
	if err != nil {
		return described("a body of %d bytes", len(c.body))
	}
	return string(kept)
}

// harmless says that a JSON object can be kept as it is: no secret can be in it, not even
// under a name written with escapes.
func harmless(body []byte) bool {
	if bytes.IndexByte(body, '\\') >= 0 || !utf8.Valid(body) {
		return false
	}
	lower := bytes.ToLower(body)
	return !bytes.Contains(lower, []byte("password")) && !bytes.Contains(lower, []byte("secret"))
}

func described(format string, args ...any) string {
	return fmt.Sprintf("%q", fmt.Sprintf(format, args...))
}

const removed = "(removed)"

// withoutSecrets returns a copy in which members that hold a secret, by their names, are
// replaced. Names are compared in lower case: a misspelt secret is one too.
func withoutSecrets(value any) any {
	switch value := value.(type) {
	case map[string]any:
		out := make(map[string]any, len(value))
		for name, member := range value {
			lower := strings.ToLower(name)
			if strings.Contains(lower, "password") || strings.Contains(lower, "secret") {
				out[name] = removed
				continue
			}
			out[name] = withoutSecrets(member)
		}
		return out
	case []any:
		out := make([]any, len(value))
		for i, item := range value {
			out[i] = withoutSecrets(item)
		}
		return out
	default:
		return value
	}
}

// rawHeader returns the header as ReadApiLogs shows it, credentials hidden and cut to
// what is kept, and its full size.
func rawHeader(r *http.Request) (string, int) {
	names := make([]string, 0, len(r.Header))
	for name := range r.Header {
		names = append(names, name)
	}
	slices.Sort(names)
	var b strings.Builder
	size := len("Host: ") + len(r.Host)
	b.WriteString("Host: ")
	b.WriteString(clip(r.Host, maxHeaderKept))
	for _, name := range names {
		for _, value := range r.Header[name] {
			size += len(name) + len(value) + len("\n: ")
			if hidden(name) {
				value = "*****"
			}
			if size <= maxHeaderKept {
				b.WriteString("\n" + name + ": " + value)
			}
		}
	}
	return b.String(), size
}

func hidden(header string) bool {
	switch header {
	case "Authorization", "Cookie", "Proxy-Authorization", "X-Amz-Security-Token":
		return true
	}
	return false
}
