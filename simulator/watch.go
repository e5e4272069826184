package simulator

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"

	"github.com/outscale-access/terraform-provider-outscale/simulator/admin"
	"github.com/outscale-access/terraform-provider-outscale/simulator/faults"
	"github.com/outscale-access/terraform-provider-outscale/simulator/store"
)

// The types of the admin port, for Go tests.
type (
	// Request is one call the simulator received, with secrets removed.
	Request = admin.Request
	// Snapshot is every object of the account, with hashes in place of secrets.
	Snapshot = admin.Snapshot
	// Fault is one rule of fault injection.
	Fault = faults.Fault
)

var _ admin.Target = (*Simulator)(nil)

// AdminHandler serves the admin port. It accepts loopback names, the address at which a request arrives, and
// Options.AdminHosts as the host of a request.
func (s *Simulator) AdminHandler() http.Handler { return s.adminHandler() }

func (s *Simulator) adminHandler(listenHost ...string) http.Handler {
	return admin.Handler(s, append(listenHost, s.opts.AdminHosts...)...)
}

// Requests returns the recorded calls, oldest first.
func (s *Simulator) Requests() []Request {
	out := []Request{}
	s.store.Scan(func(rec *store.Record) {
		out = append(out, Request{
			Time: rec.Time, Action: rec.Action, Caller: rec.Caller, AccessKey: rec.KeyID, Status: rec.Status, Sent: rec.Sent,
			Code: rec.Code, Reason: rec.Reason, Fault: rec.Fault, RequestID: rec.RequestID, Body: json.RawMessage(rec.Body),
		})
	})
	return out
}

// Stats returns the number of calls by action; calls of unknown actions are under "".
func (s *Simulator) Stats() map[string]int { return s.store.Counts() }

// Faults returns the faults in force, with defaults filled in.
func (s *Simulator) Faults() []Fault { return s.faults.List() }

// SetFaults replaces the faults; nil removes all. After an error the old ones stay.
func (s *Simulator) SetFaults(list []Fault) error { return s.faults.Set(list) }

// State returns every object of the account.
func (s *Simulator) State() Snapshot {
	now := s.Now()
	out := Snapshot{Time: now, Users: []admin.User{}, AccessKeys: []admin.AccessKey{}}
	s.store.Read(func(v *store.View) {
		account, policy := v.Account(), v.Policy()
		out.Account = admin.Account{AccountID: account.ID, Email: account.Email}
		out.Policy = admin.Policy{MaxAccessKeyExpirationSeconds: policy.MaxSeconds, RequireTrustedEnv: policy.TrustedEnv}
		for _, u := range v.Users() {
			out.Users = append(out.Users, admin.User{UserID: u.ID, UserName: u.Name, Path: u.Path, UserEmail: u.Email})
		}
		for _, k := range v.Keys() {
			owner, _ := v.User(k.OwnerID)
			hash := sha256.Sum256([]byte(k.Secret))
			shown := admin.AccessKey{
				AccessKeyID: k.ID, UserName: owner.Name, UserID: k.OwnerID, State: k.State, Tag: k.Tag,
				CreationDate: k.Created, LastModificationDate: k.Modified, Expired: k.Expired(now),
				SecretSHA256: hex.EncodeToString(hash[:]),
			}
			if !k.Expires.IsZero() {
				shown.ExpirationDate = &k.Expires
			}
			out.AccessKeys = append(out.AccessKeys, shown)
		}
	})
	return out
}
