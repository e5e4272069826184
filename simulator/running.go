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

// Running is a simulator that listens.
type Running struct {
	// APIAddr and AdminAddr are the addresses listened on, host and port. AdminAddr is
	// "" when there is no admin port.
	APIAddr, AdminAddr string

	servers []*http.Server
	failed  chan error
}

// Start listens for the API and, unless admin is "", for the admin port. Port 0 takes a
// free one. It returns when both accept connections.
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
			s.opts.Log.Warn("the admin port asks for no credentials and listens for other machines", "address", running.AdminAddr)
		}
		host, _, _ := net.SplitHostPort(admin) // it was listened on
		running.serve(port, s.server(s.adminHandler(host)))
	}
	running.serve(api, s.server(s.Handler()))
	return running, nil
}

// server returns an HTTP server with the limits of the options.
func (s *Simulator) server(handler http.Handler) *http.Server {
	limits := s.opts.Limits
	silent := &silentConns{conns: map[net.Conn]struct{}{}}
	begun, begin := context.WithCancel(context.Background())
	server := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: limits.ReadHeader,
		ReadTimeout:       limits.Read,
		WriteTimeout:      limits.Write,
		IdleTimeout:       limits.Write,
		MaxHeaderBytes:    limits.Header,
		ErrorLog:          slog.NewLogLogger(s.opts.Log.Handler(), slog.LevelDebug),
		ConnState:         silent.track,
		BaseContext:       func(net.Listener) context.Context { return context.WithValue(context.Background(), drain{}, begun) },
	}
	server.RegisterOnShutdown(silent.close)
	server.RegisterOnShutdown(begin)
	return server
}

// silentConns are the connections on which nothing was ever sent. net/http takes such a connection for a call under
// way for its first five seconds; clients that dial ahead of need would hold up every shutdown that long.
type silentConns struct {
	lock   sync.Mutex
	conns  map[net.Conn]struct{}
	closed bool
}

func (c *silentConns) track(conn net.Conn, state http.ConnState) {
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

func (c *silentConns) close() {
	c.lock.Lock()
	defer c.lock.Unlock()
	c.closed = true
	for conn := range c.conns {
		_ = conn.Close() // it is of no use to anyone any more
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

// Failed reports a listener that stopped by itself.
func (r *Running) Failed() <-chan error { return r.failed }

// URL is the base of the API: an action's name follows it after a slash.
func (r *Running) URL() string { return "http://" + r.APIAddr + "/api/v1" }

// AdminURL is the base of the admin port, "" when there is none.
func (r *Running) AdminURL() string {
	if r.AdminAddr == "" {
		return ""
	}
	return "http://" + r.AdminAddr
}

// Shutdown stops listening and waits for the calls under way, as long as ctx allows; then
// it cuts them off. Calls that a fault stalls are answered at once. It does not close the
// simulator.
func (r *Running) Shutdown(ctx context.Context) error {
	var errs []error
	for _, server := range r.servers {
		if err := server.Shutdown(ctx); err != nil {
			errs = append(errs, err, server.Close())
		}
	}
	return errors.Join(errs...)
}
