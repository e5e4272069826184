package limit

import (
	"context"
	"math"
	"testing"
	"testing/synctest"
	"time"
)

func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// sendTimes returns the times at which n requests may be sent, since the first call.
func sendTimes(t *testing.T, l *Limiter, n int) []time.Duration {
	t.Helper()
	begun := time.Now()
	var at []time.Duration
	for range n {
		if err := l.Wait(t.Context(), false); err != nil {
			t.Fatal(err)
		}
		at = append(at, time.Since(begun))
	}
	return at
}

// A throttled request delays all requests. A shorter pause does not shorten a longer one. A client without a limit then uses half
// of the default rate, because it knows no other.
func TestLimiter_throttledHoldsEveryRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := New(0, time.Now, sleep)
		l.Throttled(time.Now(), 3*time.Second)
		l.Throttled(time.Now(), time.Second)
		if at := sendTimes(t, l, 2); at[0] != 3*time.Second || at[1] != 3400*time.Millisecond {
			t.Errorf("left after %v", at)
		}
	})
}

// The rate is halved once for all requests that were sent before, and then rises linearly with the answers.
func TestLimiter_halvedThenRises(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := New(5, time.Now, sleep)
		sent := time.Now()
		time.Sleep(time.Second)
		l.Throttled(sent, 0)
		l.Throttled(sent, 0)
		if l.Rate() != 2.5 {
			t.Errorf("rate %v after one halving", l.Rate())
		}
		for second := 1; second <= 40; second++ {
			time.Sleep(time.Second)
			l.Admitted()
			if want := math.Round(min(5, 2.5+rise*float64(second))*100) / 100; math.Abs(l.Rate()-want) > 0.011 {
				t.Fatalf("rate %v after %d s, want %v", l.Rate(), second, want)
			}
		}
		for range 20 {
			l.Throttled(time.Now(), 0)
			time.Sleep(time.Millisecond)
		}
		if l.Rate() != minRate {
			t.Errorf("rate %v, want the lowest, %v", l.Rate(), minRate)
		}
	})
}

func TestLimiter_burstThenRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		at := sendTimes(t, New(5, time.Now, sleep), 4)
		if at[1] != 0 || at[2] != 200*time.Millisecond || at[3] != 400*time.Millisecond {
			t.Errorf("left after %v", at)
		}
		if at := sendTimes(t, New(fastest*2, time.Now, sleep), 1000); at[999] != 0 {
			t.Errorf("a rate above %d is no limit, the last left after %v", fastest, at[999])
		}
		if at := sendTimes(t, New(Slowest, time.Now, sleep), 3); at[2] != 100*time.Second {
			t.Errorf("at the slowest rate left after %v", at)
		}
	})
}

func TestLimiter_endedContext(t *testing.T) {
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	if New(5, time.Now, sleep).Wait(ended, false) == nil || New(0, time.Now, sleep).Wait(ended, false) == nil {
		t.Error("an ended context must not send")
	}
	synctest.Test(t, func(t *testing.T) {
		soon, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
		defer cancel()
		l := New(Slowest, time.Now, sleep)
		begun := time.Now()
		_, _ = l.Wait(soon, false), l.Wait(soon, false)
		if err := l.Wait(soon, false); err == nil || time.Since(begun) > 0 {
			t.Errorf("a wait beyond the deadline took %s: %v", time.Since(begun), err)
		}
	})
}
