package session

import (
	"sync"
	"sync/atomic"
)

// planned counts the access keys that a run plans to make, by the name of their owner. Each resource is planned alone,
// and the session is what all of them share.
type planned struct {
	over atomic.Bool
	mu   sync.Mutex
	more map[string]int // made less freed
}

// KeyPlanned counts one more key for an owner, and returns how many more than now that makes in this run.
func (s *Session) KeyPlanned(owner string) int { return s.planned.add(owner, 1) }

// KeyFreed counts a key that makes room for another, because it is deleted before that one is made.
func (s *Session) KeyFreed(owner string) { s.planned.add(owner, -1) }

// StopCounting ends the counting of planned keys. A provider is not told whether it plans or applies, and is asked for
// the plan of each resource once more while it applies: from the first change on, counting would cost calls for nothing.
func (s *Session) StopCounting() { s.planned.over.Store(true) }

// Counts reports whether planned keys are still counted.
func (s *Session) Counts() bool { return !s.planned.over.Load() }

func (p *planned) add(owner string, n int) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.more == nil {
		p.more = map[string]int{}
	}
	p.more[owner] += n
	return p.more[owner]
}
