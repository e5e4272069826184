package keyscmd

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/internal/key"
	"github.com/outscale-access/terraform-provider-outscale/simulator"
)

// sampleAccount is an account for the documentation. It is the same in every run, and its clock stands still.
type sampleAccount struct {
	*rig
	keys map[string]api.AccessKey // by what they are for
}

// sampleStart is the time at which the account is created.
var sampleStart = time.Date(2026, 7, 1, 8, 0, 0, 0, time.UTC)

func newSampleAccount(t testing.TB) *sampleAccount {
	t.Helper()
	m := &sampleAccount{keys: map[string]api.AccessKey{}}
	m.rig = newRig(t, func(o *simulator.Options) {
		o.Now = func() time.Time { return sampleStart }
		o.Seed = 20260701
	})
	m.version = "0.1.0"
	m.start = m.printKey
	m.keys["root"] = api.AccessKey{ID: m.RootAccessKey, SecretKey: m.RootSecretKey}
	m.populate()
	return m
}

// printKey replaces the program printenv that exec runs.
func (m *sampleAccount) printKey(_ context.Context, argv, env []string) (int, error) {
	for _, v := range env {
		if value, found := strings.CutPrefix(v, argv[len(argv)-1]+"="); found {
			_, err := fmt.Fprintln(m.both, value)
			return 0, err
		}
	}
	return 1, nil
}

// at moves the clock to a day after the start.
func (m *sampleAccount) at(day float64) {
	m.t.Helper()
	to := sampleStart.Add(time.Duration(day * 24 * float64(time.Hour)))
	if by := to.Sub(m.Simulator.Now()); by > 0 {
		m.must(m.Simulator.Advance(by))
	}
}

func (m *sampleAccount) must(err error) {
	m.t.Helper()
	if err != nil {
		m.t.Fatal(err)
	}
}

// issue creates a key of a user, and the user if it does not exist. With a lifetime of 0 the key never expires.
func (m *sampleAccount) issue(name, user, tag string, lifetime time.Duration) {
	m.t.Helper()
	ctx := m.t.Context()
	if users, err := m.client.ReadUsers(ctx, nil); err != nil {
		m.t.Fatal(err)
	} else if !hasUser(users, user) {
		_, err := m.client.CreateUser(ctx, api.CreateUserInput{UserName: user})
		m.must(err)
	}
	in := api.CreateAccessKeyInput{UserName: user, Tag: tag}
	if lifetime > 0 {
		expires := m.Simulator.Now().Add(lifetime)
		in.ExpirationDate = &expires
	}
	k, err := m.client.CreateAccessKey(ctx, in)
	m.must(err)
	m.keys[name] = k
}

func hasUser(users []api.User, name string) bool {
	for _, u := range users {
		if u.Name == name {
			return true
		}
	}
	return false
}

// calls makes calls with a key, from an address and with a user agent.
func (m *sampleAccount) calls(name, address, userAgent string, n int, actions ...string) {
	m.t.Helper()
	c := m.from(address, m.keys[name], userAgent)
	for range n {
		for _, action := range actions {
			if err := probes[action](m.t.Context(), c); api.IsUnauthorized(err) {
				m.t.Fatal(err)
			}
		}
	}
}

func (m *sampleAccount) populate() {
	const terraform, curl = "Terraform/1.14.2 terraform-provider-outscale/0.1.0", "curl/8.14.1"
	m.issue("alice", "alice", "laptop", 0)
	m.put("alice", "everything", allow(`"*"`))
	m.issue("backup", "backup", "nightly", 200*day)
	m.put("backup", "reads", allow(`"api:Read*"`))
	m.at(60)
	m.issue("legacy", "legacy", "", 40*day)
	m.issue("deploy", "deploy", "pipeline", 90*day)
	m.put("deploy", "whole-service", allow(`"oks:*", "api:ReadUsers"`))
	_, err := m.client.CreateUserGroup(m.t.Context(), "ops", "")
	m.must(err)
	m.must(m.client.PutUserGroupPolicy(m.t.Context(), api.GroupRef{Name: "ops"}, api.InlinePolicy{Name: "people", Document: allow(`"api:LinkPolicy", "api:ReadPolicies"`)}))
	m.at(100)
	m.issue("ci-1", "ci", "rotating", 30*day)
	m.put("ci", "ci", allow(`"api:Read*", "api:CreateUser", "api:DeleteUser"`))
	m.issue("bob", "bob", "ticket 4711", 60*day)
	m.must(m.client.AddUserToUserGroup(m.t.Context(), api.GroupRef{Name: "ops"}, api.UserRef{Name: "bob"}))
	m.issue("unfinished", "bob", key.MarkerPrefix+"k3j5h2", 30*day)
	for week := range 3 {
		m.at(101 + 7*float64(week))
		m.calls("ci-1", "192.0.2.10", terraform, 3, "ReadUsers", "ReadAccessKeys", "ReadUserGroups")
		m.calls("deploy", fmt.Sprintf("198.51.%d.7", 100+week), curl, 2, "ReadUsers")
	}
	m.at(118)
	m.issue("ci-2", "ci", "rotating", 30*day)
	m.calls("ci-2", "192.0.2.11", terraform, 5, "ReadUsers", "ReadAccessKeys", "ReadUserGroups", "CreateUser", "DeleteUser", "ReadAccounts")
	m.calls("ci-2", "192.0.2.11", terraform, 1, "UnlinkPolicy")
	m.calls("alice", "203.0.113.5", "osc-cli/1.11.0", 4, "ReadUsers", "ReadPolicies")
	m.calls("deploy", "203.0.113.90", curl, 1, "ReadUsers")
	m.calls("root", "203.0.113.5", curl, 1, "ReadAccounts")
	m.at(120)
}
