package base_test

import (
	"context"
	"testing"

	"github.com/outscale-access/terraform-provider-outscale/internal/domain"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/base"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/diag"
)

type private map[string][]byte

func (p private) GetKey(_ context.Context, key string) ([]byte, diag.Diagnostics) { return p[key], nil }

func (p private) SetKey(_ context.Context, key string, value []byte) diag.Diagnostics {
	p[key] = value
	return nil
}

// TestWriteIdentity_empty: an identity of which nothing is known does not replace the recorded one.
func TestWriteIdentity_empty(t *testing.T) {
	p, recorded := private{}, domain.Identity{AccountID: "123456789012"}
	var diags diag.Diagnostics
	for _, identity := range []domain.Identity{{}, recorded, {}} {
		base.WriteIdentity(p, identity, &diags)
	}
	if got := base.ReadIdentity(p); got != recorded || len(diags) > 0 {
		t.Errorf("recorded %+v, diagnostics %v", got, diags)
	}
}
