package key

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest/apitest"
	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/internal/domain"
	"github.com/outscale-access/terraform-provider-outscale/internal/user"
	"github.com/outscale-access/terraform-provider-outscale/simulator"
)

const (
	day  = 24 * time.Hour
	year = 365 * day
)

var (
	bg  = context.Background()
	bob = Owner{UserName: "bob"}
)

// service is a service with a fake API. Its waits end at once.
func service(f *apitest.Fake) *Service {
	n := 0
	opts := domain.Options{Wait: func(ctx context.Context, _ time.Duration) error { return ctx.Err() }}
	account := &apitest.Account{API: f}
	return New(f, user.New(f, account, opts), account, Options{
		Options: opts, NewID: func() string { n++; return fmt.Sprintf("marker-%d", n) },
	})
}

// firstMarker is the marker of the first creation of service.
const firstMarker = MarkerPrefix + "marker-1"

// keyActions are the actions on access keys that were called, in order.
func keyActions(f *apitest.Fake) []string {
	return slices.DeleteFunc(f.Actions(), func(a string) bool { return a == "ReadAccounts" || a == "ReadUsers" })
}

// world is a service on a simulator of its own.
type world struct {
	*apitest.World
	*Service
	t       *testing.T
	users   *user.Service
	account *apitest.Account
}

func newWorld(t *testing.T, opts ...func(*simulator.Options)) *world {
	t.Helper()
	w := &world{World: apitest.NewWorld(t, opts...), t: t}
	w.restart(w.Client)
	return w
}

// restart creates new services, as another process that signs with client does.
func (w *world) restart(client *api.Client) {
	w.account = &apitest.Account{API: client}
	w.users = user.New(client, w.account, w.Options())
	w.Service = New(client, w.users, w.account, Options{Options: w.Options()})
	w.Called()
}

func (w *world) user(name string) user.User {
	w.t.Helper()
	u, err := w.users.Create(bg, user.Spec{Name: name})
	if err != nil {
		w.t.Fatal(err)
	}
	w.Called()
	return u
}

func (w *world) key(want Spec) Key {
	w.t.Helper()
	made, err := w.Create(bg, want, CreateOptions{})
	if err != nil || len(made.Warnings) > 0 {
		w.t.Fatalf("Create = %v, warnings %v", err, made.Warnings)
	}
	w.Called()
	return made.Key
}

func (w *world) rename(from, to string) {
	w.t.Helper()
	if _, err := w.Client.UpdateUser(bg, api.UpdateUserInput{UserName: from, NewUserName: to}); err != nil {
		w.t.Fatal(err)
	}
}

func api139(o *simulator.Options) { o.APIVersion = "1.39" }

func ptr[T any](v T) *T { return &v }

func from(d time.Duration) *time.Time { return ptr(time.Now().Add(d).Truncate(time.Second)) }

func (s State) or(other State) State {
	if s == "" {
		return other
	}
	return s
}

// recorder is a Recorder in memory.
type recorder struct {
	mu      sync.Mutex
	notes   []string
	intents []Intent
}

func (r *recorder) note(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.notes = append(r.notes, fmt.Sprintf(format, args...))
}

func (r *recorder) Intend(i Intent) {
	r.note("intend %s", i.Marker)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.intents = append(r.intents, i)
}
func (r *recorder) Created(marker string, k Key) { r.note("created %s %s%s", marker, k.ID, k.Secret) }
func (r *recorder) Discarded(marker string)      { r.note("discarded %s", marker) }
func (r *recorder) Gone(id string)               { r.note("gone %s", id) }
