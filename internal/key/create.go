package key

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/internal/domain"
	"github.com/outscale-access/terraform-provider-outscale/internal/timelimit"
)

// CreateOptions are the options of one creation. Each member is optional.
type CreateOptions struct {
	Marker    string      // begins with MarkerPrefix and is unique, see NewMarker; "" = a new one
	Recorder  Recorder    // nil = Options.Recorder
	Abandoned func() bool // reports whether the caller has stopped waiting; Create then deletes the key; nil = never
}

// Created is the result of a creation.
type Created struct {
	Key      Key // with its secret and identity; the zero Key if there is no key
	Warnings []Warning
}

// deadlines are the contexts of a creation.
type deadlines struct {
	caller  context.Context // the caller's: after its end no key is requested
	work    context.Context // has the caller's deadline, but is not cancelled: for requests, and for finishing a key
	cleanup context.Context // ends domain.CleanupLimit after work: for look-ups and removals
}

// Create creates a key (CreateAccessKey, UpdateAccessKey; see creation for the steps). If Create returns an error and a Key
// with an ID, the key exists and the caller must keep its secret.
//
// If ctx is cancelled, Create still finishes or removes the key: otherwise a key could exist whose id nobody knows. Create
// observes the deadline of ctx, or domain.DefaultCreateTimeout if there is none, and may use domain.CleanupLimit more for
// look-ups and removals. If ctx has ended before, Create makes no call.
//
// Errors: *QuotaError, *domain.GoneError (the owner), *TagError, *UnsupportedError, *domain.LostAnswerError,
// *IncompleteError, ErrAbandoned, or the API's.
func (s *Service) Create(ctx context.Context, want Spec, opts CreateOptions) (Created, error) {
	if opts.Marker != "" && !IsMarker(opts.Marker) {
		return Created{}, fmt.Errorf("no access key was requested: the marker %q does not begin with %q", opts.Marker, MarkerPrefix)
	}
	work, cleanup, end := domain.CreateContexts(ctx)
	defer end()
	attempts := domain.NewAttempts(work, s.opts.Options, "CreateAccessKey")
	accountID, err := domain.ReadyToCreate(ctx, s.account, s.api.Accepted)
	if err != nil {
		return Created{}, fmt.Errorf("no access key was requested: %w", err)
	}
	name, err := s.currentName(ctx, want.Owner, Identity{})
	if err != nil {
		return Created{}, err
	}
	c := &creation{
		s: s, ctx: deadlines{ctx, work, cleanup}, want: want, opts: opts, attempts: attempts,
		name: name, marker: cmp.Or(opts.Marker, NewMarker(s.opts.NewID())),
		identity: s.identify(ctx, want.Owner, name, accountID),
	}
	if c.opts.Recorder == nil {
		c.opts.Recorder = s.opts.Recorder
	}
	return c.run()
}

// creation is one call of Create, as a state machine. Each phase makes its calls and returns the next phase.
//
//	              a key                kept
//	┌──> request ──────────> finish ──────────────> recheck ──> done
//	│     │    │               │ not kept            ^ ^ ^
//	│     │    │               v                     │ │ │
//	│     │    │            discard ─────────────────┘ │ │
//	│     │    └─ refused, or the caller stopped waiting ┘ │
//	│     v answer lost                                  │
//	└── look-up ─ no attempt or time left ───────────────┘
//	          └── not known what is left ──> done
//
// The phases:
//
//   - request sends CreateAccessKey with the expiry, and with a marker as the tag.
//   - look-up follows a lost answer. It reads the keys with the marker and removes them, because their secret is lost. Then
//     it goes back to request, up to domain.MaxAttempts times, with growing pauses.
//   - finish sends UpdateAccessKey with the tag, the state and again the expiry. It compares the answer with the spec.
//   - discard removes the new key if it cannot be finished, or if the caller stopped waiting.
//   - recheck looks once more for keys with the marker if an answer was lost: the API may have executed the request late.
//
// Each creation has its own marker. So every key with the marker is a key whose secret is lost, except the one that Create
// returns.
type creation struct {
	s        *Service
	ctx      deadlines
	want     Spec
	opts     CreateOptions
	name     string // the current name of the owner
	marker   string
	identity Identity
	attempts *domain.Attempts

	lost       error    // the last lost answer
	left       []string // keys with the marker that could not be removed
	unknown    bool     // keys with the marker could not be looked up
	key        Key      // the new key; the zero Key before there is one, and after it was removed
	err        error    // the failure of the creation
	answerLost bool     // err is about lost answers
	warnings   []Warning
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

// run goes through the phases.
func (c *creation) run() (Created, error) {
	c.opts.Recorder.Intend(Intent{
		Marker: c.marker, UserName: c.name, UserID: c.identity.UserID, AccountID: c.identity.AccountID, Time: c.s.Now(),
	})
	for p := requesting; p != done; {
		p = c.step(p)
	}
	lost := &domain.LostAnswerError{
		Action: "CreateAccessKey", Name: c.name, Marker: c.marker, Left: c.left, Unknown: c.unknown,
		Tried: c.attempts.Report(), Err: c.err,
	}
	if c.key.ID == "" && lost.Settled() {
		c.opts.Recorder.Discarded(c.marker)
	}
	if c.answerLost {
		c.err = lost
	}
	return Created{Key: c.key, Warnings: c.warnings}, c.err
}

// step makes the calls of a phase and returns the next one.
func (c *creation) step(p phase) phase {
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

// abandoned reports whether the caller has stopped waiting.
func (c *creation) abandoned() bool { return c.opts.Abandoned != nil && c.opts.Abandoned() }

// whyNoRequest returns why no further key may be requested, or nil.
func (c *creation) whyNoRequest() error {
	if c.abandoned() {
		return ErrAbandoned
	}
	return timelimit.Err(c.ctx.caller)
}

// request sends one CreateAccessKey. The client makes sure that the key in the answer has the marker.
func (c *creation) request() phase {
	if err := c.whyNoRequest(); err != nil {
		c.answerLost, c.err = c.lost != nil, errors.Join(c.lost, fmt.Errorf("no access key was requested: %w", err))
		return rechecking
	}
	c.attempts.Attempts++
	k, err := withCurrentName(c.ctx.work, c, nil, func() (Key, error) {
		return c.s.create(c.ctx.work, api.CreateAccessKeyInput{UserName: c.name, Tag: c.marker, ExpirationDate: c.want.Expires})
	})
	switch {
	case err == nil:
		c.key = k
		c.key.Identity = c.identity
		return finishing
	case api.IsLostAnswer(err):
		c.lost = err
		c.attempts.Lose(err)
		return lookingUp
	}
	c.err = c.explain(err)
	return rechecking
}

// explain returns a more specific error for a refusal of CreateAccessKey: the quota with the keys that use it up, an owner
// that is gone, or an API without tags.
func (c *creation) explain(err error) error {
	switch {
	case api.IsQuota(err):
		keys, _ := c.s.read(c.ctx.work, api.ReadAccessKeysInput{UserName: c.name})
		return &QuotaError{Owner: c.want.Owner, Keys: keys, Err: err}
	case api.IsNotFound(err) && c.name != "":
		return c.s.ownerGone(c.ctx.work, c.name, err)
	case api.As(err) != nil && api.As(err).Code() == "4045": // an unknown member (A15): the tag, before 1.34.3
		return &UnsupportedError{Err: err}
	}
	return err
}

// finish sets the tag, the state and the expiry of the new key, by the answer of UpdateAccessKey:
//
//	the values of the spec                               the key is kept
//	a refusal that every later update would get          the key is removed (whyNeverFinished)
//	any other failure: the key is read (reload)
//	  it is gone                                         *domain.GoneError, and no key
//	  it has the values of the spec                      the key is kept
//	  only its tag differs                               the key is kept, with a *TagPendingWarning
//	  its state or its expiry differs                    the key is kept, with an *IncompleteError
//
// If the caller stopped waiting, the key is removed.
func (c *creation) finish() phase {
	c.opts.Recorder.Created(c.marker, c.key.withoutSecret())
	if c.abandoned() {
		c.err = ErrAbandoned
		return discarding
	}
	err := c.update()
	if err != nil {
		if c.err = c.whyNeverFinished(err); c.err != nil {
			return discarding
		}
		if !c.reload() {
			c.err = &domain.GoneError{Kind: domain.KindAccessKey, ID: c.key.ID, UserName: c.name}
			c.key = Key{}
			return rechecking
		}
	}
	switch what := differences(c.key, c.want); {
	case len(what) == 0:
	case len(what) == 1 && what[0].Field == FieldTag:
		c.warnings = append(c.warnings, &TagPendingWarning{Key: c.key.withoutSecret(), Tag: c.want.Tag, Err: err})
	default:
		c.err = &IncompleteError{KeyID: c.key.ID, What: what, Err: err}
	}
	if c.abandoned() {
		c.err = ErrAbandoned
		return discarding
	}
	return rechecking
}

// update sends the finishing call, repeats it once if the answer differs from the spec, and stores the answer.
func (c *creation) update() error {
	c.want.State = cmp.Or(c.want.State, c.key.State)
	send := func() (Key, error) {
		in := inputFor(c.name, c.key.ID, c.want)
		setTag(&in, c.want.Tag)
		return c.s.update(c.ctx.work, in)
	}
	k, err := withCurrentName(c.ctx.work, c, nil, send)
	if err == nil && len(differences(k, c.want)) > 0 {
		k, err = send()
	}
	if err == nil {
		k.Secret, k.Identity = c.key.Secret, c.identity
		c.key = k
	}
	return err
}

// whyNeverFinished returns an error if a key whose finishing call was refused can never be finished: the API does not accept
// the tag, or may be too old to change a tag, so that the key would keep its marker. Otherwise it returns nil.
func (c *creation) whyNeverFinished(refused error) error {
	if !api.IsInvalid(refused) {
		return nil
	}
	why, _ := c.s.whyRefused(c.ctx.work, inputFor(c.name, c.key.ID, c.want), c.key.Tag)
	switch {
	case why == refusedMember:
		return &UnsupportedError{Err: refused}
	case why == refusedValue && c.want.Tag != "":
		return &TagError{Tag: c.want.Tag, Err: refused}
	case why == refusedUnclear:
		return refused
	}
	return nil
}

// recheck looks once more for keys with the marker if an answer was lost. If it fails and there is a new key, the failure is
// a warning.
func (c *creation) recheck() phase {
	if c.attempts.Lost == 0 {
		return done
	}
	_, err := c.removeLost(domain.Settling[:1])
	switch {
	case err == nil:
	case c.key.ID != "":
		c.warnings = append(c.warnings, &LateLookupWarning{KeyID: c.key.ID, UserName: c.name, Marker: c.marker, Left: c.left, Err: err})
	default:
		c.answerLost, c.err = true, errors.Join(c.err, err)
	}
	return done
}

// withCurrentName makes a call for the owner of a creation. It looks up the owner's current name if the API does not know the
// name, or if unsure returns true for the result, because another user may have the old name now; a nil unsure accepts every
// result. If the name has changed, withCurrentName makes the call again. The error is a *domain.GoneError if the owner does
// not exist.
func withCurrentName[T any](ctx context.Context, c *creation, unsure func(T) bool, call func() (T, error)) (T, error) {
	v, err := call()
	doubt := api.IsNotFound(err) || err == nil && unsure != nil && unsure(v)
	if c.identity.UserID == "" || !doubt {
		return v, err
	}
	u, why := c.s.users.Reload(ctx, c.identity.UserID, Identity{})
	switch {
	case domain.IsGone(why):
		return v, why
	case why != nil && c.want.Owner.UserID != "":
		return v, errors.Join(err, why)
	case why != nil || u.Name == c.name:
		return v, err
	}
	c.name = u.Name
	return call()
}
