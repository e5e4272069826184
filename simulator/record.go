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

// The longest parts of a call that are recorded, in bytes.
const (
	maxRecordedBody   = 8 << 10
	maxRecordedHeader = 4 << 10
	// maxRecordedID is for ids and names from requests that are not authenticated.
	maxRecordedID = 64
)

// newRecord returns the record of a call with the fields that are known before the call is parsed.
func (s *Simulator) newRecord(r *http.Request) store.Record {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	header, size := rawHeader(r)
	return store.Record{
		Time: millis(s.Now()), RequestID: s.idSource().request(), RemoteIP: host,
		UserAgent: truncate(r.UserAgent(), maxRecordedBody), Header: header, HeaderSize: size,
	}
}

// recordCall completes and stores the record of a call. The record of a call that changed something is written before the answer is
// sent, so that it survives the end of the process.
func (s *Simulator) recordCall(c *call, start time.Time, answer []byte, refused *problem) {
	rec := &c.record
	rec.Micros = time.Since(start).Microseconds()
	rec.ResponseSize = len(answer)
	if c.caller != nil {
		rec.Caller = c.caller.name()
	}
	rec.Body, rec.BodySize = recordedBody(c), len(c.body)
	writes := refused == nil && rec.Status != 0 && !strings.HasPrefix(rec.Action, "Read")
	if err := s.store.Append(*rec, writes); err != nil {
		s.opts.Log.Error("record of calls not written", "error", err)
	}
	s.opts.Log.Debug("call", "action", rec.Action, "status", rec.Status, "code", rec.Code, "caller", rec.Caller,
		"request_id", rec.RequestID, "reason", rec.Reason, "fault", rec.Fault)
}

// recordedBody returns the body with secrets replaced, or a JSON string that describes a body that is too large or is not a JSON
// object.
func recordedBody(c *call) string {
	if len(c.body) > maxRecordedBody {
		return placeholder("a body of %d bytes", len(c.body))
	}
	if len(bytes.TrimSpace(c.body)) == 0 {
		return "{}"
	}
	members := c.members
	if members != nil && holdsNoSecret(c.body) {
		return string(c.body)
	}
	if members == nil && json.Unmarshal(c.body, &members) != nil || members == nil {
		return placeholder("a body of %d bytes that is not a JSON object", len(c.body))
	}
	kept, err := json.Marshal(redact(members))
	if err != nil {
		return placeholder("a body of %d bytes", len(c.body))
	}
	return string(kept)
}

// holdsNoSecret reports whether no member of a JSON object can have a name that redact looks for. It returns false for names with
// escapes.
func holdsNoSecret(body []byte) bool {
	if bytes.IndexByte(body, '\\') >= 0 || !utf8.Valid(body) {
		return false
	}
	lower := bytes.ToLower(body)
	return !bytes.Contains(lower, []byte("password")) && !bytes.Contains(lower, []byte("secret"))
}

func placeholder(format string, args ...any) string {
	return fmt.Sprintf("%q", fmt.Sprintf(format, args...))
}

const redacted = "(removed)"

// redact returns a copy in which the values of members whose names contain "password" or "secret" are replaced. Upper and lower case
// are equal, so that misspelled members are found too.
func redact(value any) any {
	switch value := value.(type) {
	case map[string]any:
		out := make(map[string]any, len(value))
		for name, member := range value {
			lower := strings.ToLower(name)
			if strings.Contains(lower, "password") || strings.Contains(lower, "secret") {
				out[name] = redacted
				continue
			}
			out[name] = redact(member)
		}
		return out
	case []any:
		out := make([]any, len(value))
		for i, item := range value {
			out[i] = redact(item)
		}
		return out
	default:
		return value
	}
}

// rawHeader returns the header as ReadApiLogs shows it, and its full size in bytes. Credentials are masked. The text has at most
// maxRecordedHeader bytes.
func rawHeader(r *http.Request) (string, int) {
	names := make([]string, 0, len(r.Header))
	for name := range r.Header {
		names = append(names, name)
	}
	slices.Sort(names)
	var b strings.Builder
	size := len("Host: ") + len(r.Host)
	b.WriteString("Host: ")
	b.WriteString(truncate(r.Host, maxRecordedHeader))
	for _, name := range names {
		for _, value := range r.Header[name] {
			size += len(name) + len(value) + len("\n: ")
			if carriesCredential(name) {
				value = "*****"
			}
			if size <= maxRecordedHeader {
				b.WriteString("\n" + name + ": " + value)
			}
		}
	}
	return b.String(), size
}

// carriesCredential reports whether a header, given by its canonical name, carries a credential.
func carriesCredential(header string) bool {
	switch header {
	case "Authorization", "Cookie", "Proxy-Authorization", "X-Amz-Security-Token":
		return true
	}
	return false
}
