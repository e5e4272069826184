package domain

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/api"
)

const (
	// DefaultCreateTimeout is the time for a creation whose context has no deadline.
	DefaultCreateTimeout = 10 * time.Minute
	// CleanupLimit is how long a creation may continue after its deadline, to look up and remove the object of a lost
	// request.
	CleanupLimit = 2 * time.Minute
	// MaxAttempts is the largest number of requests of a creation while answers are lost.
	MaxAttempts = 6
	// throttledPause is the pause before the next request after a 503 that means "too many requests".
	throttledPause = 2 * time.Second
	// firstBackoff is the pause before the second request. It doubles with each further one.
	firstBackoff = time.Second
)

// identityLimit is the time limit of the reads for the identity of a new object. The object can be created without them.
const identityLimit = 15 * time.Second

// WithIdentityLimit returns ctx with the time limit of reads that only serve an identity.
func WithIdentityLimit(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, identityLimit)
}

// ReadyToCreate returns the account's id for a new object. The read also shows that the credential is good
// before the creation is sent: until then lost answers may be refusals, and the client stops after a few of them, so that a
// lost creation could not be looked up. Once the credential was accepted, an id that cannot be read is "" and no error.
func ReadyToCreate(ctx context.Context, account Account, accepted func() bool) (string, error) {
	if id := account.KnownID(); id != "" {
		return id, nil
	}
	if accepted() {
		var cancel context.CancelFunc
		ctx, cancel = WithIdentityLimit(ctx)
		defer cancel()
	}
	id, err := account.ID(ctx)
	if err != nil && accepted() {
		return "", nil // the object can be created without the id
	}
	return id, err
}

// Settling are the waits before each read that looks for the object of a lost request: the API may still be executing a
// request whose connection was closed.
var Settling = []time.Duration{0, time.Second, 3 * time.Second}

// The reasons for a pause, for the log.
const (
	ReasonThrottled = "throttled"
	ReasonSettling  = "settling: a request whose answer was lost may still be under way"
	ReasonLost      = "the answer of the last request was lost"
	ReasonFaulty    = "the API failed while a lost answer was looked up"
)

// Attempts counts the requests of a creation, decides whether there is another one, and records for an error what was
// tried.
type Attempts struct {
	Tried
	opts      Options
	action    string
	began     time.Time
	throttled bool
	unbilled  int // throttled requests, which do not count
}

// NewAttempts returns the attempts of a creation that begins now. work is the context of its requests.
func NewAttempts(work context.Context, opts Options, action string) *Attempts {
	a := &Attempts{opts: opts, action: action, began: opts.Now(), Tried: Tried{CleanupLimit: CleanupLimit}}
	if deadline, ok := work.Deadline(); ok {
		a.Limit = time.Until(deadline).Round(time.Millisecond)
	}
	return a
}

// Lose records that the answer to the last request was lost, for err.
func (a *Attempts) Lose(err error) {
	a.Lost++
	a.throttled = api.IsThrottled(err)
}

// Again pauses and reports whether another request may be sent after the last one was lost and looked up: as long as there
// are attempts and time left. found reports that the look-up found the object of the request. A throttled request that created
// nothing does not count as an attempt.
func (a *Attempts) Again(work context.Context, found bool) bool {
	if a.throttled && !found {
		a.unbilled++
		return a.opts.Pause(work, throttledPause, a.action, ReasonThrottled) == nil
	}
	n := a.Attempts - a.unbilled
	return n < MaxAttempts && a.opts.Pause(work, firstBackoff<<max(n-1, 0), a.action, ReasonLost) == nil
}

// Report returns the attempts so far.
func (a *Attempts) Report() Tried {
	tried := a.Tried
	tried.Took = a.opts.Now().Sub(a.began)
	return tried
}

// NameTakenError says that an object of the name exists that this creation did not create.
type NameTakenError struct {
	Kind     Kind
	Name, ID string
}

func (e *NameTakenError) Error() string {
	return fmt.Sprintf("a %s named %s exists, and it is not the one that was to be created", e.Kind, e.Name)
}

// NamedCreation is the creation of an object that its name identifies: a user, a group, a policy.
type NamedCreation[T any] struct {
	Action string // the API action
	Kind   Kind
	Name   string
	Create func(ctx context.Context) (T, error)
	Find   func(ctx context.Context) (T, error) // past every cache; *GoneError when no object has the name
	// Mine reports whether a found object is the requested one, and returns its id. An older object, or one with other
	// values, is not.
	Mine func(found T) (id string, mine bool)
}

// CreateNamed creates an object once, also if answers are lost. After a lost answer it looks up the name: an object that is
// Mine is the result; another one is an error; if there is none, the request is sent again, up to MaxAttempts times. A cancelled
// ctx does not interrupt the work; its deadline applies, or DefaultCreateTimeout without one, and CleanupLimit beyond it for
// look-ups.
//
// Errors: *AmbiguousError (with a *NameTakenError where that is the reason), or the API's refusal.
func CreateNamed[T any](ctx context.Context, opts Options, c NamedCreation[T]) (T, error) {
	work, cleanup, done := CreateContexts(ctx)
	defer done()
	attempts := NewAttempts(work, opts, c.Action)
	fail := func(unknown bool, errs ...error) (none T, _ error) {
		return none, &AmbiguousError{Action: c.Action, Name: c.Name, Unknown: unknown, Tried: attempts.Report(), Err: errors.Join(errs...)}
	}
	var lost error
	for {
		attempts.Attempts++
		created, err := c.Create(work)
		switch {
		case err == nil:
			return created, nil
		case !api.IsAmbiguous(err) && (lost == nil || !api.IsConflict(err)):
			return created, err
		}
		// The answer was lost, or the name is taken after one was: by the lost request or by somebody else.
		if lost == nil {
			lost = err
		}
		attempts.Lose(err)
		found, lookErr := c.lookUp(cleanup, opts, attempts)
		if lookErr == nil {
			id, mine := c.Mine(found)
			if mine {
				return found, nil
			}
			return fail(false, lost, &NameTakenError{Kind: c.Kind, Name: c.Name, ID: id})
		}
		if !IsGone(lookErr) {
			return fail(true, lost, lookErr)
		}
		if ctx.Err() != nil || !attempts.Again(work, false) {
			return fail(false, lost, ctx.Err())
		}
	}
}

// lookUp looks for the name until it is found or the waits of Settling are over.
func (c NamedCreation[T]) lookUp(ctx context.Context, opts Options, attempts *Attempts) (found T, err error) {
	for _, d := range Settling {
		if err := opts.Pause(ctx, d, c.Action, ReasonSettling); err != nil {
			return found, err
		}
		attempts.Lookups++
		if found, err = c.Find(ctx); err == nil || !IsGone(err) {
			return found, err
		}
	}
	return found, err
}

// CreateContexts returns the contexts of a creation: work is ctx without its cancellation, with its deadline or
// DefaultCreateTimeout; cleanup lasts CleanupLimit longer.
func CreateContexts(ctx context.Context) (work, cleanup context.Context, done func()) {
	work, cancelWork := Detach(ctx, DefaultCreateTimeout)
	deadline, _ := work.Deadline()
	cleanup, cancelCleanup := context.WithDeadline(context.WithoutCancel(ctx), deadline.Add(CleanupLimit))
	return work, cleanup, func() { cancelWork(); cancelCleanup() }
}

// Detach returns ctx without its cancellation and with its deadline, or with a deadline after limit when it has none.
// It is for work that must be finished even if the caller no longer waits.
func Detach(ctx context.Context, limit time.Duration) (context.Context, context.CancelFunc) {
	if deadline, ok := ctx.Deadline(); ok {
		return context.WithDeadline(context.WithoutCancel(ctx), deadline)
	}
	return context.WithTimeout(context.WithoutCancel(ctx), limit)
}
