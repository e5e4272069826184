package api

import (
	"context"
	"net"
	"net/http/httptrace"
	"sync/atomic"
	"time"
)

// countedConn counts what is written to a connection.
type countedConn struct {
	net.Conn
	written atomic.Int64
}

func (c *countedConn) Write(p []byte) (int, error) {
	// The bytes are counted before they are written, because the answer may be read before Write has returned.
	c.written.Add(int64(len(p)))
	n, err := c.Conn.Write(p)
	c.written.Add(int64(n - len(p)))
	return n, err
}

func dialCounted(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := (&net.Dialer{Timeout: dialTimeout, KeepAlive: 30 * time.Second}).DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	return &countedConn{Conn: conn}, nil
}

// wire records whether any byte of a request was sent. A server may close an idle connection before the request is written. If
// it is not known, the request counts as sent.
type wire struct {
	begun, reused atomic.Bool
	conn          atomic.Pointer[countedConn]
	before        atomic.Int64
}

// begin records the connection that a request gets, after name resolution, proxy and handshake.
func (w *wire) begin(info httptrace.GotConnInfo) {
	conn := info.Conn
	for {
		inner, wrapped := conn.(interface{ NetConn() net.Conn }) // TLS, also through a proxy
		if !wrapped {
			break
		}
		conn = inner.NetConn()
	}
	counted, _ := conn.(*countedConn)
	if counted != nil {
		w.before.Store(counted.written.Load())
	}
	w.conn.Store(counted)
	w.reused.Store(info.Reused)
	w.begun.Store(true)
}

func (w *wire) sent() bool {
	if !w.begun.Load() {
		return false
	}
	counted := w.conn.Load()
	return counted == nil || counted.written.Load() > w.before.Load()
}
