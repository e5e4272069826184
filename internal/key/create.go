package key

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/internal/domain"
)

// CreateOptions are the options of one creation. Each member is optional.
type CreateOptions struct {
	Marker    string      // begins with MarkerPrefix and is unique, see NewMarker; "" = a new one
	Recorder  Recorder    // nil = Options.Recorder
	Abandoned func() bool // reports whether the caller no longer waits for the key, which is then deleted; nil = never
}

// Created is the result of a creation.
type Created struct {
	Key      Key // with its secret and identity; the zero Key when none was created
	Warnings []Warning
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
	attempts := domain.NewAttempts(work, s.opts.Options, "CreateAccessKey")
	accountID, err := domain.ReadyToCreate(work, s.account, s.api.Accepted)
	if err != nil {
		return Created{}, fmt.Errorf("no access key was requested: %w", err)
	}
	name, err := s.nameToRead(work, want.Owner, Identity{})
	if err != nil {
		return Created{}, err
	}
	c := &creation{
		s: s, ctx: deadlines{ctx, work, cleanup}, want: want, opts: opts, attempts: attempts,
		name: name, marker: cmp.Or(opts.Marker, NewMarker(s.opts.NewID())),
		identity: s.identify(work, want.Owner, name, accountID),
	}
	if c.opts.Recorder == nil {
		c.opts.Recorder = s.opts.Recorder
	}
	return c.run()
}

// creation is one Create, as a state machine. Each phase makes its calls and returns the next phase.
//
//	              a key                as asked
//	┌──> request ──────────> finish ──────────────> recheck ──> done
//	│     │    │               │ unwanted            ^ ^ ^
//	│     │    │               v                     │ │ │
//	│     │    │            discard ─────────────────┘ │ │
//	│     │    └─ refused, or nobody waits ────────────┘ │
//	│     v answer lost                                  │
//	└── look-up ─ no attempt or time left ───────────────┘
//	          └── not known what is left ──> done
//
// The phases:
//
//   - request sends CreateAccessKey with a marker as the tag, and with the expiry from the first moment. It is never sent
//     again as long as it may have been executed.
//   - look-up, after a lost answer, reads the keys with the marker and removes them, because their secret is lost. Then the
//     key is requested again: up to domain.MaxAttempts times, with growing pauses.
//   - finish sends UpdateAccessKey with tag and state, and the expiry again. The answer is compared with the spec.
//   - discard removes a new key that cannot be completed, or that nobody waits for.
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

// run goes through the phases.
func (c *creation) run() (Created, error) {
	c.opts.Recorder.Intend(Intent{
		Marker: c.marker, UserName: c.name, UserID: c.identity.UserID, AccountID: c.identity.AccountID, Time: c.s.Now(),
	})
	for p := requesting; p != done; {
		p = c.step(p)
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

// abandoned reports whether nobody waits for the key.
func (c *creation) abandoned() bool { return c.opts.Abandoned != nil && c.opts.Abandoned() }

// ended returns why nothing more may be requested, nil as long as somebody waits.
func (c *creation) ended() error {
	if c.abandoned() {
		return ErrAbandoned
	}
	return c.ctx.caller.Err()
}

// request sends one CreateAccessKey. An answer about a key without the marker is not about the key that was requested: that
// key is not touched.
func (c *creation) request() phase {
	if err := c.ended(); err != nil {
		c.ambiguous, c.err = c.lost != nil, errors.Join(c.lost, fmt.Errorf("no access key was requested: %w", err))
		return rechecking
	}
	c.attempts.Attempts++
	k, err := follow(c.ctx.work, c, nil, func() (Key, error) {
		return c.s.create(c.ctx.work, api.CreateAccessKeyInput{UserName: c.name, Tag: c.marker, ExpirationDate: c.want.Expires})
	})
	switch {
	case err == nil && k.Tag == c.marker:
		c.key = k
		c.key.Identity = c.identity
		return finishing
	case err == nil:
		c.lost = fmt.Errorf("the answer is about access key %s, which does not have the tag that was requested", k.ID)
	case api.IsAmbiguous(err):
		c.lost = err
	default:
		c.err = c.explain(err)
		return rechecking
	}
	c.attempts.Lose(c.lost)
	return lookingUp
}

// explain adds to a refusal of CreateAccessKey what helps the user: the keys that fill a quota, the owner that is gone,
// an API that knows no tag.
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

// finish sets the tag, the state and the expiry of the new key. After any failure, the key is kept with its secret unless the
// API proves it gone.
func (c *creation) finish() phase {
	c.opts.Recorder.Created(c.marker, c.key.withoutSecret())
	if c.abandoned() {
		c.err = ErrAbandoned
		return discarding
	}
	err := c.update()
	if err != nil {
		if c.err = c.unusable(err); c.err != nil {
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

// update makes the finishing call, corrects it once, and takes over the answer.
func (c *creation) update() error {
	c.want.State = cmp.Or(c.want.State, c.key.State)
	send := func() (Key, error) {
		in := inputFor(c.name, c.key.ID, c.want)
		setTag(&in, c.want.Tag)
		return c.s.update(c.ctx.work, in)
	}
	k, err := follow(c.ctx.work, c, nil, send)
	if err == nil && len(differences(k, c.want)) > 0 {
		k, err = send()
	}
	if err == nil {
		k.Secret, k.Identity = c.key.Secret, c.identity
		c.key = k
	}
	return err
}

// unusable returns why a key whose finishing call was refused can never be completed, nil if it can: the tag is not
// accepted, or the API may be one that cannot change a tag, so that the marker would stay.
func (c *creation) unusable(refused error) error {
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

// recheck looks once more for keys with the marker, when an answer was lost. Its failure is never an error for the new key.
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
		c.ambiguous, c.err = true, errors.Join(c.err, err)
	}
	return done
}

// follow makes a call for the owner of a creation, and makes it once more under the owner's new name when the owner was
// renamed meanwhile. The owner is read again when the API does not know the name, and when unsure says so of the result:
// the name may be another user's by now. nil = every result is final. *domain.GoneError when the owner does not exist.
func follow[T any](ctx context.Context, c *creation, unsure func(T) bool, call func() (T, error)) (T, error) {
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
