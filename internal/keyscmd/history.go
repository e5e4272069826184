package keyscmd

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"

	"github.com/outscale-access/terraform-provider-outscale/internal/account"
	"github.com/outscale-access/terraform-provider-outscale/internal/text"
)

// How long a command waits for another one that changes the same file, and the time between tries. A change makes no call.
const (
	lockLimit = 30 * time.Second
	lockPause = 20 * time.Millisecond
)

// collectCalls adds the calls of a user to the file of collected calls, and returns all calls in the file.
func (a *app) collectCalls(ctx context.Context, s *services, file string, who subject, u account.Usage) (account.History, error) {
	id, err := s.account.ID(ctx)
	if err != nil {
		return account.History{}, err
	}
	return updateCalls(ctx, file, func(history *account.History) error {
		if history.AccountID != "" && id != "" && history.AccountID != id {
			return fmt.Errorf("the file has calls of account %s, but the credential belongs to account %s", text.Word(history.AccountID), id)
		}
		history.AccountID = cmp.Or(id, history.AccountID)
		history.Add(who.userName, who.keys, u)
		return nil
	})
}

// updateCalls changes a file of collected calls, and returns the new content. Commands that run at the same time change the
// file one after the other. The file is replaced as a whole, so that it is never half written. updateCalls follows a link, so
// that the lock is the same for every name of the file.
func updateCalls(ctx context.Context, file string, update func(*account.History) error) (history account.History, err error) {
	defer func() {
		if err != nil {
			err = collectError(file, err)
		}
	}()
	target := file
	if real, err := filepath.EvalSymlinks(file); err == nil {
		target = real
	}
	waiting, cancel := context.WithTimeout(ctx, lockLimit)
	defer cancel()
	// The lock file is never removed: a command that waits for it would lock a file that the next command cannot see.
	lock := flock.New(target+".lock", flock.SetPermissions(0o600))
	if _, err := lock.TryLockContext(waiting, lockPause); errors.Is(err, context.DeadlineExceeded) {
		return history, errors.New("another command is changing the file: try again later")
	} else if err != nil {
		return history, fmt.Errorf("the file cannot be locked: %w", err)
	}
	defer func() { err = errors.Join(err, lock.Close()) }()
	if history, err = readCalls(target); err != nil {
		return history, err
	}
	if err := update(&history); err != nil {
		return history, err
	}
	return history, writeCalls(target, history)
}

func collectError(file string, err error) error {
	return fmt.Errorf("--collect %s: %w", text.Word(file), err)
}

// readCalls reads a file of collected calls. A file that does not exist has no calls.
func readCalls(file string) (account.History, error) {
	f, err := os.Open(file)
	if errors.Is(err, fs.ErrNotExist) {
		return account.History{}, nil
	} else if err != nil {
		return account.History{}, err
	}
	defer func() { _ = f.Close() }()
	return account.ReadHistory(f)
}

func writeCalls(file string, history account.History) error {
	f, err := os.CreateTemp(filepath.Dir(file), filepath.Base(file)+".*") // with mode 0600
	if err != nil {
		return fmt.Errorf("no new file can be created in the folder of the file: %w", err)
	}
	err = errors.Join(history.Write(f), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), file)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}
