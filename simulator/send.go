package simulator

import (
	"context"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/simulator/faults"
)

// response is what the client receives: the answer, or the one that a fault sends in its place.
type response struct {
	status      int
	contentType string
	body        []byte
	// length is the value of the Content-Length header.
	length int
	// reset means that the connection is reset after the body.
	reset bool
}

const (
	jsonContent = "application/json"
	htmlContent = "text/html; charset=utf-8"
)

// proxyPage is a page that a proxy could send in place of an answer of the API.
const proxyPage = `<!DOCTYPE html>
<html><head><title>Please wait</title></head>
<body><h1>Please wait</h1><p>This page is not an answer of the API.</p></body></html>
`

// applyFault returns the response that the fault of the call sends, and records its status. It does not undo the action. It waits
// for the end of a stall, because the record says whether the client received the answer.
func (s *Simulator) applyFault(c *call, answer []byte) response {
	out := response{status: c.record.Status, contentType: jsonContent, body: answer, length: len(answer)}
	if c.dropped {
		return out
	}
	switch c.fault.Kind {
	case faults.StatusAfter:
		out.body = c.encode(injected(c.fault.Status, c.fault.Code).fields())
		out.status, out.length = c.fault.Status, len(out.body)
	case faults.Reset:
		out.body, out.reset = answer[:c.fault.Cut(len(answer))], true
	case faults.Truncate:
		out.body = answer[:c.fault.Cut(len(answer))]
		out.length = len(out.body)
	case faults.Garbage:
		out = response{status: http.StatusOK, contentType: htmlContent, body: []byte(proxyPage), length: len(proxyPage)}
	case faults.Stall:
		c.dropped = !s.wait(c, c.fault.Stall, shutdownBegun(c.request))
	}
	if !c.dropped {
		c.record.Sent = out.status
	}
	return out
}

// send sends the response, or closes the connection without one.
func (s *Simulator) send(c *call, out response) {
	if c.dropped {
		// net/http closes the connection and logs nothing.
		panic(http.ErrAbortHandler)
	}
	header := c.writer.Header()
	header.Set("Content-Type", out.contentType)
	header.Set("Content-Length", strconv.Itoa(out.length))
	header.Set("Date", s.Now().UTC().Format(http.TimeFormat))
	if out.status == http.StatusMethodNotAllowed {
		header.Set("Allow", http.MethodPost)
	}
	if after := c.fault.RetryAfter; after > 0 {
		header.Set("Retry-After", strconv.FormatInt(int64((after+time.Second-1)/time.Second), 10))
	}
	c.writer.WriteHeader(out.status)
	// An error means that the client closed the connection. The action is done in any case.
	_, _ = c.writer.Write(out.body)
	if out.reset {
		resetConnection(c.writer)
	}
}

// resetConnection sends what was written and resets the TCP connection. It closes a connection that cannot be hijacked.
func resetConnection(w http.ResponseWriter) {
	control := http.NewResponseController(w)
	if control.Flush() == nil {
		if conn, _, err := control.Hijack(); err == nil {
			// With a linger time of 0 the kernel sends a reset instead of an orderly close.
			if tcp, ok := underlyingConn(conn).(*net.TCPConn); ok {
				_ = tcp.SetLinger(0)
			}
			_ = underlyingConn(conn).Close() // nobody is left to report an error to
			return
		}
	}
	panic(http.ErrAbortHandler)
}

// underlyingConn returns the connection below TLS, which would send a close notification.
func underlyingConn(conn net.Conn) net.Conn {
	if outer, ok := conn.(interface{ NetConn() net.Conn }); ok {
		return outer.NetConn()
	}
	return conn
}

// wait waits for the duration, or until end is closed. It returns false if the client closed the connection first. It restarts
// the server's write timeout, so that the time of a fault does not count.
func (s *Simulator) wait(c *call, duration time.Duration, end <-chan struct{}) bool {
	if duration <= 0 {
		return true
	}
	timer := time.NewTimer(duration)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-end:
	case <-c.request.Context().Done():
		return false
	}
	// An error means that the writer has no deadline.
	_ = http.NewResponseController(c.writer).SetWriteDeadline(time.Now().Add(s.opts.Limits.Write))
	return true
}

// shutdownKey is the context key of a context that is cancelled when the server begins to
// shut down.
type shutdownKey struct{}

// shutdownBegun returns a channel that is closed when the server of the request begins to
// shut down; nil for a server that Start did not start.
func shutdownBegun(r *http.Request) <-chan struct{} {
	if shutdown, ok := r.Context().Value(shutdownKey{}).(context.Context); ok {
		return shutdown.Done()
	}
	return nil
}
