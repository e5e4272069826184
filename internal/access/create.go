package access

import (
	"context"
	"errors"
	"slices"

	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/internal/domain"
	"github.com/outscale-access/terraform-provider-outscale/internal/timelimit"
)

// unnamed is the creation of an object without a name. After a lost answer, such an object is found because it is new in
// the list and equal to the request.
type unnamed[T any] struct {
	action string
	list   func(ctx context.Context) ([]T, error) // not from a cache
	create func(ctx context.Context) (T, error)
	id     func(T) string
	like   func(T) bool // the object is equal to the request
	done   func()       // called after the last request
}

// createUnnamed creates an object. If the answer is lost, the one object that is new and equal to the request is the result. With no
// such object, or with several, the error says that the answer was lost. The request is not sent again, because the API can
// still execute the first one, and nobody would notice the second object.
func createUnnamed[T any](ctx context.Context, opts domain.Options, u unnamed[T]) (none T, _ error) {
	if err := timelimit.Err(ctx); err != nil {
		return none, err
	}
	work, cleanup, done := domain.CreateContexts(ctx)
	defer done()
	defer u.done()
	before, err := u.list(work)
	if err != nil {
		return none, err
	}
	created, err := u.create(work)
	if !api.IsLostAnswer(err) {
		return created, err
	}
	lost := &domain.LostAnswerError{Action: u.action, Tried: domain.Tried{Attempts: 1, Lost: 1}, Err: err}
	for _, pause := range domain.Settling {
		if opts.Pause(cleanup, pause, u.action, domain.ReasonSettling) != nil {
			break
		}
		lost.Tried.Lookups++
		now, readErr := u.list(cleanup)
		if readErr != nil {
			lost.Unknown, lost.Err = true, errors.Join(err, readErr)
			return none, lost
		}
		found := slices.DeleteFunc(now, func(item T) bool {
			return !u.like(item) || slices.ContainsFunc(before, func(old T) bool { return u.id(old) == u.id(item) })
		})
		if len(found) == 1 {
			return found[0], nil
		}
		if len(found) > 1 {
			for _, item := range found {
				lost.Left = append(lost.Left, u.id(item))
			}
			return none, lost
		}
	}
	return none, lost
}
