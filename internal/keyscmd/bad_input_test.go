package keyscmd

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"testing/iotest"
	"unicode/utf8"

	"github.com/outscale-access/terraform-provider-outscale/internal/api"
)

// A list fits in 80 columns without a loss, and a line of progress never wraps.
func TestOutput_narrowTerminal(t *testing.T) {
	r := newRig(t)
	bob := r.user("a-user-with-quite-a-long-name", inAnHour())
	r.columns = 80
	for command, want := range map[string]string{
		"list":          bob.ID + "  a-user-with-quite-a-lon  ACTIVE  0h   " + dayOf(inAnHour()) + "  never\n" + strings.Repeat(" ", 22) + "g-name\n",
		"list --rights": bob.ID + "  a-user-with-qui  ACTIVE  0h   ",
		"audit":         "root-key   it belongs to the root\n" + strings.Repeat(" ", 51) + "account\n",
	} {
		_, out, errOut := r.run(strings.Fields(command)...)
		for _, line := range strings.Split(out, "\n") {
			if utf8.RuneCountInString(line) > 80 {
				t.Errorf("%s: %q", command, line)
			}
		}
		if !strings.Contains(out, want) {
			t.Errorf("%s: no %q in\n%s", command, want, out)
		}
		for _, line := range strings.Split(errOut, "\r\x1b[K")[1:] {
			if utf8.RuneCountInString(line) >= 80 && !strings.Contains(line, "\n") {
				t.Errorf("%s: progress of %d columns: %q", command, utf8.RuneCountInString(line), line)
			}
		}
	}
	r.columns = 60 // too narrow: the ids stay whole
	if _, out, _ := r.run("list", "--rights"); !strings.Contains(out, "\n"+bob.ID+"  a-user-wit  ACTIVE") {
		t.Errorf("a terminal of 60 columns:\n%s", out)
	}
}

func TestOutput_noTerminal(t *testing.T) {
	r := newRig(t)
	if _, _, errOut := r.run("list"); strings.ContainsAny(errOut, "\r\x1b") {
		t.Errorf("progress without a terminal: %q", errOut)
	}
}

func TestRun_formats(t *testing.T) {
	r := newRig(t)
	for _, args := range [][]string{{"list", "--output", "csv"}, {"usage", "ci", "--output", "sarif"}, {"audit", "--output", "yaml"}} {
		if code, out, errOut := r.run(args...); code != ExitError || out != "" || !strings.Contains(errOut, "the formats of this command are table, json") {
			t.Errorf("%v: exit code %d, %q, %q", args, code, out, errOut)
		}
	}
}

func TestRun_arguments(t *testing.T) {
	r := newRig(t)
	for line, want := range map[string]string{
		"usage": "give an access key or a user\n  Usage: outscale-keys usage KEY|USER [flags]\n  See outscale-keys usage --help.\n", "policy": "give a user", "policy a b": "give a user, and not 2",
		"scan-state": "give a state file or a saved plan", "exec --user ci": "give --user USER and the program to run",
		"list --usage-days 33": "the number must be 0 to 32", "audit --usage-days -1": "the number must be 0 to 32", "list --usage-pages 0": "the number must be at least 1",
		"usage ci --usage-pages 0": "the number must be at least 1", "revoke - ABCDEFGHIJ0123456789 --yes": "give it alone", "help lst": "unknown command \"lst\"",
		"list extra": "unexpected argument extra\n  Usage: outscale-keys list [flags]\n", "audit --state a b": "unexpected argument b", "orphans": "give a state file", "exec -- x": "give --user USER", "list --nosuch": "unknown flag: --nosuch\n  Usage: outscale-keys list [flags]\n",
		"audit --max-unused soon": "--max-unused: \"soon\" is not a time", "deactivate": "Usage: outscale-keys deactivate (KEY ... | - | --all-of USER) [flags]\n",
		"exec --user ci --for 59s -- x": "--for: \"59s\" is less than 1m", "exec --user ci --tag outscale-unfinished-x y": "--tag outscale-unfinished-x: tags that begin with", "exec --user ci --for soon x": "--for: \"soon\" is not a time such as", "exec --user ci --for 1000000h x": "--for: \"1000000h\" is more than 36500d", "lst": "\n  Did you mean this?\n  list\n  See outscale-keys --help.\n", "policy nobody": "user nobody was not found\n  outscale-keys list shows the access keys and their owners.\n",
		"usage nobody": "user nobody was not found; the id of an access key has", "revoke --all-of nobody": "user nobody was not found\n", "exec --user nobody x": "user nobody was not found\n  outscale-keys list ",
		"revoke nobody": "nobody is not the id of an access key", "revoke ABCDEFGHIJ0123456789": "nothing was changed: access key ABCDEFGHIJ0123456789 was not found\n  outscale-keys list shows the access keys",
	} {
		if code, out, errOut := r.run(strings.Fields(line)...); code != ExitError || out != "" || !strings.Contains(errOut, want) {
			t.Errorf("%s: exit code %d, %q, %q", line, code, out, errOut)
		}
	}
}

// A command whose standard input is closed or incomplete changes nothing.
func TestChange_inputClosed(t *testing.T) {
	r := newRig(t)
	bob := r.user("bob", nil)
	r.stdin = iotest.ErrReader(errors.New("bad file descriptor"))
	for _, c := range []struct {
		args  []string
		asked bool
		want  string
	}{
		{[]string{"revoke", "-", "--yes"}, false, "standard input could not be read: bad file descriptor"},
		{[]string{"revoke", bob.ID}, true, "nothing was changed: not confirmed"},
		{[]string{"revoke", bob.ID}, false, "nothing was changed"},
	} {
		r.asked = c.asked
		code, _, errOut := r.run(c.args...)
		if _, exists := r.key(bob.ID); code != ExitError || !exists || !strings.Contains(errOut, c.want) {
			t.Errorf("%v: exit code %d, the key exists: %v, %q", c.args, code, exists, errOut)
		}
	}
	r.stdin = iotest.DataErrReader(strings.NewReader(bob.ID + "\n" + bob.ID[:7]))
	if code, _, errOut := r.run("revoke", "-", "--yes"); code != ExitError || !strings.Contains(errOut, "is not the id of an access key") {
		t.Errorf("cut off: exit code %d, %q", code, errOut)
	}
}

// The error names every id that is wrong or that no owner has.
func TestChange_severalUnknownKeys(t *testing.T) {
	r := newRig(t)
	bob := r.user("bob", nil)
	for _, ids := range [][]string{{"AAAAAAAAAAAAAAAAAAAA", "BBBBBBBBBBBBBBBBBBBB"}, {"bob", "alice"}} {
		code, _, errOut := r.run("revoke", "--yes", ids[0], bob.ID, ids[1])
		if _, exists := r.key(bob.ID); code != ExitError || !exists || !strings.Contains(errOut, ids[0]) || !strings.Contains(errOut, ids[1]) || strings.Contains(errOut, bob.ID) {
			t.Errorf("%v: exit code %d, the key exists: %v, %s", ids, code, exists, errOut)
		}
	}
}

// waiting is an input that waits until a signal comes.
type waiting struct {
	signal func()
	ctx    context.Context
}

func (w waiting) Read([]byte) (int, error) {
	w.signal()
	<-w.ctx.Done()
	return 0, io.EOF
}

// A signal ends a command that waits for input, and the command changes nothing.
func TestChange_signalWhileWaiting(t *testing.T) {
	r := newRig(t)
	bob := r.user("bob", nil)
	r.asked = true
	for _, arg := range []string{bob.ID, "-"} {
		ctx, cancel := context.WithCancel(t.Context())
		r.ctx, r.stdin = ctx, waiting{cancel, t.Context()}
		code, _, errOut := r.run("revoke", arg)
		if _, exists := r.key(bob.ID); code != ExitError || !exists || !strings.Contains(errOut, "outscale-keys: ended by a signal: ") {
			t.Errorf("%s: exit code %d, the key exists: %v, %q", arg, code, exists, errOut)
		}
	}
}

// closed is an output without a reader.
type closed struct{}

func (closed) Write([]byte) (int, error) { return 0, syscall.EPIPE }

// A command whose output has no reader ends without a message. It still makes all changes.
func TestOutput_closed(t *testing.T) {
	r := newRig(t)
	bob := r.user("bob", nil)
	r.out = closed{}
	for _, args := range [][]string{{"list"}, {"audit", "--output", "csv"}, {"report"}, {"usage", bob.ID, "--output", "json"}} {
		if code, _, errOut := r.run(args...); code != ExitError || strings.Contains(errOut, "outscale-keys: ") {
			t.Errorf("%v: exit code %d, %q", args, code, errOut)
		}
	}
	code, _, errOut := r.run("revoke", bob.ID, r.user("eve", nil).ID, "--yes")
	if keys := r.Simulator.State().AccessKeys; code != ExitOK || len(keys) != 1 {
		t.Errorf("exit code %d, %d keys are left: %s", code, len(keys), errOut)
	}
}

// The output lists the changes before and after a failed one, and the state of the key that was not changed.
func TestChange_oneOfThreeFails(t *testing.T) {
	r := newRig(t)
	direct := r.Endpoint
	for _, format := range []string{"table", "json"} {
		var ids []string
		for _, name := range []string{"a", "b", "c"} {
			ids = append(ids, r.user(name+format, nil).ID)
		}
		r.Endpoint, r.refuse = r.front.URL+"/api/v1", nthCall("DeleteAccessKey", 2)
		code, out, errOut := r.run(append([]string{"revoke", "--yes", "--output", format}, ids...)...)
		r.Endpoint = direct
		if code != ExitError || !strings.Contains(errOut, "access key "+ids[1]+" was not revoked, and is INACTIVE now: ") {
			t.Errorf("%s: exit code %d: %s%s", format, code, out, errOut)
		}
		if format == "table" {
			if !strings.Contains(out, "revoked "+ids[0]) || strings.Contains(out, "revoked "+ids[1]) || !strings.Contains(out, "revoked "+ids[2]) {
				t.Errorf("listed: %s", out)
			}
			continue
		}
		var got []changeResult
		if err := json.Unmarshal([]byte(out), &got); err != nil || len(got) != 3 || got[0].Result != "revoked" || got[1].Result != "failed" ||
			got[1].State != "INACTIVE" || got[1].Error == "" || got[2].Result != "revoked" {
			t.Errorf("%v: %+v", err, got)
		}
	}
}

func TestChange_json(t *testing.T) {
	r := newRig(t)
	bob := r.user("bob", inAnHour())
	for _, step := range []struct{ args, want, state string }{
		{"deactivate --dry-run", "planned", "ACTIVE"}, {"deactivate --yes", "deactivated", "INACTIVE"}, {"deactivate --yes", "unchanged", "INACTIVE"},
		{"revoke --yes", "revoked", ""},
	} {
		code, out, errOut := r.run(append(strings.Fields(step.args), bob.ID, "--output", "json")...)
		var got []changeResult
		if err := json.Unmarshal([]byte(out), &got); err != nil || code != ExitOK || len(got) != 1 || got[0].Result != step.want || got[0].State != step.state || got[0].UserName != "bob" {
			t.Errorf("%s: exit code %d, %v: %s%s", step.args, code, err, out, errOut)
		}
	}
}

// A caller that may not list users cannot change the keys of others. The error names the missing right.
func TestChange_missingRight(t *testing.T) {
	r := newRig(t)
	eve, bob := r.user("eve", nil), r.user("bob", nil)
	r.put("bob", "p", allow(`"api:ReadAccessKeys", "api:UpdateAccessKey"`))
	r.signer = api.Credential{AccessKeyID: bob.ID, SecretKey: bob.SecretKey}
	code, out, errOut := r.run("deactivate", eve.ID, "--yes")
	if k, _ := r.key(eve.ID); code != ExitError || out != "" || k.State != "ACTIVE" || !strings.Contains(errOut, "ReadUsers") {
		t.Errorf("exit code %d, key %s, %q, %q", code, k.State, out, errOut)
	}
}

// A failure while reading the log leaves the other parts of a list and of an audit.
func TestList_logBreaksOff(t *testing.T) {
	r := newRig(t)
	r.user("bob", nil)
	direct := r.Endpoint
	for n, want := range map[int]string{1: "The use of keys is not known: ", 3: "The log was read back to 20"} {
		for _, command := range []string{"list", "audit"} {
			r.Endpoint, r.refuse = r.front.URL+"/api/v1", nthCall("ReadApiLogs", n)
			code, out, errOut := r.run(command)
			r.Endpoint = direct
			if code == ExitError || !strings.Contains(out, r.RootAccessKey) || !strings.Contains(errOut, want) {
				t.Errorf("%s, call %d: exit code %d: %s%q", command, n, code, out, errOut)
			}
		}
	}
}

// States that cannot be read end a command before its first call, and the error names each of them.
func TestStates_refusedBeforeAnyCall(t *testing.T) {
	r := newRig(t)
	good := r.file("good.tfstate", `{"version": 4, "resources": []}`)
	huge := filepath.Join(t.TempDir(), "huge.tfstate")
	f, err := os.Create(huge)
	if err == nil {
		err = errors.Join(f.Truncate(maxPart+1), f.Close()) // a sparse file
	}
	if err != nil {
		t.Fatal(err)
	}
	missing := filepath.Join(t.TempDir(), "missing.tfstate")
	for name, c := range map[string]struct{ file, want string }{
		"no state":        {r.file("s", "hello"), "is not a state file"},
		"JSON, no state":  {r.file("s", `{"a": 1}`), "is not a state file"},
		"encrypted":       {r.file("s", `{"serial":1,"lineage":"x","encrypted_data":"eA==","encryption_version":"v0"}`), "is encrypted"},
		"truncated":       {r.file("s", `{"version": 4, "resources": [{"mode": "man`), "is incomplete"},
		"a plan cut off":  {r.file("s", "PK\x03\x04\x14\x00"), "cannot be unpacked"},
		"too large":       {huge, "the limit is 1024 MiB"},
		"a folder":        {t.TempDir(), "is a directory"},
		"not there":       {filepath.Join(t.TempDir(), "x"), "no such file"},
		"of another time": {r.file("s", `{"version": 3, "modules": []}`), "version 3"},
	} {
		before := len(r.Simulator.Requests())
		for _, args := range [][]string{
			{"orphans", "--state", missing, "--state", c.file, "--state", good}, {"audit", "--state", c.file, "--state", missing}, {"scan-state", c.file, missing},
		} {
			code, out, errOut := r.run(args...)
			if code != ExitError || out != "" || !strings.Contains(errOut, c.want) || !strings.Contains(errOut, missing) || len(r.Simulator.Requests()) != before {
				t.Errorf("%s, %s: exit code %d, %q, %q", name, args[0], code, out, errOut)
			}
		}
	}
}

// The scan continues after a file that cannot be read.
func TestScanState_unreadableFiles(t *testing.T) {
	r := newRig(t)
	bob := r.user("bob", nil)
	secret := `{"version": 4, "resources": [{"mode": "managed", "type": "outscale_access_key", "name": "k", "instances": [
		{"attributes": {"access_key_id": "` + bob.ID + `", "secret_key": "` + bob.SecretKey + `"}}]}]}`
	broken, missing := r.file("broken.tfstate", "hello"), filepath.Join(t.TempDir(), "missing.tfstate")
	files := []string{broken, r.file("good.tfstate", secret), missing}
	code, out, errOut := r.run(append([]string{"scan-state"}, files...)...)
	if code != ExitError || !strings.Contains(out, bob.ID) || !strings.Contains(out, "ACTIVE") || !strings.Contains(out, "seal_to") ||
		!strings.Contains(errOut, broken) || !strings.Contains(errOut, missing) {
		t.Errorf("exit code %d, %s, %s", code, out, errOut)
	}
	code, out, _ = r.run(append([]string{"scan-state", "--output", "json"}, files...)...)
	var got []secretFound
	if err := json.Unmarshal([]byte(out), &got); err != nil || code != ExitError || len(got) != 1 || got[0].Key != "ACTIVE" {
		t.Errorf("exit code %d, %v, %+v", code, err, got)
	}
	code, out, _ = r.run("scan-state", r.file("empty.tfstate", `{"version": 4}`), broken)
	if code != ExitError || out != "No secret in clear in the files that could be read.\n" {
		t.Errorf("exit code %d, %q", code, out)
	}
}

// The scan shows the secrets in the files even if the API refuses the calls.
func TestScanState_apiRefuses(t *testing.T) {
	r := newRig(t)
	bob := r.user("bob", nil)
	file := r.file("s", `{"version": 4, "resources": [{"mode": "managed", "type": "outscale_access_key", "name": "k", "instances": [
		{"attributes": {"access_key_id": "`+bob.ID+`", "secret_key": "`+bob.SecretKey+`"}}]}]}`)
	r.signer = api.Credential{AccessKeyID: bob.ID, SecretKey: clear}
	code, out, errOut := r.run("scan-state", file)
	if code != ExitError || !strings.Contains(out, bob.ID+"  unknown") || !strings.Contains(errOut, "could not be read") || !strings.Contains(errOut, "--offline") {
		t.Errorf("exit code %d, %s, %s", code, out, errOut)
	}
}

// largeState writes a state file of about this size, with one key at its end.
func largeState(t testing.TB, mebibytes int) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "large.tfstate")
	other := `{"mode":"managed","type":"outscale_vm","name":"x","instances":[{"attributes":{"user_data":"` + strings.Repeat("x", 1<<10) + `","tags":[{"key":"a","value":"b"}]}}]},` + "\n"
	f, err := os.Create(file)
	write := func(text string) {
		if err == nil {
			_, err = f.WriteString(text)
		}
	}
	write(`{"version":4,"resources":[` + "\n")
	block := strings.Repeat(other, 1<<20/len(other)+1)
	for range mebibytes {
		write(block)
	}
	write(`{"mode":"managed","type":"outscale_access_key","name":"k","instances":[{"attributes":{"access_key_id":"AAAAAAAAAAAAAAAAAAAA","secret_key":"` + clear + `"}}]}]}`)
	if err = errors.Join(err, f.Close()); err != nil {
		t.Fatal(err)
	}
	return file
}

// readLarge reads a large state and returns how many bytes it allocated per byte of the file.
func readLarge(t testing.TB, mebibytes int) float64 {
	t.Helper()
	file := largeState(t, mebibytes)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	keys, err := readState(file, nil)
	runtime.ReadMemStats(&after)
	if err != nil || len(keys) != 1 || keys[0].id != "AAAAAAAAAAAAAAAAAAAA" || keys[0].secret != "secret_key" {
		t.Fatalf("%+v, %v", keys, err)
	}
	return float64(after.TotalAlloc-before.TotalAlloc) / float64(mebibytes<<20)
}

// The memory for a large state depends on the size of the file, not on its resources.
func TestReadState_large(t *testing.T) {
	if perByte := readLarge(t, 16); perByte > 2 {
		t.Errorf("%.1f bytes allocated per byte of the file", perByte)
	}
}

func BenchmarkReadState200MiB(b *testing.B) {
	for range b.N {
		b.ReportMetric(readLarge(b, 200), "B-allocated/B")
	}
}
