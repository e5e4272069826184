package simulator

import (
	"cmp"
	"net/http"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/simulator/store"
)

// LoggedCall is a call that a test adds to the log of ReadApiLogs.
type LoggedCall struct {
	Time        time.Time
	AccessKeyID string // that of the root user, or of a user's key
	Action      string // for example ReadUsers
	Address     string // the client's address, for example 192.0.2.7
	UserAgent   string
	Status      int // the HTTP status of the answer, 200 when it is 0
}

// AddCalls adds calls to the log, so that a test can have an account with past calls. Calls older than 32 days are not
// shown, and Limits.Requests and RequestBytes bound what is kept. Stats counts them.
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
