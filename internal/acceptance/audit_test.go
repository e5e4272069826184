package acceptance_test

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	. "github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/simulator"
	"github.com/outscale-access/terraform-provider-outscale/simulator/faults"
)

const auditAddress = "data.outscale_access_key_audit.account"

func audit(arguments ...string) string {
	return "data \"outscale_access_key_audit\" \"account\" {\n" + Lines(arguments...) + "}\n"
}

// seen prints something of each key, in a text that no CLI takes for JSON and spreads over lines.
func seen(of string) string {
	return fmt.Sprintf("output \"seen\" {\n  value = \"keys ${replace(jsonencode([for key in data.outscale_access_key_audit.account.access_keys : %s]), \"\\\"\", \"'\")}\"\n}\n", of)
}

// facts expects attributes of one key of the audit.
func facts(at int, want map[string]knownvalue.Check) []statecheck.StateCheck {
	var checks []statecheck.StateCheck
	for name, check := range want {
		checks = append(checks, statecheck.ExpectKnownValue(auditAddress, tfjsonpath.New("access_keys").AtSliceIndex(at).AtMapKey(name), check))
	}
	return checks
}

func fact(name string, check knownvalue.Check) statecheck.StateCheck {
	return statecheck.ExpectKnownValue(auditAddress, tfjsonpath.New(name), check)
}

// costs fails the test unless exactly these calls were made since the mark.
func costs(t *testing.T, m *Mark, want calls) {
	t.Helper()
	tally(m).expect(t, "in this test", want)
}

// TestTheAuditOfAnAccount: root's key, two users with three keys, one user without; every fact, at one call an owner.
func TestTheAuditOfAnAccount(t *testing.T) {
	w := New(t)
	ctx, client := context.Background(), w.API()
	for _, name := range []string{"bob", "alice", "carol"} {
		_, err := client.CreateUser(ctx, api.CreateUserInput{UserName: name})
		w.Must(err)
	}
	soon := w.Simulator.Now().Add(40*day + time.Hour)
	old, err := client.CreateAccessKey(ctx, api.CreateAccessKeyInput{UserName: "bob", ExpirationDate: &soon, Tag: "ci"})
	w.Must(err)
	_, err = w.As(api.Credential{AccessKeyID: old.ID, SecretKey: old.SecretKey}).ReadUsers(ctx, nil) // refused, and a use all the same
	if !api.IsForbidden(err) {
		t.Fatal(err)
	}
	w.Leaves(old.ID)
	w.Must(w.Simulator.Advance(10 * day))
	off, err := client.CreateAccessKey(ctx, api.CreateAccessKeyInput{UserName: "bob", Tag: "terraform-unfinished-x"})
	w.Must(err)
	_, err = client.UpdateAccessKey(ctx, api.UpdateAccessKeyInput{ID: off.ID, UserName: "bob", State: "INACTIVE"})
	w.Must(err)
	w.Leaves(off.ID)
	own, err := client.CreateAccessKey(ctx, api.CreateAccessKeyInput{UserName: "alice"})
	w.Must(err)
	w.Leaves(own.ID)
	w.Must(w.Simulator.Advance(36 * time.Hour))

	no, date := knownvalue.Null(), knownvalue.StringRegexp(regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$`))
	checks := []statecheck.StateCheck{
		fact("complete", knownvalue.Bool(true)), fact("ceiling_seconds", knownvalue.Int64Exact(0)), fact("usage_complete", knownvalue.Bool(true)),
		fact("audit_date", date), fact("usage_start_date", date), fact("usage_end_date", date),
		fact("usage_days", knownvalue.Int64Exact(32)), fact("usage_pages", knownvalue.Int64Exact(100)),
		fact("access_keys", knownvalue.ListSizeExact(4)),
	}
	for at, key := range []map[string]knownvalue.Check{
		{"access_key_id": knownvalue.StringExact(w.RootAccessKey), "root": knownvalue.Bool(true), "user_name": no, "user_id": no,
			"state": knownvalue.StringExact("ACTIVE"), "age_days": knownvalue.Int64Exact(11), "expiration_date": no, "days_left": no,
			"last_use_date": date, "unused_days": knownvalue.Int64Exact(0), "over_ceiling": knownvalue.Bool(false)},
		{"access_key_id": knownvalue.StringExact(own.ID), "root": knownvalue.Bool(false), "user_name": knownvalue.StringExact("alice"),
			"user_id": knownvalue.StringRegexp(regexp.MustCompile(`^[A-Z0-9]{31}$`)), "tag": no, "age_days": knownvalue.Int64Exact(1),
			"last_use_date": no, "unused_days": knownvalue.Int64Exact(1), "calls": knownvalue.Int64Exact(0), "unfinished": knownvalue.Bool(false)},
		{"access_key_id": knownvalue.StringExact(old.ID), "user_name": knownvalue.StringExact("bob"), "tag": knownvalue.StringExact("ci"),
			"age_days": knownvalue.Int64Exact(11), "expiration_date": date, "days_left": knownvalue.Int64Exact(28), "expired": knownvalue.Bool(false),
			"last_use_date": date, "unused_days": knownvalue.Int64Exact(11), "calls": knownvalue.Int64Exact(1),
			"creation_date": date, "last_modification_date": date},
		{"access_key_id": knownvalue.StringExact(off.ID), "state": knownvalue.StringExact("INACTIVE"), "unfinished": knownvalue.Bool(true),
			"tag": knownvalue.StringExact("terraform-unfinished-x")},
	} {
		checks = append(checks, facts(at, key)...)
	}
	w.Test(
		resource.TestStep{Config: audit(), ConfigStateChecks: checks},
		resource.TestStep{ // 40 days on: what expired, and what the log has forgotten
			PreConfig: w.Advance(40 * day), Config: audit(`usage_days = 10`),
			ConfigStateChecks: append(facts(2, map[string]knownvalue.Check{"expired": knownvalue.Bool(true), "days_left": knownvalue.Int64Exact(0),
				"state": knownvalue.StringExact("ACTIVE"), "last_use_date": no, "calls": knownvalue.Int64Exact(0), "unused_days": knownvalue.Int64Exact(10)}),
				fact("usage_days", knownvalue.Int64Exact(10))),
		},
		resource.TestStep{Config: audit(`usage_days = 0`), ConfigStateChecks: append(facts(0, map[string]knownvalue.Check{
			"last_use_date": no, "unused_days": no, "calls": no}), fact("usage_start_date", no), fact("usage_complete", no))},
	)
}

// TestWhatAnAuditCosts: one call an owner, one a page of users, one for the policy, and five for a quiet log.
func TestWhatAnAuditCosts(t *testing.T) {
	t.Parallel()
	w := New(t)
	for i := range 7 {
		_, err := w.API().CreateUser(context.Background(), api.CreateUserInput{UserName: fmt.Sprintf("user%d", i)})
		w.Must(err)
	}
	byHand(w, "user3", 9)
	s, mark := w.Workspace(audit()), w.Mark()
	s.Plan()
	costs(t, mark, calls{"ReadAccessKeys": 8, "ReadUsers": 1, "ReadApiAccessPolicy": 1, "ReadApiLogs": 5})
	s.Write(audit(`usage_days = 0`))
	mark.Move()
	s.EmptyPlan()
	costs(t, mark, calls{"ReadAccessKeys": 8, "ReadUsers": 1, "ReadApiAccessPolicy": 1})
	for _, bad := range []string{`usage_days = 33`, `usage_days = -1`, `usage_pages = 0`} {
		s.Write(audit(bad))
		if r := s.Plan(); r.Code != 1 {
			t.Errorf("%s is taken: %s", bad, r.Output)
		}
	}
}

// TestAnAuditTellsWhatItCannotSee, and what it sees is right.
func TestAnAuditTellsWhatItCannotSee(t *testing.T) {
	t.Parallel()
	forbid := func(action string) simulator.Fault {
		return simulator.Fault{Action: action, Kind: faults.Status, Status: http.StatusForbidden, Code: "4"}
	}
	show := seen("[key.user_name, key.root, key.over_ceiling, key.calls, key.unused_days]") + "output \"complete\" {\n  value = data.outscale_access_key_audit.account.complete\n}\n"
	for name, c := range map[string]struct {
		fault  simulator.Fault
		config string
		want   []string
	}{
		"the log": {forbid("ReadApiLogs"), audit(), []string{"Warning: Use of access keys not known", "Grant it the action `api:ReadApiLogs`",
			"keys [[null,true,false,null,null],['alice',false,false,null,null]]", "complete = true"}},
		"the users": {forbid("ReadUsers"), audit(`usage_days = 0`), []string{"Warning: Access keys of users not audited", "Grant it the action `api:ReadUsers`",
			"keys [[null,null,false,null,null]]", "complete = false"}},
		"the policy": {forbid("ReadApiAccessPolicy"), audit(`usage_days = 0`), []string{
			"keys [[null,true,null,null,null],['alice',false,null,null,null]]", "complete = true"}},
		"all of a busy log": {simulator.Fault{}, audit(`usage_pages = 3`), []string{"Warning: Use of access keys known for a shorter time",
			"in the last 32 days than `usage_pages` = 3", "are about the time since 20", "complete = true"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := New(t)
			_, err := w.API().CreateUser(context.Background(), api.CreateUserInput{UserName: "alice"})
			w.Must(err)
			byHand(w, "alice", 1)
			if c.fault.Action != "" {
				w.Fault(c.fault)()
			}
			w.Workspace(c.config+show).Plan().Contains(t, c.want...)
		})
	}
}

// TestAUserAudits: it has its own keys once, under its name, and is told what is missing by its rights.
func TestAUserAudits(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		may  []string
		want []string
	}{
		"with all rights": {[]string{"*"}, []string{"Warning: Access keys of the root account not audited", "keys ['auditor','zoe']"}},
		"with one": {[]string{"api:ReadAccessKeys"}, []string{"Warning: Access keys of users not audited", "Warning: Use of access keys not known",
			"keys [null]"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := New(t, func(o *simulator.Options) { o.Grants = []simulator.Grant{{User: "auditor", Actions: c.may}} })
			for _, user := range []string{"zoe", "auditor"} {
				_, err := w.API().CreateUser(context.Background(), api.CreateUserInput{UserName: user})
				w.Must(err)
				pair, err := w.API().CreateAccessKey(context.Background(), api.CreateAccessKeyInput{UserName: user})
				w.Must(err)
				w.Env("OSC_ACCESS_KEY", pair.ID)
				w.Env("OSC_SECRET_KEY", pair.SecretKey)
			}
			w.Workspace(audit()+seen("key.user_name")).Plan().Contains(t, c.want...)
		})
	}
}

// TestTheChecksOfTheExample pass, and each fails when its time has come.
func TestTheChecksOfTheExample(t *testing.T) {
	t.Parallel()
	w := New(t)
	text, err := os.ReadFile(filepath.Join(Root(t), "examples", "data-sources", "outscale_access_key_audit", "data-source.tf"))
	w.Must(err)
	ctx, client, ends := context.Background(), w.API(), w.Simulator.Now().Add(400*day)
	_, err = client.UpdateAccessKey(ctx, api.UpdateAccessKeyInput{ID: w.RootAccessKey, State: "ACTIVE", ExpirationDate: &ends})
	w.Must(err)
	_, err = client.CreateUser(ctx, api.CreateUserInput{UserName: "alice"})
	w.Must(err)
	idle, err := client.CreateAccessKey(ctx, api.CreateAccessKeyInput{UserName: "alice", ExpirationDate: &ends})
	w.Must(err)
	s := w.Workspace(string(text))
	const old, endless, unused, behind = "Older than 90 days: ", "Without an expiry: ", "Unused for 30 days: ", "To be deleted: "
	mark := w.Mark()
	s.EmptyPlan().Lacks(t, old, endless, unused, behind)
	costs(t, mark, calls{"ReadAccessKeys": 2, "ReadUsers": 1, "ReadApiAccessPolicy": 1, "ReadApiLogs": 5})

	w.Advance(30*day - time.Hour)()
	s.EmptyPlan().Lacks(t, old, endless, unused, behind)
	w.Advance(2 * time.Hour)()
	r := s.EmptyPlan()
	r.Contains(t, "Warning: Check block assertion failed", unused+idle.ID+".")
	r.Lacks(t, old, endless, behind)

	w.Advance(60*day - time.Hour)()
	r = s.EmptyPlan()
	r.Contains(t, old+w.RootAccessKey+", "+idle.ID+".")
	r.Lacks(t, endless, behind)

	left, err := client.CreateAccessKey(ctx, api.CreateAccessKeyInput{UserName: "alice", Tag: "terraform-unfinished-1"})
	w.Must(err)
	s.EmptyPlan().Contains(t, endless+left.ID+".", behind+left.ID+".")
}
