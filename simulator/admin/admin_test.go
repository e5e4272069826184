package admin

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/simulator/faults"
)

// broken is a target whose methods fail. The others are tested with a simulator.
type broken struct{}

var errBroken = errors.New("out of order")

func (broken) Requests() []Request                 { return []Request{} }
func (broken) Denials() []Request                  { return []Request{} }
func (broken) Stats() map[string]int               { return map[string]int{} }
func (broken) State() Snapshot                     { return Snapshot{} }
func (broken) Faults() []faults.Fault              { return []faults.Fault{} }
func (broken) SetFaults([]faults.Fault) error      { return errBroken }
func (broken) Now() time.Time                      { return time.Time{} }
func (broken) MoveClock(time.Duration, bool) error { return errBroken }
func (broken) Reset() error                        { return errBroken }

func TestHandler_errors(t *testing.T) {
	handler := Handler(broken{})
	for _, test := range []struct {
		method, path, body string
		status             int
		want               string
	}{
		{http.MethodPost, "/reset", "", http.StatusInternalServerError, "out of order"},
		{http.MethodPost, "/clock", `{"advance":"1h"}`, http.StatusBadRequest, "out of order"},
		{http.MethodPut, "/faults", `[]`, http.StatusBadRequest, "out of order"},
		{http.MethodPut, "/faults", `[`, http.StatusBadRequest, "body: "},
		{http.MethodPut, "/faults", `[]` + strings.Repeat(" ", 2*maxBody) + `[]`, http.StatusBadRequest, "too large"},
		{http.MethodPut, "/faults", `[] []`, http.StatusBadRequest, "more than one"},
		{http.MethodGet, "/reset", "", http.StatusMethodNotAllowed, ""},
		{http.MethodGet, "/requests", "", http.StatusOK, "[]"},
		{http.MethodGet, "/requests?last=x", "", http.StatusBadRequest, "number of calls"},
		{http.MethodGet, "/denials?last=-1", "", http.StatusBadRequest, "number of calls"},
		{http.MethodGet, "/denials?last=9", "", http.StatusOK, "[]"},
	} {
		recorder := httptest.NewRecorder()
		handler.ServeHTTP(recorder, httptest.NewRequest(test.method, "http://localhost:3001"+test.path, strings.NewReader(test.body)))
		if recorder.Code != test.status || !strings.Contains(recorder.Body.String(), test.want) {
			t.Errorf("%s %s: %d %s", test.method, test.path, recorder.Code, recorder.Body)
		}
	}
}
