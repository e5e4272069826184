package describetest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path"
)

// TB receives the errors of a validation. A testing.TB is a TB.
type TB interface {
	Helper()
	Errorf(format string, args ...any)
}

// Handler wraps the simulator's API. It validates every answer, and the request of every call that succeeds, because the simulator must
// not accept more than the description allows. It also closes a connection that a fault closes. It reports errors to t in the
// goroutine of the call.
func (v *Validator) Handler(t TB, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		t.Helper()
		var sent bytes.Buffer
		r.Body = readCloser{io.TeeReader(r.Body, &sent), r.Body}
		recorder := httptest.NewRecorder()
		next.ServeHTTP(recorder, r)
		answer := recorder.Body.Bytes()
		if err := v.call(path.Base(r.URL.Path), sent.Bytes(), recorder.Code, recorder.Header(), answer); err != nil {
			t.Errorf("%v", err)
		}
		for name, values := range recorder.Header() {
			w.Header()[name] = values
		}
		w.WriteHeader(recorder.Code)
		_, _ = w.Write(answer) // an error means that the client closed the connection
	})
}

// Transport wraps a client's transport and validates its calls in the same way.
func (v *Validator) Transport(t TB, next http.RoundTripper) http.RoundTripper {
	return roundTripper(func(r *http.Request) (*http.Response, error) {
		t.Helper()
		var sent []byte
		if r.Body != nil {
			var err error
			if sent, err = io.ReadAll(r.Body); err != nil {
				return nil, err
			}
			if err := r.Body.Close(); err != nil {
				return nil, err
			}
			r = r.Clone(r.Context())
			r.Body = io.NopCloser(bytes.NewReader(sent))
		}
		response, err := next.RoundTrip(r)
		if err != nil {
			return nil, err
		}
		answer, err := io.ReadAll(response.Body)
		if err != nil {
			return nil, err
		}
		if err := response.Body.Close(); err != nil {
			return nil, err
		}
		response.Body = io.NopCloser(bytes.NewReader(answer))
		if err := v.call(path.Base(r.URL.Path), sent, response.StatusCode, response.Header, answer); err != nil {
			t.Errorf("%v", err)
		}
		return response, nil
	})
}

// call validates one complete call.
func (v *Validator) call(action string, sent []byte, status int, header http.Header, answer []byte) error {
	var request struct{ DryRun bool }
	_ = json.Unmarshal(sent, &request) // a body that is not JSON is not a dry run
	if err := v.Answer(action, request.DryRun, status, header, answer); err != nil {
		return err
	}
	if status != http.StatusOK {
		return nil
	}
	if err := v.Request(action, sent); err != nil {
		return fmt.Errorf("the simulator accepted a request that the description does not allow: %w", err)
	}
	return nil
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

type readCloser struct {
	io.Reader
	io.Closer
}

// Lacking returns the keys of want that Seen does not have. With it a test checks that it covers every answer.
func (v *Validator) Lacking(want []string) []string {
	seen := v.Seen()
	var lacking []string
	for _, key := range want {
		if seen[key] == 0 {
			lacking = append(lacking, key)
		}
	}
	return lacking
}
