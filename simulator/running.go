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
	// APIAddr, TLSAddr and AdminAddr are the addresses of the listeners, as host:port, or "" if there is no such listener.
	APIAddr, TLSAddr, AdminAddr string

	serverCA []byte
	servers  []*http.Server
	failed   chan error
}

// Addresses are the addresses to listen on, as host:port. Port 0 chooses a free port. "" means no listener.
type Addresses struct {
	// API is for the API over plain HTTP.
	API string
	// TLS is for the API over TLS, where clients can send certificates. Listen generates a CA (see Running.ServerCA) and a server
	// certificate for loopback names, the host of the address, and Options.TLSHosts.
	TLS string
	// Admin is for the admin port.
	Admin string
}

// Start is Listen without TLS: listen is the address of the API, and admin that of the admin port. "" means no listener.
func (s *Simulator) Start(listen, admin string) (*Running, error) {
	return s.Listen(Addresses{API: listen, Admin: admin})
}

// Listen listens on the addresses. The listeners accept connections when Listen returns. The caller must call Shutdown.
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

// unusedConns are the connections on which the client has sent nothing. net/http treats such a connection as a call in progress
// for five seconds, so that a client that opens connections in advance would delay a shutdown.
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

// Failed returns a channel that receives an error when a listener stops without Shutdown.
func (r *Running) Failed() <-chan error { return r.failed }

// URL returns the base URL of the API over plain HTTP, such as http://127.0.0.1:3000/api/v1, or "" if there is no such listener. The
// URL of an action is the base URL, a slash and the name of the action.
func (r *Running) URL() string { return baseURL("http", r.APIAddr, "/api/v1") }

// TLSURL returns the base URL of the API over TLS, or "" if there is no such listener.
func (r *Running) TLSURL() string { return baseURL("https", r.TLSAddr, "/api/v1") }

// ServerCA returns the CA that issued the certificate of the TLS listener, in PEM format, or nil if there is no such listener. Each
// call of Listen generates a new CA.
func (r *Running) ServerCA() []byte { return r.serverCA }

// AdminURL returns the base URL of the admin port, or "" if there is none.
func (r *Running) AdminURL() string { return baseURL("http", r.AdminAddr, "") }

func baseURL(scheme, address, path string) string {
	if address == "" {
		return ""
	}
	return scheme + "://" + address + path
}

// Shutdown stops the listeners and waits for the calls in progress. When ctx is done, it closes the remaining connections and
// returns an error. It answers calls that a fault stalls at once. It does not close the simulator.
func (r *Running) Shutdown(ctx context.Context) error {
	var errs []error
	for _, server := range r.servers {
		if err := server.Shutdown(ctx); err != nil {
			errs = append(errs, err, server.Close())
		}
	}
	return errors.Join(errs...)
}
