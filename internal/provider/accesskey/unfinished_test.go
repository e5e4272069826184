package accesskey_test

import (
	"testing"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/internal/api"
)

// unfinished begins the summary of the warning about a key that a run left under a marker.
const unfinished = "Unfinished access key found"

// leaveUnfinished creates, for a user or for the caller, what a killed run leaves: a key under a marker, an hour old. It
// returns the key's id and the parts of the warning about it.
func leaveUnfinished(h *acctest.Protocol, userName string) (id string, parts []any) {
	expires := h.Simulator.Now().Add(365 * day)
	id = h.CreateKey(api.CreateAccessKeyInput{UserName: userName, Tag: "terraform-unfinished-by-hand", ExpirationDate: &expires}).ID
	h.Advance(time.Hour)
	command := "oapi-cli DeleteAccessKey --AccessKeyId " + id
	if userName != "" {
		command += " --UserName " + userName
	}
	return id, []any{"terraform-unfinished-by-hand", command}
}

// expectUnfinished checks that a step warns of the key once, and the number of reads of keys for that.
func expectUnfinished(t *testing.T, h *acctest.Protocol, what string, got acctest.Diagnostics, id string, parts []any, reads int) {
	t.Helper()
	got.ExpectWarning(unfinished+": "+id, parts...)
	if n := got.Count(unfinished); n != 1 {
		t.Errorf("%s warns %d times", what, n)
	}
	if n := h.Calls("ReadAccessKeys"); n > reads {
		t.Errorf("%s read keys %d times, want %d at most", what, n, reads)
	}
	h.ResetCalls()
}

// TestAccessKey_unfinishedKeyNamed: a plan names the key, and so do later plans and the apply of a saved plan, which may be
// the only output that a user sees, even if it is the only key of its owner.
func TestAccessKey_unfinishedKeyNamed(t *testing.T) {
	t.Parallel()
	for name, owner := range map[string]string{"of a user by name": "alice", "of a user by id": "alice", "of the caller": ""} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := acctest.NewProtocol(t)
			config := acctest.Args{}
			alice := h.CreateUser("alice")
			switch name {
			case "of a user by name":
				config = named("alice")
			case "of a user by id":
				config = identified(alice.ID)
			}
			id, parts := leaveUnfinished(h, owner)
			key := h.NewResource(accessKey)
			plan := key.Plan(config).Expect(acctest.Create, nil)
			expectUnfinished(t, h, "a plan", plan.Diagnostics, id, parts, 1)
			applied := plan.Apply()
			applied.ExpectNoErrors()
			expectUnfinished(t, h, "an apply", applied.Apply, id, parts, 1)
			expectUnfinished(t, h, "a later plan", key.ExpectEmptyPlan(config).Diagnostics, id, parts, 1)
			if n := len(h.Keys()); n != 2 {
				t.Errorf("%d keys: an unfinished key is named, not deleted", n)
			}
		})
	}
}

// TestAccessKey_unfinishedKeyOfNewOwner: the CLIs do not show the warnings of the plan of a replacement.
func TestAccessKey_unfinishedKeyOfNewOwner(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	h.CreateUser("alice")
	key := h.Resource(accessKey, acctest.Args{})
	id, parts := leaveUnfinished(h, "alice")
	h.ResetCalls()
	expectUnfinished(t, h, "a plan", key.PlanExpectReplace(named("alice"), "user_name").Diagnostics, id, parts, 2)
}

// TestAccessKey_unfinishedKeysNamedOneByOne: each has its own summary, because the CLIs show one warning per summary.
func TestAccessKey_unfinishedKeysNamedOneByOne(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	var ids []string
	for range 3 {
		id, _ := leaveUnfinished(h, "")
		ids = append(ids, id)
	}
	plan := h.NewResource(accessKey).Plan(acctest.Args{})
	for _, id := range ids {
		plan.ExpectWarning(unfinished+": "+id, "oapi-cli DeleteAccessKey --AccessKeyId "+id)
	}
}
