package conformance

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"sort"
	"strings"
	"time"
)

// family is one of the two signature families, which differ in names only.
type family struct{ algorithm, prefix, term, dateHeader string }

var (
	osc4 = family{"OSC4-HMAC-SHA256", "OSC4", "osc4_request", "X-Osc-Date"}
	aws4 = family{"AWS4-HMAC-SHA256", "AWS4", "aws4_request", "X-Amz-Date"}
)

// sign puts date and Authorization on the request. It is independent of the simulator's verifier and of the SDKs'
// signers, so that a mistake in one of them is noticed.
func (f family) sign(r *http.Request, body []byte, id, secret string, now time.Time) {
	const region, service = "eu-west-2", "api"
	stamp := now.UTC().Format("20060102T150405Z")
	day := stamp[:8]
	r.Header.Set(f.dateHeader, stamp)

	values := map[string]string{"host": r.Host, strings.ToLower(f.dateHeader): stamp}
	if contentType := r.Header.Get("Content-Type"); contentType != "" {
		values["content-type"] = contentType
	}
	names := make([]string, 0, len(values))
	for name := range values {
		names = append(names, name)
	}
	sort.Strings(names)
	var headers strings.Builder
	for _, name := range names {
		headers.WriteString(name + ":" + strings.TrimSpace(values[name]) + "\n")
	}
	signed := strings.Join(names, ";")
	hash := sha256.Sum256(body)
	canonical := strings.Join([]string{r.Method, r.URL.EscapedPath(), "", headers.String(), signed, hex.EncodeToString(hash[:])}, "\n")
	scope := strings.Join([]string{day, region, service, f.term}, "/")
	hash = sha256.Sum256([]byte(canonical))
	key := []byte(f.prefix + secret)
	for _, part := range []string{day, region, service, f.term} {
		key = mac(key, part)
	}
	signature := mac(key, strings.Join([]string{f.algorithm, stamp, scope, hex.EncodeToString(hash[:])}, "\n"))
	r.Header.Set("Authorization", f.algorithm+" Credential="+id+"/"+scope+", SignedHeaders="+signed+", Signature="+hex.EncodeToString(signature))
}

func mac(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text))
	return h.Sum(nil)
}
