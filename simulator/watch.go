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

// What the admin port shows is also what Go tests get.
type (
	// Request is one call the simulator received, secrets removed.
	Request = admin.Request
	// Snapshot is every object of the account, secrets as hashes.
	Snapshot = admin.Snapshot
	// Fault is one rule about which calls go wrong, and how.
	Fault = faults.Fault
)

var _ admin.Target = (*Simulator)(nil)

// AdminHandler serves the admin port for calls by loopback names, by the address at which they arrive, and by
// Options.AdminHosts.
func (s *Simulator) AdminHandler() http.Handler { return s.adminHandler() }

func (s *Simulator) adminHandler(listenHost ...string) http.Handler {
	return admin.Handler(s, append(listenHost, s.opts.AdminHosts...)...)
}

// Requests returns the kept calls, oldest first.
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

// Stats counts the calls by action; those of no known action are under "".
func (s *Simulator) Stats() map[string]int { return s.store.Counts() }

// Faults returns the faults as they were set, defaults filled in.
func (s *Simulator) Faults() []Fault { return s.faults.List() }

// SetFaults replaces the faults; nil removes all. After an error the old ones hold.
func (s *Simulator) SetFaults(list []Fault) error { return s.faults.Set(list) }

// State returns every object.
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
