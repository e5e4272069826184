// Package admin serves the admin port of a simulator, and has the types of its answers. The port has no authentication: listen on a
// loopback address. It checks the headers Host and Origin to refuse requests that a web page of another site could send.
package admin

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"strconv"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/simulator/faults"
)

// Request is one call that the simulator received. It has no secrets.
type Request struct {
	Time   time.Time `json:"time"`
	Action string    `json:"action"`
	// Caller is "root", "user:NAME", or "" for a call that was not authenticated.
	Caller string `json:"caller"`
	// AccessKey is the access key id or the login in the credential of the call, which can be wrong.
	AccessKey string `json:"access_key,omitempty"`
	// Status and Code are the HTTP status and the error code of the call. Status is 0 if a fault prevented its execution. The client
	// did not receive them if a fault replaced the answer.
	Status int    `json:"status"`
	Code   string `json:"code,omitempty"`
	// Sent is the HTTP status that was sent to the client, or 0 if there was no answer.
	Sent int `json:"sent"`
	// Reason says why the call was refused, if the answer does not.
	Reason string `json:"reason,omitempty"`
	// Rights is the decision about the rights of an EIM user. It is nil for the root user, and if the call was refused before.
	Rights *Rights `json:"rights,omitempty"`
	// Fault is the kind of the injected fault of the call.
	Fault     string `json:"fault,omitempty"`
	RequestID string `json:"request_id"`
	// Body is the request body with secrets removed, or a string that describes a body that is too large or is not a JSON object.
	Body json.RawMessage `json:"body"`
}

// Rights explains a decision about rights.
type Rights struct {
	// Action and Resource are those of the call; Resource is "" for a call that is not about a single object.
	Action   string `json:"action"`
	Resource string `json:"resource,omitempty"`
	Allowed  bool   `json:"allowed"`
	// Statement describes the statement that decided, and is "" if none matched.
	Statement string `json:"statement,omitempty"`
	// Reason explains the decision.
	Reason string `json:"reason"`
	// Missing is the smallest statement that has to be added for the call to be allowed. It is nil if an allow matches.
	Missing json.RawMessage `json:"missing_statement,omitempty"`
}

// Target is the simulator that the port controls. The methods of simulator.Simulator have their documentation.
type Target interface {
	Requests() []Request
	Denials() []Request
	Stats() map[string]int
	State() Snapshot
	Faults() []faults.Fault
	SetFaults([]faults.Fault) error
	Now() time.Time
	MoveClock(by time.Duration, strict bool) error
	Reset() error
}

// maxBody is the largest request body, in bytes.
const maxBody = 1 << 20

// Handler serves the port. It accepts requests whose Host is a loopback name, the address at which the request arrives, or one of
// hosts. No GET request changes anything.
func Handler(t Target, hosts ...string) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", page())
	get := func(pattern string, value func() any) {
		mux.HandleFunc("GET "+pattern, func(w http.ResponseWriter, _ *http.Request) { reply(w, http.StatusOK, value()) })
	}
	mux.HandleFunc("GET /requests", calls(t.Requests))
	mux.HandleFunc("GET /denials", calls(t.Denials))
	get("/requests/stats", func() any { return t.Stats() })
	get("/state", func() any { return t.State() })
	get("/faults", func() any { return t.Faults() })
	get("/clock", func() any { return map[string]any{"now": t.Now()} })
	get("/healthz", func() any { return map[string]any{"status": "ok"} })
	mux.HandleFunc("POST /reset", func(w http.ResponseWriter, _ *http.Request) {
		if err := t.Reset(); err != nil {
			fail(w, http.StatusInternalServerError, err)
			return
		}
		reply(w, http.StatusOK, map[string]any{"status": "ok"})
	})
	mux.HandleFunc("POST /clock", func(w http.ResponseWriter, r *http.Request) { moveClock(t, w, r) })
	mux.HandleFunc("PUT /faults", func(w http.ResponseWriter, r *http.Request) {
		var list []faults.Fault
		err := read(w, r, &list)
		if err == nil && list == nil {
			err = errors.New("body: want a list of faults, such as [] for none")
		}
		if err == nil {
			err = t.SetFaults(list)
		}
		if err != nil {
			fail(w, http.StatusBadRequest, err)
			return
		}
		reply(w, http.StatusOK, t.Faults())
	})
	return guard(hosts, mux)
}

// calls serves recorded calls: all of them, or with the query last=N the newest ones.
func calls(list func() []Request) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		all := list()
		if text := r.URL.Query().Get("last"); text != "" {
			last, err := strconv.Atoi(text)
			if err != nil || last < 0 {
				fail(w, http.StatusBadRequest, fmt.Errorf("last must be a number of calls, not %q", text))
				return
			}
			all = all[len(all)-min(last, len(all)):]
		}
		reply(w, http.StatusOK, all)
	}
}

func moveClock(t Target, w http.ResponseWriter, r *http.Request) {
	var move struct {
		Advance faults.Duration `json:"advance"`
		Strict  bool            `json:"strict"`
	}
	err := read(w, r, &move)
	if err == nil {
		err = t.MoveClock(time.Duration(move.Advance), move.Strict)
	}
	if err != nil {
		fail(w, http.StatusBadRequest, err)
		return
	}
	reply(w, http.StatusOK, map[string]any{"now": t.Now()})
}

// read decodes a body that is one JSON value. An unknown member is an error. Errors do not name types of Go.
func read(w http.ResponseWriter, r *http.Request, into any) error {
	decoder := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody))
	decoder.DisallowUnknownFields()
	err := decoder.Decode(into)
	if wrong := (*json.UnmarshalTypeError)(nil); errors.As(err, &wrong) {
		return fmt.Errorf("body: %s: want a JSON %s, not %s", cmp.Or(wrong.Field, "the whole body"), jsonType(wrong.Type), wrong.Value)
	}
	if err != nil {
		return fmt.Errorf("body: %w", err)
	}
	switch _, err := decoder.Token(); {
	case err == nil:
		return errors.New("body: it has more than one JSON value")
	case !errors.Is(err, io.EOF):
		return fmt.Errorf("body: %w", err)
	}
	return nil
}

// jsonType returns the name of the JSON type for a Go type.
func jsonType(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Slice:
		return "array"
	case reflect.Struct:
		return "object"
	case reflect.Bool, reflect.String:
		return t.Kind().String()
	}
	return "number"
}

func reply(w http.ResponseWriter, status int, value any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	// An error means that the client closed the connection.
	_ = json.NewEncoder(w).Encode(value)
}

func fail(w http.ResponseWriter, status int, err error) {
	reply(w, status, map[string]any{"error": err.Error()})
}
