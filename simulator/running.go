package simulator

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
)

// Running is a simulator with its listeners.
type Running struct {
	// APIAddr and AdminAddr are the addresses of the listeners, as host:port. AdminAddr is
	// "" when there is no admin port.
	APIAddr, AdminAddr string

	servers []*http.Server
	failed  chan error
}

// Start listens for the API and, unless admin is "", for the admin port. Port 0 chooses a
// free port. Both accept connections when Start returns.
func (s *Simulator) Start(listen, admin string) (*Running, error) {
	running := &Running{failed: make(chan error, 2)}
	api, err := net.Listen("tcp", listen)
	if err != nil {
		return nil, fmt.Errorf("simulator: the API cannot listen: %w", err)
	}
	running.APIAddr = api.Addr().String()
	if admin != "" {
		port, err := net.Listen("tcp", admin)
		if err != nil {
			return nil, errors.Join(fmt.Errorf("simulator: the admin port cannot listen: %w", err), api.Close())
		}
		running.AdminAddr = port.Addr().String()
		if addr, ok := port.Addr().(*net.TCPAddr); ok && !addr.IP.IsLoopback() {
			s.opts.Log.Warn("the admin port needs no credentials and is reachable from other machines", "address", running.AdminAddr)
		}
		host, _, _ := net.SplitHostPort(admin) // net.Listen has accepted it
		running.serve(port, s.server(s.adminHandler(host)))
	}
	running.serve(api, s.server(s.Handler()))
	return running, nil
}

// server returns an HTTP server with the limits of the options.
func (s *Simulator) server(handler http.Handler) *http.Server {
	limits := s.opts.Limits
	unused := &unusedConns{conns: map[net.Conn]struct{}{}}
	shutdown, beginShutdown := context.WithCancel(context.Background())
	server := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: limits.ReadHeader,
		ReadTimeout:       limits.Read,
		WriteTimeout:      limits.Write,
		IdleTimeout:       limits.Write,
		MaxHeaderBytes:    limits.Header,
		ErrorLog:          slog.NewLogLogger(s.opts.Log.Handler(), slog.LevelDebug),
		ConnState:         unused.track,
		BaseContext: func(net.Listener) context.Context {
			return context.WithValue(context.Background(), shutdownKey{}, shutdown)
		},
	}
	server.RegisterOnShutdown(unused.close)
	server.RegisterOnShutdown(beginShutdown)
	return server
}

// unusedConns are the connections on which nothing was sent yet. For its first five seconds net/http treats such a connection
// like a call in progress, so clients that open connections in advance would delay every shutdown.
type unusedConns struct {
	lock   sync.Mutex
	conns  map[net.Conn]struct{}
	closed bool
}

func (c *unusedConns) track(conn net.Conn, state http.ConnState) {
	c.lock.Lock()
	defer c.lock.Unlock()
	if state != http.StateNew {
		delete(c.conns, conn)
		return
	}
	c.conns[conn] = struct{}{}
	if c.closed {
		_ = conn.Close() // accepted while the listener was closing
	}
}

func (c *unusedConns) close() {
	c.lock.Lock()
	defer c.lock.Unlock()
	c.closed = true
	for conn := range c.conns {
		_ = conn.Close() // nothing was sent on it
	}
}

func (r *Running) serve(listener net.Listener, server *http.Server) {
	r.servers = append(r.servers, server)
	go func() {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			r.failed <- fmt.Errorf("simulator: %s: %w", listener.Addr(), err)
		}
	}()
}

// Failed receives an error when a listener stops by itself.
func (r *Running) Failed() <-chan error { return r.failed }

// URL returns the base URL of the API; the name of an action follows after a slash.
func (r *Running) URL() string { return "http://" + r.APIAddr + "/api/v1" }

// AdminURL returns the base URL of the admin port, "" when there is none.
func (r *Running) AdminURL() string {
	if r.AdminAddr == "" {
		return ""
	}
	return "http://" + r.AdminAddr
}

// Shutdown stops listening and waits until ctx is done for the calls in progress; the rest
// are cut off. Calls that a fault stalls are answered at once. The simulator is not closed.
func (r *Running) Shutdown(ctx context.Context) error {
	var errs []error
	for _, server := range r.servers {
		if err := server.Shutdown(ctx); err != nil {
			errs = append(errs, err, server.Close())
		}
	}
	return errors.Join(errs...)
}
