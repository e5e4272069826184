package simulator

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
)

// Running is a simulator with its listeners.
type Running struct {
	// APIAddr, TLSAddr and AdminAddr are the addresses of the listeners, as host:port, "" for
	// one that does not exist.
	APIAddr, TLSAddr, AdminAddr string

	serverCA []byte
	servers  []*http.Server
	failed   chan error
}

// Addresses are the addresses to listen on, as host:port. Port 0 chooses a free port, and "" does not listen.
type Addresses struct {
	// API is for the API over plain HTTP.
	API string
	// TLS is for the API over TLS, where clients can show certificates. The listener has a certificate of a CA of its own, made
	// when it starts (Running.ServerCA), for loopback names, the host in the address, and Options.TLSHosts.
	TLS string
	// Admin is for the admin port.
	Admin string
}

// Start listens for the API and, unless admin is "", for the admin port. It is Listen without TLS.
func (s *Simulator) Start(listen, admin string) (*Running, error) {
	return s.Listen(Addresses{API: listen, Admin: admin})
}

// Listen listens on the addresses. The listeners accept connections when Listen returns.
func (s *Simulator) Listen(on Addresses) (_ *Running, err error) {
	running := &Running{failed: make(chan error, 3)}
	var listeners []net.Listener
	defer func() {
		if err == nil {
			return
		}
		for _, listener := range listeners {
			err = errors.Join(err, listener.Close())
		}
	}()
	open := func(what, address string, bound *string) (net.Listener, error) {
		if address == "" {
			return nil, nil
		}
		listener, err := net.Listen("tcp", address)
		if err != nil {
			return nil, fmt.Errorf("simulator: %s cannot listen: %w", what, err)
		}
		listeners = append(listeners, listener)
		*bound = listener.Addr().String()
		return listener, nil
	}
	api, err := open("the API", on.API, &running.APIAddr)
	if err != nil {
		return nil, err
	}
	secure, err := open("the API over TLS", on.TLS, &running.TLSAddr)
	if err != nil {
		return nil, err
	}
	port, err := open("the admin port", on.Admin, &running.AdminAddr)
	if err != nil {
		return nil, err
	}
	if secure != nil {
		identity, err := newServerIdentity(append([]string{"localhost", "127.0.0.1", "::1", hostOf(on.TLS)}, s.opts.TLSHosts...)...)
		if err != nil {
			return nil, fmt.Errorf("simulator: %w", err)
		}
		running.serverCA = identity.caPEM
		running.serve(tls.NewListener(secure, identity.config()), s.server(s.Handler()))
	}
	if port != nil {
		if addr, ok := port.Addr().(*net.TCPAddr); ok && !addr.IP.IsLoopback() {
			s.opts.Log.Warn("the admin port needs no credentials and is reachable from other machines", "address", running.AdminAddr)
		}
		running.serve(port, s.server(s.adminHandler(hostOf(on.Admin))))
	}
	if api != nil {
		running.serve(api, s.server(s.Handler()))
	}
	return running, nil
}

// hostOf returns the host of an address that net.Listen has accepted.
func hostOf(address string) string {
	host, _, _ := net.SplitHostPort(address)
	return host
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

// URL returns the base URL of the API over plain HTTP; the name of an action follows after a
// slash. It is "" when there is no such listener.
func (r *Running) URL() string { return baseURL("http", r.APIAddr, "/api/v1") }

// TLSURL returns the base URL of the API over TLS, "" when there is none.
func (r *Running) TLSURL() string { return baseURL("https", r.TLSAddr, "/api/v1") }

// ServerCA returns the CA that issued the certificate of the TLS listener, in PEM format; nil when there is none. It is another
// one after each start.
func (r *Running) ServerCA() []byte { return r.serverCA }

// AdminURL returns the base URL of the admin port, "" when there is none.
func (r *Running) AdminURL() string { return baseURL("http", r.AdminAddr, "") }

func baseURL(scheme, address, path string) string {
	if address == "" {
		return ""
	}
	return scheme + "://" + address + path
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
