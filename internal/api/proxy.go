package api

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/http/httpproxy"
)

// proxy returns the function that selects a proxy of the environment. A malformed variable is an error if it applies to the
// endpoint, because net/http would ignore it and connect without the proxy.
func (r *resolver) proxy(endpoint string) (func(*url.URL) (*url.URL, error), error) {
	u, err := url.Parse(endpoint)
	if err != nil {
		return nil, err
	}
	names := []string{"HTTPS_PROXY", "https_proxy"}
	if u.Scheme == "http" {
		names = []string{"HTTP_PROXY", "http_proxy"}
	}
	name, value := r.firstOf(names...)
	cfg := httpproxy.Config{NoProxy: r.firstValue("NO_PROXY", "no_proxy"), CGI: r.getenv("REQUEST_METHOD") != ""}
	cfg.HTTPProxy, cfg.HTTPSProxy = r.firstValue("HTTP_PROXY", "http_proxy"), r.firstValue("HTTPS_PROXY", "https_proxy")
	if value != "" && !isProxy(value) {
		bypassed := cfg
		bypassed.HTTPProxy, bypassed.HTTPSProxy = "http://proxy", "http://proxy"
		if through, err := bypassed.ProxyFunc()(u); err == nil && through != nil {
			return nil, &ConfigError{
				Summary: "Proxy not usable",
				Detail: fmt.Sprintf("%s is not the address of a proxy, such as http://USER:PASSWORD@HOST:PORT. A special character in a user name or a "+
					"password must be percent-encoded. To call the endpoint without the proxy, add it to NO_PROXY.", name),
			}
		}
	}
	return cfg.ProxyFunc(), nil
}

// isProxy reports whether net/http can use the value: a URL, or a host and port.
func isProxy(value string) bool {
	if !strings.Contains(value, "://") {
		value = "http://" + value
	}
	u, err := url.Parse(value)
	return err == nil && hostShape.MatchString(u.Hostname()) && slices.Contains([]string{"http", "https", "socks5", "socks5h"}, u.Scheme)
}

// firstOf returns the first of the variables that is set, and its value.
func (r *resolver) firstOf(names ...string) (name, value string) {
	for _, name := range names {
		if value := r.getenv(name); value != "" {
			return name, value
		}
	}
	return "", ""
}

func (r *resolver) firstValue(names ...string) string {
	_, value := r.firstOf(names...)
	return value
}
