package ephemeralkey

import (
	"context"
	"encoding/json"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/key"
	"github.com/outscale-access/terraform-provider-outscale/internal/orphan"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/attr/isodate"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/base"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/diag"
)

// lease is a run-scoped key in the private data, by which Open passes it to Renew and Close. It has no secret.
type lease struct {
	ID       string
	Owner    key.Owner
	Tag      string
	Lifetime time.Duration
	Expires  time.Time
	Identity key.Identity
}

// leaseKey is the name of the lease in the private data.
const leaseKey = "lease"

// describe returns the key and its owner for a sentence.
func (l lease) describe() string {
	return "access key " + l.ID + " of " + diag.OwnerText(l.Owner.UserName, l.Owner.UserID)
}

// toSpec returns the spec of a key that expires a lifetime from now.
func (l lease) toSpec(now time.Time) key.Spec {
	expires := now.Add(l.Lifetime).Truncate(time.Millisecond)
	return key.Spec{Owner: l.Owner, Expires: &expires, Tag: l.Tag}
}

// withKey returns the lease of this key. The service has checked that the key has an expiry; without one it counts as expired.
func (l lease) withKey(k key.Key) lease {
	l.ID, l.Identity = k.ID, k.Identity
	if k.Expires != nil {
		l.Expires = *k.Expires
	}
	return l
}

// whyNotRenewed returns why a renewal must leave the key as found, "" if it need not: somebody ended the key, or it expired
// before the renewal. set is the expiry that the run has set.
func whyNotRenewed(found key.Key, set, now time.Time) string {
	switch {
	case found.State != key.Active:
		return "is INACTIVE: somebody deactivated it."
	case found.Expired(now):
		return "expired on " + isodate.Format(*found.Expires) + ", before its renewal."
	case found.Expires != nil && found.Expires.Before(set.Truncate(time.Millisecond)):
		return "expires on " + isodate.Format(*found.Expires) + ". Somebody changed the expiry, which was " + isodate.Format(set) + "."
	}
	return ""
}

// runKey returns the key for the tracker.
func (l lease) runKey(keys orphan.Revoker) orphan.RunKey {
	return orphan.RunKey{Keys: keys, Owner: l.Owner, Key: key.Key{
		ID: l.ID, UserName: l.Owner.UserName, State: key.Active, Tag: l.Tag, Expires: &l.Expires, Identity: l.Identity,
	}}
}

func (l lease) write(ctx context.Context, private base.PrivateState, diags *diag.Diagnostics) {
	text, err := json.Marshal(l)
	if err != nil {
		diags.AddError(notOpened, "What Close needs to know could not be stored: "+err.Error())
		return
	}
	diags.Append(private.SetKey(ctx, leaseKey, text)...)
}

// readLease returns the lease that Open stored. found is false if Open created no key.
func readLease(ctx context.Context, private base.PrivateState, diags *diag.Diagnostics) (l lease, found bool) {
	text, more := private.GetKey(ctx, leaseKey)
	diags.Append(more...)
	if more.HasError() || len(text) == 0 {
		return lease{}, false
	}
	if err := json.Unmarshal(text, &l); err != nil {
		diags.AddError(notClosed, "What Open stored about the access key cannot be read: "+err.Error())
		return lease{}, false
	}
	return l, true
}
