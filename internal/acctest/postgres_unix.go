//go:build unix

package acctest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// envPostgres makes a test without PostgreSQL fail instead of being skipped, for machines that should have it.
const envPostgres = "OUTSCALE_TEST_REQUIRE_POSTGRES"

// Postgres is a PostgreSQL server for one test. It listens on a socket in its own folder, and on no port.
type Postgres struct {
	t    testing.TB
	bin  string // the folder of its programs
	home string // data and socket
	as   *syscall.Credential

	server *os.Process
}

const (
	pgUser     = "tester"
	pgDatabase = "states"
)

// StartPostgres starts a server with an empty database, and stops it when the test ends. If the machine does not have PostgreSQL, it
// skips the test, or fails the test if OUTSCALE_TEST_REQUIRE_POSTGRES is 1.
func StartPostgres(t testing.TB) *Postgres {
	t.Helper()
	bin, err := postgresPrograms("/usr/lib/postgresql/*/bin/initdb", "/usr/local/pgsql/bin/initdb", "/opt/homebrew/opt/postgresql@*/bin/initdb")
	if err != nil {
		if os.Getenv(envPostgres) == "1" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	p := &Postgres{t: t, bin: bin}
	p.must(p.settle())
	p.run("initdb", "--pgdata="+p.data(), "--username="+pgUser, "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync")
	p.serve()
	p.run("createdb", "--host="+p.home, "--username="+pgUser, pgDatabase)
	return p
}

// postgresPrograms returns the folder of PostgreSQL's programs, from PATH or from the first place that has them, newest version first.
// On Debian the programs of the server are not on PATH.
func postgresPrograms(places ...string) (string, error) {
	found, _ := exec.LookPath("initdb")
	for i := 0; found == "" && i < len(places); i++ {
		versions, err := filepath.Glob(places[i])
		if err != nil {
			return "", err
		}
		if len(versions) > 0 {
			found = slices.MaxFunc(versions, func(a, b string) int { return cmp.Compare(majorOf(a), majorOf(b)) })
		}
	}
	if found == "" {
		return "", errors.New("PostgreSQL is not on this machine: install it (Debian: apt-get install postgresql) or put its initdb on PATH")
	}
	real, err := filepath.EvalSymlinks(found)
	return filepath.Dir(real), err
}

var versionFolder = regexp.MustCompile(`(\d+)/bin/initdb$`)

// majorOf returns the major version in the path of an initdb, or 0 if the path has none.
func majorOf(path string) int {
	match := versionFolder.FindStringSubmatch(filepath.ToSlash(path))
	if match == nil {
		return 0
	}
	n, _ := strconv.Atoi(match[1]) // a number that is too large is not a version
	return n
}

// settle makes the server's folder, and finds the user that runs the server. It does not use the temporary folder of the test: the
// path of a socket can have at most 107 bytes, and if root runs the test, another user runs the server and cannot read that folder.
func (p *Postgres) settle() error {
	home, err := os.MkdirTemp("", "outscale-pg-")
	if err != nil {
		return err
	}
	p.home = home
	p.t.Cleanup(func() { p.must(os.RemoveAll(home)) })
	if os.Geteuid() != 0 {
		return nil
	}
	// PostgreSQL refuses to run as root.
	account, err := user.Lookup("postgres")
	if err != nil {
		return fmt.Errorf("root runs the test, and PostgreSQL does not run as root: %w (Debian's package makes that user)", err)
	}
	uid, err := strconv.ParseUint(account.Uid, 10, 32)
	if err != nil {
		return err
	}
	gid, err := strconv.ParseUint(account.Gid, 10, 32)
	if err != nil {
		return err
	}
	p.as = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	return os.Chown(home, int(uid), int(gid))
}

func (p *Postgres) data() string { return filepath.Join(p.home, "data") }

// program returns a command that runs one of PostgreSQL's programs as the server's user, without the variables that configure it.
func (p *Postgres) program(ctx context.Context, name string, arguments ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, filepath.Join(p.bin, name), arguments...)
	cmd.Dir = p.home
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + p.home, "LC_ALL=C"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: p.as}
	return cmd
}

// run runs a program, and returns its output.
func (p *Postgres) run(name string, arguments ...string) []byte {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	cmd := p.program(ctx, name, arguments...)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		p.t.Fatalf("%s: %v\n%s%s", name, err, out, stderr.String())
	}
	return out
}

// serve starts the server and waits until it accepts connections. The server stops when the test ends.
func (p *Postgres) serve() {
	p.t.Helper()
	printed := &output{}
	// The server does not wait for the disk, because the data is needed only during the test.
	cmd := p.program(context.Background(), "postgres", "-D", p.data(), "-k", p.home,
		"-c", "listen_addresses=", "-c", "fsync=off", "-c", "logging_collector=off", "-c", "log_min_messages=info")
	cmd.Stdout, cmd.Stderr = printed, printed
	p.must(cmd.Start())
	p.server = cmd.Process
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	p.t.Cleanup(func() {
		// SIGINT is a fast shutdown: it closes client connections and cleans up.
		if err := p.server.Signal(os.Interrupt); err == nil {
			p.must(<-ended)
		}
	})
	ready := func() bool { return strings.Contains(printed.String(), "ready to accept connections") }
	if !Reached(func() bool { return ready() || len(ended) > 0 }) || !ready() {
		p.t.Fatalf("PostgreSQL did not start:\n%s", printed)
	}
}

// URL returns the connection string of the pg backend, which has the socket and no host.
func (p *Postgres) URL() string {
	query := url.Values{"host": {p.home}, "user": {pgUser}, "sslmode": {"disable"}}
	return "postgres:///" + pgDatabase + "?" + query.Encode()
}

// Dump returns the output of pg_dump for the whole database.
func (p *Postgres) Dump() []byte {
	p.t.Helper()
	return p.run("pg_dump", "--host="+p.home, "--username="+pgUser, pgDatabase)
}

func (p *Postgres) must(err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatal(err)
	}
}
