package simulator

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// patience is the longest time that a test waits for events that come at once, which can take seconds on a busy machine.
const patience = time.Minute

// start makes the harness listen, and returns its addresses.
func (r *harness) start() *Running {
	r.t.Helper()
	running, err := r.Start("127.0.0.1:0", "127.0.0.1:0")
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := running.Shutdown(ctx); err != nil {
			r.t.Error(err)
		}
	})
	return running
}

// raw sends bytes and returns the answer up to the end of the connection.
func raw(t *testing.T, addr, text string) string {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if err := conn.SetDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(conn, text); err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(conn)
	if err != nil && len(got) == 0 {
		t.Logf("read: %v", err)
	}
	return string(got)
}

func TestStart_listens(t *testing.T) {
	r := newHarness(t)
	running := r.start()
	read := func(answer *http.Response, err error) string {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(answer.Body)
		if err != nil {
			t.Fatal(err)
		}
		if err := answer.Body.Close(); err != nil {
			t.Error(err)
		}
		return string(body)
	}
	if got := read(http.Post(running.URL()+"/ReadRegions", "application/json", nil)); !strings.Contains(got, `"eu-west-2"`) {
		t.Error(got)
	}
	if got := read(http.Get(running.AdminURL() + "/requests/stats")); !strings.Contains(got, `"ReadRegions":1`) {
		t.Error(got)
	}
	if _, err := r.Start(running.APIAddr, ""); err == nil {
		t.Error("a port that is in use was accepted")
	}
	if _, err := r.Start("127.0.0.1:0", running.AdminAddr); err == nil {
		t.Error("an admin port that is in use was accepted")
	}
	quiet, err := r.Start("127.0.0.1:0", "")
	if err != nil || quiet.AdminURL() != "" {
		t.Fatal(quiet, err)
	}
	if err := quiet.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
	if r.log.Len() > 0 {
		t.Errorf("a warning about loopback: %s", r.log)
	}
	open, err := r.Start("127.0.0.1:0", ":0")
	if err != nil {
		t.Fatal(err)
	}
	if err := open.Shutdown(t.Context()); err != nil || !strings.Contains(r.log.String(), "admin port needs no credentials") {
		t.Errorf("%v, log %q", err, r.log)
	}
}

func TestFaults_droppedConnections(t *testing.T) {
	r := newHarness(t)
	running := r.start()
	for _, kind := range []string{"drop_before", "drop_after"} {
		if err := r.SetFaults([]Fault{{Kind: kind}}); err != nil {
			t.Fatal(err)
		}
		if answer, err := http.Post(running.URL()+"/ReadRegions", "application/json", nil); err == nil {
			t.Errorf("%s was answered with %d", kind, answer.StatusCode)
			_ = answer.Body.Close()
		}
	}
}

const post = "POST /api/v1/ReadRegions HTTP/1.1\r\nHost: x\r\n"

func TestStart_slowClients(t *testing.T) {
	r := newHarness(t, func(o *Options) { o.Limits.ReadHeader, o.Limits.Read = 50*time.Millisecond, 100*time.Millisecond })
	running := r.start()
	// Each of these sends less than it announces. The test ends because the server closes the connection.
	for name, sent := range map[string]string{
		"no end of the header": post, "no body": post + "Content-Length: 10\r\n\r\n{", "nothing": "",
	} {
		t.Run(name, func(t *testing.T) {
			if got := raw(t, running.APIAddr, sent); got != "" && !strings.HasPrefix(got, "HTTP/1.1 4") {
				t.Errorf("%.200q", got)
			}
		})
	}
}

func TestStart_hugeRequests(t *testing.T) {
	r := newHarness(t, func(o *Options) { o.Limits.Header, o.Limits.Body = 4096, 1000 })
	running := r.start()
	for name, test := range map[string]struct{ sent, want string }{
		"header":           {post + "X-Big: " + strings.Repeat("x", 20_000) + "\r\n\r\n", "HTTP/1.1 431"},
		"body":             {post + "Content-Length: 5000\r\n\r\n" + strings.Repeat(" ", 5000), "HTTP/1.1 413"},
		"body by its word": {post + "Content-Length: 99999999999999\r\n\r\n" + strings.Repeat(" ", 1100), "HTTP/1.1 413"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := raw(t, running.APIAddr, test.sent); !strings.HasPrefix(got, test.want) {
				t.Errorf("%.200q", got)
			}
		})
	}
	answer, err := http.Post(running.URL()+"/ReadRegions", "application/json", nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := answer.Body.Close(); err != nil || answer.StatusCode != http.StatusOK {
		t.Error(answer.Status, err)
	}
}

func TestShutdown_waitsForCalls(t *testing.T) {
	r := newHarness(t)
	running, err := r.Start("127.0.0.1:0", "")
	if err != nil {
		t.Fatal(err)
	}
	if err := r.SetFaults([]Fault{{Kind: "latency", Latency: 2e8}}); err != nil {
		t.Fatal(err)
	}
	conn, err := net.Dial("tcp", running.APIAddr)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	// The server sends 100 Continue when the handler reads the body: then the call is in progress.
	fmt.Fprintf(conn, "POST /api/v1/ReadRegions HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")
	reader := bufio.NewReader(conn)
	if line, err := reader.ReadString('\n'); err != nil || !strings.Contains(line, "100") {
		t.Fatal(line, err)
	}
	fmt.Fprint(conn, "{}")
	done := make(chan error)
	go func() { done <- running.Shutdown(context.Background()) }()
	rest, err := io.ReadAll(reader)
	if err != nil || !strings.Contains(string(rest), "HTTP/1.1 200 OK") {
		t.Errorf("%q, %v", rest, err)
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// pipes is a listener whose connections are pipes, which work in virtual time.
type pipes struct {
	net.Listener // not used
	conns        chan net.Conn
	closed       chan struct{}
	close        func()
}

func newPipes() *pipes {
	p := &pipes{conns: make(chan net.Conn), closed: make(chan struct{})}
	p.close = sync.OnceFunc(func() { close(p.closed) })
	return p
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case conn := <-p.conns:
		return conn, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error {
	p.close()
	return nil
}

// TestShutdown_unusedConnection: clients may open connections in advance and send nothing. net/http alone would wait five
// seconds for each. Time is virtual.
func TestShutdown_unusedConnection(t *testing.T) {
	r := newHarness(t)
	synctest.Test(t, func(t *testing.T) {
		listener, running := newPipes(), &Running{failed: make(chan error, 1)}
		running.serve(listener, r.server(r.Handler()))
		client, server := net.Pipe()
		listener.conns <- server
		synctest.Wait() // the server waits for a request
		began := time.Now()
		if err := running.Shutdown(t.Context()); err != nil {
			t.Error(err)
		}
		if took := time.Since(began); took > time.Second {
			t.Errorf("an unused connection delayed the shutdown by %s", took)
		}
		_ = client.Close() // the server has closed its end
	})
}

// The admin port answers under loopback names, the host of its address, and Options.AdminHosts.
func TestStart_adminHosts(t *testing.T) {
	r := newHarness(t, func(o *Options) { o.AdminHosts = []string{"sim.internal"} })
	running := r.start()
	for host, want := range map[string]string{
		running.AdminAddr: "200 OK", "localhost": "200 OK", "sim.internal:3001": "200 OK", "rebound.example": "403 Forbidden",
	} {
		got := raw(t, running.AdminAddr, "GET /state HTTP/1.1\r\nHost: "+host+"\r\nConnection: close\r\n\r\n")
		if !strings.HasPrefix(got, "HTTP/1.1 "+want) {
			t.Errorf("Host %s: %.60q, want %s", host, got, want)
		}
	}
}

// osc-cli sends two slashes, which must reach the simulator unchanged.
func TestStart_repeatedSlashes(t *testing.T) {
	r := newHarness(t)
	running := r.start()
	got := raw(t, running.APIAddr, "POST //api/latest//ReadRegions HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
	if !strings.HasPrefix(got, "HTTP/1.1 200 OK") {
		t.Errorf("%.200q", got)
	}
	if log := r.Requests(); len(log) != 1 || log[0].Action != "ReadRegions" {
		t.Errorf("%+v", log)
	}
}
