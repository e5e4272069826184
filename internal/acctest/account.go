package acctest

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider"
	"github.com/outscale-access/terraform-provider-outscale/simulator"
	"github.com/outscale-access/terraform-provider-outscale/simulator/admin"
	"github.com/outscale-access/terraform-provider-outscale/simulator/simtest"
)

// Account is the OUTSCALE account of one test. A simulator serves it until the test ends. It records every call, and every secret
// that the API issues.
type Account struct {
	*simtest.Server // its Endpoint is the address that the provider under test uses

	t        testing.TB
	env      map[string]string
	home     string
	recorder *recorder
	byHand   string // the endpoint for calls of the test itself
	from     int    // the index of the first call that is counted, see ResetCalls
}

// NewAccount starts a simulator. The test fails at its end if the simulator revealed a secret anywhere but in the answer to
// CreateAccessKey.
func NewAccount(t testing.TB, opts ...func(*simulator.Options)) *Account {
	t.Helper()
	r := &recorder{byHand: map[string]bool{}}
	server := simtest.Start(t, append([]func(*simulator.Options){r.listen}, opts...)...)
	a := &Account{Server: server, t: t, recorder: r, env: map[string]string{}, home: t.TempDir()}
	a.byHand = r.serve(t, server.Simulator, true) + "/api/v1"
	server.Endpoint = r.serve(t, server.Simulator, false) + "/api/v1"
	a.Env("OSC_ACCESS_KEY", server.RootAccessKey)
	a.Env("OSC_SECRET_KEY", server.RootSecretKey)
	a.Env("OSC_ENDPOINT_API", server.Endpoint)
	t.Cleanup(func() { a.expectNoSecretInSimulator(a.Issued()) })
	return a
}

// Env sets a variable in the environment of the provider. The value "" removes it.
func (a *Account) Env(name, value string) {
	if value == "" {
		delete(a.env, name)
		return
	}
	a.env[name] = value
}

// Host returns the environment, the home folder and the clock of a provider in the process of the test.
func (a *Account) Host() provider.Host {
	env := maps.Clone(a.env)
	return provider.Host{
		Env:  func(name string) (string, bool) { value, set := env[name]; return value, set },
		Home: a.home,
		Now:  a.Simulator.Now,
	}
}

// Home returns the home folder of a provider in the process of the test.
func (a *Account) Home() string { return a.home }

// API returns a client that signs as root, for changes outside of Terraform. Its calls are not counted.
func (a *Account) API() *api.Client {
	a.t.Helper()
	return a.As(api.Credential{AccessKeyID: a.RootAccessKey, SecretKey: a.RootSecretKey})
}

// As returns a client that signs with a key. Its calls are not counted.
func (a *Account) As(key api.Credential) *api.Client {
	a.t.Helper()
	client, err := api.New(api.Config{Endpoint: a.byHand, Region: "eu-west-2", Credential: key, Now: a.Simulator.Now})
	a.NoError(err)
	a.t.Cleanup(client.CloseIdleConnections)
	return client
}

// OutOfBand changes something at the API outside of Terraform.
func (a *Account) OutOfBand(change func(ctx context.Context, client *api.Client) error) {
	a.t.Helper()
	a.NoError(change(context.Background(), a.API()))
}

// CreateUser creates a user outside of Terraform.
func (a *Account) CreateUser(name string) api.User {
	a.t.Helper()
	user, err := a.API().CreateUser(context.Background(), api.CreateUserInput{UserName: name, Path: "/"})
	a.NoError(err)
	return user
}

// CreateKey creates an access key outside of Terraform.
func (a *Account) CreateKey(in api.CreateAccessKeyInput) api.AccessKey {
	a.t.Helper()
	key, err := a.API().CreateAccessKey(context.Background(), in)
	a.NoError(err)
	return key
}

// DeleteKey deactivates and deletes an access key outside of Terraform.
func (a *Account) DeleteKey(key admin.AccessKey) {
	a.t.Helper()
	a.UpdateKey(key, func(in *api.UpdateAccessKeyInput) { in.State = "INACTIVE" })
	a.NoError(a.API().DeleteAccessKey(context.Background(), key.UserName, key.AccessKeyID))
}

// UpdateKey changes an access key outside of Terraform. It sends the key's state and expiry again, unless change replaces them.
func (a *Account) UpdateKey(key admin.AccessKey, change func(in *api.UpdateAccessKeyInput)) {
	a.t.Helper()
	in := api.UpdateAccessKeyInput{ID: key.AccessKeyID, UserName: key.UserName, State: key.State, ExpirationDate: key.ExpirationDate}
	change(&in)
	_, err := a.API().UpdateAccessKey(context.Background(), in)
	a.NoError(err)
}

// Keys returns the access keys at the API, oldest first, without the root access key that signs.
func (a *Account) Keys() []admin.AccessKey {
	keys := slices.DeleteFunc(a.Simulator.State().AccessKeys, func(k admin.AccessKey) bool { return k.AccessKeyID == a.RootAccessKey })
	slices.SortStableFunc(keys, func(k, other admin.AccessKey) int { return k.CreationDate.Compare(other.CreationDate) })
	return keys
}

// OnlyKey returns the access key of Keys. The test fails if there is none or more than one.
func (a *Account) OnlyKey() admin.AccessKey {
	a.t.Helper()
	keys := a.Keys()
	if len(keys) != 1 {
		a.t.Fatalf("want one access key at the API, there are %d", len(keys))
	}
	return keys[0]
}

// Key returns the access key with an id. The test fails if it does not exist.
func (a *Account) Key(id string) admin.AccessKey {
	a.t.Helper()
	keys := a.Keys()
	at := slices.IndexFunc(keys, func(k admin.AccessKey) bool { return k.AccessKeyID == id })
	if at < 0 {
		a.t.Fatalf("there is no access key %s at the API", id)
	}
	return keys[at]
}

// Users returns the users at the API.
func (a *Account) Users() []admin.User { return a.Simulator.State().Users }

// Tag returns the tag of a key, or "" if it has none.
func Tag(key admin.AccessKey) string {
	if key.Tag == nil {
		return ""
	}
	return *key.Tag
}

// Advance moves the clock of the API, and of a provider in the process of the test, forward. From then on the API refuses
// signatures with the old time: if it accepted them, the client would not correct its clock.
func (a *Account) Advance(by time.Duration) {
	a.t.Helper()
	a.NoError(a.Simulator.MoveClock(by, true))
}

// Date returns the time of the account's clock plus a duration, in the form of a configuration.
func (a *Account) Date(from time.Duration) string {
	return a.Simulator.Now().Add(from).UTC().Format("2006-01-02T15:04:05Z")
}

// SetFaults replaces the faults of the API. Without arguments it removes them.
func (a *Account) SetFaults(list ...simulator.Fault) {
	a.t.Helper()
	a.NoError(a.Simulator.SetFaults(list))
}

// Refusal returns a fault that answers every call of an action with "not authorized".
func Refusal(action string) simulator.Fault {
	return simulator.Fault{Action: action, Kind: "status", Status: 403, Code: "4"}
}

// NoError fails the test on an error.
func (a *Account) NoError(err error) {
	a.t.Helper()
	if err != nil {
		a.t.Fatal(err)
	}
}

// ResetCalls starts to count calls again from 0.
func (a *Account) ResetCalls() { a.from = len(a.Simulator.Requests()) }

// Requests returns the calls of the provider since ResetCalls, in order. Calls of the test itself are not included.
func (a *Account) Requests() []simulator.Request {
	a.recorder.mu.Lock()
	defer a.recorder.mu.Unlock()
	return slices.DeleteFunc(a.Simulator.Requests()[a.from:], func(r simulator.Request) bool { return a.recorder.byHand[r.RequestID] })
}

// Calls returns the number of calls of an action that the provider made since ResetCalls.
func (a *Account) Calls(action string) int { return a.Counts()[action] }

// Counts returns the number of calls that the provider made since ResetCalls, by action.
func (a *Account) Counts() map[string]int {
	counts := map[string]int{}
	for _, call := range a.Requests() {
		counts[call.Action]++
	}
	return counts
}

// Writes returns the actions of the provider's calls since ResetCalls that change something, in order.
func (a *Account) Writes() []string {
	var actions []string
	for _, call := range a.Requests() {
		if !strings.HasPrefix(call.Action, "Read") {
			actions = append(actions, call.Action)
		}
	}
	return actions
}

// ExpectWrites fails the test unless exactly these changing calls were made since ResetCalls, in this order.
func (a *Account) ExpectWrites(want ...string) {
	a.t.Helper()
	if got := a.Writes(); !slices.Equal(got, want) {
		a.t.Errorf("changing calls: %v, want %v", got, want)
	}
}

// ExpectCalls fails the test unless exactly these calls were made since ResetCalls, by action.
func (a *Account) ExpectCalls(want map[string]int) {
	a.t.Helper()
	if got := a.Counts(); !maps.Equal(got, want) {
		a.t.Errorf("calls: %v, want %v", got, want)
	}
}

// LastBody returns the body of the last call of an action since ResetCalls. The test fails if there was none.
func (a *Account) LastBody(action string) map[string]any {
	a.t.Helper()
	for _, call := range slices.Backward(a.Requests()) {
		if call.Action == action {
			body := map[string]any{}
			a.NoError(json.Unmarshal(call.Body, &body))
			return body
		}
	}
	a.t.Fatalf("there was no call of %s", action)
	return nil
}
