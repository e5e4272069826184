package admin

import (
	"errors"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

var (
	errForeignHost = errors.New("the Host header is neither a loopback name nor the address of the admin port: " +
		"allow the name with --admin-host")
	errForeignOrigin = errors.New("the request comes from a web page of another origin")
)

// guard refuses requests that a web page of another site could send to the port, which needs no credentials. Browsers send the
// origin of the page with every request that can change something. If the name of the site resolves to this machine (DNS
// rebinding), they send that name as Host. guard accepts hosts, loopback names and the address of the connection.
func guard(hosts []string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header.Set("X-Content-Type-Options", "nosniff")
		header.Set("Cross-Origin-Resource-Policy", "same-origin")
		header.Set("Cache-Control", "no-store")
		switch {
		case !allowedHost(r, hosts):
			fail(w, http.StatusForbidden, errForeignHost)
		case !sameOrigin(r):
			fail(w, http.StatusForbidden, errForeignOrigin)
		default:
			next.ServeHTTP(w, r)
		}
	})
}

func allowedHost(r *http.Request, hosts []string) bool {
	host := hostname(r.Host)
	if strings.EqualFold(host, "localhost") {
		return true
	}
	if ip := net.ParseIP(host); ip != nil && (ip.IsLoopback() || ip.Equal(localIP(r))) {
		return true
	}
	return slices.ContainsFunc(hosts, func(name string) bool { return name != "" && strings.EqualFold(name, host) })
}

// hostname returns a Host header without its port and without the brackets of an IPv6 address.
func hostname(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		return name
	}
	return strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
}

// localIP returns the address at which the request arrived, or nil if it is unknown.
func localIP(r *http.Request) net.IP {
	if addr, ok := r.Context().Value(http.LocalAddrContextKey).(*net.TCPAddr); ok {
		return addr.IP
	}
	return nil
}

// sameOrigin reports whether the request comes from a page of this port, or not from a web page.
func sameOrigin(r *http.Request) bool {
	origins, sent := r.Header["Origin"]
	if !sent {
		return true
	}
	if len(origins) != 1 {
		return false
	}
	origin, err := url.Parse(origins[0])
	return err == nil && (origin.Scheme == "http" || origin.Scheme == "https") && strings.EqualFold(origin.Host, r.Host)
}
