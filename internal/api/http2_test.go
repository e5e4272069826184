package api

import (
	"context"
	"crypto/tls"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"
)

// goAwayServer is an HTTP/2 server that accepts every request and then sends GOAWAY, which says that it was not executed. It
// counts the requests.
func goAwayServer(t *testing.T) (endpoint string, requests *atomic.Int32) {
	t.Helper()
	requests = &atomic.Int32{}
	s := httptest.NewUnstartedServer(http.NotFoundHandler())
	s.EnableHTTP2 = true
	s.StartTLS() // for its certificate
	certificates := s.TLS.Certificates
	s.Close()
	listener, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{MinVersion: tls.VersionTLS12, Certificates: certificates, NextProtos: []string{"h2"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go goAway(conn, requests)
		}
	}()
	return "https://" + listener.Addr().String() + "/api/v1", requests
}

func goAway(conn net.Conn, requests *atomic.Int32) {
	defer func() { _ = conn.Close() }()
	const settings, headers, end = 4, 1, 7
	frame := func(kind byte, payload []byte) {
		head := make([]byte, 9)
		binary.BigEndian.PutUint32(head, uint32(len(payload))<<8|uint32(kind)) //nolint:gosec // eight bytes
		_, _ = conn.Write(append(head, payload...))
	}
	preface := make([]byte, len("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"))
	if _, err := io.ReadFull(conn, preface); err != nil {
		return
	}
	frame(settings, nil)
	for {
		head := make([]byte, 9)
		if _, err := io.ReadFull(conn, head); err != nil {
			return
		}
		if _, err := io.CopyN(io.Discard, conn, int64(binary.BigEndian.Uint32(append([]byte{0}, head[:3]...)))); err != nil {
			return
		}
		if head[3] == 0 && head[4]&1 != 0 { // the end of the request's body
			requests.Add(1)
			frame(end, make([]byte, 8)) // last stream 0, no error
			return
		}
	}
}

// The HTTP/2 transport does not repeat a request either, even if the server says that it was not executed.
func TestCall_http2DoesNotResend(t *testing.T) {
	for action := range sentOnce {
		endpoint, requests := goAwayServer(t)
		c, err := New(Config{Endpoint: endpoint, Credential: testKey, Insecure: true})
		if err != nil {
			t.Fatal(err)
		}
		c.known.Store(true)
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		err = actions[action](c, ctx)
		var lost *TransportError
		if requests.Load() != 1 || !errors.As(err, &lost) || !IsLostAnswer(err) {
			t.Errorf("%s: %d requests, want 1: %v", action, requests.Load(), err)
		}
	}
}
