package keyscmd

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/api"
)

// progress shows the progress of a long command on a terminal. Each line replaces the one before.
func (a *app) progress(format string, args ...any) {
	if width := a.host.Progress; width > 0 {
		line := []rune(fmt.Sprintf(format, args...))
		fmt.Fprint(a.host.Err, "\r\x1b[K"+string(line[:min(len(line), width-1)])) // a line that wraps could not be replaced
	}
}

// progressDone removes the last line of progress.
func (a *app) progressDone() {
	if a.host.Progress > 0 {
		fmt.Fprint(a.host.Err, "\r\x1b[K")
	}
}

// note writes a line to standard error. It is not part of the result.
func (a *app) note(format string, args ...any) { fmt.Fprintf(a.host.Err, format+"\n", args...) }

// waits limits the lines about calls that wait.
type waits struct {
	mu   sync.Mutex
	next time.Time // when the next line may be written
}

// A command says what it waits for after firstWait, and at most once per nextWait.
const (
	firstWait = 5 * time.Second
	nextWait  = 30 * time.Second
)

// logWait is the log of the client. It writes a line if a call waits before its next attempt, or for the rate limit.
func (a *app) logWait(_ context.Context, _ api.Level, _ string, fields map[string]any) {
	wait, waits := fields["wait_ms"].(int64)
	a.waits.mu.Lock()
	defer a.waits.mu.Unlock()
	now := a.host.Now()
	if !waits || now.Before(a.waits.next) {
		return
	}
	a.waits.next = now.Add(nextWait)
	how := fmt.Sprintf("next attempt in %s", time.Duration(wait)*time.Millisecond)
	if rate, limited := fields["requests_per_second"]; limited {
		how = fmt.Sprintf("at most %v calls per second", rate)
	}
	a.progressDone()
	a.note("waiting for %v: %v, %s", fields["action"], fields["reason"], how)
}
