package key

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/internal/domain"
)

// Intent is what is known of a creation before its first request.
type Intent struct {
	Marker    string    // the tag of the key until its creation is finished
	UserName  string    // the owner, "" = the caller
	UserID    string    // the owner's id, "" = the caller, or unknown
	AccountID string    // "" = unknown
	Time      time.Time // by the API's clock
}

// Recorder records the steps of creations, so that a key can be found again after the process died. Its methods return no
// error, because a creation goes on without a record. They may be called from several goroutines at once.
type Recorder interface {
	// Intend is called before the first request of a creation.
	Intend(Intent)
	// Created is called as soon as the id of the key is known, with the key without its secret. Its tag is the marker.
	Created(marker string, k Key)
	// Discarded is called when the creation is known to have left nothing.
	Discarded(marker string)
	// Gone is called when the API proved that a key does not exist any more.
	Gone(keyID string)
}

type noRecorder struct{}

func (noRecorder) Intend(Intent)       {}
func (noRecorder) Created(string, Key) {}
func (noRecorder) Discarded(string)    {}
func (noRecorder) Gone(string)         {}

// CreateOptions are what one creation takes from its caller. Each member may be left out.
type CreateOptions struct {
	Marker    string      // begins with MarkerPrefix and is unique, see NewMarker; "" = a new one
	Recorder  Recorder    // nil = Options.Recorder
	Abandoned func() bool // reports that nobody will take the key: it is removed again. nil = somebody always does
}

// Created is the result of a creation.
type Created struct {
	Key      Key // with its secret and identity; the zero Key when none was created
	Warnings []Warning
}

// Warning is data about something that a user should know although a call succeeded. The types are *TagPendingWarning,
// *LateLookupWarning and *rotation.RetirePreviousWarning.
type Warning interface {
	// Warning describes it in one line, for a log.
	Warning() string
}

// TagPendingWarning says that a key was created with the state and the expiry that were asked, and that its tag is still
// the marker. An Update sets the tag.
type TagPendingWarning struct {
	Key Key    // without its secret
	Tag string // the tag that was asked
	Err error  // the call that failed; nil when it succeeded and the answer still differed
}

// Warning implements Warning.
func (w *TagPendingWarning) Warning() string {
	return w.Key.String() + " still has its marker as its tag"
}

// LateLookupWarning says that a key was created, and that an earlier request of its creation, whose answer was lost, could
// not be looked up once more at the end: it may have created a key since it was looked up.
type LateLookupWarning struct {
	KeyID    string   // the key that was created and is good
	UserName string   // its owner, "" = the caller
	Marker   string   // the tag of the key that may exist
	Left     []string // ids of keys with that tag that could not be removed
	Err      error
}

// Warning implements Warning.
func (w *LateLookupWarning) Warning() string {
	return fmt.Sprintf("keys with the tag %s could not be looked up and removed: %v", w.Marker, w.Err)
}

// deadlines are the contexts of a creation.
type deadlines struct {
	caller  context.Context // the caller's own: when it ends, nothing more is requested
	work    context.Context // the caller's deadline without its cancellation: for requests, and for finishing a key
	cleanup context.Context // domain.CleanupLimit longer than work: for look-ups and removals
}

// Create creates a key as asked (CreateAccessKey, UpdateAccessKey; see creation for the steps). With an error, a Key with an
// ID means that the key exists: its secret must be kept.
//
// The work is not cut by a cancelled ctx, because a key could then exist whose id nobody learned. ctx's deadline holds, or
// domain.DefaultCreateTimeout without one, and domain.CleanupLimit beyond it. A ctx that has ended makes no call.
//
// Errors: *QuotaError, *domain.GoneError (the owner), *TagError, *UnsupportedError, *domain.AmbiguousError,
// *IncompleteError, ErrAbandoned, or the API's.
func (s *Service) Create(ctx context.Context, want Spec, opts CreateOptions) (Created, error) {
	if err := ctx.Err(); err != nil {
		return Created{}, fmt.Errorf("no access key was requested: %w", err)
	}
	if opts.Marker != "" && !IsMarker(opts.Marker) {
		return Created{}, fmt.Errorf("no access key was requested: the marker %q does not begin with %q", opts.Marker, MarkerPrefix)
	}
	work, cleanup, end := domain.CreateContexts(ctx)
	defer end()
	if _, err := domain.ReadyToCreate(work, s.account, s.api.Accepted); err != nil {
		return Created{}, fmt.Errorf("no access key was requested: %w", err)
	}
	name, err := s.nameToRead(work, want.Owner, Identity{})
	if err != nil {
		return Created{}, err
	}
	c := &creation{
		s: s, ctx: deadlines{ctx, work, cleanup}, want: want, opts: opts, name: name, marker: opts.Marker,
		identity: s.identify(work, want.Owner, name),
		attempts: domain.NewAttempts(work, s.opts.Options, "CreateAccessKey"),
	}
	if c.marker == "" {
		c.marker = NewMarker(s.opts.NewID())
	}
	if c.opts.Recorder == nil {
		c.opts.Recorder = s.opts.Recorder
	}
	return c.run()
}

// creation is one Create: a state machine. Each phase makes its calls and has an outcome, which decides the next phase.
//
//	               created              finished
//	 ┌──> request ──────────> finish ──────────────> recheck ──> done
//	 │     │    │               │ unwanted            ^ ^ ^
//	 │     │    │               v      removed, kept  │ │ │
//	 │     │    │            discard ─────────────────┘ │ │
//	 │     │    └─ refused, stopped ────────────────────┘ │
//	 │     v lost                                         │
//	 └── look-up ─ exhausted ─────────────────────────────┘
//	cleared  └──── unclear ──> done
//
// The phases:
//
//   - request sends CreateAccessKey with a marker as the tag, and with the expiry from the first moment. It is never sent
//     again as long as it may have been executed.
//   - look-up, after a lost answer, reads the keys with the marker and removes them, because their secret is lost. Then the
//     key is requested again: up to domain.MaxAttempts times, with growing pauses.
//   - finish sends UpdateAccessKey with tag and state, and the expiry again. The answer is compared with what was asked.
//   - discard removes a new key that cannot become what was asked, or that nobody waits for.
//   - recheck, when answers were lost, looks once more for keys with the marker: a slow request may have been executed late.
//
// Each creation has a marker of its own. So every key with that marker, except the one that is returned, is a key whose
// secret is lost.
type creation struct {
	s        *Service
	ctx      deadlines
	want     Spec
	opts     CreateOptions
	name     string // the owner's name now
	marker   string
	identity Identity
	attempts *domain.Attempts

	lost      error    // the last lost answer
	left      []string // keys with the marker that could not be removed
	unknown   bool     // keys with the marker could not be looked up
	key       Key      // the new key; the zero Key as long as there is none, and when it was removed
	err       error    // why the creation fails; nil as long as it does not
	ambiguous bool     // err is about lost answers
	warnings  []Warning
}

type phase string

const (
	requesting phase = "request"
	lookingUp  phase = "look-up"
	finishing  phase = "finish"
	discarding phase = "discard"
	rechecking phase = "recheck"
	done       phase = "done"
)

// outcome is the result of a phase.
type outcome string

const (
	created   outcome = "created"   // a key exists whose secret is known
	refused   outcome = "refused"   // the API refused: nothing was created
	lost      outcome = "lost"      // the answer is missing, or is not about the key that was requested
	stopped   outcome = "stopped"   // nothing was sent, because nobody waits any more
	cleared   outcome = "cleared"   // what a lost request created is removed; request again
	exhausted outcome = "exhausted" // the same, and there is no attempt or time left
	unclear   outcome = "unclear"   // what a lost request created is not known, or not removed
	finished  outcome = "finished"  // the key is as asked, as far as the API let it
	unwanted  outcome = "unwanted"  // the key must not stay
	removed   outcome = "removed"
	kept      outcome = "kept" // it could not be removed
	checked   outcome = "checked"
)

// transitions is the state machine.
var transitions = map[phase]map[outcome]phase{
	requesting: {created: finishing, lost: lookingUp, refused: rechecking, stopped: rechecking},
	lookingUp:  {cleared: requesting, exhausted: rechecking, unclear: done},
	finishing:  {finished: rechecking, unwanted: discarding},
	discarding: {removed: rechecking, kept: rechecking},
	rechecking: {checked: done},
}

// run goes through the phases.
func (c *creation) run() (Created, error) {
	c.opts.Recorder.Intend(Intent{
		Marker: c.marker, UserName: c.name, UserID: c.identity.UserID, AccountID: c.identity.AccountID, Time: c.s.Now(),
	})
	for p := requesting; p != done; {
		p = transitions[p][c.step(p)]
	}
	lost := &domain.AmbiguousError{
		Action: "CreateAccessKey", Name: c.name, Marker: c.marker, Left: c.left, Unknown: c.unknown,
		Tried: c.attempts.Report(), Err: c.err,
	}
	if c.key.ID == "" && lost.Settled() {
		c.opts.Recorder.Discarded(c.marker)
	}
	if c.ambiguous {
		c.err = lost
	}
	return Created{Key: c.key, Warnings: c.warnings}, c.err
}

// step makes the calls of a phase.
func (c *creation) step(p phase) outcome {
	switch p {
	case requesting:
		return c.request()
	case lookingUp:
		return c.lookUp()
	case finishing:
		return c.finish()
	case discarding:
		return c.discard()
	case rechecking:
		return c.recheck()
	}
	panic("key: a creation has no phase " + string(p))
}

// request sends one CreateAccessKey. An answer about a key without the marker is not about the key that was requested: that
// key is not touched.
func (c *creation) request() outcome {
	if err := c.ended(); err != nil {
		c.ambiguous, c.err = c.lost != nil, errors.Join(c.lost, fmt.Errorf("no access key was requested: %w", err))
		return stopped
	}
	c.attempts.Attempts++
	k, err := c.create()
	switch {
	case err == nil && k.Tag == c.marker:
		c.key = k
		c.key.Identity = c.identity
		return created
	case err == nil:
		c.lost = fmt.Errorf("the answer is about access key %s, which does not have the tag that was requested", k.ID)
	case api.IsAmbiguous(err):
		c.lost = err
	default:
		c.err = c.explain(err)
		return refused
	}
	c.attempts.Lose(c.lost)
	return lost
}

// lookUp removes what the lost request created.
func (c *creation) lookUp() outcome {
	c.s.opts.Info(c.ctx.cleanup, "the answer of CreateAccessKey was lost: looking for the key",
		map[string]any{"marker": c.marker, "user_name": c.name, "attempt": c.attempts.Attempts})
	found, err := c.removeLost(domain.Settling)
	switch {
	case err != nil:
		c.ambiguous, c.err = true, errors.Join(c.lost, err)
		return unclear
	case c.ended() == nil && c.attempts.Again(c.ctx.work, found):
		return cleared
	}
	c.ambiguous, c.err = true, errors.Join(c.lost, c.ended())
	return exhausted
}

// finish brings the new key to what was asked. Whatever happens, the key is kept with its secret unless the API proves it
// gone.
func (c *creation) finish() outcome {
	c.opts.Recorder.Created(c.marker, c.key.withoutSecret())
	if c.abandoned() {
		c.err = ErrAbandoned
		return unwanted
	}
	err := c.update()
	if err != nil {
		if why := c.unusable(err); why != nil {
			c.err = why
			return unwanted
		}
		if !c.reload() {
			c.err = &domain.GoneError{Kind: domain.KindAccessKey, ID: c.key.ID, UserName: c.name}
			c.key = Key{}
			return finished
		}
	}
	c.assess(err)
	if c.abandoned() {
		c.err = ErrAbandoned
		return unwanted
	}
	return finished
}

// discard removes the new key. One that cannot be removed is returned.
func (c *creation) discard() outcome {
	why, err := c.err, c.remove(c.key)
	if err == nil || !c.reload() {
		c.key, c.err, c.warnings = Key{}, why, nil
		return removed
	}
	c.err = &IncompleteError{KeyID: c.key.ID, What: differences(c.key, c.want), Err: errors.Join(why, err)}
	return kept
}

// recheck looks once more for keys with the marker. That it fails never makes a good key an error.
func (c *creation) recheck() outcome {
	if c.attempts.Lost == 0 {
		return checked
	}
	_, err := c.removeLost(domain.Settling[:1])
	switch {
	case err == nil:
	case c.key.ID != "":
		c.warnings = append(c.warnings, &LateLookupWarning{KeyID: c.key.ID, UserName: c.name, Marker: c.marker, Left: c.left, Err: err})
	default:
		c.ambiguous, c.err = true, errors.Join(c.err, err)
	}
	return checked
}
