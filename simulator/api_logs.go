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

// Times of the log (reference, section 8).
const (
	logKept   = 32 * 24 * time.Hour
	logWindow = 48 * time.Hour
	// logLayout is how the log prints the date of a call.
	logLayout = "2006-01-02T15:04:05.000Z"
)

// readAPILogs serves ReadApiLogs from the record of calls: those of authenticated
// callers, oldest first.
func (s *Simulator) readAPILogs(c *call) (fields, *problem) {
	size, refused := pageSize(c)
	if refused != nil {
		return nil, refused
	}
	after, refused := readToken(c)
	if refused != nil {
		return nil, refused
	}
	admits, refused := s.logFilter(c)
	if refused != nil {
		return nil, refused
	}
	var account string
	s.store.Read(func(v *store.View) { account = v.Account().ID })
	var found []store.Record
	s.store.Scan(func(rec *store.Record) {
		if admits(rec) && after.before(rec) {
			found = append(found, *rec)
		}
	})
	slices.SortFunc(found, func(a, b store.Record) int { return cmp.Or(a.Time.Compare(b.Time), cmp.Compare(a.Seq, b.Seq)) })
	out := fields{}
	if len(found) > size {
		found = found[:size]
		out["NextPageToken"] = writeToken(found[size-1])
	}
	shown := make([]fields, 0, len(found))
	for _, rec := range found {
		shown = append(shown, showLog(c, rec, account, s.opts.APIVersion))
	}
	out["Logs"] = shown
	return out, nil
}

// logFilter returns what the request's filters let through.
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
		wanted[name] = textFilter(filters, name)
	}
	statuses := numberFilter(filters, "ResponseStatusCodes")
	return func(rec *store.Record) bool {
		if rec.Caller == "" || rec.Status == 0 || rec.Time.Before(from) || rec.Time.After(to) {
			return false
		}
		for name, value := range texts {
			if !wanted[name].admits(value(rec)) {
				return false
			}
		}
		return statuses.admits(int64(rec.Status))
	}, nil
}

// apiName is how the log names this API.
const apiName = "oapi"

// logBounds returns the times between which calls are shown: the last 48 hours without a
// bound, two days from one bound.
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

// showLog returns one entry with the members the request's With asks for; all by default.
func showLog(c *call, rec store.Record, account, version string) fields {
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

// place is where a page ended: the time and the number of its last call.
type place struct{ millis, seq int64 }

func (p place) before(rec *store.Record) bool {
	at := rec.Time.UnixMilli()
	return at > p.millis || at == p.millis && rec.Seq > p.seq
}

func writeToken(last store.Record) string {
	plain := fmt.Sprintf("%d/%d", last.Time.UnixMilli(), last.Seq)
	return base64.RawURLEncoding.EncodeToString([]byte(plain))
}

// readToken returns where the page before ended, for the first page a place before all.
func readToken(c *call) (place, *problem) {
	text, sent := c.text("NextPageToken")
	if !sent {
		return place{millis: math.MinInt64}, nil
	}
	var p place
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
