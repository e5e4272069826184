package conformance

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"time"
)

// mutator makes malformed requests. The same seed makes the same requests.
type mutator struct {
	*rand.Rand
	caller caller
	// user is a key that bodies name and may delete.
	user string
}

var actions = func() []string {
	names := []string{"ReadVms", "NoSuchAction", ""}
	for name := range validBodies {
		names = append(names, name)
	}
	return names
}()

// scraps are inputs that often break decoders.
var scraps = []string{
	"{", "}", "[", "]", `"`, ",", ":", "null", "true", "-", "0", "1e999999999", "-0.0", "9223372036854775808", "1e-400", "\\", `\u0000`, `\ud800`,
	"\x00", "\xff\xfe", "\xed\xa0\x80", "\u2028", "é", "🔑", `"DryRun":true,`, `"AccessKeyId":`, `"UserName":null,`, `"ExpirationDate":"9999-12-31T23:59:59.999999999+24:00",`,
	`"ExpirationDate":"2063-02-29",`, `"Filters":{"AccessKeyIds":[[]]},`, `"ResultsPerPage":1.5,`, `"FirstItem":-9223372036854775809,`, "%s%n%p", "';--", "../../",
	strings.Repeat("[", 20_000), strings.Repeat(`{"Filters":`, 5_000), strings.Repeat("A", 70_000), strings.Repeat("9", 5_000),
}

func pick[T any](n mutator, list []T) T { return list[n.IntN(len(list))] }

// mutate changes a text in a few places.
func (n mutator) mutate(text string) string {
	b := []byte(text)
	for range 1 + n.IntN(4) {
		at := 0
		if len(b) > 0 {
			at = n.IntN(len(b))
		}
		switch n.IntN(6) {
		case 0: // cut off
			b = b[:at]
		case 1: // another byte
			if len(b) > 0 {
				b[at] = byte(n.UintN(256))
			}
		case 2: // a byte less
			if len(b) > 0 {
				b = append(b[:at:at], b[at+1:]...)
			}
		case 3: // a part twice
			b = append(b[:at:at], b[at/2:]...)
		default: // an unusual input inserted
			b = append(append(b[:at:at], pick(n, scraps)...), b[at:]...)
		}
	}
	return string(b)
}

func (n mutator) body(action string) string {
	body, ok := validBodies[action]
	if !ok {
		body = `{"Filters":{"A":[1,2]}}`
	}
	return strings.ReplaceAll(body, "KEY", n.user)
}

// badBody returns a request with a valid signature and a malformed body.
func (n mutator) badBody() *http.Request {
	action := pick(n, actions)
	return n.caller.request(action, n.mutate(n.body(action)))
}

// header removes what a client library does not allow in a header.
func header(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return -1
		}
		return r
	}, text)
}

// badAuthorization returns a request with a valid body and a malformed credential.
func (n mutator) badAuthorization() *http.Request {
	action := pick(n, actions)
	r := n.caller.request(action, n.body(action))
	value := r.Header.Get("Authorization")
	switch n.IntN(8) {
	case 0:
		r.Header.Add("Authorization", n.mutate(value))
	case 1:
		r.Header.Set("Authorization", "Basic "+n.mutate("cm9vdDpwYXNzd29yZA=="))
	case 2:
		r.Header.Set("Authorization", strings.ReplaceAll(value, rootID, pick(n, []string{"", "/", n.mutate(rootID), fmt.Sprint("UNKNOWN", n.Uint64())})))
	case 3:
		r.Header.Set("Authorization", strings.ReplaceAll(value, "content-type;host", n.mutate("content-type;host;x-osc-date")))
	case 4:
		r.Header.Set("Authorization", value[:n.IntN(len(value))])
	default:
		r.Header.Set("Authorization", n.mutate(value))
	}
	values := r.Header.Values("Authorization")
	for i := range values {
		values[i] = header(values[i])
	}
	return limit(r)
}

// badDate returns a request with a valid signature and a wrong or malformed date.
func (n mutator) badDate() *http.Request {
	action := pick(n, actions)
	c := n.caller
	c.now = func() time.Time { return time.Unix(n.Int64N(1<<37)-1<<36, 0) }
	r := c.request(action, n.body(action))
	if n.IntN(2) == 0 {
		r = n.caller.request(action, n.body(action))
		for _, name := range []string{"X-Osc-Date", "X-Amz-Date"} {
			if r.Header.Get(name) != "" {
				r.Header.Set(name, header(n.mutate(r.Header.Get(name))))
			}
		}
	}
	return limit(r)
}

// badHeader returns a request with an unusual path, method, host or header.
func (n mutator) badHeader() *http.Request {
	action := pick(n, actions)
	r := n.caller.request(action, n.body(action))
	switch n.IntN(7) {
	case 0:
		r.Method = pick(n, []string{"GET", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "NONSENSE"})
	case 1:
		r.URL.Path = pick(n, []string{"/", "//", "/api/v1", "/api/v1//ReadUsers", "/api/v2/ReadUsers", "/api/latest/../v1/ReadUsers", "/api/v1/" + strings.Repeat("A", 30_000), "/\x00", "/%2e%2e/"})
	case 2:
		r.URL.RawQuery = strings.ReplaceAll(header(n.mutate("Action=ReadUsers&a=b")), " ", "+")
	case 3:
		r.Header.Set("Content-Type", header(n.mutate("application/json; charset=utf-8")))
	case 4:
		r.Header.Add(pick(n, []string{"X-Osc-Date", "Authorization", "Content-Type"}), "20260102T030405Z")
	case 5:
		r.Header.Set("X-Filler", strings.Repeat("x", n.IntN(60_000)))
	default:
		r.Host = pick(n, []string{"", "example.com", "a:b:c", "[::1", strings.Repeat("h", 10_000)})
	}
	return limit(r)
}

// limit keeps the header within the limit of the server. The answer to a larger header is not JSON; raw tests that case.
func limit(r *http.Request) *http.Request {
	for name, values := range r.Header {
		for i, value := range values {
			r.Header[name][i] = value[:min(len(value), 12_000)]
		}
	}
	return r
}

// raw returns bytes that no HTTP client sends.
func (n mutator) raw() []byte {
	var signed bytes.Buffer
	action := pick(n, actions)
	r := n.caller.request(action, n.body(action))
	r.Header.Set("Connection", "close")
	if err := r.Write(&signed); err != nil {
		n.caller.server.t.Fatal(err)
	}
	switch n.IntN(5) {
	case 0:
		return []byte(pick(n, []string{
			"", "\r\n", "\x00\x01\x02", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", "GET\r\n\r\n", "POST /api/v1/ReadUsers\r\n\r\n", "POST  HTTP/1.1\r\n\r\n",
			"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "POST /api/v1/ReadUsers HTTP/9.9\r\n\r\n", "POST /api/v1/ReadUsers HTTP/1.1\r\n\r\n",
			"POST /api/v1/ReadRegions HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
			"POST /api/v1/ReadRegions HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
			"POST /api/v1/ReadRegions HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\n",
			"POST /api/v1/ReadRegions HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n{}",
			"POST /api/v1/ReadRegions HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n",
			"POST /api/v1/ReadRegions HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n{}",
			"POST /api/v1/ReadRegions HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFF1\r\n{}",
			"POST /api/v1/ReadRegions HTTP/1.1\r\nHost: a\r\nExpect: nothing\r\n\r\n",
			"POST /api/v1/ReadRegions HTTP/1.1\r\nHost: a\r\nX: " + strings.Repeat("y", 200_000) + "\r\n\r\n",
			"POST /api/v1/ReadRegions HTTP/1.1\r\nHost: a\r\n" + strings.Repeat("A: b\r\n", 20_000) + "\r\n",
			"POST /api/v1/ReadRegions HTTP/1.1\r\nHost: a\r\nA\x00B: c\r\n\r\n",
			"POST /api/v1/ReadRegions HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
		}))
	case 1: // the end is missing
		return signed.Bytes()[:n.IntN(signed.Len())]
	default:
		return []byte(n.mutate(signed.String()))
	}
}
