package simulator

import (
	"sync"
	"time"
)

// The lock-out of section 1 of the reference: each further four failures in a row make
// the next lock one minute longer, up to ten.
const (
	failuresToLock = 4
	lockStep       = time.Minute
	longestLock    = 10 * time.Minute
)

// maxFailing bounds how many names are watched: a client can make up any number of them.
const maxFailing = 10_000

// lockouts counts failed authentications by key id or login (A23). It lives in memory: a
// restart unlocks everybody.
type lockouts struct {
	lock    sync.Mutex
	failing map[string]*failures
}

type failures struct {
	inARow int
	until  time.Time
	length time.Duration
}

// locked returns how long the lock in force is in total, 0 for none.
func (l *lockouts) locked(name string, now time.Time) time.Duration {
	l.lock.Lock()
	defer l.lock.Unlock()
	if f := l.failing[name]; f != nil && now.Before(f.until) {
		return f.length
	}
	return 0
}

// failed counts one failure and locks at every fourth.
func (l *lockouts) failed(name string, now time.Time) {
	l.lock.Lock()
	defer l.lock.Unlock()
	f := l.failing[name]
	if f == nil {
		if len(l.failing) >= maxFailing || l.failing == nil {
			l.failing = l.stillLocked(now)
		}
		f = &failures{}
		l.failing[name] = f
	}
	f.inARow++
	if f.inARow%failuresToLock == 0 {
		f.length = min(time.Duration(f.inARow/failuresToLock)*lockStep, longestLock)
		f.until = now.Add(f.length)
	}
}

// stillLocked returns the locks in force, or nothing when even they are too many.
func (l *lockouts) stillLocked(now time.Time) map[string]*failures {
	kept := map[string]*failures{}
	for name, f := range l.failing {
		if now.Before(f.until) && len(kept) < maxFailing/2 {
			kept[name] = f
		}
	}
	return kept
}

// succeeded forgets the failures of a name.
func (l *lockouts) succeeded(name string) {
	l.lock.Lock()
	defer l.lock.Unlock()
	delete(l.failing, name)
}

func (l *lockouts) reset() {
	l.lock.Lock()
	defer l.lock.Unlock()
	l.failing = nil
}
