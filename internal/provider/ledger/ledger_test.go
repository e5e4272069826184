package ledger

import (
	"errors"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/credential"
)

const account = "https://api.example.com/api/v1 AK"

// folderOfChild makes this program the process that is killed.
const folderOfChild = "LEDGER_TEST_FOLDER"

func TestMain(m *testing.M) {
	if dir := os.Getenv(folderOfChild); dir != "" {
		child(dir)
	}
	os.Exit(m.Run())
}

// child makes keys, says so, and waits for its death.
func child(dir string) {
	l := In(dir, func(err error) { panic(err) })
	mine := l.Of(account)
	for _, id := range []string{"AKNEW", "AKHANDED", "AKGONE"} {
		mine.Made(key(id))
	}
	l.Of("another account").Made(key("AKOTHER"))
	l.Handed("AKHANDED")
	mine.Settled("AKGONE")
	_, _ = os.Stdout.WriteString("ready\n")
	select {}
}

func key(id string) credential.Key {
	at := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	return credential.Key{ID: id, UserName: "bob", State: credential.Active, Secret: "THE-SECRET", Created: at, Expires: &at}
}

// start returns a living process that has made keys, and what kills it.
func start(t *testing.T, dir string) (kill func()) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), folderOfChild+"="+dir)
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	kill = func() {
		_ = cmd.Process.Kill() // it may be dead
		_ = cmd.Wait()
	}
	t.Cleanup(kill)
	if _, err := out.Read(make([]byte, 6)); err != nil {
		t.Fatal(err)
	}
	return kill
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func silent(t *testing.T) func(error) {
	return func(err error) { t.Error(err) }
}

func files(t *testing.T, dir string) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(dir, "*"))
	must(t, err)
	return found
}

func ids(left map[string]credential.Left) []string { return slices.Sorted(maps.Keys(left)) }

// TestAKilledProcess: what a process had made and not settled is found when it is dead, and not while it lives.
func TestAKilledProcess(t *testing.T) {
	dir := t.TempDir()
	kill := start(t, dir)
	if left := In(dir, silent(t)).Of(account).Left(); len(left) > 0 {
		t.Errorf("a living process left %v", ids(left))
	}
	kill()
	mine := In(dir, silent(t)).Of(account)
	left := mine.Left()
	if got := ids(left); !slices.Equal(got, []string{"AKHANDED", "AKNEW"}) {
		t.Fatalf("left is %v", got)
	}
	if !left["AKHANDED"].Handed || left["AKNEW"].Handed {
		t.Errorf("what was handed over is %v", left)
	}
	want := key("AKNEW")
	if got := left["AKNEW"].Key; got.UserName != want.UserName || !got.Created.Equal(want.Created) || got.Expires == nil || !got.Expires.Equal(*want.Expires) || got.State != want.State {
		t.Errorf("it is %+v", got)
	}
	for _, path := range files(t, dir) {
		text, err := os.ReadFile(path)
		must(t, err)
		if strings.Contains(string(text), "THE-SECRET") {
			t.Error("the secret is on the disk")
		}
		if found, err := os.Stat(path); err != nil || found.Mode().Perm() != 0o600 {
			t.Errorf("%s is %v, %v", path, found.Mode(), err)
		}
	}
	// What one run settles the next one does not find. What is another account's stays.
	mine.Settled("AKNEW")
	if got := ids(mine.Left()); !slices.Equal(got, []string{"AKHANDED"}) {
		t.Errorf("left after one was settled: %v", got)
	}
	again := In(dir, silent(t))
	if got := ids(again.Of(account).Left()); !slices.Equal(got, []string{"AKHANDED"}) {
		t.Errorf("the next run finds %v", got)
	}
	again.Of(account).Settled("AKHANDED")
	again.Of("another account").Settled("AKOTHER")
	if left := files(t, dir); len(left) > 0 {
		t.Errorf("files are left: %v", left)
	}
}

// TestEndsInGoodOrder: nothing is left of a process that ends well, but what it says it left.
func TestEndsInGoodOrder(t *testing.T) {
	for name, c := range map[string]struct {
		lost []string
		want []string
	}{
		"all was taken":             {nil, []string{"AKNEW"}}, // nobody has that one
		"one could not be revoked":  {[]string{"AKHANDED"}, []string{"AKHANDED", "AKNEW"}},
		"one that it does not know": {[]string{"AKELSE"}, []string{"AKNEW"}},
	} {
		dir := t.TempDir()
		l := In(dir, silent(t))
		mine := l.Of(account)
		mine.Made(key("AKNEW"))
		mine.Made(key("AKHANDED"))
		mine.Made(key("AKGONE"))
		l.Handed("AKHANDED")
		l.Handed("AKUNKNOWN")
		mine.Settled("AKGONE")
		l.Close(c.lost...)
		next := In(dir, silent(t)).Of(account)
		if got := ids(next.Left()); !slices.Equal(got, c.want) {
			t.Errorf("%s: the next run finds %v, want %v", name, got, c.want)
		}
		for _, id := range c.want {
			next.Settled(id)
		}
		if left := files(t, dir); len(left) > 0 {
			t.Errorf("%s: files are left: %v", name, left)
		}
	}
}

// TestWithoutKeys: a process that makes no key writes nothing, and makes no folder.
func TestWithoutKeys(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "none")
	l := In(dir, silent(t))
	l.Of(account).Left()
	l.Handed("AK")
	l.Of(account).Settled("AK")
	l.Close()
	if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the folder: %v", err)
	}
}

// TestNoFolder: keys can be made without a ledger, and that it is not kept is told once.
func TestNoFolder(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	must(t, os.WriteFile(file, nil, 0o600))
	for _, dir := range []string{"", file} {
		told := 0
		l := In(dir, func(error) { told++ })
		for _, id := range []string{"A", "B"} {
			l.Of(account).Made(key(id))
			l.Handed(id)
		}
		l.Of(account).Left()
		l.Close()
		if told != 1 {
			t.Errorf("%q: told %d times", dir, told)
		}
	}
	var none *Ledger
	none.Handed("A")
	none.Close("A")
	if none.Of(account) != nil {
		t.Error("no ledger is one")
	}
}

// TestTornAndOld: a line that was cut is not understood and does no harm; a file that is too old is removed.
func TestTornAndOld(t *testing.T) {
	dir := t.TempDir()
	start(t, dir)()
	path := files(t, dir)
	i := slices.IndexFunc(path, func(p string) bool { return strings.HasSuffix(p, suffix) })
	text, err := os.ReadFile(path[i])
	must(t, err)
	must(t, os.WriteFile(path[i], append(text, `{"access_key_id":"AKNEW","settl`...), 0o600))
	if got := ids(In(dir, silent(t)).Of(account).Left()); !slices.Equal(got, []string{"AKHANDED", "AKNEW"}) {
		t.Errorf("a torn file has %v", got)
	}
	then := time.Now().Add(-old - time.Hour)
	must(t, os.Chtimes(path[i], then, then))
	if left := In(dir, silent(t)).Of(account).Left(); len(left) > 0 {
		t.Errorf("an old file has %v", ids(left))
	}
	if left := files(t, dir); len(left) > 0 {
		t.Errorf("files are left: %v", left)
	}
}
