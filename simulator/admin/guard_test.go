package admin

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// counting counts the calls that change something.
type counting struct {
	broken
	resets int
}

func (c *counting) Reset() error {
	c.resets++
	return nil
}

func request(method, host, path string, local string, header http.Header) *http.Request {
	r := httptest.NewRequest(method, "http://"+host+path, strings.NewReader(""))
	r.Host = host
	for name, values := range header {
		r.Header[name] = values
	}
	addr := &net.TCPAddr{IP: net.ParseIP(local), Port: 3001}
	return r.WithContext(context.WithValue(r.Context(), http.LocalAddrContextKey, addr))
}

func TestHandler_hosts(t *testing.T) {
	for host, want := range map[string]int{
		"localhost:3001":         http.StatusOK,
		"LOCALHOST":              http.StatusOK,
		"127.0.0.1:3001":         http.StatusOK,
		"127.8.9.1":              http.StatusOK,
		"[::1]:3001":             http.StatusOK,
		"[::1]":                  http.StatusOK,
		"192.0.2.7:3001":         http.StatusOK, // the address of the connection
		"sim.internal:3001":      http.StatusOK,
		"SIM.internal":           http.StatusOK,
		"192.0.2.8:3001":         http.StatusForbidden,
		"rebound.example:3001":   http.StatusForbidden,
		"localhost.example:3001": http.StatusForbidden,
		"127.0.0.1.example":      http.StatusForbidden,
		"":                       http.StatusForbidden,
	} {
		target := &counting{}
		recorder := httptest.NewRecorder()
		r := request(http.MethodPost, "x", "/reset", "192.0.2.7", nil)
		r.Host = host
		Handler(target, "", "sim.internal").ServeHTTP(recorder, r)
		if recorder.Code != want || (target.resets == 1) != (want == http.StatusOK) {
			t.Errorf("Host %q: %d, %d resets; want %d", host, recorder.Code, target.resets, want)
		}
	}
}

func TestHandler_origins(t *testing.T) {
	for _, test := range []struct {
		origins []string
		want    int
	}{
		{nil, http.StatusOK},
		{[]string{"http://localhost:3001"}, http.StatusOK},
		{[]string{"http://LOCALHOST:3001"}, http.StatusOK},
		{[]string{"https://page.example"}, http.StatusForbidden},
		{[]string{"http://localhost:8080"}, http.StatusForbidden},
		{[]string{"http://127.0.0.1:3001"}, http.StatusForbidden},
		{[]string{"file://localhost:3001"}, http.StatusForbidden},
		{[]string{"null"}, http.StatusForbidden},
		{[]string{""}, http.StatusForbidden},
		{[]string{"http://localhost:3001", "https://page.example"}, http.StatusForbidden},
	} {
		for _, method := range []string{http.MethodPost, http.MethodGet} {
			path := map[string]string{http.MethodPost: "/reset", http.MethodGet: "/state"}[method]
			target := &counting{}
			recorder := httptest.NewRecorder()
			Handler(target).ServeHTTP(recorder, request(method, "localhost:3001", path, "127.0.0.1", http.Header{"Origin": test.origins}))
			if test.origins == nil {
				recorder = httptest.NewRecorder()
				Handler(target).ServeHTTP(recorder, request(method, "localhost:3001", path, "127.0.0.1", nil))
			}
			if recorder.Code != test.want || target.resets > 0 && test.want != http.StatusOK {
				t.Errorf("%s, Origin %q: %d, %d resets; want %d", method, test.origins, recorder.Code, target.resets, test.want)
			}
		}
	}
}

func TestHandler_notForOtherPages(t *testing.T) {
	recorder := httptest.NewRecorder()
	Handler(broken{}).ServeHTTP(recorder, request(http.MethodGet, "localhost:3001", "/state", "127.0.0.1", nil))
	for name, want := range map[string]string{
		"X-Content-Type-Options": "nosniff", "Cross-Origin-Resource-Policy": "same-origin", "Cache-Control": "no-store",
		"Access-Control-Allow-Origin": "",
	} {
		if got := recorder.Header().Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

// strict fails the test when anything is changed.
type strict struct {
	broken
	t *testing.T
}

func (s strict) Reset() error {
	s.t.Error("a GET resets")
	return nil
}

func TestHandler_getChangesNothing(t *testing.T) {
	handler := Handler(strict{t: t})
	for _, path := range []string{"/requests", "/requests/stats", "/state", "/faults", "/clock", "/healthz", "/reset", "/", "/nothing"} {
		for _, method := range []string{http.MethodGet, http.MethodHead} {
			recorder := httptest.NewRecorder()
			handler.ServeHTTP(recorder, request(method, "localhost:3001", path, "127.0.0.1", nil))
			if recorder.Code >= http.StatusInternalServerError {
				t.Errorf("%s %s: %d", method, path, recorder.Code)
			}
		}
	}
}
