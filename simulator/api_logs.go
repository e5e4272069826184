package simulator

import (
	"cmp"
	"encoding/base64"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/simulator/store"
)

// Durations of the log, from the official text.
const (
	logKept   = 32 * 24 * time.Hour
	logWindow = 48 * time.Hour
	// logLayout is the layout of QueryDate.
	logLayout = "2006-01-02T15:04:05.000Z"
)

// readAPILogs serves ReadApiLogs: it lists the recorded calls of authenticated callers, oldest first.
func (s *Simulator) readAPILogs(c *call) (fields, *problem) {
	size, refused := pageSize(c)
	if refused != nil {
		return nil, refused
	}
	after, refused := readToken(c)
	if refused != nil {
		return nil, refused
	}
	matches, refused := s.logFilter(c)
	if refused != nil {
		return nil, refused
	}
	var account string
	s.store.Read(func(v *store.View) { account = v.Account().ID })
	page := logPage{size: size}
	s.store.Scan(func(rec *store.Record) {
		if matches(rec) && after.before(rec) {
			page.add(rec)
		}
	})
	calls := page.calls
	out := fields{}
	if len(calls) > size {
		calls = calls[:size]
		out["NextPageToken"] = writeToken(calls[size-1])
	}
	logs := make([]fields, 0, len(calls))
	for _, rec := range calls {
		logs = append(logs, logFields(c, rec, account, s.opts.APIVersion))
	}
	out["Logs"] = logs
	return out, nil
}

// logPage collects the oldest calls, and one more than a page has, which shows that there is a next page.
type logPage struct {
	size  int
	calls []store.Record
}

// add adds a call. It is fast for calls in the order of time. Other calls are rare: AddCalls and an injected clock can make them.
func (p *logPage) add(rec *store.Record) {
	order := func(a, b store.Record) int { return cmp.Or(a.Time.Compare(b.Time), cmp.Compare(a.Seq, b.Seq)) }
	if len(p.calls) > p.size && order(*rec, p.calls[p.size]) > 0 {
		return
	}
	i, _ := slices.BinarySearchFunc(p.calls, *rec, order)
	p.calls = slices.Insert(p.calls, i, *rec)
	p.calls = p.calls[:min(len(p.calls), p.size+1)]
}

// logFilter returns the condition of the request's filters.
func (s *Simulator) logFilter(c *call) (func(*store.Record) bool, *problem) {
	filters := c.object("Filters")
	from, to, refused := s.logBounds(filters)
	if refused != nil {
		return nil, refused
	}
	texts := map[string]func(*store.Record) string{
		"QueryAccessKeys":  func(r *store.Record) string { return r.KeyID },
		"QueryApiNames":    func(*store.Record) string { return apiName },
		"QueryCallNames":   func(r *store.Record) string { return r.Action },
		"QueryIpAddresses": func(r *store.Record) string { return r.RemoteIP },
		"QueryUserAgents":  func(r *store.Record) string { return r.UserAgent },
		"RequestIds":       func(r *store.Record) string { return r.RequestID },
	}
	wanted := map[string]filter[string]{}
	for name := range texts {
		if only := stringFilter(filters, name); only != nil {
			wanted[name] = only
		}
	}
	statuses := numberFilter(filters, "ResponseStatusCodes")
	return func(rec *store.Record) bool {
		if rec.Caller == "" || rec.Status == 0 || rec.Time.Before(from) || rec.Time.After(to) {
			return false
		}
		for name, only := range wanted {
			if !only.matches(texts[name](rec)) {
				return false
			}
		}
		return statuses.matches(int64(rec.Status))
	}, nil
}

// apiName is the name of this API in the log.
const apiName = "oapi"

// logBounds returns the period of the calls to list: the last 48 hours if the request has no bound, and two days from the bound if
// it has one.
func (s *Simulator) logBounds(filters map[string]any) (from, to time.Time, refused *problem) {
	now := s.Now()
	from, hasFrom, refused := logBound(filters, "QueryDateAfter")
	if refused != nil {
		return from, to, refused
	}
	to, hasTo, refused := logBound(filters, "QueryDateBefore")
	if refused != nil {
		return from, to, refused
	}
	switch {
	case !hasFrom && !hasTo:
		from, to = now.Add(-logWindow), now
	case !hasTo:
		to = from.Add(logWindow)
	case !hasFrom:
		from = to.Add(-logWindow)
	}
	if oldest := now.Add(-logKept); from.Before(oldest) {
		from = oldest
	}
	return from, to, nil
}

func logBound(filters map[string]any, name string) (time.Time, bool, *problem) {
	text, sent := filters[name].(string)
	if !sent {
		return time.Time{}, false, nil
	}
	bound, ok := parseDate(text)
	if !ok {
		return time.Time{}, false, wrongType("Filters." + name)
	}
	return bound, true, nil
}

// logFields returns one entry of the log, with the members that With of the request selects. All are selected by default.
func logFields(c *call, rec store.Record, account, version string) fields {
	out := fields{
		"AccountId":          account,
		"CallDuration":       rec.Micros,
		"QueryAccessKey":     rec.KeyID,
		"QueryApiName":       apiName,
		"QueryApiVersion":    version,
		"QueryCallName":      rec.Action,
		"QueryDate":          rec.Time.UTC().Format(logLayout),
		"QueryHeaderRaw":     rec.Header,
		"QueryHeaderSize":    rec.HeaderSize,
		"QueryIpAddress":     rec.RemoteIP,
		"QueryPayloadRaw":    rec.Body,
		"QueryPayloadSize":   rec.BodySize,
		"QueryUserAgent":     rec.UserAgent,
		"RequestId":          rec.RequestID,
		"ResponseSize":       rec.ResponseSize,
		"ResponseStatusCode": rec.Status,
	}
	for name, wanted := range c.object("With") {
		if wanted == false {
			delete(out, name)
		}
	}
	return out
}

// logPosition is the end of a page: the time, in milliseconds, and the number of its last call.
type logPosition struct{ millis, seq int64 }

func (p logPosition) before(rec *store.Record) bool {
	at := rec.Time.UnixMilli()
	return at > p.millis || at == p.millis && rec.Seq > p.seq
}

func writeToken(last store.Record) string {
	plain := fmt.Sprintf("%d/%d", last.Time.UnixMilli(), last.Seq)
	return base64.RawURLEncoding.EncodeToString([]byte(plain))
}

// readToken returns the end of the previous page, or a position before every call for the first page.
func readToken(c *call) (logPosition, *problem) {
	text, sent := c.text("NextPageToken")
	if !sent {
		return logPosition{millis: math.MinInt64}, nil
	}
	var p logPosition
	plain, err := base64.RawURLEncoding.DecodeString(text)
	at, seq, ok := strings.Cut(string(plain), "/")
	if err == nil && ok {
		p.millis, err = strconv.ParseInt(at, 10, 64)
	}
	if err == nil && ok {
		p.seq, err = strconv.ParseInt(seq, 10, 64)
	}
	if err != nil || !ok {
		return p, badToken()
	}
	return p, nil
}
