package user

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest/apitest"
	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/internal/domain"
	"github.com/outscale-access/terraform-provider-outscale/simulator"
	"github.com/outscale-access/terraform-provider-outscale/simulator/faults"
)

var bg = context.Background()

// service is a service with a fake API. Its waits end at once.
func service(f *apitest.Fake) *Service {
	return New(f, &apitest.Account{API: f}, domain.Options{Wait: func(ctx context.Context, _ time.Duration) error { return ctx.Err() }})
}

// world is a service on a simulator of its own.
type world struct {
	*apitest.World
	*Service
	t *testing.T
}

func newWorld(t *testing.T, opts ...func(*simulator.Options)) *world {
	t.Helper()
	w := &world{World: apitest.NewWorld(t, opts...), t: t}
	w.restart()
	return w
}

// restart creates a new service, as another process does.
func (w *world) restart() {
	w.Service = New(w.Client, &apitest.Account{API: w.Client}, w.Options())
	w.Called()
}

func (w *world) user(name string) User {
	w.t.Helper()
	u, err := w.Create(bg, Spec{Name: name})
	if err != nil {
		w.t.Fatal(err)
	}
	w.Called()
	return u
}

func (w *world) rename(from, to string) {
	w.t.Helper()
	if _, err := w.Client.UpdateUser(bg, api.UpdateUserInput{UserName: from, NewUserName: to}); err != nil {
		w.t.Fatal(err)
	}
}

func TestUser_lifecycle(t *testing.T) {
	w := newWorld(t)
	bob, err := w.Create(bg, Spec{Name: "bob", Email: "bob@example.com"})
	if err != nil || bob.Path != "/" || bob.ID == "" || bob.Identity.AccountID != w.Sim.State().Account.AccountID {
		t.Fatalf("%+v %v", bob, err)
	}
	w.Cost("create", map[string]int{"ReadAccounts": 1, "CreateUser": 1})
	for _, find := range []func() (User, error){
		func() (User, error) { return w.Read(bg, bob.ID, bob.Identity) },
		func() (User, error) { return w.Find(bg, "bob") },
	} {
		if got, err := find(); err != nil || got != bob {
			t.Errorf("%+v %v, want %+v", got, err, bob)
		}
	}
	w.Cost("two reads", map[string]int{"ReadUsers": 1})
	robert, err := w.Update(bg, bob.ID, bob.Identity, Spec{Name: "robert", Path: "/team/", Email: "r@example.com"})
	if err != nil || robert.ID != bob.ID || robert.Name != "robert" || robert.Path != "/team/" || robert.Email != "r@example.com" {
		t.Fatalf("%+v %v", robert, err)
	}
	if _, err := w.Find(bg, "bob"); !domain.IsUserGone(err) {
		t.Errorf("the old name: %v", err)
	}
	key, err := w.Client.CreateAccessKey(bg, api.CreateAccessKeyInput{UserName: "robert"})
	if err != nil {
		t.Fatal(err)
	}
	err = w.Delete(bg, bob.ID, bob.Identity)
	if held := apitest.As[*domain.HeldError](t, err); !slices.Equal(held.KeyIDs, []string{key.ID}) || held.Name != "robert" || !api.IsConflict(err) || !strings.Contains(err.Error(), key.ID) {
		t.Errorf("error = %v", err)
	}
	if _, err := w.Client.UpdateAccessKey(bg, api.UpdateAccessKeyInput{ID: key.ID, UserName: "robert", State: "INACTIVE"}); err != nil {
		t.Fatal(err)
	}
	if err := w.Client.DeleteAccessKey(bg, "robert", key.ID); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := w.Delete(bg, bob.ID, bob.Identity); err != nil {
			t.Errorf("Delete = %v", err)
		}
	}
	if _, err := w.Read(bg, bob.ID, bob.Identity); !domain.IsUserGone(err) {
		t.Errorf("Read = %v", err)
	}
	if _, err := w.Update(bg, bob.ID, bob.Identity, Spec{Name: "x"}); !domain.IsUserGone(err) {
		t.Errorf("Update = %v", err)
	}
	if len(w.Sim.State().Users) != 0 {
		t.Errorf("users left: %v", w.Sim.State().Users)
	}
}

func TestCreate_lostAnswer(t *testing.T) {
	lost := func(kind string, times int) simulator.Fault {
		return simulator.Fault{Action: "CreateUser", Kind: kind, Times: times}
	}
	for name, fault := range map[string]simulator.Fault{
		"answer": lost(faults.DropAfter, 1), "request": lost(faults.DropBefore, 1), "five requests": lost(faults.DropBefore, domain.MaxAttempts-1),
	} {
		w := newWorld(t)
		w.Fault(fault)
		u, err := w.Create(bg, Spec{Name: "bob"})
		if err != nil || u.Name != "bob" || len(w.Sim.State().Users) != 1 {
			t.Errorf("%s: %+v %v", name, u, err)
		}
	}
	w := newWorld(t)
	w.Fault(lost(faults.DropBefore, domain.MaxAttempts))
	_, err := w.Create(bg, Spec{Name: "bob"})
	if e := apitest.As[*domain.LostAnswerError](t, err); e.Unknown || e.Tried.Attempts != domain.MaxAttempts || e.Tried.Lookups != 3*domain.MaxAttempts || len(w.Sim.State().Users) != 0 {
		t.Errorf("error = %v", err)
	}
}

// An older user with the name is not the created one, even if the answer to the request was lost.
func TestCreate_nameTaken(t *testing.T) {
	w := newWorld(t)
	bob := w.user("bob")
	w.restart()
	w.Advance(10 * time.Second)
	lost := simulator.Fault{Action: "CreateUser", Kind: faults.DropBefore, Times: 1}
	w.Fault(lost)
	_, err := w.Create(bg, Spec{Name: "bob"})
	if e := apitest.As[*domain.NameTakenError](t, err); e.ID != bob.ID || e.Kind != domain.KindUser {
		t.Errorf("error = %v", err)
	}
	carol, otherErr := w.Client.CreateUser(bg, api.CreateUserInput{UserName: "carol", Email: "carol@example.com"})
	w.Fault(lost)
	_, err = w.Create(bg, Spec{Name: "carol", Email: "other@example.com"})
	if e := apitest.As[*domain.NameTakenError](t, err); otherErr != nil || e.ID != carol.ID {
		t.Errorf("another address: error = %v, %v", err, otherErr)
	}
	apitest.Has[*domain.LostAnswerError](t, err)
	w.Fault()
	if _, err := w.Create(bg, Spec{Name: "bob"}); !api.IsConflict(err) {
		t.Errorf("error = %v", err)
	}
}

// No user is requested if the look-up of a lost answer fails, if no caller waits, or before the credential was accepted.
func TestCreate_notAgain(t *testing.T) {
	f := &apitest.Fake{Before: func(c apitest.Call) error {
		switch c.Action {
		case "CreateUser":
			return apitest.Cut()
		case "ReadUsers":
			return apitest.Refusal(403, "4")
		}
		return nil
	}}
	_, err := service(f).Create(bg, Spec{Name: "bob"})
	if e := apitest.As[*domain.LostAnswerError](t, err); !e.Unknown || !api.IsForbidden(err) && !errors.As(err, new(*api.TransportError)) || f.Count("CreateUser") != 1 {
		t.Errorf("%v, calls %v", err, f.Actions())
	}
	ctx, cancel := context.WithCancel(bg)
	f = &apitest.Fake{Before: func(c apitest.Call) error {
		if c.Action == "CreateUser" {
			cancel()
			return apitest.Cut()
		}
		return nil
	}}
	_, err = service(f).Create(ctx, Spec{Name: "bob"})
	if e := apitest.As[*domain.LostAnswerError](t, err); e.Unknown || !errors.Is(err, context.Canceled) || f.Count("CreateUser") != 1 {
		t.Errorf("%v, calls %v", err, f.Actions())
	}
	f = &apitest.Fake{Refused: true, Before: apitest.On("ReadAccounts", 0, apitest.Cut())}
	if _, err = service(f).Create(bg, Spec{Name: "bob"}); err == nil || f.Count("CreateUser") != 0 {
		t.Errorf("%v, calls %v", err, f.Actions())
	}
	if _, err = service(f).Create(ctx, Spec{Name: "bob"}); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

// Each wait is logged before: the action, the reason and how long.
func TestCreate_waitsAreLogged(t *testing.T) {
	for name, c := range map[string]struct {
		err  error
		want []string
	}{
		"lost":      {apitest.Cut(), []string{"1000 settling", "3000 settling", "1000 the answer"}},
		"throttled": {apitest.Refusal(503, "6"), []string{"1000 settling", "3000 settling", "2000 throttled"}},
	} {
		var logged []string
		f := &apitest.Fake{Before: apitest.On("CreateUser", 1, c.err)}
		s := New(f, &apitest.Account{API: f}, domain.Options{
			Log: func(_ context.Context, level api.Level, msg string, fields map[string]any) {
				if level == api.LevelInfo && msg == "waiting" && fields["action"] == "CreateUser" {
					logged = append(logged, fmt.Sprint(fields["wait_ms"], " ", fields["reason"]))
				}
			},
			Wait: func(_ context.Context, d time.Duration) error {
				if last := logged[len(logged)-1]; !strings.HasPrefix(last, fmt.Sprint(d.Milliseconds())) {
					t.Errorf("%s is waited for after %q was logged", d, last)
				}
				return nil
			},
		})
		if _, err := s.Create(bg, Spec{Name: "alice"}); err != nil {
			t.Error(err)
		}
		if len(logged) != len(c.want) {
			t.Fatalf("%s: logged %q", name, logged)
		}
		for i, want := range c.want {
			if !strings.HasPrefix(logged[i], want) {
				t.Errorf("%s: logged %q, want %q", name, logged[i], want)
			}
		}
	}
}

func TestUpdate_lostAnswer(t *testing.T) {
	w := newWorld(t)
	bob := w.user("bob")
	w.Fault(simulator.Fault{Action: "UpdateUser", Kind: faults.DropAfter, Times: 1})
	if u, err := w.Update(bg, bob.ID, bob.Identity, Spec{Name: "robert"}); err != nil || u.Name != "robert" {
		t.Errorf("%+v %v", u, err)
	}
	w.Cost("rename", map[string]int{"ReadUsers": 2, "UpdateUser": 1})
}

func TestDelete_lostAnswer(t *testing.T) {
	w := newWorld(t)
	bob := w.user("bob")
	w.Fault(simulator.Fault{Action: "DeleteUser", Kind: faults.DropAfter, Times: 1})
	if err := w.Delete(bg, bob.ID, bob.Identity); err != nil {
		t.Error(err)
	}
}

// A user is renamed between the list and its deletion: it is deleted under its new name.
func TestDelete_renamed(t *testing.T) {
	w := newWorld(t)
	bob := w.user("bob")
	if _, err := w.List(bg); err != nil {
		t.Fatal(err)
	}
	w.rename("bob", "robert")
	if err := w.Delete(bg, bob.ID, bob.Identity); err != nil || len(w.Sim.State().Users) != 0 {
		t.Errorf("Delete = %v, left %v", err, w.Sim.State().Users)
	}
}

// If another user has the name now, a deletion does not delete that user: the list that it uses is only seconds old.
func TestDelete_nameTaken(t *testing.T) {
	w := newWorld(t)
	bob := w.user("bob")
	if _, err := w.List(bg); err != nil {
		t.Fatal(err)
	}
	w.rename("bob", "robert")
	if _, err := w.Client.CreateUser(bg, api.CreateUserInput{UserName: "bob"}); err != nil {
		t.Fatal(err)
	}
	w.Advance(deleteNameTTL)
	if err := w.Delete(bg, bob.ID, bob.Identity); err != nil {
		t.Fatal(err)
	}
	if left := w.Sim.State().Users; len(left) != 1 || left[0].UserName != "bob" || left[0].UserID == bob.ID {
		t.Errorf("left: %v", left)
	}
}

// A user that is missing in another account than its own is not gone: see also TestKeys_anotherAccount of package key.
func TestUser_anotherAccount(t *testing.T) {
	recorded := domain.Identity{AccountID: "A1"}
	for name, c := range map[string]struct {
		account string
		fails   error
		gone    bool
	}{"same": {"A1", nil, true}, "another": {"A2", nil, false}, "not readable": {"", apitest.Refusal(403, "4"), false}} {
		f := &apitest.Fake{Account: c.account, Before: apitest.On("ReadAccounts", 0, c.fails)}
		s := service(f)
		_, readErr := s.Read(bg, "U", recorded)
		_, updateErr := s.Update(bg, "U", recorded, Spec{Name: "x"})
		deleteErr := s.Delete(bg, "U", recorded)
		if domain.IsGone(readErr) != c.gone || domain.IsGone(updateErr) != c.gone || (deleteErr == nil) != c.gone {
			t.Errorf("%s: %v, %v, %v", name, readErr, updateErr, deleteErr)
		}
		if !c.gone {
			e := apitest.As[*domain.IdentityMismatchError](t, readErr)
			if e.Kind != domain.KindUser || e.ID != "U" || e.Recorded != recorded || e.Current.AccountID != c.account || !domain.IsMismatch(deleteErr) {
				t.Errorf("%s: %+v, %v", name, e, deleteErr)
			}
		}
	}
	f := &apitest.Fake{Account: "A1", Before: apitest.On("ReadAccounts", 0, apitest.Refusal(500, "0"))}
	if _, err := service(f).Read(bg, "U", recorded); err == nil || domain.IsGone(err) || domain.IsMismatch(err) {
		t.Errorf("an account that cannot be read proves nothing: %v", err)
	}
}
