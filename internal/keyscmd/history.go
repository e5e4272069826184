package keyscmd

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/outscale-access/terraform-provider-outscale/internal/account"
	"github.com/outscale-access/terraform-provider-outscale/internal/text"
)

// collectCalls adds what the log says of a user to the file of collected calls, and returns all that is in it. The file is
// replaced as a whole, so that it is never half written. Of two commands at the same time one may lose what it added; the
// log still has it for the next one.
func (a *app) collectCalls(ctx context.Context, s *services, file string, who subject, u account.Usage) (account.History, error) {
	history, err := readCalls(file)
	if err != nil {
		return history, fmt.Errorf("--collect %s: %w", text.Word(file), err)
	}
	id, err := s.account.ID(ctx)
	if err != nil {
		return history, err
	}
	if history.AccountID != "" && id != "" && history.AccountID != id {
		return history, fmt.Errorf("--collect %s: the file has calls of account %s, and the credential is of account %s", text.Word(file), text.Word(history.AccountID), id)
	}
	if id != "" {
		history.AccountID = id
	}
	history.Add(who.userName, who.keys, u)
	if err := writeCalls(file, history); err != nil {
		return history, fmt.Errorf("--collect %s: %w", text.Word(file), err)
	}
	return history, nil
}

// readCalls reads a file of collected calls. One that does not exist is empty.
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
		return fmt.Errorf("the file is replaced as a whole, and its folder takes no new file: %w", err)
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
