package api

import (
	"context"
	"net"
	"sync/atomic"
	"syscall"
	"testing"
)

// staleConn is a connection that the server closed after the first request. Writes to it fail.
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

// A request of which no byte was sent was not executed. The client sends it on a new connection, even if the action is sent once.
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
