package accesskey_test

import (
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/internal/key"
	"github.com/outscale-access/terraform-provider-outscale/internal/orphan"
)

// interrupted begins the summary of the warning about a key that a run was given and that no state has.
const interrupted = "Access key of an interrupted run found"

// leaveInJournal creates keys as a process does that ends before their state is saved, and returns their ids.
func leaveInJournal(t *testing.T, h *acctest.Protocol, userName string, n int) (ids []string) {
	t.Helper()
	journal := orphan.NewJournal(h.Journal, func(err error) { t.Error(err) })
	defer journal.Close()
	recorder := journal.Recorder(h.Endpoint)
	for i := range n {
		marker := key.NewMarker(strconv.Itoa(i))
		recorder.Intend(key.Intent{Marker: marker, UserName: userName, Time: h.Simulator.Now()})
		id := h.CreateKey(api.CreateAccessKeyInput{UserName: userName}).ID
		recorder.Created(marker, key.Key{ID: id})
		ids = append(ids, id)
	}
	return ids
}

// TestAccessKey_interruptedRunNamed: a plan that only reads a kept key names the key that a killed run left for its owner,
// once it is five minutes old, without a call for it.
func TestAccessKey_interruptedRunNamed(t *testing.T) {
	t.Parallel()
	for name, owner := range map[string]string{"of a user": "alice", "of the caller": ""} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := acctest.NewProtocol(t)
			h.Journal = filepath.Join(t.TempDir(), "journal")
			config := acctest.Args{}
			if owner != "" {
				h.CreateUser(owner)
				config = named(owner)
			}
			kept := h.Resource(accessKey, config)
			left := leaveInJournal(t, h, owner, 1)[0]
			if got := kept.ExpectEmptyPlan(config).Count(interrupted); got != 0 {
				t.Errorf("named %d times while its run may go on", got)
			}
			h.Advance(6 * time.Minute)
			h.ResetCalls()
			got := kept.ExpectEmptyPlan(config)
			got.ExpectWarning(interrupted+": "+left, " minutes old and ACTIVE", "If no state has this id", "oapi-cli DeleteAccessKey --AccessKeyId "+left)
			if n := got.Count(interrupted); n != 1 {
				t.Errorf("named %d times", n)
			}
			if n := h.Calls("ReadAccessKeys"); n != 1 {
				t.Errorf("%d reads of keys for a plan of one owner", n)
			}
			if n := len(h.Keys()); n != 2 {
				t.Errorf("%d keys: the key is named, not deleted", n)
			}
		})
	}
}

// TestAccessKey_keysOfStateNotNamed: the first plan after an apply of two keys, of which one depends on the other, names
// neither, although the CLI asks for the second only when it has the answer about the first.
func TestAccessKey_keysOfStateNotNamed(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	h.Journal = filepath.Join(t.TempDir(), "journal")
	h.CreateUser("alice")
	ids := leaveInJournal(t, h, "alice", 2)
	h.Advance(6 * time.Minute)
	var keys []*acctest.Resource
	for _, id := range ids {
		k := h.NewResource(accessKey)
		k.SetState(map[string]any{"access_key_id": id, "id": id, "user_name": "alice", "state": "ACTIVE"})
		keys = append(keys, k)
	}
	process := h.Start()
	for _, k := range keys {
		if got := process.Plan(k, named("alice")); got.HasError() || got.Count(interrupted) != 0 {
			t.Errorf("%v", got.Diagnostics)
		}
	}
}
