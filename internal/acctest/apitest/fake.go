// Package apitest has two APIs for tests of the domain: a fake in memory, whose answers a test can change or replace by errors, and the
// simulator with a real client.
package apitest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/api"
)

// Call is one call to the fake.
type Call struct {
	Ctx      context.Context
	Action   string
	N        int // the number of the call among those of its action, from 1
	Create   api.CreateAccessKeyInput
	Read     api.ReadAccessKeysInput
	Update   api.UpdateAccessKeyInput
	From, To time.Time // of ReadApiLogs
}

// Fake is an API in memory. Before can fail a call before it is executed, and After can fail it after that. Answer changes the answer of
// an update. Calls for keys do not check that the user exists.
type Fake struct {
	mu    sync.Mutex
	added int // the number of keys that were added so far, so that no two have the same id
	Keys  []Key
	Users []api.User
	Calls []Call

	Before, After func(Call) error
	Answer        func(Call, *api.AccessKey)
	Unfiltered    bool   // ReadAccessKeys ignores Tag
	Signer        string // the id of the key that signs; "" means FakeSigner
	Login         bool   // calls have a login instead of a signature
	Account       string // the account's id
	Refused       bool   // no answer has proved the credential yet
	Policy        api.AccessPolicy
	Page          func(after, before time.Time, token string) api.CallPage
	Now           func() time.Time // the machine's clock; nil = time.Now
	Ahead         time.Duration    // of the API's clock
	Unproven      bool             // no signature that is dated by Ahead was accepted
}

// Key is an access key of the fake and its owner. "" is the caller.
type Key struct {
	Owner string
	api.AccessKey
}

// On returns a function for Before or After that fails the n-th call of an action, or every call if n is 0.
func On(action string, n int, err error) func(Call) error {
	return func(c Call) error {
		if c.Action == action && (n == 0 || c.N == n) {
			return err
		}
		return nil
	}
}

// Refusal returns the error for an answer of the API with a status and a code.
func Refusal(status int, code string) error {
	return &api.Error{Action: "Fake", StatusCode: status, RequestID: "req", Problems: []api.Problem{{Code: code, Type: "T"}}}
}

// Cut returns the error for a connection that broke after the request was sent.
func Cut() error {
	return &api.TransportError{Action: "Fake", Sent: true, Err: errors.New("cut")}
}

func (f *Fake) enter(c Call) (Call, error) {
	f.mu.Lock()
	for _, earlier := range f.Calls {
		if earlier.Action == c.Action {
			c.N++
		}
	}
	c.N++
	f.Calls = append(f.Calls, c)
	f.mu.Unlock()
	if c.Ctx.Err() != nil {
		return c, &api.TransportError{Action: c.Action, Err: c.Ctx.Err()}
	}
	if f.Before == nil {
		return c, nil
	}
	return c, f.Before(c)
}

func (f *Fake) leave(c Call) error {
	if f.After == nil {
		return nil
	}
	return f.After(c)
}

// Count returns the number of calls of an action.
func (f *Fake) Count(action string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := 0
	for _, c := range f.Calls {
		if c.Action == action {
			n++
		}
	}
	return n
}

// Actions returns the actions that were called, in order.
func (f *Fake) Actions() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	var names []string
	for _, c := range f.Calls {
		names = append(names, c.Action)
	}
	return names
}

// Unlocked runs fn without the fake's lock. It is for After of a read or a write, which is called with the lock.
func (f *Fake) Unlocked(fn func()) {
	f.mu.Unlock()
	defer f.mu.Lock()
	fn()
}

// Add puts a key into the fake.
func (f *Fake) Add(owner, tag string, expires *time.Time) api.AccessKey {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.added++
	key := api.AccessKey{ID: fmt.Sprintf("FAKEKEY%013d", f.added), State: "ACTIVE", Tag: tag, ExpirationDate: expires}
	f.Keys = append(f.Keys, Key{owner, key})
	return key
}

// Rename renames a user, who keeps the keys. If taken is true, another user gets the old name.
func (f *Fake) Rename(id, name string, taken bool) {
	i := slices.IndexFunc(f.Users, func(u api.User) bool { return u.ID == id })
	had := f.Users[i].Name
	f.Users[i].Name = name
	if taken {
		f.Users = append(f.Users, api.User{ID: "ANOTHER", Name: had})
	}
	for j := range f.Keys {
		if f.Keys[j].Owner == had {
			f.Keys[j].Owner = name
		}
	}
}

// CheckNames refuses calls for keys of users that do not exist, as the API does. It is for Before.
func (f *Fake) CheckNames(c Call) error {
	named := c.Create.UserName + c.Read.UserName + c.Update.UserName
	if named != "" && !slices.ContainsFunc(f.Users, func(u api.User) bool { return u.Name == named }) {
		return Refusal(400, "5098")
	}
	return nil
}

// FakeSigner is the key that signs the calls of a Fake without a Signer.
const FakeSigner = "FAKESIGNER"

// AccessKeyID returns the id of the key that signs, or "" for a login.
func (f *Fake) AccessKeyID() string {
	if f.Login {
		return ""
	}
	return cmp.Or(f.Signer, FakeSigner)
}

// Accepted reports whether the credential was accepted.
func (f *Fake) Accepted() bool { return !f.Refused }

// Clock reads the clocks of the machine and of the API.
func (f *Fake) Clock() api.Clock {
	now := time.Now()
	if f.Now != nil {
		now = f.Now()
	}
	return api.Clock{Machine: now, API: now.Add(f.Ahead), Proven: !f.Unproven}
}

// CreateAccessKey implements the API.
func (f *Fake) CreateAccessKey(ctx context.Context, in api.CreateAccessKeyInput) (api.AccessKey, error) {
	c, err := f.enter(Call{Ctx: ctx, Action: "CreateAccessKey", Create: in})
	if err != nil {
		return api.AccessKey{}, err
	}
	key := f.Add(in.UserName, in.Tag, in.ExpirationDate)
	key.SecretKey = "the-secret-of-" + key.ID
	return key, f.leave(c)
}

// ReadAccessKeys implements the API.
func (f *Fake) ReadAccessKeys(ctx context.Context, in api.ReadAccessKeysInput) ([]api.AccessKey, error) {
	c, err := f.enter(Call{Ctx: ctx, Action: "ReadAccessKeys", Read: in})
	if err != nil {
		return nil, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	keys := []api.AccessKey{}
	for _, key := range f.Keys {
		if key.Owner == in.UserName && (in.Tag == "" || f.Unfiltered || key.Tag == in.Tag) && (len(in.IDs) == 0 || slices.Contains(in.IDs, key.ID)) {
			keys = append(keys, key.AccessKey)
		}
	}
	return keys, f.leave(c)
}

// CheckSecret implements the API. The right secret of a key is the one that CreateAccessKey returns.
func (f *Fake) CheckSecret(ctx context.Context, keyID, secret string) error {
	c, err := f.enter(Call{Ctx: ctx, Action: "CheckSecret"})
	if err == nil && secret != "the-secret-of-"+keyID {
		err = Refusal(http.StatusUnauthorized, "1")
	}
	if err != nil {
		return err
	}
	return f.leave(c)
}

// UpdateAccessKey implements the API.
func (f *Fake) UpdateAccessKey(ctx context.Context, in api.UpdateAccessKeyInput) (api.AccessKey, error) {
	c, err := f.enter(Call{Ctx: ctx, Action: "UpdateAccessKey", Update: in})
	if err != nil {
		return api.AccessKey{}, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for i := range f.Keys {
		key := &f.Keys[i]
		if key.Owner != in.UserName || key.ID != in.ID {
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
		if f.Answer != nil {
			f.Answer(c, &answer)
		}
		return answer, f.leave(c)
	}
	return api.AccessKey{}, Refusal(400, "5027")
}

// DeleteAccessKey implements the API.
func (f *Fake) DeleteAccessKey(ctx context.Context, userName, id string) error {
	c, err := f.enter(Call{Ctx: ctx, Action: "DeleteAccessKey"})
	if err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	n := len(f.Keys)
	f.Keys = slices.DeleteFunc(f.Keys, func(k Key) bool { return k.Owner == userName && k.ID == id })
	if len(f.Keys) == n {
		return Refusal(400, "5027")
	}
	return f.leave(c)
}

// ReadUsers implements the API.
func (f *Fake) ReadUsers(ctx context.Context, ids []string) ([]api.User, error) {
	if _, err := f.enter(Call{Ctx: ctx, Action: "ReadUsers"}); err != nil {
		return nil, err
	}
	return slices.DeleteFunc(slices.Clone(f.Users), func(u api.User) bool { return len(ids) > 0 && !slices.Contains(ids, u.ID) }), nil
}

// CreateUser implements the API. The user is not added.
func (f *Fake) CreateUser(ctx context.Context, in api.CreateUserInput) (api.User, error) {
	_, err := f.enter(Call{Ctx: ctx, Action: "CreateUser"})
	return api.User{ID: "ID-" + in.UserName, Name: in.UserName, Path: in.Path}, err
}

// UpdateUser implements the API.
func (f *Fake) UpdateUser(ctx context.Context, in api.UpdateUserInput) (api.User, error) {
	_, err := f.enter(Call{Ctx: ctx, Action: "UpdateUser"})
	return api.User{Name: in.NewUserName}, err
}

// DeleteUser implements the API.
func (f *Fake) DeleteUser(ctx context.Context, _ string) error {
	_, err := f.enter(Call{Ctx: ctx, Action: "DeleteUser"})
	return err
}

// ReadUserGroupsPerUser returns no group.
func (f *Fake) ReadUserGroupsPerUser(context.Context, api.UserRef) ([]api.UserGroup, error) {
	return nil, nil
}

// ReadLinkedPolicies returns no policy.
func (f *Fake) ReadLinkedPolicies(context.Context, string) ([]api.LinkedPolicy, error) {
	return nil, nil
}

// ReadUserPolicies returns no policy.
func (f *Fake) ReadUserPolicies(context.Context, string) ([]string, error) { return nil, nil }

// ReadQuotas returns no quota.
func (f *Fake) ReadQuotas(context.Context, api.QuotaFilter) ([]api.Quota, string, error) {
	return nil, "", nil
}

// ReadAccounts implements the API.
func (f *Fake) ReadAccounts(ctx context.Context) (api.Account, error) {
	c, err := f.enter(Call{Ctx: ctx, Action: "ReadAccounts"})
	if err != nil {
		return api.Account{}, err
	}
	return api.Account{ID: f.Account}, f.leave(c)
}

// ReadAPIAccessPolicy implements the API.
func (f *Fake) ReadAPIAccessPolicy(ctx context.Context) (api.AccessPolicy, error) {
	c, err := f.enter(Call{Ctx: ctx, Action: "ReadApiAccessPolicy"})
	if err != nil {
		return api.AccessPolicy{}, err
	}
	return f.Policy, f.leave(c)
}

// ReadAPILogs implements the API.
func (f *Fake) ReadAPILogs(ctx context.Context, q api.LogQuery, token string) (api.CallPage, error) {
	c, err := f.enter(Call{Ctx: ctx, Action: "ReadApiLogs", From: q.After, To: q.Before})
	if err != nil {
		return api.CallPage{}, err
	}
	return f.Page(q.After, q.Before, token), f.leave(c)
}
