package credential

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/api"
)

// Whatever the keeper waits for is said in the log, at INFO and before: the action, the reason and how long.
func TestEveryWaitIsTold(t *testing.T) {
	fails := func(action string, err error) func(call) error {
		return func(c call) error {
			if c.action == action && c.n == 1 {
				return err
			}
			return nil
		}
	}
	for name, c := range map[string]struct {
		f    *fake
		do   func(*Keeper) error
		want []string
	}{
		"a lost key": {&fake{before: fails("CreateAccessKey", cut())}, makeKey, []string{
			"CreateAccessKey 1000 settling", "CreateAccessKey 3000 settling"}},
		"a key turned away by a 503": {&fake{before: fails("CreateAccessKey", refusal(503, "6"))}, makeKey, []string{
			"CreateAccessKey 1000 settling", "CreateAccessKey 3000 settling", "CreateAccessKey 2000 throttled"}},
		"a lost user": {&fake{before: fails("CreateUser", cut())}, makeUser, []string{
			"CreateUser 1000 settling", "CreateUser 3000 settling"}},
		"a user turned away by a 503": {&fake{before: fails("CreateUser", refusal(503, "6"))}, makeUser, []string{
			"CreateUser 1000 settling", "CreateUser 3000 settling", "CreateUser 2000 throttled"}},
	} {
		var said []string
		waited := 0
		k := New(c.f, Options{
			Log: func(_ context.Context, level api.Level, msg string, fields map[string]any) {
				if level == api.LevelInfo && msg == "waiting" {
					said = append(said, fmt.Sprint(fields["action"], " ", fields["wait_ms"], " ", fields["reason"]))
				}
			},
			Wait: func(ctx context.Context, d time.Duration) error {
				if waited++; len(said) != waited || !strings.Contains(said[waited-1], fmt.Sprint(d.Milliseconds())) {
					t.Errorf("%s: %s is waited for, and %q was said before", name, d, said)
				}
				return ctx.Err()
			},
		})
		if err := c.do(k); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if len(said) != len(c.want) {
			t.Fatalf("%s: said %q, want %q", name, said, c.want)
		}
		for i, want := range c.want {
			if !strings.HasPrefix(said[i], want) {
				t.Errorf("%s: said %q, want %q", name, said[i], want)
			}
		}
	}
}

func makeKey(k *Keeper) error {
	_, _, err := k.Create(context.Background(), Wish{})
	return err
}

func makeUser(k *Keeper) error {
	_, err := k.CreateUser(context.Background(), UserWish{Name: "alice"})
	return err
}
