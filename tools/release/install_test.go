package release_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// cli is a Terraform or an OpenTofu, with its default registry.
type cli struct{ name, path, host string }

// each runs a test on both CLIs. It fails without one of them.
func each(t *testing.T, test func(t *testing.T, c cli)) {
	t.Helper()
	terraform := os.Getenv("RELEASE_TERRAFORM")
	if terraform == "" {
		terraform = "terraform"
	}
	for _, c := range []cli{
		{"terraform", terraform, "registry.terraform.io"},
		{"tofu", filepath.Join(root(t), "bin", "tools", "tofu"), "registry.opentofu.org"},
	} {
		t.Run(c.name, func(t *testing.T) { test(t, c) })
	}
}

// workspace is a folder with a configuration that names the release, and a home of its own.
type workspace struct {
	cli
	t    *testing.T
	dir  string
	home string
	env  []string
}

// workspace creates a workspace with the CLI configuration rc.
func (c cli) workspace(t *testing.T, version, rc string) workspace {
	t.Helper()
	w := workspace{cli: c, t: t, dir: t.TempDir(), home: t.TempDir()}
	config := filepath.Join(w.home, "cli.tfrc")
	must(t, os.WriteFile(config, []byte(rc), 0o600))
	must(t, os.WriteFile(filepath.Join(w.dir, "main.tf"), fmt.Appendf(nil, `terraform {
  required_providers {
    outscale = {
      source  = %q
      version = %q
    }
  }
}

resource "outscale_access_key" "ci" {
  expiration_date = "2099-01-01"
}
`, address, version), 0o600))
	w.env = []string{"HOME=" + w.home, "TF_CLI_CONFIG_FILE=" + config, "CHECKPOINT_DISABLE=1", "TF_IN_AUTOMATION=1", "OPENTOFU_ENFORCE_GPG_VALIDATION=true"}
	return w
}

// direct creates a workspace that installs the provider from a registry.
func (c cli) direct(t *testing.T, version string, r registry) workspace {
	t.Helper()
	w := c.workspace(t, version, fmt.Sprintf("host %q {\n  services = {\n    \"providers.v1\" = \"%s/v1/providers/\"\n  }\n}\n", c.host, r.URL))
	w.env = append(w.env, "SSL_CERT_FILE="+r.certificate)
	return w
}

func (w workspace) must(args ...string) string {
	w.t.Helper()
	return succeed(w.t, w.dir, w.env, w.path, args...)
}

// installed checks that the installed provider runs, and returns the hashes of the lock file.
func (w workspace) installed() []string {
	w.t.Helper()
	if output := w.must("validate", "-no-color"); !strings.Contains(output, "The configuration is valid") {
		w.t.Error(output)
	}
	lock := string(read(w.t, w.dir, ".terraform.lock.hcl"))
	if !strings.Contains(lock, fmt.Sprintf("provider %q", w.host+"/"+address)) {
		w.t.Errorf("the lock file is of another provider:\n%s", lock)
	}
	return regexp.MustCompile(`"(h1|zh):[^"]+"`).FindAllString(lock, -1)
}

// wantHashes checks that a lock file has, for every platform, the checksum that the publisher signed, and as many h1 hashes.
func wantHashes(t *testing.T, got []string, dir, version string, h1 int) {
	t.Helper()
	for file, hash := range checksums(t, filepath.Join(dir, provider+"_"+version+"_SHA256SUMS")) {
		if strings.HasSuffix(file, ".zip") && !slices.Contains(got, `"zh:`+hash+`"`) {
			t.Errorf("the lock file lacks the hash of %s: %v", file, got)
		}
	}
	wantH1(t, got, h1)
}

// wantH1 checks the number of h1 hashes of a lock file, one for each platform. They are hashes of the contents of archives.
func wantH1(t *testing.T, got []string, want int) {
	t.Helper()
	have := 0
	for _, hash := range got {
		if strings.HasPrefix(hash, `"h1:`) {
			have++
		}
	}
	if have != want {
		t.Errorf("the lock file has %d h1 hashes, want %d: %v", have, want, got)
	}
}

// allPlatforms are the arguments of `providers lock` and `providers mirror`.
func allPlatforms() (arguments []string) {
	for _, platform := range platforms {
		arguments = append(arguments, "-platform="+platform)
	}
	return arguments
}

// The CLIs install from a registry: discovery, versions, download, with checksum and signature verified.
func TestInstall_registry(t *testing.T) {
	dir, version := snapshot(t)
	each(t, func(t *testing.T, c cli) {
		w := c.direct(t, version, newRegistry(t, dir, version))
		output := w.must("init", "-input=false", "-no-color")
		if !regexp.MustCompile(`Installed outscale-access/outscale v` + regexp.QuoteMeta(version) + ` \((self-signed|signed), key ID [0-9A-F]{16}\)`).MatchString(output) {
			t.Errorf("init does not say that the signature was verified:\n%s", output)
		}
		wantHashes(t, w.installed(), dir, version, 1)
		w.must(append([]string{"providers", "lock", "-no-color"}, allPlatforms()...)...)
		wantHashes(t, w.installed(), dir, version, len(platforms))
		w.must("init", "-input=false", "-lockfile=readonly", "-no-color")
	})
}

// The CLIs do not install an archive that the publisher did not sign.
func TestInstall_refusesAltered(t *testing.T) {
	release, version := snapshot(t)
	sums := provider + "_" + version + "_SHA256SUMS"
	archive := provider + "_" + version + "_linux_amd64.zip"
	for name, change := range map[string]struct {
		do   func(t *testing.T, dir string)
		want string
	}{
		"archive": {func(t *testing.T, dir string) {
			must(t, os.WriteFile(filepath.Join(dir, archive), append(read(t, dir, archive), 0), 0o600))
		}, "checksum"},
		"checksums": {func(t *testing.T, dir string) {
			must(t, os.WriteFile(filepath.Join(dir, sums), append(read(t, dir, sums), '\n'), 0o600))
		}, "signature"},
		"key": {func(t *testing.T, dir string) {
			must(t, os.WriteFile(filepath.Join(dir, "signing-key.asc"), read(t, otherKey(t)), 0o600))
		}, "signature"},
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(t *testing.T, c cli) {
				dir := copyAll(t, release)
				change.do(t, dir)
				w := c.direct(t, version, newRegistry(t, dir, version))
				output, failed := run(t, w.dir, w.env, w.path, "init", "-input=false", "-no-color")
				if failed == nil || !strings.Contains(output, change.want) {
					t.Errorf("%v, want an error about the %s:\n%s", failed, change.want, output)
				}
			})
		})
	}
}

// A folder of downloaded archives is a filesystem mirror.
func TestInstall_filesystemMirror(t *testing.T) {
	dir, version := snapshot(t)
	each(t, func(t *testing.T, c cli) {
		mirror := t.TempDir()
		folder := filepath.Join(mirror, c.host, address)
		must(t, os.MkdirAll(folder, 0o700))
		for _, platform := range platforms {
			name := fmt.Sprintf("%s_%s_%s.zip", provider, version, platform)
			must(t, os.Link(filepath.Join(dir, name), filepath.Join(folder, name)))
		}
		w := c.workspace(t, version, fmt.Sprintf("provider_installation {\n  filesystem_mirror {\n    path = %q\n  }\n}\n", mirror))
		w.must("init", "-input=false", "-no-color")
		w.installed()
		w.must(append([]string{"providers", "lock", "-no-color", "-fs-mirror=" + mirror}, allPlatforms()...)...)
		// Without a registry there is no signed checksum, only the hash of the contents.
		wantH1(t, w.installed(), len(platforms))
	})
}

// `providers mirror` creates a network mirror from the registry. Both give the same lock file.
func TestInstall_networkMirror(t *testing.T) {
	dir, version := snapshot(t)
	each(t, func(t *testing.T, c cli) {
		mirror := t.TempDir()
		source := c.direct(t, version, newRegistry(t, dir, version))
		source.must("init", "-input=false", "-no-color")
		source.must(append(append([]string{"providers", "mirror", "-no-color"}, allPlatforms()...), mirror)...)

		served := serve(t, http.FileServer(http.Dir(mirror)))
		w := c.workspace(t, version, fmt.Sprintf("provider_installation {\n  network_mirror {\n    url = \"%s/\"\n  }\n}\n", served.URL))
		w.env = append(w.env, "SSL_CERT_FILE="+served.certificate)
		must(t, os.WriteFile(filepath.Join(w.dir, ".terraform.lock.hcl"), read(t, source.dir, ".terraform.lock.hcl"), 0o600))
		w.must("init", "-input=false", "-lockfile=readonly", "-no-color")
		w.installed()
		w.must(append([]string{"providers", "lock", "-no-color", "-net-mirror=" + served.URL + "/"}, allPlatforms()...)...)
		wantHashes(t, w.installed(), dir, version, len(platforms))
	})
}
