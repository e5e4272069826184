package simulator

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"iter"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// requestForm is a path and a host that a client may have signed for a request.
type requestForm struct{ path, host string }

// sentForm is the form in which a request arrived.
func sentForm(r *http.Request) requestForm {
	return requestForm{path: r.URL.EscapedPath(), host: r.Host}
}

// requestForms returns the forms of a request of which a signature is accepted. The first one is the form in which it arrived.
// The others have repeated slashes in the path collapsed, because SigV4 normalises paths (osc-cli signs /api/latest/X and sends
// //api/latest/X), and the host without its port, unless strictHost is set (see Options.StrictHost).
func requestForms(r *http.Request, strictHost bool) iter.Seq[requestForm] {
	return func(yield func(requestForm) bool) {
		sent := sentForm(r)
		if !yield(sent) {
			return
		}
		paths, hosts := []string{sent.path}, []string{sent.host}
		if collapsed := collapseSlashes(sent.path); collapsed != sent.path {
			paths = append(paths, collapsed)
		}
		if host, _, err := net.SplitHostPort(sent.host); err == nil && !strictHost {
			hosts = append(hosts, host)
		}
		for _, host := range hosts {
			for _, path := range paths {
				if form := (requestForm{path: path, host: host}); form != sent && !yield(form) {
					return
				}
			}
		}
	}
}

// collapseSlashes replaces each run of slashes by one slash.
func collapseSlashes(path string) string {
	for strings.Contains(path, "//") {
		path = strings.ReplaceAll(path, "//", "/")
	}
	return path
}

// headerValue returns the canonical value of a header: its values joined by commas, each without spaces around it and with runs
// of spaces collapsed.
func headerValue(r *http.Request, name string) string {
	values := r.Header.Values(name)
	if len(values) == 1 {
		return collapseSpaces(values[0])
	}
	canonical := make([]string, len(values))
	for i, value := range values {
		canonical[i] = collapseSpaces(value)
	}
	return strings.Join(canonical, ",")
}

func collapseSpaces(value string) string {
	value = strings.TrimSpace(value)
	for strings.Contains(value, "  ") {
		value = strings.ReplaceAll(value, "  ", " ")
	}
	return value
}

// canonicalQuery returns a query string with its parameters sorted by name, then value, and encoded as in SigV4.
func canonicalQuery(raw string) string {
	if raw == "" {
		return ""
	}
	type parameter struct{ name, value string }
	var parameters []parameter
	for part := range strings.SplitSeq(raw, "&") {
		if part == "" {
			continue
		}
		name, value, _ := strings.Cut(part, "=")
		parameters = append(parameters, parameter{reencode(name), reencode(value)})
	}
	slices.SortFunc(parameters, func(a, b parameter) int {
		return cmp.Or(strings.Compare(a.name, b.name), strings.Compare(a.value, b.value))
	})
	lines := make([]string, len(parameters))
	for i, p := range parameters {
		lines[i] = p.name + "=" + p.value
	}
	return strings.Join(lines, "&")
}

// reencode decodes the name or the value of a query, and percent-encodes every byte but the unreserved ones of RFC 3986. If the
// text cannot be decoded, it encodes the text as it is.
func reencode(text string) string {
	if decoded, err := url.QueryUnescape(text); err == nil {
		text = decoded
	}
	const hexDigits = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(text) {
		c := text[i]
		if unreserved(c) {
			b.WriteByte(c)
			continue
		}
		b.Write([]byte{'%', hexDigits[c>>4], hexDigits[c&15]})
	}
	return b.String()
}

func unreserved(c byte) bool {
	return 'A' <= c && c <= 'Z' || 'a' <= c && c <= 'z' || '0' <= c && c <= '9' || strings.IndexByte("-._~", c) >= 0
}

func hashOf(body []byte) string {
	hash := sha256.Sum256(body)
	return hex.EncodeToString(hash[:])
}
