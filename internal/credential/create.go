package credential

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/api"
)

const (
	// createLimit bounds a create whose caller sets no deadline.
	createLimit = 10 * time.Minute
	// cleanLimit is the time for looking up and removing what a lost answer left, beyond the caller's deadline: a
	// create that ran out of time is the very one that must not leave a key behind.
	cleanLimit = 2 * time.Minute
	// attempts is how many times a key is asked for while answers are lost.
	attempts = 2
	// throttledWait is the pause before asking again after a 503 that speaks of the rate and left nothing behind.
	throttledWait = 2 * time.Second
)

// Create makes a key as wished.
//
// The key is asked for under a marker as its tag, with its expiry from the first moment; one update then sets tag and
// state and re-sends the expiry, and its answer is the key. A request whose answer is lost is not repeated: the marker
// is looked up, what it finds is deactivated and deleted, because its secret is lost, and then one new attempt is made.
//
// A Key with an ID together with an error means that the key exists: its secret must be kept. A notice instead of an
// error means that only the marker is left to clear. The work is not cut by a cancelled ctx, because a key could then
// exist whose id nobody learned; ctx's deadline holds, or ten minutes without one. A ctx that has ended makes no call.
// Errors: *QuotaError, *GoneError (the owner), *TagError, *AmbiguousError, *UnfinishedError, *UnsupportedError, or the API's.
func (k *Keeper) Create(ctx context.Context, w Wish) (Key, []Notice, error) {
	if err := ctx.Err(); err != nil {
		return Key{}, nil, fmt.Errorf("no access key was asked for: %w", err)
	}
	work, cancel := uncut(ctx)
	defer cancel()
	name, err := k.nameToWrite(work, w.Owner, "")
	if err != nil {
		return Key{}, nil, err
	}
	k.keys.drop(name)
	defer k.keys.drop(name)
	if err := k.introduce(work); err != nil {
		return Key{}, nil, fmt.Errorf("no access key was asked for: %w", err)
	}
	left := k.endLeft(work, w.Owner, name)
	c := &creation{k: k, caller: ctx, wish: w, name: name}
	defer func() { k.keys.drop(c.name) }() // its name by then
	key, notices, err := c.run(work)
	return key, append(left, notices...), err
}

// introduce has the credential accepted before a key is asked for, by a call that changes nothing. Before that, each lost
// answer may have been a refusal, and the client ends its attempts after a few, lest it be locked out: the look for a key
// whose answer was lost must not be among them. A plan asks for the same, so that there is hardly ever a call.
func (k *Keeper) introduce(ctx context.Context) error {
	k.first.Lock()
	defer k.first.Unlock()
	if k.api.Accepted() {
		return nil
	}
	_, err := k.api.ReadAPIAccessPolicy(ctx)
	if k.api.Accepted() {
		return nil // also by a refusal of this one action
	}
	return err
}

// uncut is ctx without its cancellation and with its deadline, or with createLimit when it has none.
func uncut(ctx context.Context) (context.Context, context.CancelFunc) {
	if deadline, ok := ctx.Deadline(); ok {
		return context.WithDeadline(context.WithoutCancel(ctx), deadline)
	}
	return context.WithTimeout(context.WithoutCancel(ctx), createLimit)
}

// creation is one Create under way.
type creation struct {
	k      *Keeper
	caller context.Context // looked at only between attempts
	wish   Wish
	name   string // today's name of the owner
	alone  bool   // it holds its owner's turn
	traces []trace
}

// errOlder says that the fresh key was removed because the API turned out to be older than 1.40.1.
var errOlder = errors.New("the API is older than 1.40.1")

func (c *creation) run(ctx context.Context) (Key, []Notice, error) {
	unlearn := false // the API was taken for an old one for the sake of one more try
	for lost := 0; ; {
		switch err := c.caller.Err(); {
		case err != nil && len(c.traces) > 0:
			return Key{}, nil, errors.Join(
				&AmbiguousError{Action: "CreateAccessKey", Owner: c.wish.Owner, Clean: true, Err: err}, c.lookAgain(ctx))
		case err != nil:
			return Key{}, nil, fmt.Errorf("no access key was made: %w", err)
		}
		if c.k.legacy.Load() && !c.alone {
			// One create at a time for an owner, so that a new key in its list is the one that was asked for.
			defer c.k.turns.take(c.name)()
			c.alone = true
		}
		created, tr, err := c.ask(ctx)
		if err == nil {
			key, notices, err := c.keep(ctx, created, tr.marker != "")
			if key.ID == "" && errors.Is(err, errOlder) {
				continue // once: the keeper has learned it
			}
			return key, notices, errors.Join(err, c.lookAgain(ctx))
		}
		if errors.Is(err, errNotAsked) {
			return Key{}, nil, err
		}
		if !api.IsAmbiguous(err) {
			if older(err) && !c.k.legacy.Load() {
				c.k.learnLegacy(ctx) // an API before 1.34.3 knows no tag at all; nothing was made
				unlearn = true
				continue
			}
			if unlearn {
				c.k.legacy.Store(false)
			}
			return Key{}, nil, errors.Join(c.refused(ctx, err), c.lookAgain(ctx))
		}
		c.k.info(ctx, "the answer of CreateAccessKey was lost: looking for the key", map[string]any{"marker": tr.marker, "user_name": c.name})
		removed, cleanErr := c.clean(ctx, tr, err, settling)
		if cleanErr != nil {
			return Key{}, nil, cleanErr
		}
		c.traces = append(c.traces, tr)
		if !removed && api.IsThrottled(err) && c.k.pause(ctx, throttledWait, "CreateAccessKey", whyThrottled) == nil {
			continue // turned away and nothing made: not a lost answer
		}
		if lost++; lost == attempts || ctx.Err() != nil {
			return Key{}, nil, errors.Join(
				&AmbiguousError{Action: "CreateAccessKey", Owner: c.wish.Owner, Clean: true, Err: err}, c.lookAgain(ctx))
		}
	}
}

// ask sends one CreateAccessKey. The trace finds the key again if the answer is lost.
func (c *creation) ask(ctx context.Context) (api.AccessKey, trace, error) {
	in := api.CreateAccessKeyInput{UserName: c.name, ExpirationDate: c.wish.Expires}
	if !c.k.legacy.Load() {
		tr := trace{marker: markerPrefix + c.k.opts.NewID()}
		c.k.markers.Store(tr.marker, true)
		in.Tag = tr.marker
		created, err := c.create(ctx, in)
		return created, tr, err
	}
	// A marker could not be replaced afterwards.
	before, err := c.k.freshKeys(ctx, c.name)
	if moved, why := c.moved(ctx, err); moved {
		before, err = c.k.freshKeys(ctx, c.name)
	} else if isGone(why) {
		err = why
	}
	if err != nil {
		return api.AccessKey{}, trace{}, fmt.Errorf("%w: %w", errNotAsked, err)
	}
	in.Tag = c.wish.Tag
	created, err := c.create(ctx, in)
	return created, trace{before: before, like: c.wish}, err
}

// create is the call, repeated once under the owner's new name when the owner is known by its id and was renamed.
func (c *creation) create(ctx context.Context, in api.CreateAccessKeyInput) (api.AccessKey, error) {
	created, err := c.k.api.CreateAccessKey(ctx, in)
	moved, why := c.moved(ctx, err)
	if isGone(why) {
		return created, why
	}
	if !moved {
		return created, err
	}
	in.UserName = c.name
	return c.k.api.CreateAccessKey(ctx, in)
}

// moved reports whether err is a not-found about an owner that is known by its id and has another name by now, which is
// c.name from then on. why is a *GoneError when there is no such user any more, or what kept that from being found out.
func (c *creation) moved(ctx context.Context, err error) (_ bool, why error) {
	if c.wish.Owner.UserID == "" || !api.IsNotFound(err) {
		return false, nil
	}
	return c.renamed(ctx)
}

// renamed is moved without an error to go by.
func (c *creation) renamed(ctx context.Context) (bool, error) {
	user, err := c.k.freshUser(ctx, c.wish.Owner.UserID)
	if err != nil || user.Name == c.name {
		return false, err
	}
	c.name = user.Name
	c.k.keys.drop(c.name)
	return true, nil
}

// refused turns a definite refusal into the error that helps: the ids that fill a quota, the owner that is gone.
func (c *creation) refused(ctx context.Context, err error) error {
	switch {
	case api.IsQuota(err):
		quota := &QuotaError{Owner: c.wish.Owner, Err: err}
		if keys, listErr := c.k.freshKeys(ctx, c.name); listErr == nil {
			for _, key := range keys {
				quota.KeyIDs = append(quota.KeyIDs, key.ID)
			}
		}
		return quota
	case api.IsNotFound(err) && c.name != "":
		return c.k.ownerGone(ctx, c.wish.Owner, c.name, err)
	case older(err) && c.wish.Tag != "":
		return &UnsupportedError{What: "the API of this region (before 1.34.3) has no tags on access keys", Err: err}
	}
	return err
}

// keep finishes a fresh key, unless nobody is there to take its secret: before the marker goes, which would hide that, and
// after.
func (c *creation) keep(ctx context.Context, created api.AccessKey, marked bool) (Key, []Notice, error) {
	if c.k.opts.Abandoned() {
		return Key{}, nil, c.abandon(ctx, keyOf(c.name, created))
	}
	key, notices, err := c.finish(ctx, created, marked)
	if key.ID != "" && c.k.opts.Abandoned() {
		return Key{}, nil, c.abandon(ctx, key)
	}
	return key, notices, err
}

// abandon removes a key that nobody will know, without waiting for its turn in the pace: the process is about to end.
func (c *creation) abandon(ctx context.Context, key Key) error {
	c.k.info(ctx, "nobody waits for the new access key: revoking it", map[string]any{"access_key_id": key.ID, "user_name": c.name})
	ctx, cancel := context.WithTimeout(api.WithoutRateLimit(context.WithoutCancel(ctx)), cleanLimit)
	defer cancel()
	if err := c.remove(ctx, key); err != nil {
		return &AmbiguousError{Action: "CreateAccessKey", Owner: c.wish.Owner, KeyIDs: []string{key.ID}, Err: err}
	}
	return errAbandoned
}

var errAbandoned = errors.New("the run ended while the access key was made, and nobody would have its secret: it was revoked")

// finish brings a fresh key to what was wished and returns it with its secret, whatever happens on the way. marked says
// how this key was asked for: another create may have learned meanwhile that the API is old.
func (c *creation) finish(ctx context.Context, created api.AccessKey, marked bool) (Key, []Notice, error) {
	k, want := c.k, c.wish
	fresh := keyOf(c.name, created)
	k.opts.Ledger.Made(fresh)
	want.State = want.stateOr(fresh.State)
	interrupted := marked && errors.Is(c.caller.Err(), context.Canceled)
	if interrupted {
		// Whether the caller still writes down what it is given is not sure now. A key that gets lost can be found by its
		// marker: it stays, and the next change of the key clears it.
		want.Tag = fresh.Tag
	}
	if (!marked || interrupted) && len(differences(fresh, want)) == 0 {
		return c.verdict(fresh, c.wish, nil)
	}
	in := api.UpdateAccessKeyInput{ID: fresh.ID, UserName: c.name, State: string(want.State), ExpirationDate: want.Expires}
	plain, retag := in, marked && !interrupted
	if retag {
		setTag(&in, want.Tag)
	}
	answer, err := k.api.UpdateAccessKey(ctx, in)
	if moved, _ := c.moved(ctx, err); moved {
		in.UserName, plain.UserName = c.name, c.name
		answer, err = k.api.UpdateAccessKey(ctx, in)
	}
	if retag && api.IsInvalid(err) {
		switch why, _, unclear := k.whyRefused(ctx, plain, fresh.Tag); {
		case why == refusedAsUnknown:
			k.learnLegacy(ctx)
			return c.giveUp(ctx, fresh, want, errOlder) // and made again with its final tag from the start
		case why == refusedAsValue && want.Tag != "":
			return c.giveUp(ctx, fresh, want, &TagError{Tag: want.Tag, Err: err})
		case unclear != nil && !api.IsInvalid(unclear) && !unknownKey(unclear):
			// It may be that this API never takes the marker off: a state that has it could not be brought to what is wished.
			return c.giveUp(ctx, fresh, want, err)
		}
	}
	if err == nil && len(differences(keyOf(c.name, answer), want)) > 0 {
		answer, err = k.api.UpdateAccessKey(ctx, in) // corrected once
	}
	now := fresh
	if err == nil {
		now = keyOf(c.name, answer)
	} else if found, readErr := c.current(ctx, fresh); readErr == nil {
		now = found
	} else if isGone(readErr) {
		return Key{}, nil, readErr
	}
	now.Secret = fresh.Secret
	return c.verdict(now, c.wish, err)
}

// giveUp removes a key that cannot become what was asked, and returns why: nobody has its secret yet. One that cannot be
// removed is handed over.
func (c *creation) giveUp(ctx context.Context, fresh Key, want Wish, why error) (Key, []Notice, error) {
	removal := c.remove(ctx, fresh)
	if removal == nil {
		return Key{}, nil, why
	}
	now := fresh
	if found, err := c.current(ctx, fresh); err == nil {
		now = found
	} else if isGone(err) {
		return Key{}, nil, why
	}
	now.Secret = fresh.Secret
	return now, nil, &UnfinishedError{KeyID: now.ID, What: differences(now, want), Err: errors.Join(why, removal)}
}

// current reads the fresh key on time of its own: the caller's may be what ran out.
func (c *creation) current(ctx context.Context, fresh Key) (Key, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanLimit)
	defer cancel()
	return c.k.prove(ctx, c.wish.Owner, fresh.ID)
}

// verdict is a notice when only the tag is not as wished, an error when state or expiry are not.
func (c *creation) verdict(now Key, want Wish, err error) (Key, []Notice, error) {
	what := differences(now, want)
	if len(what) == 0 {
		return now, nil, nil
	}
	untagged := want
	untagged.Tag = now.Tag
	if len(differences(now, untagged)) > 0 {
		return now, nil, &UnfinishedError{KeyID: now.ID, What: what, Err: err}
	}
	detail := fmt.Sprintf("Access key %s of %s exists with the state and the expiry that were asked, but %s.", now.ID, nameOf(c.name), what[0])
	if err != nil {
		detail += fmt.Sprintf(" The call that sets the tag failed: %v.", err)
	}
	return now, []Notice{{Summary: "Access key made, its tag not yet set", Detail: detail + " The next apply sets the tag."}}, nil
}

// older reports the code for a member that the API does not know (A15). It is one measured nowhere, so that it only
// ever saves a create that would fail otherwise.
func older(err error) bool {
	e := api.As(err)
	return e != nil && e.Code() == "4045"
}

// errNotAsked keeps a failed look before the create apart from a failed create.
var errNotAsked = errors.New("no access key was asked for, because the owner's keys could not be listed before")

// turns lets one caller at a time through for each name.
type turns struct {
	mu    sync.Mutex
	names map[string]*sync.Mutex
}

// take waits for the turn and returns what ends it.
func (t *turns) take(name string) (release func()) {
	t.mu.Lock()
	if t.names == nil {
		t.names = map[string]*sync.Mutex{}
	}
	turn := t.names[name]
	if turn == nil {
		turn = &sync.Mutex{}
		t.names[name] = turn
	}
	t.mu.Unlock()
	turn.Lock()
	return turn.Unlock
}
