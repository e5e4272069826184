package admin

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestPage_headers(t *testing.T) {
	recorder := httptest.NewRecorder()
	Handler(broken{}).ServeHTTP(recorder, request(http.MethodGet, "localhost:3001", "/", "127.0.0.1", nil))
	for name, want := range map[string]string{
		"Content-Type": "text/html", "Content-Security-Policy": "default-src 'none'; ", "X-Frame-Options": "DENY", "Referrer-Policy": "no-referrer",
	} {
		if got := recorder.Header().Get(name); !strings.HasPrefix(got, want) {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if body := recorder.Body.String(); recorder.Code != http.StatusOK || strings.Contains(body, "{{") || !strings.Contains(body, "<option>drop_after</option>") {
		t.Errorf("%d: a part of the page is not filled in", recorder.Code)
	}
}

func TestPage_foreignPages(t *testing.T) {
	for host, header := range map[string]http.Header{"rebound.example:3001": nil, "localhost:3001": {"Origin": {"https://page.example"}}} {
		recorder := httptest.NewRecorder()
		Handler(broken{}).ServeHTTP(recorder, request(http.MethodGet, host, "/", "127.0.0.1", header))
		if recorder.Code != http.StatusForbidden || strings.Contains(recorder.Body.String(), "<html") {
			t.Errorf("%s, %v: %d", host, header, recorder.Code)
		}
	}
}
