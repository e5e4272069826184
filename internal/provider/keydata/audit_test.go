package keydata_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/simulator"
	"github.com/outscale-access/terraform-provider-outscale/simulator/faults"
)

const auditData = "outscale_access_key_audit"

func mentions(text string) func(*tfprotov6.Diagnostic) bool {
	return func(d *tfprotov6.Diagnostic) bool { return strings.Contains(d.Summary+"\n"+d.Detail, text) }
}

// expectKeys fails the test unless the audit has exactly these facts of these keys, in this order.
func expectKeys(t *testing.T, audit *acctest.Data, want ...acctest.Args) {
	t.Helper()
	keys := audit.List("access_keys")
	if len(keys) != len(want) {
		t.Fatalf("%d keys, want %d", len(keys), len(want))
	}
	for i, facts := range want {
		for name, value := range facts {
			if text := acctest.Mismatch(keys[i][name], value); text != "" {
				t.Errorf("key %d: %s: %s", i, name, text)
			}
		}
	}
}

// TestKeyAudit_facts: root's key, two users with three keys, one user without; every fact of each.
func TestKeyAudit_facts(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	for _, name := range []string{"bob", "alice", "carol"} {
		h.CreateUser(name)
	}
	soon := h.Simulator.Now().Add(40*day + time.Hour)
	old := h.CreateKey(api.CreateAccessKeyInput{UserName: "bob", ExpirationDate: &soon, Tag: "ci"})
	if _, err := h.As(api.Credential{AccessKeyID: old.ID, SecretKey: old.SecretKey}).ReadUsers(t.Context(), nil); !api.IsForbidden(err) {
		t.Fatal(err) // refused, and a use all the same
	}
	h.Advance(10 * day)
	off := h.CreateKey(api.CreateAccessKeyInput{UserName: "bob", Tag: "terraform-unfinished-x"})
	h.UpdateKey(h.Key(off.ID), func(in *api.UpdateAccessKeyInput) { in.State = "INACTIVE" })
	own := h.CreateKey(api.CreateAccessKeyInput{UserName: "alice"})
	h.Advance(36 * time.Hour)

	date := acctest.Matches(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$`)
	audit := h.DataSource(auditData, acctest.Args{})
	audit.Expect(acctest.Args{
		"complete": true, "ceiling_seconds": 0, "usage_complete": true, "audit_date": date, "usage_start_date": date, "usage_end_date": date,
		"usage_days": 32, "usage_pages": 100,
	})
	expectKeys(t, audit,
		acctest.Args{"access_key_id": h.RootAccessKey, "root": true, "user_name": nil, "user_id": nil, "state": "ACTIVE", "age_days": 11,
			"expiration_date": nil, "days_left": nil, "last_use_date": date, "unused_days": 0, "over_ceiling": false},
		acctest.Args{"access_key_id": own.ID, "root": false, "user_name": "alice", "user_id": acctest.Matches(`^[A-Z0-9]{31}$`), "tag": nil, "age_days": 1,
			"last_use_date": nil, "unused_days": 1, "calls": 0, "unfinished": false},
		acctest.Args{"access_key_id": old.ID, "user_name": "bob", "tag": "ci", "age_days": 11, "expiration_date": date, "days_left": 28, "expired": false,
			"last_use_date": date, "unused_days": 11, "calls": 1, "creation_date": date, "last_modification_date": date},
		acctest.Args{"access_key_id": off.ID, "state": "INACTIVE", "unfinished": true, "tag": "terraform-unfinished-x"},
	)

	h.Advance(40 * day) // what has expired, and what the log has forgotten
	audit = h.DataSource(auditData, acctest.Args{"usage_days": 10})
	audit.Expect(acctest.Args{"usage_days": 10})
	expectKeys(t, audit, nil, nil, acctest.Args{"expired": true, "days_left": 0, "state": "ACTIVE", "last_use_date": nil, "calls": 0, "unused_days": 10}, nil)

	audit = h.DataSource(auditData, acctest.Args{"usage_days": 0})
	audit.Expect(acctest.Args{"usage_start_date": nil, "usage_complete": nil})
	expectKeys(t, audit, acctest.Args{"last_use_date": nil, "unused_days": nil, "calls": nil}, nil, nil, nil)
}

// TestKeyAudit_calls: one for each owner, one for each page of users, one for the policy, and five for a quiet log.
func TestKeyAudit_calls(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	for i := range 7 {
		h.CreateUser(fmt.Sprintf("user%d", i))
	}
	for range 9 {
		h.CreateKey(api.CreateAccessKeyInput{UserName: "user3"})
	}
	h.DataSource(auditData, acctest.Args{}).ExpectNoErrors()
	h.ExpectCalls(map[string]int{"ReadAccessKeys": 8, "ReadUsers": 1, "ReadApiAccessPolicy": 1, "ReadApiLogs": 5})
	h.ResetCalls()
	h.DataSource(auditData, acctest.Args{"usage_days": 0}).ExpectNoErrors()
	h.ExpectCalls(map[string]int{"ReadAccessKeys": 8, "ReadUsers": 1, "ReadApiAccessPolicy": 1})
	for path, config := range map[string][]acctest.Args{"usage_days": {{"usage_days": 33}, {"usage_days": -1}}, "usage_pages": {{"usage_pages": 0}}} {
		for _, bad := range config {
			h.DataSource(auditData, bad).ExpectErrorAt(path)
		}
	}
}

// TestKeyAudit_missingRights: the audit warns of what it cannot read, and the rest is right.
func TestKeyAudit_missingRights(t *testing.T) {
	t.Parallel()
	own := acctest.Args{"user_name": nil, "root": true, "over_ceiling": false, "calls": nil, "unused_days": nil}
	alices := acctest.Args{"user_name": "alice", "root": false, "over_ceiling": false, "calls": nil, "unused_days": nil}
	for action, c := range map[string]struct {
		config   acctest.Args
		summary  string // of the warning, "" for none
		complete bool
		keys     []acctest.Args
	}{
		"ReadApiLogs":         {acctest.Args{}, "Use of access keys not known", true, []acctest.Args{own, alices}},
		"ReadUsers":           {acctest.Args{"usage_days": 0}, "Access keys of users not audited", false, []acctest.Args{{"user_name": nil, "root": nil, "over_ceiling": false}}},
		"ReadApiAccessPolicy": {acctest.Args{"usage_days": 0}, "", true, []acctest.Args{{"root": true, "over_ceiling": nil}, {"user_name": "alice", "over_ceiling": nil}}},
	} {
		t.Run(action, func(t *testing.T) {
			t.Parallel()
			h := acctest.NewProtocol(t)
			h.CreateUser("alice")
			h.CreateKey(api.CreateAccessKeyInput{UserName: "alice"})
			h.SetFaults(simulator.Fault{Action: action, Kind: faults.Status, Status: http.StatusForbidden, Code: "4"})
			audit := h.DataSource(auditData, c.config)
			if c.summary != "" {
				audit.ExpectWarning(c.summary, "Grant it the action `api:"+action+"`")
			}
			audit.Expect(acctest.Args{"complete": c.complete})
			expectKeys(t, audit, c.keys...)
		})
	}
}

// TestKeyAudit_busyLog: with fewer pages than the log has, the use is known for a shorter time, and the audit says so.
func TestKeyAudit_busyLog(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	audit := h.DataSource(auditData, acctest.Args{"usage_pages": 3})
	audit.ExpectWarning("Use of access keys known for a shorter time", "`usage_pages` = 3", "the time since 20")
	audit.Expect(acctest.Args{"complete": true})
}

// TestKeyAudit_logBreaksOff: if the API fails after the first page of the log, the use is known for a shorter time.
func TestKeyAudit_logBreaksOff(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	// One call is executed. The others have an answer that the client does not repeat.
	h.SetFaults(simulator.Fault{Action: "ReadApiLogs", Kind: faults.Throttle, Rate: 0.0001, Status: http.StatusNotImplemented, Code: "0"})
	audit := h.DataSource(auditData, acctest.Args{})
	audit.ExpectWarning("Use of access keys known for a shorter time", "The log was read back to 20", "ReadApiLogs: HTTP 501")
	audit.Expect(acctest.Args{"complete": true, "usage_complete": false})
}

// TestKeyAudit_byUser: a user has its own keys once, under its name, with a warning about the keys that it cannot list.
func TestKeyAudit_byUser(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		may      []string
		warnings []string
		keys     []acctest.Args
	}{
		"with all rights": {[]string{"*"}, []string{"Access keys of the root account not audited"}, []acctest.Args{{"user_name": "auditor"}, {"user_name": "zoe"}}},
		"with one": {[]string{"api:ReadAccessKeys"}, []string{"Access keys of users not audited", "Use of access keys not known"},
			[]acctest.Args{{"user_name": nil}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := acctest.NewProtocol(t, func(o *simulator.Options) { o.Grants = []simulator.Grant{{User: "auditor", Actions: c.may}} })
			h.CreateUser("zoe")
			h.CreateKey(api.CreateAccessKeyInput{UserName: "zoe"})
			h.CreateUser("auditor")
			signer := h.CreateKey(api.CreateAccessKeyInput{UserName: "auditor"})
			h.Env("OSC_ACCESS_KEY", signer.ID)
			h.Env("OSC_SECRET_KEY", signer.SecretKey)
			audit := h.DataSource(auditData, acctest.Args{})
			for _, summary := range c.warnings {
				audit.ExpectWarning(summary)
			}
			expectKeys(t, audit, c.keys...)
		})
	}
}
