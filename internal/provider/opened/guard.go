package opened

import (
	"context"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/api"
)

const (
	// shutdown is the time to revoke in when the CLI ends the provider: it kills what has not ended after two seconds.
	shutdown = 1900 * time.Millisecond
	// alone is the time to revoke in when the CLI is dead: nobody kills the provider then, and nobody waits for it. It is
	// enough for thousands of keys at the API's rate, and ends a provider whose API is gone.
	alone = 30 * time.Minute
	// glance is how often the provider looks whether the CLI that started it still lives.
	glance = 100 * time.Millisecond
)

// Guard ends the keys of a process when the process ends.
type Guard struct {
	Keys *List
	Say  func(Left) // told what is left
	Exit func(code int)
}

// Run serves, and revokes what is left once serve returns, which it does when the CLI ends its plugin. With watch it
// revokes and exits as well when the CLI is no longer there, because a CLI that was killed ends nobody; where the system
// does not tell, it serves without.
func (g Guard) Run(watch bool, serve func() error) error {
	if first, told := parent(); watch && told {
		stay()
		g.Keys.alone = func() bool { now, _ := parent(); return now != first }
		go g.watch()
	}
	err := serve()
	g.end(shutdown)
	return err
}

// end revokes what is left within a time, and when the CLI is dead by then, as one may be that was about to kill the
// provider, goes on. What is left then the ledger keeps for the next run.
func (g Guard) end(within time.Duration) {
	left := g.revoke(within)
	if within < alone && g.Keys.orphaned() {
		left = g.revoke(alone)
	}
	ids := g.Keys.unsure()
	for _, l := range left {
		g.Say(l)
		ids = append(ids, l.ID)
	}
	g.Keys.Ledger.Close(ids...)
}

func (g Guard) revoke(within time.Duration) []Left {
	ctx, cancel := context.WithTimeout(context.Background(), within)
	defer cancel()
	return g.Keys.End(api.WithoutRateLimit(ctx))
}

// watch waits for the death of the process that was the parent at first.
func (g Guard) watch() {
	tick := time.NewTicker(glance)
	defer tick.Stop()
	for range tick.C {
		if g.Keys.orphaned() {
			break
		}
	}
	g.end(alone)
	g.Exit(1)
}
