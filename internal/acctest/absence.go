package acctest

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// traceFile is the name of the TRACE log.
const traceFile = "trace.log"

// handled matches the log of a run that handled a secret. A run-scoped key is opened during the plan, so that the run can have no
// apply.
var handled = regexp.MustCompile(`ApplyResourceChange|OpenEphemeralResource`)

// Trace makes the CLI and the provider log at TRACE level from now on, to a file that ExpectNoSecretLeft searches.
func (s *Workspace) Trace() {
	for _, name := range []string{"TF_LOG", "TF_LOG_CORE", "TF_LOG_PROVIDER"} {
		s.Setenv(name, "TRACE")
	}
	s.Setenv("TF_LOG_PATH", s.trace())
}

// trace returns the path of the log.
func (s *Workspace) trace() string { return filepath.Join(s.Home(), traceFile) }

// ExpectNoSecretLeft fails the test if a secret that the API issued, or one of the others, is in any output of a run, in clear
// or in a usual encoding:
//   - every file of the workspace and of the home folder: state, backups, locks, crash output, the TRACE log; plan files as
//     they are and unzipped
//   - what the CLI printed, in all its runs, and what `show -json` prints of the state and of each plan file
//   - the simulator's log, its record of calls, and the admin port's answers
//
// It also fails if there is no secret to search for, or no trace to search.
func (s *Workspace) ExpectNoSecretLeft(others ...string) {
	s.c.t.Helper()
	secrets := s.c.Issued()
	if len(secrets) == 0 {
		s.c.t.Fatal("no secret was issued")
	}
	for _, at := range s.findSecrets(append(secrets, others...)) {
		s.c.t.Error(at)
	}
	s.c.expectNoSecretInSimulator(secrets)
}

// findSecrets returns every place that contains one of the secrets.
func (s *Workspace) findSecrets(secrets []string) (places []string) {
	s.c.t.Helper()
	look := func(where string, text []byte) {
		if err := Absent(where, text, secrets...); err != nil {
			places = append(places, err.Error())
		}
	}
	traced := false
	s.c.NoError(filepath.WalkDir(s.Home(), func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		traced = traced || entry.Name() == traceFile && handled.Match(text)
		look(entry.Name(), text)
		if bytes.HasPrefix(text, []byte("PK\x03\x04")) {
			look("what `show -json` prints of "+entry.Name(), s.shown(path))
			return unzipped(text, func(member string, text []byte) { look(entry.Name()+", unzipped: "+member, text) })
		}
		return nil
	}))
	if !traced {
		s.c.t.Error("there is no TRACE log of an apply or of a run-scoped key to search")
	}
	look("what `show -json` prints of the state", s.shown())
	look("what the CLI printed", []byte(s.printed.String()))
	return places
}

// shown returns the output of `show -json` for the state or a plan file.
func (s *Workspace) shown(file ...string) []byte {
	s.c.t.Helper()
	done := s.run(append([]string{"show", "-json"}, file...)...)
	if done.code != 0 {
		s.c.t.Errorf("show -json of %v ended with %d: there is nothing to search", file, done.code)
	}
	return []byte(done.printed)
}

// unzipped returns every member of an archive.
func unzipped(archive []byte, show func(member string, text []byte)) error {
	z, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	if err != nil {
		return err
	}
	for _, member := range z.File {
		open, err := member.Open()
		if err != nil {
			return err
		}
		text, err := io.ReadAll(open)
		if err := open.Close(); err != nil {
			return err
		}
		if err != nil {
			return err
		}
		show(member.Name, text)
	}
	return nil
}

// expectNoSecretPrinted fails the test if a command printed a secret, unless it prints values on request, or if the log of the runs has a
// secret. It runs at the end of every test.
func (s *Workspace) expectNoSecretPrinted() {
	s.c.absent("what the CLI printed", []byte(s.printed.String()), s.c.Issued())
	log, err := os.ReadFile(s.trace())
	if err != nil && !errors.Is(err, fs.ErrNotExist) { // a workspace in which nothing was run has no log
		s.c.t.Error(err)
	}
	s.c.absent("the log of the runs", log, s.c.Issued())
}

// shows reports whether a command prints values on request.
func shows(arguments []string) bool {
	return len(arguments) > 0 && strings.Contains(" show output state console ", " "+arguments[0]+" ")
}
