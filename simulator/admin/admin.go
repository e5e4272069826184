// Package admin serves the port from which a simulator is watched and controlled. It has no
// authentication: listen on a loopback address. Requests that a web page of another site could
// send are refused by their Host and Origin headers.
package admin

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/simulator/faults"
)

// Request is one call the simulator received. Secrets are removed.
type Request struct {
	Time   time.Time `json:"time"`
	Action string    `json:"action"`
	// Caller is "root", "user:NAME", or "" for a call that was not authenticated.
	Caller string `json:"caller"`
	// AccessKey is the access key id, or the login, that the call named.
	AccessKey string `json:"access_key,omitempty"`
	// Status and Code are the HTTP status and the error code of the executed call; Status is
	// 0 when it was not executed. A fault may have hidden both from the client.
	Status int    `json:"status"`
	Code   string `json:"code,omitempty"`
	// Sent is the HTTP status that was sent to the client, 0 for none.
	Sent int `json:"sent"`
	// Reason says why the call was refused, where the answer does not say it.
	Reason string `json:"reason,omitempty"`
	// Fault is the kind of the injected fault of the call.
	Fault     string          `json:"fault,omitempty"`
	RequestID string          `json:"request_id"`
	Body      json.RawMessage `json:"body"`
}

// Snapshot is every object of the account.
type Snapshot struct {
	Time       time.Time   `json:"time"`
	Account    Account     `json:"account"`
	Policy     Policy      `json:"api_access_policy"`
	Users      []User      `json:"users"`
	AccessKeys []AccessKey `json:"access_keys"`
}

// Account is the simulated account.
type Account struct {
	AccountID string `json:"AccountId"`
	Email     string `json:"Email"`
}

// Policy is the API access policy.
type Policy struct {
	MaxAccessKeyExpirationSeconds int64 `json:"MaxAccessKeyExpirationSeconds"`
	RequireTrustedEnv             bool  `json:"RequireTrustedEnv"`
}

// User is an EIM user.
type User struct {
	UserID    string `json:"UserId"`
	UserName  string `json:"UserName"`
	Path      string `json:"Path"`
	UserEmail string `json:"UserEmail"`
}

// AccessKey is an access key with its owner, and with a hash in place of its secret.
type AccessKey struct {
	AccessKeyID string `json:"AccessKeyId"`
	// UserName and UserID are "" for a key of the root account.
	UserName             string     `json:"UserName"`
	UserID               string     `json:"UserId"`
	State                string     `json:"State"`
	Tag                  *string    `json:"Tag,omitempty"`
	CreationDate         time.Time  `json:"CreationDate"`
	LastModificationDate time.Time  `json:"LastModificationDate"`
	ExpirationDate       *time.Time `json:"ExpirationDate,omitempty"`
	// Expired says whether the expiry has passed at the simulated time.
	Expired bool `json:"Expired"`
	// SecretSHA256 is the hash of the secret in lower-case hexadecimal.
	SecretSHA256 string `json:"SecretSHA256"`
}

// Target is the simulator that the port controls.
type Target interface {
	// Requests returns the recorded calls, oldest first.
	Requests() []Request
	// Stats counts the calls by action.
	Stats() map[string]int
	// State returns every object.
	State() Snapshot
	// Faults and SetFaults read and replace the faults.
	Faults() []faults.Fault
	SetFaults([]faults.Fault) error
	// Now returns the simulated time; MoveClock moves it forward.
	Now() time.Time
	MoveClock(by time.Duration, strict bool) error
	// Reset returns to the initial state.
	Reset() error
}

// maxBody is the largest request body, in bytes.
const maxBody = 1 << 20

// Handler serves the port. hosts are the host names that it accepts in addition to loopback names and the address at which a
// request arrives. No GET request changes anything.
func Handler(t Target, hosts ...string) http.Handler {
	mux := http.NewServeMux()
	get := func(pattern string, value func() any) {
		mux.HandleFunc("GET "+pattern, func(w http.ResponseWriter, _ *http.Request) { reply(w, http.StatusOK, value()) })
	}
	get("/requests", func() any { return t.Requests() })
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

// read decodes one JSON value and nothing else.
func read(w http.ResponseWriter, r *http.Request, into any) error {
	decoder := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return fmt.Errorf("body: %w", err)
	}
	switch _, err := decoder.Token(); {
	case err == nil:
		return errors.New("body: there is more than one JSON value")
	case !errors.Is(err, io.EOF):
		return fmt.Errorf("body: %w", err)
	}
	return nil
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
