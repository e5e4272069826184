//go:build unix

package conformance

import (
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
)

// Each user goes through stages, one write per stage. The name of a stage is its state at the admin port.
var stages = []string{"absent", "user", "user ACTIVE new", "user INACTIVE changed", "user", "absent"}

// writer creates users one after the other, and brings each through the stages.
type writer struct {
	id   int
	life []life // of the users begun so far
	// answered are the request ids of the writes that were answered.
	answered []string
}

type life struct {
	name   string
	stage  int // the last that was answered
	key    string
	secret string
}

const (
	writers        = 4
	usersPerWriter = 63
	lastStageOdd   = 3 // every other user stays, with a key
)

func (l life) last() int {
	var n int
	if _, err := fmt.Sscanf(l.name[len("w0-"):], "%d", &n); err == nil && n%2 == 1 {
		return lastStageOdd
	}
	return len(stages) - 1
}

// next sends the write that leads to the next stage.
func (w *writer) next(p *process, l *life) error {
	root := p.root()
	var action, body string
	switch l.stage {
	case 0:
		action, body = "CreateUser", fmt.Sprintf(`{"UserName":%q}`, l.name)
	case 1:
		action, body = "CreateAccessKey", fmt.Sprintf(`{"UserName":%q,"Tag":"new"}`, l.name)
	case 2:
		action, body = "UpdateAccessKey", fmt.Sprintf(`{"UserName":%q,"AccessKeyId":%q,"Tag":"changed","State":"INACTIVE"}`, l.name, l.key)
	case 3:
		action, body = "DeleteAccessKey", fmt.Sprintf(`{"UserName":%q,"AccessKeyId":%q}`, l.name, l.key)
	case 4:
		action, body = "DeleteUser", fmt.Sprintf(`{"UserName":%q}`, l.name)
	}
	got, err := p.try(root.request(action, body))
	if err != nil {
		return err
	}
	if got.status != 200 {
		p.t.Errorf("%s of %s: %s %v", action, l.name, got.code(), got.body["Errors"])
		return fmt.Errorf("refused")
	}
	if action == "CreateAccessKey" {
		l.key, l.secret = got.at("AccessKey", "AccessKeyId"), got.at("AccessKey", "SecretKey")
	}
	l.stage++
	w.answered = append(w.answered, got.at("ResponseContext", "RequestId"))
	return nil
}

// write sends writes until all are sent or the process has ended. It calls after for each answer.
func (w *writer) write(p *process, after func()) {
	for {
		if len(w.life) == 0 || w.life[len(w.life)-1].stage == w.life[len(w.life)-1].last() {
			if len(w.life) == usersPerWriter {
				return
			}
			w.life = append(w.life, life{name: fmt.Sprintf("w%d-%d", w.id, len(w.life))})
		}
		if err := w.next(p, &w.life[len(w.life)-1]); err != nil {
			return
		}
		after()
	}
}

// seen returns the stages of all users, and their keys, from the admin port.
func seen(p *process) map[string]struct{ stage, key, hash string } {
	state := p.state()
	all := map[string]struct{ stage, key, hash string }{}
	for _, user := range state.Users {
		one := all[user.UserName]
		one.stage = "user"
		all[user.UserName] = one
	}
	for _, key := range state.AccessKeys {
		if key.UserName != "" {
			one := all[key.UserName]
			one.stage += " " + key.State + " " + *key.Tag
			one.key, one.hash = key.AccessKeyID, key.SecretSHA256
			all[key.UserName] = one
		}
	}
	return all
}

// check compares the stored objects with the answers. An interrupted write may have been executed; the writer continues with
// the state that it finds.
func (w *writer) check(t *testing.T, all map[string]struct{ stage, key, hash string }, cut bool) {
	for i := range w.life {
		l := &w.life[i]
		one, ok := all[l.name]
		if !ok {
			one.stage = "absent"
		}
		delete(all, l.name)
		pending := cut && i == len(w.life)-1 && l.stage < l.last()
		switch {
		case one.stage == stages[l.stage]:
		case pending && one.stage == stages[l.stage+1]:
			l.stage++
			if one.key != "" && l.key == "" {
				l.key, l.secret = one.key, ""
			}
		default:
			t.Errorf("%s: the answers say %q, the admin port %q", l.name, stages[l.stage], one.stage)
		}
		if one.key != "" && (one.key != l.key || l.secret != "" && one.hash != hash(l.secret)) {
			t.Errorf("%s: the key or its secret differs from the answer", l.name)
		}
	}
}

// The process is killed three times during a thousand writes. Every answered write exists after a restart on the same file, and the
// writers continue until everything is written.
func TestDurability_killedProcess(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "account.db")
	all := make([]*writer, writers)
	for i := range all {
		all[i] = &writer{id: i}
	}
	var answers atomic.Int64
	// run writes until the kill, or to the end without one, and checks after a restart.
	run := func(p *process, killAt int64) *process {
		var wait sync.WaitGroup
		var once sync.Once
		for _, w := range all {
			wait.Go(func() {
				w.write(p, func() {
					if n := answers.Add(1); killAt > 0 && n >= killAt {
						once.Do(p.kill)
					}
				})
			})
		}
		wait.Wait()
		if killAt == 0 {
			p.stop()
		}
		p = spawn(t, "--data", file, "--seed", "7")
		shown := seen(p)
		for _, w := range all {
			w.check(t, shown, killAt > 0)
		}
		if len(shown) > 0 {
			t.Errorf("users that no writer created: %v", shown)
		}
		checkRecords(p, all)
		return p
	}
	p := spawn(t, "--data", file, "--seed", "7")
	for _, killAt := range []int64{250, 500, 750} {
		p = run(p, killAt)
	}
	p = run(p, 0)
	if n := answers.Load(); n < 1000 {
		t.Errorf("only %d writes were answered", n)
	}
	p.stop()
}

// checkRecords checks that every answered write is in the record of calls.
func checkRecords(p *process, all []*writer) {
	p.t.Helper()
	var requests []struct {
		RequestID string `json:"request_id"`
	}
	p.ask("GET", "/requests", "", &requests)
	recorded := make(map[string]int, len(requests))
	for _, request := range requests {
		recorded[request.RequestID]++
	}
	for _, w := range all {
		for _, id := range w.answered {
			if recorded[id] != 1 {
				p.t.Errorf("the answered call %s is recorded %d times", id, recorded[id])
			}
		}
	}
}
