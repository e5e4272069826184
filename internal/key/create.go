package key

import (
	"context"
	"fmt"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/domain"
)

// Intent is what is known of a creation before its first request.
type Intent struct {
	Marker    string // the tag of the key until its creation is finished
	UserName  string // the owner, "" = the caller
	UserID    string // the owner's id, "" = the caller, or unknown
	AccountID string // "" = unknown
	Time      time.Time
}

// Recorder hears of creations as they go on, so that a key can be found again after the process died. Its methods do not
// fail: a creation goes on without a record. They may be called from several goroutines at once.
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

// Warning is what the user of a caller should hear of although a call succeeded, as data. The types are
// *TagPendingWarning, *LateLookupWarning and *rotation.RetirePreviousWarning.
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
	work, cleanup, done := domain.CreateContexts(ctx)
	defer done()
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
