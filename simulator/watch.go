package simulator

import (
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/outscale-access/terraform-provider-outscale/simulator/admin"
	"github.com/outscale-access/terraform-provider-outscale/simulator/faults"
	"github.com/outscale-access/terraform-provider-outscale/simulator/internal/describe"
	"github.com/outscale-access/terraform-provider-outscale/simulator/store"
)

// The types of the admin port, for Go tests.
type (
	// Request is one call that the simulator received, without secrets.
	Request = admin.Request
	// Snapshot has every object of the account, with hashes instead of secrets.
	Snapshot = admin.Snapshot
	// Fault is one rule of fault injection. Package faults has its kinds.
	Fault = faults.Fault
)

var _ admin.Target = (*Simulator)(nil)

// AdminHandler serves the admin port. The Host header of a request must be a loopback name, the address at which the request
// arrives, or one of Options.AdminHosts.
func (s *Simulator) AdminHandler() http.Handler { return s.adminHandler() }

func (s *Simulator) adminHandler(listenHost ...string) http.Handler {
	return admin.Handler(s, append(listenHost, s.opts.AdminHosts...)...)
}

// Requests returns the recorded calls, oldest first.
func (s *Simulator) Requests() []Request {
	return s.requests(func(*store.Record) bool { return true })
}

// Denials returns the recorded calls that were refused for missing rights or by the API access rules, oldest first. Their
// fields Rights and Reason say why.
func (s *Simulator) Denials() []Request {
	return s.requests(func(rec *store.Record) bool {
		return rec.Rights != nil && !rec.Rights.Allowed || rec.Code == codeAccessRules
	})
}

func (s *Simulator) requests(selects func(*store.Record) bool) []Request {
	out := []Request{}
	s.store.Scan(func(rec *store.Record) {
		if !selects(rec) {
			return
		}
		request := Request{
			Time: rec.Time, Action: rec.Action, Caller: rec.Caller, AccessKey: rec.KeyID, Status: rec.Status, Sent: rec.Sent,
			Code: rec.Code, Reason: rec.Reason, Fault: rec.Fault, RequestID: rec.RequestID, Body: json.RawMessage(rec.Body),
		}
		if r := rec.Rights; r != nil {
			request.Rights = &admin.Rights{
				Action: r.Action, Resource: r.Resource, Allowed: r.Allowed, Statement: r.Statement, Reason: r.Reason,
				Missing: json.RawMessage(r.Missing),
			}
		}
		out = append(out, request)
	})
	return out
}

// Stats returns the number of calls by action. Calls of unknown actions count under "".
func (s *Simulator) Stats() map[string]int { return s.store.Counts() }

// Faults returns the faults in force, with their defaults.
func (s *Simulator) Faults() []Fault { return s.faults.List() }

// SetFaults replaces the faults; nil removes all. If it returns an error, the old faults stay in force.
func (s *Simulator) SetFaults(list []Fault) error {
	for i, fault := range list {
		if _, ok := describe.Lookup(fault.Action); !ok && fault.Action != "" && fault.Action != "*" {
			return fmt.Errorf("fault %d: the API has no action %q", i+1, fault.Action)
		}
	}
	return s.faults.Set(list)
}
