package simulator

import (
	"cmp"
	"net/http"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/simulator/store"
)

// LoggedCall is a past call that AddCalls adds to the log of ReadApiLogs.
type LoggedCall struct {
	Time        time.Time
	AccessKeyID string // the key that signed the call
	Action      string // for example ReadUsers
	Address     string // the IP address of the client, for example 192.0.2.7
	UserAgent   string
	Status      int // the HTTP status of the answer; 0 means 200
}

// AddCalls adds past calls to the log of ReadApiLogs and to the calls that Requests and Stats return. ReadApiLogs does not list calls
// that are older than 32 days. Limits.Requests and Limits.RequestBytes apply.
func (s *Simulator) AddCalls(calls []LoggedCall) error {
	owners := map[string]string{}
	s.store.Read(func(v *store.View) {
		for _, key := range v.Keys() {
			owners[key.ID] = "root"
			if user, found := v.User(key.OwnerID); found {
				owners[key.ID] = "user:" + user.Name
			}
		}
	})
	for _, call := range calls {
		status := cmp.Or(call.Status, http.StatusOK)
		err := s.store.Append(store.Record{
			Time: millis(call.Time), Action: call.Action, Caller: cmp.Or(owners[call.AccessKeyID], "unknown"), KeyID: call.AccessKeyID,
			Status: status, Sent: status, RequestID: s.idSource().request(), Body: "{}", RemoteIP: call.Address, UserAgent: call.UserAgent,
		}, false)
		if err != nil {
			return err
		}
	}
	return nil
}
