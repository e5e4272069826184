package simulator

import (
	"sync"
	"time"
)

// The lock-out of the official text: four failures in a row lock for one minute. Every four more lock for one minute longer, up to
// ten minutes.
const (
	failuresToLock = 4
	lockStep       = time.Minute
	maxLock        = 10 * time.Minute
)

// maxFailing is the largest number of names with failures. It is limited, because a client can invent any number of names.
const maxFailing = 10_000

// lockouts counts failed authentications by key id or login (A23). It is in memory only: a restart ends every lock.
type lockouts struct {
	lock    sync.Mutex
	failing map[string]*failures
}

type failures struct {
	consecutive int
	until       time.Time
	length      time.Duration
}

// locked returns the whole duration of the lock in force, or 0 if there is none.
func (l *lockouts) locked(name string, now time.Time) time.Duration {
	l.lock.Lock()
	defer l.lock.Unlock()
	if f := l.failing[name]; f != nil && now.Before(f.until) {
		return f.length
	}
	return 0
}

// failed counts a failure; every fourth in a row locks.
func (l *lockouts) failed(name string, now time.Time) {
	l.lock.Lock()
	defer l.lock.Unlock()
	f := l.failing[name]
	if f == nil {
		if len(l.failing) >= maxFailing || l.failing == nil {
			l.failing = l.activeLocks(now)
		}
		f = &failures{}
		l.failing[name] = f
	}
	f.consecutive++
	if f.consecutive%failuresToLock == 0 {
		f.length = min(time.Duration(f.consecutive/failuresToLock)*lockStep, maxLock)
		f.until = now.Add(f.length)
	}
}

// activeLocks returns the locks in force, at most half of maxFailing.
func (l *lockouts) activeLocks(now time.Time) map[string]*failures {
	kept := map[string]*failures{}
	for name, f := range l.failing {
		if now.Before(f.until) && len(kept) < maxFailing/2 {
			kept[name] = f
		}
	}
	return kept
}

// succeeded resets the failures of a name.
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
