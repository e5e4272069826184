package accesskey

import (
	"context"
	"encoding/json"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/outscale-access/terraform-provider-outscale/internal/credential"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/opened"
)

// lease is one run-scoped key, as Open's private data keeps it for Renew and Close. It holds no secret: private data of
// an ephemeral resource is not stored, but the CLI has no need to see one.
type lease struct {
	ID       string
	Owner    credential.Owner
	Tag      string
	Lifetime time.Duration
	Expires  time.Time
}

// leaseKey is the name of the lease in the private data.
const leaseKey = "lease"

func (l lease) text() string { return "access key " + l.ID + " of " + l.Owner.String() }

// wish is a key that expires a lifetime from now, in whatever state it is.
func (l lease) wish(now time.Time) credential.Wish {
	expires := now.Add(l.Lifetime).Truncate(time.Millisecond)
	return credential.Wish{Owner: l.Owner, Expires: &expires, Tag: l.Tag}
}

// of is the lease of this key. A key without an expiry was refused before; should there be one, it counts as due.
func (l lease) of(key credential.Key) lease {
	l.ID = key.ID
	if key.Expires != nil {
		l.Expires = *key.Expires
	}
	return l
}

func (l lease) opened(k *credential.Keeper) opened.Key {
	return opened.Key{Keeper: k, Owner: l.Owner, Key: credential.Key{ID: l.ID, State: credential.Active, Tag: l.Tag, Expires: &l.Expires}}
}

// private is the private data of an ephemeral resource; its type has no name that can be used.
type private interface {
	GetKey(ctx context.Context, key string) ([]byte, diag.Diagnostics)
	SetKey(ctx context.Context, key string, value []byte) diag.Diagnostics
}

func (l lease) write(ctx context.Context, p private) diag.Diagnostics {
	text, err := json.Marshal(l)
	if err != nil {
		return diag.Diagnostics{diag.NewErrorDiagnostic(notOpened, "What Close needs to know could not be kept: "+err.Error())}
	}
	return p.SetKey(ctx, leaseKey, text)
}

// readLease returns what Open kept; found is false when it made no key.
func readLease(ctx context.Context, p private, diags *diag.Diagnostics) (l lease, found bool) {
	text, more := p.GetKey(ctx, leaseKey)
	diags.Append(more...)
	if more.HasError() || len(text) == 0 {
		return lease{}, false
	}
	if err := json.Unmarshal(text, &l); err != nil {
		diags.AddError(notClosed, "What Open kept of the access key cannot be read: "+err.Error())
		return lease{}, false
	}
	return l, true
}
