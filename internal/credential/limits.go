package credential

import (
	"context"
	"slices"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/api"
)

// KeyLimit is how many access keys, in any state, the root account or an EIM user may have (official, user guide; the
// refusal of one more is A4). OUTSCALE can raise it for an account: it is a reason to warn, not to refuse.
const KeyLimit = 10

// Ceiling is the longest remaining life that the account's API access policy allows an access key; 0 = any, also no
// expiry. Who may not read the policy, or whose API is older than it (before 1.14), gets 0: the API still refuses what
// it does not allow. It is asked once in a run, and a failure is kept as well: with a bad key, each further question
// would count towards a lock-out.
func (k *Keeper) Ceiling(ctx context.Context) (time.Duration, error) {
	c, err := k.readCeiling(ctx)
	return c.life, err
}

// ceiling is what is known of the policy.
type ceiling struct {
	life  time.Duration
	known bool // false = the caller may not read the policy
	err   error
}

func (k *Keeper) readCeiling(ctx context.Context) (ceiling, error) {
	c, err := k.ceiling.get(ctx, theAccount, freshFor, func(ctx context.Context) (ceiling, error) {
		policy, err := k.api.ReadAPIAccessPolicy(ctx)
		if closed(err) {
			k.info(ctx, "the account's API access policy cannot be read: its ceiling on the life of access keys is not checked", nil)
			return ceiling{}, nil
		}
		return ceiling{life: policy.KeyLifetime, known: err == nil, err: err}, nil
	})
	if err == nil {
		err = c.err
	}
	return c, err
}

// theAccount is the one entry of the shared read of the policy.
const theAccount = ""

// closed reports an action that this caller cannot have: the right is missing, or the API does not know it.
func closed(err error) bool { return api.IsForbidden(err) || api.IsUnknownAction(err) }

// stopped is a clock for what is asked once a run, however long that is.
func stopped() time.Time { return time.Time{} }

// Holds returns the keys an owner has, and the name it has today ("" for the caller). An owner that does not exist yet
// has none, and by which name or id it will be known is what o says: the list of users, which is shared, spares asking
// for the keys of each user that is still to be made.
func (k *Keeper) Holds(ctx context.Context, o Owner) (name string, keys []Key, err error) {
	if o == (Owner{}) {
		keys, err = k.keysOf(ctx, "")
		return "", keys, err
	}
	name = o.UserName
	users, err := k.ListUsers(ctx)
	switch {
	case err == nil:
		i := slices.IndexFunc(users, func(u User) bool {
			return u.ID == o.UserID || (o.UserID == "" && u.Name == o.UserName)
		})
		if i < 0 {
			return name + o.UserID, nil, nil
		}
		name = users[i].Name
	case o.UserID != "" || !closed(err):
		return "", nil, err
	}
	keys, err = k.keysOf(ctx, name)
	if api.IsNotFound(err) {
		return name, nil, nil
	}
	return name, keys, err
}
