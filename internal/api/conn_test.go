package api

import (
	"context"
	"net"
	"sync/atomic"
	"syscall"
	"testing"
)

// staleConn is a connection that was closed by the server after its first request: nothing can be written to it any more.
type staleConn struct {
	net.Conn
	writes atomic.Int32
}

func (c *staleConn) Write(p []byte) (int, error) {
	if c.writes.Add(1) > 1 {
		return 0, syscall.ECONNRESET
	}
	return c.Conn.Write(p)
}

// A request of which no byte has left was not executed: it is sent on a new connection, also when it is sent once.
func TestCall_connectionClosedBeforeUse(t *testing.T) {
	for action := range sentOnce {
		r := newRig(t, ok(keysBody), ok(goodBody(action)))
		var dialled atomic.Int32
		r.connections.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
			conn, err := dialCounted(ctx, network, address)
			if err != nil || dialled.Add(1) > 1 {
				return conn, err
			}
			counted := conn.(*countedConn) //nolint:forcetypeassert // the test fails
			counted.Conn = &staleConn{Conn: counted.Conn}
			return counted, nil
		}
		if _, err := r.ReadAccessKeys(t.Context(), ReadAccessKeysInput{}); err != nil {
			t.Fatal(err)
		}
		if err := actions[action](r.Client, t.Context()); err != nil || r.sent() != 2 || dialled.Load() != 2 {
			t.Errorf("%s: %v after %d requests on %d connections", action, err, r.sent(), dialled.Load())
		}
	}
}
