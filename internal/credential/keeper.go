// Package credential is the life of an access key: made once, its expiry kept, surely revoked, read once an owner. It
// knows neither Terraform nor HTTP.
package credential

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/outscale-access/terraform-provider-outscale/internal/api"
)

// State is the state of a key. An expired key keeps the state it had: see Key.Expired.
type State string

// The two states the API knows.
const (
	Active   State = "ACTIVE"
	Inactive State = "INACTIVE"
)

// markerPrefix begins the tag of a key whose creation is not finished. A key found with such a tag belongs to a call
// whose answer never arrived, or to a run that was killed.
const markerPrefix = "terraform-unfinished-"

// Owner addresses whose key it is. The zero value is the caller. UserID wins over UserName and is resolved to the
// name the user has today, so that a renamed user keeps its keys.
type Owner struct{ UserName, UserID string }

func (o Owner) String() string {
	switch {
	case o.UserID != "":
		return "user " + o.UserID
	case o.UserName != "":
		return "user " + o.UserName
	}
	return "the caller"
}

// Key is an access key and its owner.
type Key struct {
	ID       string
	UserName string // today's name of the owner, "" = the caller
	State    State
	Tag      string // "" = none
	Secret   string // only from Create
	Created  time.Time
	Modified time.Time
	Expires  *time.Time // nil = never
}

// Expired reports whether the key's expiry has passed at now. The API keeps such a key ACTIVE.
func (k Key) Expired(now time.Time) bool { return k.Expires != nil && !k.Expires.After(now) }

// Unfinished reports whether the key's creation was never finished: nobody has its secret, unless a run is at it now.
func (k Key) Unfinished() bool { return strings.HasPrefix(k.Tag, markerPrefix) }

// String names the key without its secret.
func (k Key) String() string { return "access key " + k.ID }

// GoString is String: the secret has no place in any verb's output.
func (k Key) GoString() string { return k.String() }

// Wish is what a key is asked to be.
type Wish struct {
	Owner   Owner
	State   State      // "" = leave it
	Expires *time.Time // nil = never
	Tag     string     // "" = none
}

// Notice is a warning for the user.
type Notice struct{ Summary, Detail string }

// API is what the keeper needs of the OUTSCALE API; *api.Client has it.
type API interface {
	AccessKeyID() string
	// Accepted reports whether an answer has shown that the credential is good.
	Accepted() bool
	// Offset is how far the API's clock is ahead of this machine's, 0 as long as nothing is known.
	Offset() time.Duration
	CreateAccessKey(context.Context, api.CreateAccessKeyInput) (api.AccessKey, error)
	ReadAccessKeys(context.Context, api.ReadAccessKeysInput) ([]api.AccessKey, error)
	UpdateAccessKey(context.Context, api.UpdateAccessKeyInput) (api.AccessKey, error)
	DeleteAccessKey(ctx context.Context, userName, id string) error
	CreateUser(context.Context, api.CreateUserInput) (api.User, error)
	ReadUsers(ctx context.Context, ids []string) ([]api.User, error)
	UpdateUser(context.Context, api.UpdateUserInput) (api.User, error)
	DeleteUser(ctx context.Context, name string) error
	ReadAPIAccessPolicy(ctx context.Context) (api.AccessPolicy, error)
	ReadAPILogs(ctx context.Context, after, before time.Time, token string) (api.CallPage, error)
}

var _ API = (*api.Client)(nil)

// Options are the keeper's clock, its source of ids, its way to wait, its log, its memory beyond the process, and its
// knowledge of who waits for it. Each may be left out.
type Options struct {
	Now   func() time.Time                                 // the machine's clock; nil = time.Now
	NewID func() string                                    // unique in every run; nil = a random UUID
	Wait  func(ctx context.Context, d time.Duration) error // nil = a timer that ctx cuts
	Log   api.Log                                          // nil = silent
	// Ledger remembers new keys beyond this process; nil = nothing does.
	Ledger Ledger
	// Abandoned reports that nobody will take what is made: the program that asked is dead or ending. A key that is being
	// made then is revoked, because its secret is lost. nil = somebody always waits.
	Abandoned func() bool
}

// Keeper keeps the keys and users of one account. It is safe for concurrent use, and one serves a whole process.
type Keeper struct {
	api     API
	opts    Options
	keys    *shared[[]Key]   // by today's name of the owner
	users   *shared[[]User]  // one entry: all of them
	made    *shared[User]    // by id: users that a write of this process answered with
	ceiling *shared[ceiling] // one entry
	legacy  atomic.Bool      // the API is older than 1.40.1: learned from a refusal
	turns   turns            // one create at a time for an owner, on such an API
	first   sync.Mutex       // one at a time finds out whether the credential is good

	markers, asked, told sync.Map // what Leftovers is silent about: markers of this process, ids it was asked for, ids it told of
	looked               sync.Map // owners that LookForLeftovers has listed
	ended                sync.Map // ids of the ledger that endLeft has dealt with
}

// New returns a keeper on a. It makes no call.
func New(a API, opts Options) *Keeper {
	if opts.Now == nil {
		opts.Now = time.Now
	}
	if opts.NewID == nil {
		opts.NewID = uuid.NewString
	}
	if opts.Wait == nil {
		opts.Wait = wait
	}
	if opts.Ledger == nil {
		opts.Ledger = noLedger{}
	}
	if opts.Abandoned == nil {
		opts.Abandoned = func() bool { return false }
	}
	if opts.Log == nil {
		opts.Log = func(context.Context, api.Level, string, map[string]any) {}
	}
	// How old a shared read is goes by the machine's clock, which no answer moves.
	return &Keeper{api: a, opts: opts, keys: newShared[[]Key](opts.Now), users: newShared[[]User](opts.Now),
		made: newShared[User](opts.Now), ceiling: newShared[ceiling](stopped)}
}

// Now is the time by the API's clock, which decides what has expired: the machine's, corrected by what the API's answers
// said so far. Before the first answer it is the machine's own, as far as nothing better is known.
func (k *Keeper) Now() time.Time { return k.opts.Now().Add(k.api.Offset()) }

// ClockOff is how far the API's clock is ahead of this machine's, when that is more than the API tolerates: 0 otherwise.
func (k *Keeper) ClockOff() time.Duration {
	if off := k.api.Offset(); off.Abs() > api.Tolerated {
		return off
	}
	return 0
}

// Local is a moment of the API's clock as this machine's clock shows it, for whoever waits by the latter.
func (k *Keeper) Local(at time.Time) time.Time { return at.Add(-k.api.Offset()) }

func (k *Keeper) info(ctx context.Context, msg string, fields map[string]any) {
	k.opts.Log(ctx, api.LevelInfo, msg, fields)
}

// pause waits for d, and says in the log before what for.
func (k *Keeper) pause(ctx context.Context, d time.Duration, action, reason string) error {
	if d <= 0 {
		return ctx.Err()
	}
	k.info(ctx, "waiting", map[string]any{"action": action, "reason": reason, "wait_ms": d.Milliseconds()})
	return k.opts.Wait(ctx, d)
}

// The reasons to pause.
const (
	whyThrottled = "throttled"
	whySettling  = "settling: a request whose answer was lost may still be under way"
	whyFaulty    = "the API failed while a lost answer was looked up"
)

func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// signs reports whether id is the key that signs the calls of this process.
func (k *Keeper) signs(id string) bool { return id != "" && id == k.api.AccessKeyID() }

func keyOf(userName string, k api.AccessKey) Key {
	return Key{
		ID: k.ID, UserName: userName, State: State(k.State), Tag: k.Tag, Secret: k.SecretKey,
		Created: k.CreationDate, Modified: k.LastModificationDate, Expires: k.ExpirationDate,
	}
}

func (w Wish) stateOr(s State) State {
	if w.State == "" {
		return s
	}
	return w.State
}

// differences says in what key is not as wished. A wish without a state is content with any.
func differences(key Key, w Wish) []string {
	var what []string
	if w.State != "" && key.State != w.State {
		what = append(what, fmt.Sprintf("its state is %s, and %s was asked", key.State, w.State))
	}
	if !sameInstant(key.Expires, w.Expires) {
		what = append(what, fmt.Sprintf("its expiry is %s, and %s was asked", date(key.Expires), date(w.Expires)))
	}
	if key.Tag != w.Tag {
		what = append(what, fmt.Sprintf("its tag is %q, and %q was asked", key.Tag, w.Tag))
	}
	return what
}

// sameInstant compares to the millisecond, which is what the API keeps.
func sameInstant(a, b *time.Time) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.Truncate(time.Millisecond).Equal(b.Truncate(time.Millisecond))
}

func date(t *time.Time) string {
	if t == nil {
		return "never"
	}
	return t.UTC().Format("2006-01-02T15:04:05.000Z")
}
