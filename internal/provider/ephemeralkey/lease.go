package ephemeralkey

import (
	"context"
	"encoding/json"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/key"
	"github.com/outscale-access/terraform-provider-outscale/internal/orphan"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/base"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/diag"
)

// lease is one run-scoped key, as Open's private data has it for Renew and Close. It holds no secret: private data of an
// ephemeral resource is not stored, but the CLI has no need to see one.
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

// describe names the key in a sentence.
func (l lease) describe() string {
	return "access key " + l.ID + " of " + diag.OwnerText(l.Owner.UserName, l.Owner.UserID)
}

// toSpec asks for a key that expires a lifetime from now, in whatever state it is.
func (l lease) toSpec(now time.Time) key.Spec {
	expires := now.Add(l.Lifetime).Truncate(time.Millisecond)
	return key.Spec{Owner: l.Owner, Expires: &expires, Tag: l.Tag}
}

// withKey is the lease of this key. A key without an expiry was refused before; should there be one, it counts as due.
func (l lease) withKey(k key.Key) lease {
	l.ID, l.Identity = k.ID, k.Identity
	if k.Expires != nil {
		l.Expires = *k.Expires
	}
	return l
}

// runKey is the lease for the tracker.
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

// readLease returns what Open stored; found is false when it created no key.
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
