package conformance

import (
	"bytes"
	"errors"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/simulator"
)

// shortLimits sets limits that are short enough for a test, and long enough for a client on a busy machine.
func shortLimits(o *simulator.Options) {
	o.Limits.ReadHeader = 3 * time.Second
	o.Limits.Read = 3500 * time.Millisecond
	o.Limits.Write = 6 * time.Second
}

// ends reads until the server closes the connection. It fails when the server leaves the connection open.
func (s *server) ends(conn net.Conn, what string) string {
	s.t.Helper()
	text, err := io.ReadAll(conn)
	var network net.Error
	if errors.As(err, &network) && network.Timeout() {
		s.t.Errorf("%s: the server leaves the connection open", what)
	}
	_ = conn.Close() // no longer used
	return string(text)
}

func wire(t testing.TB, r *http.Request) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := r.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// The server closes the connections of clients that stop sending, and of a client that never reads. During that time it serves others.
func TestSlow_clients(t *testing.T) {
	s := listening(t, shortLimits)
	s.root().must("ReadUsers", `{}`)
	s.client.CloseIdleConnections()
	goroutines := runtime.NumGoroutine()

	var neverReads sync.WaitGroup
	neverReads.Go(s.writeOnly)
	message := wire(t, s.root().request("CreateUser", `{"UserName":"slow"}`))
	head := bytes.Index(message, []byte("\r\n\r\n"))
	var conns []net.Conn
	for i := range 100 {
		conn := s.dial()
		part := message[:1+i*(len(message)-2)/99] // from one byte to all but one
		if _, err := conn.Write(part); err != nil {
			t.Fatal(err)
		}
		conns = append(conns, conn)
	}
	for range 20 {
		s.root().must("ReadUsers", `{}`)
	}
	for i, conn := range conns {
		answer := s.ends(conn, "a slow client")
		if strings.HasPrefix(answer, "HTTP/1.1 50") || strings.HasPrefix(answer, "HTTP/1.1 200") {
			t.Errorf("client %d: %q", i, answer)
		}
		if sent := 1 + i*(len(message)-2)/99; sent > head+4 && !strings.Contains(answer, `"4045"`) {
			t.Errorf("client %d, in the body: %q", i, answer)
		}
	}
	if users := s.state().Users; len(users) != 0 {
		t.Errorf("an incomplete request created %v", users)
	}
	neverReads.Wait()
	s.client.CloseIdleConnections()
	if !eventually(t, patience, func() bool { return runtime.NumGoroutine() <= goroutines+1 }) {
		t.Errorf("%d goroutines before, %d after", goroutines, runtime.NumGoroutine())
	}
}

// writeOnly sends requests and reads no answer until the server closes the connection. It fails when the server leaves the
// connection open.
func (s *server) writeOnly() {
	conn := s.dial()
	message := []byte("POST /api/v1/ReadRegions HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}")
	var err error
	for err == nil {
		_, err = conn.Write(message)
	}
	var network net.Error
	if errors.As(err, &network) && network.Timeout() {
		s.t.Error("the server leaves the connection of a client that never reads open")
	}
	_ = conn.Close() // it is broken already
}

// endless is a body without an end.
type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}

// Bodies of more than 1 MiB are refused, with or without a Content-Length, and not kept in memory.
func TestLimits_bodies(t *testing.T) {
	s := listening(t)
	s.root().must("ReadUsers", `{}`)
	before := heap()
	var wait sync.WaitGroup
	for i := range 32 {
		wait.Go(func() {
			r := s.root().request("CreateUser", `{}`)
			r.Body, r.ContentLength, r.GetBody = io.NopCloser(endless{}), -1, nil
			if i%2 == 0 {
				r.ContentLength = 1 << 40
			}
			// Without the validator: there is no body to validate.
			response, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(r)
			if err != nil {
				return // the server closed the connection early
			}
			if response.StatusCode != http.StatusRequestEntityTooLarge {
				t.Errorf("answered with %s", response.Status)
			}
			if err := response.Body.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	const slack = 16 << 20
	if !eventually(t, patience, func() bool { return heap() < before+slack }) {
		t.Errorf("%d bytes in use before, %d after", before, heap())
	}
	s.expect("413/4106", s.root().call("CreateUser", `{"UserName":"`+strings.Repeat("x", 1<<20)+`"}`))
	s.root().must("ReadUsers", `{}`)
}

// A header beyond the limit is refused before it is parsed.
func TestLimits_header(t *testing.T) {
	s := listening(t)
	conn := s.dial()
	go func() {
		_, _ = conn.Write([]byte("POST /api/v1/ReadRegions HTTP/1.1\r\nHost: a\r\nX: " + strings.Repeat("x", 8<<20))) // the server closes the connection meanwhile
	}()
	if answer := s.ends(conn, "a gigantic header"); answer != "" && !strings.HasPrefix(answer, "HTTP/1.1 431") {
		t.Errorf("answered with %q", clip(answer))
	}
	s.root().must("ReadUsers", `{}`)
}
