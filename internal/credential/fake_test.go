package credential

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/api"
)

// call is one call to the fake. n counts the calls of its action from 1.
type call struct {
	ctx      context.Context
	action   string
	n        int
	create   api.CreateAccessKeyInput
	read     api.ReadAccessKeysInput
	update   api.UpdateAccessKeyInput
	from, to time.Time // of ReadApiLogs
}

// fake is an API in memory whose every answer a test can spoil: before fails a call that is not executed, after one
// that is, answer changes what an update says.
type fake struct {
	mu     sync.Mutex
	signer string
	keys   []fakeKey
	users  []api.User
	calls  []call

	before, after func(call) error
	answer        func(call, *api.AccessKey)
	unfiltered    bool // ReadAccessKeys ignores Tag
	policy        api.AccessPolicy
	page          func(after, before time.Time, token string) api.CallPage
	offset        time.Duration
}

type fakeKey struct {
	owner string
	api.AccessKey
}

func (f *fake) enter(c call) (call, error) {
	f.mu.Lock()
	for _, earlier := range f.calls {
		if earlier.action == c.action {
			c.n++
		}
	}
	c.n++
	f.calls = append(f.calls, c)
	f.mu.Unlock()
	if c.ctx.Err() != nil {
		return c, &api.TransportError{Action: c.action, Err: c.ctx.Err()}
	}
	if f.before == nil {
		return c, nil
	}
	return c, f.before(c)
}

func (f *fake) leave(c call) error {
	if f.after == nil {
		return nil
	}
	return f.after(c)
}

func (f *fake) count(action string) int {
	n := 0
	for _, c := range f.calls {
		if c.action == action {
			n++
		}
	}
	return n
}

func (f *fake) actions() []string {
	var names []string
	for _, c := range f.calls {
		names = append(names, c.action)
	}
	return names
}

func (f *fake) AccessKeyID() string { return f.signer }

func (f *fake) Accepted() bool { return true }

func (f *fake) Offset() time.Duration { return f.offset }

func (f *fake) add(owner, tag string, expires *time.Time) api.AccessKey {
	f.mu.Lock()
	defer f.mu.Unlock()
	key := api.AccessKey{ID: fmt.Sprintf("FAKEKEY%013d", len(f.calls)*100+len(f.keys)), State: "ACTIVE", Tag: tag, ExpirationDate: expires}
	f.keys = append(f.keys, fakeKey{owner, key})
	return key
}

func (f *fake) CreateAccessKey(ctx context.Context, in api.CreateAccessKeyInput) (api.AccessKey, error) {
	c, err := f.enter(call{ctx: ctx, action: "CreateAccessKey", create: in})
	if err != nil {
		return api.AccessKey{}, err
	}
	key := f.add(in.UserName, in.Tag, in.ExpirationDate)
	key.SecretKey = "the-secret-of-" + key.ID
	return key, f.leave(c)
}

func (f *fake) ReadAccessKeys(ctx context.Context, in api.ReadAccessKeysInput) ([]api.AccessKey, error) {
	c, err := f.enter(call{ctx: ctx, action: "ReadAccessKeys", read: in})
	if err != nil {
		return nil, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	keys := []api.AccessKey{}
	for _, key := range f.keys {
		if key.owner == in.UserName && (in.Tag == "" || f.unfiltered || key.Tag == in.Tag) && (len(in.IDs) == 0 || slices.Contains(in.IDs, key.ID)) {
			keys = append(keys, key.AccessKey)
		}
	}
	return keys, f.leave(c)
}

func (f *fake) UpdateAccessKey(ctx context.Context, in api.UpdateAccessKeyInput) (api.AccessKey, error) {
	c, err := f.enter(call{ctx: ctx, action: "UpdateAccessKey", update: in})
	if err != nil {
		return api.AccessKey{}, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for i := range f.keys {
		key := &f.keys[i]
		if key.owner != in.UserName || key.ID != in.ID {
			continue
		}
		key.State, key.ExpirationDate = in.State, in.ExpirationDate
		if in.Tag != nil {
			key.Tag = *in.Tag
		}
		if in.ClearTag {
			key.Tag = ""
		}
		answer := key.AccessKey
		if f.answer != nil {
			f.answer(c, &answer)
		}
		return answer, f.leave(c)
	}
	return api.AccessKey{}, refusal(400, "5027")
}

func (f *fake) DeleteAccessKey(ctx context.Context, userName, id string) error {
	c, err := f.enter(call{ctx: ctx, action: "DeleteAccessKey"})
	if err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	n := len(f.keys)
	f.keys = slices.DeleteFunc(f.keys, func(k fakeKey) bool { return k.owner == userName && k.ID == id })
	if len(f.keys) == n {
		return refusal(400, "5027")
	}
	return f.leave(c)
}

func (f *fake) ReadUsers(ctx context.Context, ids []string) ([]api.User, error) {
	if _, err := f.enter(call{ctx: ctx, action: "ReadUsers"}); err != nil {
		return nil, err
	}
	return slices.DeleteFunc(slices.Clone(f.users), func(u api.User) bool { return len(ids) > 0 && !slices.Contains(ids, u.ID) }), nil
}

func (f *fake) CreateUser(ctx context.Context, in api.CreateUserInput) (api.User, error) {
	_, err := f.enter(call{ctx: ctx, action: "CreateUser"})
	return api.User{ID: "ID-" + in.UserName, Name: in.UserName, Path: in.Path}, err
}

func (f *fake) UpdateUser(ctx context.Context, in api.UpdateUserInput) (api.User, error) {
	_, err := f.enter(call{ctx: ctx, action: "UpdateUser"})
	return api.User{Name: in.NewUserName}, err
}

func (f *fake) DeleteUser(ctx context.Context, _ string) error {
	_, err := f.enter(call{ctx: ctx, action: "DeleteUser"})
	return err
}

func (f *fake) ReadAPIAccessPolicy(ctx context.Context) (api.AccessPolicy, error) {
	c, err := f.enter(call{ctx: ctx, action: "ReadApiAccessPolicy"})
	if err != nil {
		return api.AccessPolicy{}, err
	}
	return f.policy, f.leave(c)
}

func (f *fake) ReadAPILogs(ctx context.Context, after, before time.Time, token string) (api.CallPage, error) {
	c, err := f.enter(call{ctx: ctx, action: "ReadApiLogs", from: after, to: before})
	if err != nil {
		return api.CallPage{}, err
	}
	return f.page(after, before, token), f.leave(c)
}

func refusal(status int, code string) error {
	return &api.Error{Action: "Fake", StatusCode: status, RequestID: "req", Problems: []api.Problem{{Code: code, Type: "T"}}}
}

func cut() error { return &api.TransportError{Action: "Fake", Sent: true, Err: fmt.Errorf("cut")} }

// keeper is a keeper on f whose waits are over at once and counted.
func (f *fake) keeper(t *testing.T) *Keeper {
	t.Helper()
	n := 0
	return New(f, Options{
		NewID: func() string { n++; return fmt.Sprintf("marker-%d", n) },
		Wait:  func(ctx context.Context, _ time.Duration) error { return ctx.Err() },
	})
}
