package simulator

import (
	"context"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/simulator/faults"
)

// outgoing is what goes to the client: the answer, or what a fault made of it.
type outgoing struct {
	status int
	kind   string // of the content
	body   []byte
	// length is what the header says of the body's length.
	length int
	// torn says that the connection is to be reset after the body.
	torn bool
}

const (
	jsonContent = "application/json"
	htmlContent = "text/html; charset=utf-8"
)

// proxyPage is what a proxy says in the API's place. It is no JSON.
const proxyPage = `<!DOCTYPE html>
<html><head><title>Please wait</title></head>
<body><h1>Please wait</h1><p>This page is no answer of the API.</p></body></html>
`

// spoil makes of the answer what the fault wants to go out, and notes what that is. What was
// done stays done. Silence comes before the record of the call is complete: only then is it
// known whether somebody still listened.
func (s *Simulator) spoil(c *call, answer []byte) outgoing {
	out := outgoing{status: c.record.Status, kind: jsonContent, body: answer, length: len(answer)}
	if c.cut {
		return out
	}
	switch c.fault.Kind {
	case faults.StatusAfter:
		out.body = c.encode(injected(c.fault.Status, c.fault.Code).fields())
		out.status, out.length = c.fault.Status, len(out.body)
	case faults.Reset:
		out.body, out.torn = answer[:c.fault.Cut(len(answer))], true
	case faults.Truncate:
		out.body = answer[:c.fault.Cut(len(answer))]
		out.length = len(out.body)
	case faults.Garbage:
		out = outgoing{status: http.StatusOK, kind: htmlContent, body: []byte(proxyPage), length: len(proxyPage)}
	case faults.Stall:
		c.cut = !s.wait(c, c.fault.Stall, draining(c.request))
	}
	if !c.cut {
		c.record.Sent = out.status
	}
	return out
}

// send sends what is to go out, or closes the connection in its place.
func (s *Simulator) send(c *call, out outgoing) {
	if c.cut {
		// Closes the connection without an answer, and without a trace in the log.
		panic(http.ErrAbortHandler)
	}
	header := c.writer.Header()
	header.Set("Content-Type", out.kind)
	header.Set("Content-Length", strconv.Itoa(out.length))
	header.Set("Date", s.Now().UTC().Format(http.TimeFormat))
	if out.status == http.StatusMethodNotAllowed {
		header.Set("Allow", http.MethodPost)
	}
	if after := c.fault.RetryAfter; after > 0 {
		header.Set("Retry-After", strconv.FormatInt(int64((after+time.Second-1)/time.Second), 10))
	}
	c.writer.WriteHeader(out.status)
	// A client that has gone away does not change what was done.
	_, _ = c.writer.Write(out.body)
	if out.torn {
		tear(c.writer)
	}
}

// tear resets the connection behind what was written. Where the server does not give the
// connection away, it closes it.
func tear(w http.ResponseWriter) {
	control := http.NewResponseController(w)
	if control.Flush() == nil {
		if conn, _, err := control.Hijack(); err == nil {
			// No lingering: the kernel sends a reset in place of an orderly end.
			if tcp, ok := bare(conn).(*net.TCPConn); ok {
				_ = tcp.SetLinger(0)
			}
			_ = bare(conn).Close() // the end of the connection is what is wanted
			return
		}
	}
	panic(http.ErrAbortHandler)
}

// bare is the connection below TLS, which would say goodbye.
func bare(conn net.Conn) net.Conn {
	if outer, ok := conn.(interface{ NetConn() net.Conn }); ok {
		return outer.NetConn()
	}
	return conn
}

// wait returns false when the client is gone before the time is over, and true early when
// early is closed. The time that a fault takes does not count for the server's own limit of
// the time for an answer.
func (s *Simulator) wait(c *call, long time.Duration, early <-chan struct{}) bool {
	if long <= 0 {
		return true
	}
	timer := time.NewTimer(long)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-early:
	case <-c.request.Context().Done():
		return false
	}
	// Not every writer has a deadline; one that has none needs none moved.
	_ = http.NewResponseController(c.writer).SetWriteDeadline(time.Now().Add(s.opts.Limits.Write))
	return true
}

// drain is where the context of a request keeps the context that ends when its server
// begins to shut down.
type drain struct{}

// draining is closed when the server of the request begins to shut down; nil, and never
// closed, for a request of another server than Start's.
func draining(r *http.Request) <-chan struct{} {
	if begun, ok := r.Context().Value(drain{}).(context.Context); ok {
		return begun.Done()
	}
	return nil
}
