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

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
)

// trace is the name of the file that takes everything that can be logged.
const trace = "trace.log"

// handled is what a trace speaks of when the provider had a secret in its hands. A run-scoped key is opened in the plan
// already, and a run that ends there has no apply.
var handled = regexp.MustCompile(`ApplyResourceChange|OpenEphemeralResource`)

// logAll makes the CLI and the provider log all they can, into a file that is looked through at the end.
func (s *Workspace) logAll() {
	for _, name := range []string{"TF_LOG", "TF_LOG_CORE", "TF_LOG_PROVIDER"} {
		s.Setenv(name, "TRACE")
	}
	s.Setenv("TF_LOG_PATH", filepath.Join(s.Home(), trace))
}

// TestTraced is Test, not in parallel, with everything kept and logged that the CLI and the provider in this process
// leave: in the home folder of the workspace that it returns, for NoSecretRests.
func (w *World) TestTraced(steps ...resource.TestStep) *Workspace {
	w.t.Helper()
	s := w.Workspace("")
	w.t.Setenv("TF_ACC_TEMP_DIR", s.Home())
	w.t.Setenv("TF_ACC_PERSIST_WORKING_DIR", "1")
	w.t.Setenv(envLogs, "") // it would win over the next
	w.t.Setenv("TF_ACC_LOG_PATH", filepath.Join(s.Home(), trace))
	w.test(steps)
	return s
}

// NoSecretRests is the proof of absence, for the modes that promise it: no secret that was issued in this world, and
// none of the others given, is anywhere that a run leaves something, in any of the forms a program writes it:
//   - every file of the workspace and of the home folder: state, backups, locks, crash output, the TRACE log; plan files
//     are looked through as they are and unzipped
//   - what the CLI printed, in all its runs, and what `show -json` prints of the state and of each plan file
//   - the simulator's log, its record of calls, and the admin port's answers
//
// It fails the test when there is nothing to look for, or no trace to look through: a search that cannot find anything
// proves nothing.
func (s *Workspace) NoSecretRests(others ...string) {
	s.w.t.Helper()
	secrets := s.w.Issued()
	if len(secrets) == 0 {
		s.w.t.Fatal("no secret was issued in this world")
	}
	for _, at := range s.leftBehind(append(secrets, others...)) {
		s.w.t.Error(at)
	}
	s.w.simulatorRevealsNothing(secrets)
}

// leftBehind names every place in which one of the secrets is.
func (s *Workspace) leftBehind(secrets []string) (places []string) {
	s.w.t.Helper()
	look := func(where string, text []byte) {
		if err := Absent(where, text, secrets...); err != nil {
			places = append(places, err.Error())
		}
	}
	traced := false
	s.w.Must(filepath.WalkDir(s.Home(), func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		traced = traced || entry.Name() == trace && handled.Match(text)
		look(entry.Name(), text)
		if bytes.HasPrefix(text, []byte("PK\x03\x04")) {
			look("what `show -json` prints of "+entry.Name(), s.shown(path))
			return unzipped(text, func(member string, text []byte) { look(entry.Name()+", unzipped: "+member, text) })
		}
		return nil
	}))
	if !traced {
		s.w.t.Error("there is no TRACE log of an apply or of a run-scoped key to look through")
	}
	look("what `show -json` prints of the state", s.shown())
	look("what the CLI printed", []byte(s.printed.String()))
	return places
}

// shown is what `show -json` prints of the state, or of a plan file.
func (s *Workspace) shown(file ...string) []byte {
	s.w.t.Helper()
	done := s.run(append([]string{"show", "-json"}, file...)...)
	if done.code != 0 {
		s.w.t.Errorf("show -json of %v ended with %d: there is nothing to look through", file, done.code)
	}
	return []byte(done.printed)
}

// unzipped shows every member of an archive.
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

// printsNothing fails the test when a command that has no business to show a secret printed one, or the log of its runs
// has one. It is asked at the end of every test, whatever the mode.
func (s *Workspace) printsNothing() {
	s.w.absent("what the CLI printed", []byte(s.printed.String()), s.w.Issued())
	log, err := os.ReadFile(filepath.Join(s.Home(), trace))
	if err != nil && !errors.Is(err, fs.ErrNotExist) { // a workspace in which nothing was run has no log
		s.w.t.Error(err)
	}
	s.w.absent("the log of the runs", log, s.w.Issued())
}

// shows reports whether a command is one that prints values because it was asked for them.
func shows(arguments []string) bool {
	return len(arguments) > 0 && strings.Contains(" show output state console ", " "+arguments[0]+" ")
}
