package domain

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/internal/timelimit"
)

const (
	// DefaultCreateTimeout is the time limit of a creation whose context has no deadline.
	DefaultCreateTimeout = 10 * time.Minute
	// CleanupLimit is the time after the deadline in which a creation may look up and remove the object of a request with a
	// lost answer.
	CleanupLimit = 2 * time.Minute
	// MaxAttempts is the maximum number of requests of a creation.
	MaxAttempts = 6
	// throttledPause is the pause after a 503 that means "too many requests".
	throttledPause = 2 * time.Second
	// firstBackoff is the pause before the second request. It doubles with each further request.
	firstBackoff = time.Second
	// dateMargin is how much earlier than the request, by the reading of the API's clock, the creation date of its object can
	// be. The Date headers that the clock is read from have whole seconds, a difference of less than 2 seconds from the machine's
	// clock is not corrected, and creation dates can have whole seconds too.
	dateMargin = 5 * time.Second
	// identityLimit is the time limit of reads for the identity of a new object, which can be created without it.
	identityLimit = 15 * time.Second
)

// WithIdentityLimit returns ctx with the time limit of reads for an identity.
func WithIdentityLimit(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, identityLimit)
}

// ReadyToCreate returns the id of the account for a new object. This read also shows whether the API accepts the credential.
// Without it, a lost answer to the creation could be a refusal of the credential, and the client could not look the object
// up. If the API has accepted the credential and the id cannot be read, ReadyToCreate returns "" and no error.
func ReadyToCreate(ctx context.Context, account Account, accepted func() bool) (string, error) {
	if err := timelimit.Err(ctx); err != nil {
		return "", err
	}
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
		return "", nil
	}
	return id, err
}

// Settling are the waits before the reads that look for the object of a request with a lost answer: the API may still be
// executing the request.
var Settling = []time.Duration{0, time.Second, 3 * time.Second}

// The reasons for a pause, for the log.
const (
	ReasonThrottled = "throttled"
	ReasonSettling  = "settling: a request whose answer was lost may still be under way"
	ReasonLost      = "the answer of the last request was lost"
	ReasonFaulty    = "the API failed while a lost answer was looked up"
)

// Attempts counts the requests of a creation and decides whether another one is sent. Tried is for the error.
type Attempts struct {
	Tried
	opts      Options
	action    string
	began     time.Time
	throttled bool
	uncounted int // throttled requests, which do not count towards MaxAttempts
}

// NewAttempts returns the Attempts of a creation that begins now. work is the context of its requests.
func NewAttempts(work context.Context, opts Options, action string) *Attempts {
	a := &Attempts{opts: opts, action: action, began: opts.Now(), Tried: Tried{CleanupLimit: CleanupLimit}}
	if deadline, ok := work.Deadline(); ok {
		a.Limit = time.Until(deadline).Round(time.Millisecond)
	}
	return a
}

// Lose records that the answer to the last request was lost with err.
func (a *Attempts) Lose(err error) {
	a.Lost++
	a.throttled = api.IsThrottled(err)
}

// Again is called after a look-up, and found says whether it found the object of the last request. Again pauses, and reports
// whether there are attempts and time left for another request. A throttled request that created nothing does not count as
// an attempt.
func (a *Attempts) Again(work context.Context, found bool) bool {
	if a.throttled && !found {
		a.uncounted++
		return a.opts.Pause(work, throttledPause, a.action, ReasonThrottled) == nil
	}
	n := a.Attempts - a.uncounted
	return n < MaxAttempts && a.opts.Pause(work, firstBackoff<<max(n-1, 0), a.action, ReasonLost) == nil
}

// Report returns what was tried so far.
func (a *Attempts) Report() Tried {
	tried := a.Tried
	tried.Took = a.opts.Now().Sub(a.began)
	return tried
}

// NameTakenError says that an object with the name exists, and that this creation did not create it.
type NameTakenError struct {
	Kind     Kind
	Name, ID string
}

func (e *NameTakenError) Error() string {
	return fmt.Sprintf("a %s named %s exists, and it is not the one that was to be created", e.Kind, e.Name)
}

// NamedCreation is the creation of an object that its name identifies: a user, a group, a policy.
type NamedCreation[T any] struct {
	Action  string // the API action
	Kind    Kind
	Name    string
	Account Account
	API     interface {
		Accepted() bool
		Clock() api.Clock
	}
	Created *sync.Map // the ids of the objects that this process has created
	Create  func(ctx context.Context) (T, error)
	Find    func(ctx context.Context) (T, error) // without a cache; *GoneError if no object has the name
	Origin  func(T) (id string, created time.Time)
	// IsRequested reports whether a found object has the requested values.
	IsRequested func(ctx context.Context, found T) (bool, error)
}

// CreateNamed creates an object once, even if answers are lost. After a lost answer it looks up the name. An object with the
// requested values that is not older than the first request, and that no other call of this process created, is the result.
// Any other object belongs to somebody else and is an error. If no object has the name, CreateNamed sends the request again,
// up to MaxAttempts times. A cancelled ctx does not interrupt it. It observes the deadline of ctx, or DefaultCreateTimeout if
// there is none, and may use CleanupLimit more for look-ups.
//
// Errors: *LostAnswerError (with a *NameTakenError if that is the reason), or the API's refusal.
func CreateNamed[T any](ctx context.Context, opts Options, c NamedCreation[T]) (none T, _ error) {
	if _, err := ReadyToCreate(ctx, c.Account, c.API.Accepted); err != nil {
		return none, err
	}
	since := c.API.Clock().Now().Add(-dateMargin)
	work, cleanup, done := CreateContexts(ctx)
	defer done()
	attempts := NewAttempts(work, opts, c.Action)
	fail := func(unknown bool, errs ...error) (none T, _ error) {
		return none, &LostAnswerError{Action: c.Action, Name: c.Name, Unknown: unknown, Tried: attempts.Report(), Err: errors.Join(errs...)}
	}
	var lost error
	for {
		attempts.Attempts++
		created, err := c.Create(work)
		switch {
		case err == nil:
			id, _ := c.Origin(created)
			c.Created.Store(id, true)
			return created, nil
		case !api.IsLostAnswer(err) && (lost == nil || !api.IsConflict(err)):
			return created, err
		}
		// The answer was lost; or an earlier one was, and now the name is taken, by the earlier request or by somebody else.
		if lost == nil {
			lost = err
		}
		attempts.Lose(err)
		found, lookErr := c.lookUp(cleanup, opts, attempts)
		if lookErr == nil {
			if lookErr = c.claim(cleanup, found, since); lookErr == nil {
				return found, nil
			}
			var taken *NameTakenError
			return fail(!errors.As(lookErr, &taken), lost, lookErr)
		}
		if !IsGone(lookErr) {
			return fail(true, lost, lookErr)
		}
		if ctx.Err() != nil || !attempts.Again(work, false) {
			return fail(false, lost, timelimit.Err(ctx))
		}
	}
}

// claim returns a *NameTakenError if a found object shows that this creation did not create it.
func (c NamedCreation[T]) claim(ctx context.Context, found T, since time.Time) error {
	id, created := c.Origin(found)
	mine, err := !created.Before(since), error(nil)
	if mine {
		mine, err = c.IsRequested(ctx, found)
	}
	if mine && err == nil {
		_, others := c.Created.LoadOrStore(id, true)
		mine = !others
	}
	if err == nil && !mine {
		err = &NameTakenError{Kind: c.Kind, Name: c.Name, ID: id}
	}
	return err
}

// lookUp looks up the name until it finds an object or the waits of Settling are over.
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

// CreateContexts returns the contexts of a creation. Neither is cancelled with ctx. work ends at the deadline of ctx, or after
// DefaultCreateTimeout if there is none; cleanup ends CleanupLimit later.
func CreateContexts(ctx context.Context) (work, cleanup context.Context, done func()) {
	work, cancelWork := timelimit.Detach(ctx, DefaultCreateTimeout)
	deadline, _ := work.Deadline()
	cleanup, cancelCleanup := context.WithDeadline(context.WithoutCancel(ctx), deadline.Add(CleanupLimit))
	return work, cleanup, func() { cancelWork(); cancelCleanup() }
}
