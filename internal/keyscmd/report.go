package keyscmd

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/spf13/cobra"

	"github.com/outscale-access/terraform-provider-outscale/internal/report"
	"github.com/outscale-access/terraform-provider-outscale/internal/review"
	"github.com/outscale-access/terraform-provider-outscale/internal/text"
)

func (a *app) reportCommand() *cobra.Command {
	var flags reviewFlags
	var file string
	cmd := &cobra.Command{
		Use: "report", Args: noArguments, Short: "Write an HTML page that shows every access key of the account",
		Long: `Write one HTML page that shows every access key of the account by owner: a time line with its creation, last use and
expiry, and the findings of the command audit. The page can be searched, sorted, filtered and printed. It is one file that
loads nothing from elsewhere, and it has no secret.

With --output json, the command writes the same as JSON. Findings do not change the exit code: use the command audit in
pipelines.

` + exitCodesPlain,
		Example: "  outscale-keys report --file keys.html\n  outscale-keys report --state terraform.tfstate > keys.html",
		RunE: func(cmd *cobra.Command, _ []string) error {
			undo, err := reserve(file)
			if err != nil {
				return fmt.Errorf("--file: %w", err)
			}
			c, config, err := a.collectForReview(cmd.Context(), flags)
			if err != nil {
				undo()
				return err
			}
			return a.report(c, config, file)
		},
	}
	flags.add(cmd)
	cmd.Flags().StringVar(&file, "file", "", "write the page to this `FILE`, with mode 0600 if it is new (default standard output)")
	return cmd
}

// reserve creates the file that a long command writes at its end, so that a file that cannot be written is an error before the
// first call. undo removes the file if it is new.
func reserve(file string) (undo func(), err error) {
	info, err := os.Stat(file)
	isNew := errors.Is(err, fs.ErrNotExist)
	if file == "" || err == nil && info.Mode().Type()&^fs.ModeDir != 0 {
		return func() {}, nil // standard output, or a pipe or a device
	}
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	return func() {
		if isNew {
			_ = os.Remove(file)
		}
	}, f.Close()
}

// report writes the page or the JSON.
func (a *app) report(c *collected, config review.Config, file string) error {
	var result bytes.Buffer
	var err error
	if a.flags.output == formatJSON {
		err = a.reportJSON(&result, c, config)
	} else {
		err = a.reportPage(&result, c, config)
	}
	if err != nil {
		return err
	}
	if file == "" {
		_, err = result.WriteTo(a.host.Out)
		return err
	}
	// The page has no secret, but shows who has which rights.
	if err := os.WriteFile(file, result.Bytes(), 0o600); err != nil {
		return fmt.Errorf("--file: %w", err)
	}
	a.note("%s shows %s.", text.Escape(file), text.Count(len(c.keys), "key"))
	a.notes(c.Missing)
	return nil
}

func (a *app) reportPage(w *bytes.Buffer, c *collected, config review.Config) error {
	page := report.Account{ID: c.AccountID, Now: c.now, Version: a.version, Missing: c.Missing}
	for _, f := range c.keys {
		page.Keys = append(page.Keys, report.Key{Facts: f.Facts, Owner: owner(f), Findings: config.Review(f.Facts)})
	}
	return report.Write(w, page)
}

func (a *app) reportJSON(w *bytes.Buffer, c *collected, config review.Config) error {
	all := c.keyList(true)
	for i, f := range c.keys {
		all.AccessKeys[i].Findings = findingsOf([]reviewed{{f, config.Review(f.Facts)}})
	}
	return writeJSON(w, all)
}
