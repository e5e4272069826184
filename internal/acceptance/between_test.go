package acceptance_test

import (
	"context"
	"errors"
	"testing"

	. "github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/internal/api"
)

// TestASecondActorBetweenPlanAndApply: what was planned is no longer what is there when it is applied.
func TestASecondActorBetweenPlanAndApply(t *testing.T) {
	t.Parallel()
	before := owner("alice") + Key("this", byID, date("2030-01-01"))
	after := owner("alice") + Key("this", byID, date("2030-01-01"), `tag = "x"`)
	for name, c := range map[string]struct {
		act  func(ctx context.Context, w *World, client *api.Client) error
		code int
		said string
		next string // of the plan after
	}{
		"the key is switched off": {func(_ context.Context, w *World, _ *api.Client) error {
			changed(w, api.UpdateAccessKeyInput{State: "INACTIVE"})()
			return nil
		}, 0, "1 changed", "No changes."},
		"the expiry is taken away": {func(_ context.Context, w *World, _ *api.Client) error {
			changed(w, api.UpdateAccessKeyInput{ClearExpirationDate: true})()
			return nil
		}, 0, "1 changed", "No changes."},
		"the owner is renamed": {func(ctx context.Context, _ *World, client *api.Client) error {
			_, err := client.UpdateUser(ctx, api.UpdateUserInput{UserName: "alice", NewUserName: "robert"})
			return err
		}, 0, "1 changed", "1 to change"}, // the user's own name
		"the key is deleted": {func(ctx context.Context, w *World, client *api.Client) error {
			key := w.OnlyKey()
			_, off := client.UpdateAccessKey(ctx, api.UpdateAccessKeyInput{ID: key.AccessKeyID, UserName: "alice", State: "INACTIVE"})
			return errors.Join(off, client.DeleteAccessKey(ctx, "alice", key.AccessKeyID))
		}, 1, "Access key not updated", "1 to add"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := New(t)
			s := w.Workspace(before)
			s.Apply()
			s.Write(after)
			s.Must("plan", "-out=saved", "-input=false", "-no-color")
			w.Must(c.act(context.Background(), w, w.API()))
			r := s.Run("apply", "-input=false", "-no-color", "saved")
			if r.Code != c.code {
				t.Fatalf("apply ended with %d:\n%s", r.Code, r.Output)
			}
			r.Contains(t, c.said)
			if c.code == 0 {
				key := w.OnlyKey()
				if Tag(key) != "x" || key.ExpirationDate == nil || (name == "the key is switched off") != (key.State == "INACTIVE") {
					t.Errorf("tag %q, expires %v, state %s", Tag(key), key.ExpirationDate, key.State)
				}
			}
			s.Plan().Contains(t, c.next)
			s.Apply()
			s.EmptyPlan()
		})
	}
}
