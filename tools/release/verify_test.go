package release_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// verify runs the script as a user does.
func verify(t *testing.T, key, dir string, complete bool) (output string, failed error) {
	t.Helper()
	args := []string{"--key", key}
	if complete {
		args = append(args, "--complete")
	}
	return run(t, root(t), nil, filepath.Join(root(t), "scripts/release/verify.sh"), append(args, dir)...)
}

func TestVerify_acceptsRelease(t *testing.T) {
	dir, _ := snapshot(t)
	if output, failed := verify(t, filepath.Join(dir, "signing-key.asc"), dir, true); failed != nil {
		t.Error(output)
	}
}

// verify.sh accepts the archive of one platform with SHA256SUMS and its signature.
func TestVerify_acceptsOneArchive(t *testing.T) {
	dir, version := snapshot(t)
	sums := provider + "_" + version + "_SHA256SUMS"
	few := t.TempDir()
	for _, name := range []string{provider + "_" + version + "_linux_amd64.zip", sums, sums + ".sig"} {
		must(t, os.WriteFile(filepath.Join(few, name), read(t, dir, name), 0o600))
	}
	if output, failed := verify(t, filepath.Join(dir, "signing-key.asc"), few, false); failed != nil {
		t.Error(output)
	}
	if output, failed := verify(t, filepath.Join(dir, "signing-key.asc"), few, true); failed == nil {
		t.Errorf("accepted as complete:\n%s", output)
	}
}

// verify.sh refuses an altered release, and names the file.
func TestVerify_refusesAltered(t *testing.T) {
	release, version := snapshot(t)
	key := filepath.Join(release, "signing-key.asc")
	archive := fmt.Sprintf("%s_%s_linux_amd64.zip", provider, version)
	sums, others := provider+"_"+version+"_SHA256SUMS", "other_checksums_"+version+".txt"
	alter := func(name string) func(*testing.T, string) {
		return func(t *testing.T, dir string) {
			content := read(t, dir, name)
			content[len(content)/2] ^= 1
			must(t, os.WriteFile(filepath.Join(dir, name), content, 0o600))
		}
	}
	remove := func(name string) func(*testing.T, string) {
		return func(t *testing.T, dir string) { must(t, os.Remove(filepath.Join(dir, name))) }
	}
	for name, change := range map[string]struct {
		do   func(t *testing.T, dir string)
		want string
	}{
		"archive altered":          {alter(archive), archive},
		"bill altered":             {alter(archive + ".spdx.json"), archive + ".spdx.json"},
		"simulator altered":        {alter(fmt.Sprintf("%s_%s_linux_amd64.zip", simulator, version)), simulator},
		"checksums altered":        {alter(sums), sums + " is not signed"},
		"other checksums altered":  {alter(others), others + " is not signed"},
		"signature altered":        {alter(sums + ".sig"), sums + " is not signed"},
		"signature missing":        {remove(sums + ".sig"), sums + " is not signed"},
		"other checksums missing":  {remove(others), others},
		"archive missing":          {remove(archive), archive},
		"bill missing":             {remove(archive + ".spdx.json"), archive + ".spdx.json"},
		"a file nobody signed for": {func(t *testing.T, dir string) { must(t, os.WriteFile(filepath.Join(dir, "install.sh"), nil, 0o600)) }, "install.sh is in no signed list"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := copyAll(t, release)
			change.do(t, dir)
			if output, failed := verify(t, key, dir, true); failed == nil || !strings.Contains(output, change.want) {
				t.Errorf("%v, want an error that names %q:\n%s", failed, change.want, output)
			}
		})
	}
	t.Run("another key", func(t *testing.T) {
		other := otherKey(t)
		if output, failed := verify(t, other, release, true); failed == nil || !strings.Contains(output, "is not signed") {
			t.Errorf("%v:\n%s", failed, output)
		}
	})
}

// otherKey is a public key that signed nothing.
func otherKey(t *testing.T) string {
	t.Helper()
	home, err := os.MkdirTemp("/tmp", "gpg.") // short: the names of its sockets are bounded
	must(t, err)
	env := []string{"GNUPGHOME=" + home}
	t.Cleanup(func() {
		_, _ = run(t, home, env, "gpgconf", "--kill", "all")
		must(t, os.RemoveAll(home))
	})
	succeed(t, home, env, "gpg", "--batch", "--quiet", "--pinentry-mode", "loopback", "--passphrase", "", "--quick-generate-key", "somebody else <nobody@example.com>", "ed25519", "sign", "1d")
	path := filepath.Join(home, "key.asc")
	must(t, os.WriteFile(path, []byte(succeed(t, home, env, "gpg", "--batch", "--armor", "--export")), 0o600))
	return path
}
