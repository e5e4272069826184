package opened

import (
	"errors"
	"maps"
	"slices"
	"testing"

	"github.com/outscale-access/terraform-provider-outscale/internal/credential"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/ledger"
)

// TestWhatTheNextRunIsToldOf: after a run that ended in good order, nothing; of what was handed over to a CLI that the user
// interrupted, all; and what could not be revoked.
func TestWhatTheNextRunIsToldOf(t *testing.T) {
	for name, c := range map[string]struct {
		during  func(*List)
		refused map[string]error
		want    []string
	}{
		"good order":      {func(*List) {}, nil, nil},
		"interrupted":     {(*List).Interrupt, nil, []string{"STATE"}},
		"one not revoked": {func(*List) {}, map[string]error{"RUN": errors.New("refused")}, []string{"RUN"}},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			l := New()
			l.Ledger = ledger.In(dir, func(err error) { t.Error(err) })
			k := credential.New(&account{refused: c.refused}, credential.Options{Ledger: l.Ledger.Of("account")})
			g := Guard{Keys: l, Say: func(Left) {}}
			err := g.Run(false, func() error {
				for _, id := range []string{"STATE", "RUN"} {
					l.Ledger.Of("account").Made(credential.Key{ID: id})
				}
				l.Hand(key(k, "STATE"))
				l.Put(key(k, "RUN"))
				c.during(l)
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			left := ledger.In(dir, func(err error) { t.Error(err) }).Of("account").Left()
			if got := slices.Sorted(maps.Keys(left)); !slices.Equal(got, c.want) {
				t.Errorf("the next run is told of %v, want %v", got, c.want)
			}
			for id, key := range left {
				if !key.Handed {
					t.Errorf("%s counts as had by nobody", id)
				}
			}
		})
	}
}
