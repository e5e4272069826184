package key

import (
	"errors"
	"fmt"

	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/internal/domain"
)

// creation is one Create: a state machine whose phases each make their calls and come to an outcome, which decides the
// next phase.
//
//		request ──created──> finish ──finished──────────────────────────> recheck ──checked──> done
//		 ^ │ │                  └────unwanted──> discard ──removed, kept──> ^
//		 │ │ └──refused, stopped───────────────────────────────────────────┤
//		 │ └──lost──> look-up ──exhausted──────────────────────────────────┘
//		 └──cleared────┘ └──────unclear──────────────────────────────────────────────────────> done
//
//	  - request sends CreateAccessKey under a marker as the tag, with the expiry from the first moment. It is never sent
//	    again as long as it may have been executed.
//	  - look-up, after a lost answer, reads the keys with the marker and removes them, because their secret is lost. Then the
//	    key is requested again: up to domain.MaxAttempts times, with growing pauses.
//	  - finish sends UpdateAccessKey with tag and state, and the expiry again; the answer is compared with what was asked.
//	  - discard removes a new key that cannot become what was asked, or that nobody waits for.
//	  - recheck looks once more for keys with the marker when answers were lost: a slow request may have been executed late.
//
// A marker is one creation's, so that each key that has it, but the one that is returned, is one whose secret is lost.
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
	err       error    // why the creation fails, as far as it went
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
		Marker: c.marker, UserName: c.name, UserID: c.identity.UserID, AccountID: c.identity.AccountID, Time: c.s.opts.Now(),
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

// request sends one CreateAccessKey. The answer is compared with the marker: the key of another answer is not the one that
// was requested, and is not touched.
func (c *creation) request() outcome {
	if err := c.caller(); err != nil {
		c.err = fmt.Errorf("no access key was requested: %w", err)
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
	case c.caller() == nil && c.attempts.Again(c.ctx.work, found):
		return cleared
	}
	c.ambiguous, c.err = true, errors.Join(c.lost, c.caller())
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
		if err := c.reload(); err != nil {
			return finished
		}
	}
	c.judge(err)
	if c.abandoned() {
		c.err = ErrAbandoned
		return unwanted
	}
	return finished
}

// discard removes the new key. One that cannot be removed is returned.
func (c *creation) discard() outcome {
	why, err := c.err, c.remove(c.key)
	if err == nil || c.reload() != nil {
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
