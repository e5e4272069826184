package conformance

import (
	"bufio"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/simulator"
)

const (
	attackers  = 4
	malformed  = 10_000
	attackSeed = 20260318
	patience   = 2 * time.Minute // for events that come at once, which can take seconds on a busy machine
)

// sendMalformed sends count malformed requests from several connections at once.
func (s *server) sendMalformed(seed uint64, count int, user string) {
	var wait sync.WaitGroup
	for i := range attackers {
		wait.Go(func() {
			n := mutator{Rand: rand.New(rand.NewPCG(seed, uint64(i))), caller: s.root(), user: user}
			for range count / attackers {
				n.caller.family = pick(n, []family{osc4, aws4})
				var r *http.Request
				kind := n.IntN(10)
				switch {
				case kind < 4: // a valid signature of a malformed body
					r = n.badBody()
				case kind < 6:
					r = n.badAuthorization()
				case kind < 7:
					r = n.badDate()
				case kind < 8:
					r = n.badHeader()
				default:
					s.raw(n.raw())
					continue
				}
				got, err := s.try(r)
				if err != nil {
					s.t.Errorf("%s %s: %v", r.Method, clip(r.URL.Path), err)
					continue
				}
				s.checkStatus(got.status, got.code(), clip(r.URL.Path))
				if kind < 4 && got.status == http.StatusUnauthorized {
					s.t.Errorf("%s: a valid signature is refused", clip(r.URL.Path))
				}
			}
		})
	}
	wait.Wait()
}

func clip(text string) string { return text[:min(len(text), 80)] }

// checkStatus fails the test for a 5xx status other than 501, which is for actions that are not simulated.
func (s *server) checkStatus(status int, code, what string) {
	if status >= 500 && code != "501/0" {
		s.t.Errorf("%s: %s", what, code)
	}
}

// dial opens a connection to the API, with a deadline.
func (s *server) dial() net.Conn {
	s.t.Helper()
	base, err := url.Parse(s.api)
	if err != nil {
		s.t.Fatal(err)
	}
	conn, err := net.Dial("tcp", base.Host)
	if err == nil {
		err = conn.SetDeadline(time.Now().Add(patience))
	}
	if err != nil {
		s.t.Error(err)
		runtime.Goexit()
	}
	return conn
}

// raw sends bytes and reads the answer to its end. The server can close the connection at any time. It must not make the client wait,
// or answer with a 5xx status.
func (s *server) raw(data []byte) {
	conn := s.dial()
	defer func() { _ = conn.Close() }() // no longer used
	_, _ = conn.Write(data)             // the server may have closed the connection
	_ = conn.(*net.TCPConn).CloseWrite()
	reader := bufio.NewReader(conn)
	line, err := reader.ReadString('\n')
	if err == nil {
		_, err = io.Copy(io.Discard, reader)
	}
	var timeout net.Error
	if errors.As(err, &timeout) && timeout.Timeout() {
		s.t.Errorf("the server neither answers %q nor closes the connection", clip(string(data)))
	}
	if strings.HasPrefix(line, "HTTP/1.1 50") && !strings.HasPrefix(line, "HTTP/1.1 501") && !strings.HasPrefix(line, "HTTP/1.1 505") {
		s.t.Errorf("%q is answered with %q", clip(string(data)), line)
	}
}

// heap returns the size of the heap after a garbage collection.
func heap() uint64 {
	runtime.GC()
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.HeapAlloc
}

// Ten thousand malformed requests cause no crash, no 500 and no leak of goroutines or memory, and every JSON answer is as
// described. Lock-outs are off, because otherwise most requests would be refused early.
func TestRobust_malformedRequests(t *testing.T) {
	s := listening(t, noLockout, func(o *simulator.Options) { o.Limits.Requests = 500 })
	s.root().must("CreateUser", `{"UserName":"fixture"}`)
	user := s.root().must("CreateAccessKey", `{"UserName":"fixture"}`).at("AccessKey", "AccessKeyId")

	s.sendMalformed(attackSeed, malformed/5, user) // fills pools and the record of calls
	s.client.CloseIdleConnections()
	goroutines, before := runtime.NumGoroutine(), heap()
	s.sendMalformed(attackSeed+1, malformed-malformed/5, user)
	s.client.CloseIdleConnections()

	if !eventually(t, patience, func() bool { return runtime.NumGoroutine() <= goroutines+attackers }) {
		t.Errorf("%d goroutines before, %d after", goroutines, runtime.NumGoroutine())
	}
	const slack = 16 << 20
	if !eventually(t, patience, func() bool { return heap() < before+slack }) {
		t.Errorf("%d bytes in use before, %d after", before, heap())
	}
	s.root().must("ReadUsers", `{}`)
}

// With lock-outs on, guesses with new key ids do not use more and more memory.
func TestRobust_malformedCredentials(t *testing.T) {
	s := listening(t, func(o *simulator.Options) { o.Limits.Requests = 500 })
	n := mutator{Rand: rand.New(rand.NewPCG(attackSeed, 99)), caller: s.root()}
	for range 2_000 {
		r := n.badAuthorization()
		got, err := s.try(r)
		if err != nil {
			t.Fatal(err)
		}
		s.checkStatus(got.status, got.code(), clip(r.URL.Path))
	}
}
