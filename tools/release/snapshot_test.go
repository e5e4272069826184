package release_test

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"debug/buildinfo"
	"encoding/hex"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	spdxjson "github.com/spdx/tools-golang/json"
	"github.com/spdx/tools-golang/spdxlib"
)

// Every program has an archive for each platform, named as the registries require, and a bill of materials.
// SHA256SUMS lists the provider's archives and the manifest, and nothing else.
func TestSnapshot_files(t *testing.T) {
	dir, version := snapshot(t)
	sums, others := provider+"_"+version+"_SHA256SUMS", "other_checksums_"+version+".txt"
	manifest := provider + "_" + version + "_manifest.json"
	want := []string{sums, sums + ".sig", others, others + ".sig", manifest, "signing-key.asc"}
	registry, rest := []string{manifest}, []string{}
	for _, product := range products {
		for _, platform := range platforms {
			archive := fmt.Sprintf("%s_%s_%s.zip", product, version, platform)
			want = append(want, archive, archive+".spdx.json")
			rest = append(rest, archive+".spdx.json")
			if product == provider {
				registry = append(registry, archive)
			} else {
				rest = append(rest, archive)
			}
		}
	}
	entries, err := os.ReadDir(dir)
	must(t, err)
	var got []string
	for _, entry := range entries {
		got = append(got, entry.Name())
	}
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("the files of the release are\n%v, want\n%v", got, want)
	}
	for list, files := range map[string][]string{sums: registry, others: rest} {
		listed := slices.Sorted(maps.Keys(checksums(t, filepath.Join(dir, list))))
		if slices.Sort(files); !slices.Equal(listed, files) {
			t.Errorf("%s lists\n%v, want\n%v", list, listed, files)
		}
	}
}

// checksums are the hashes of a list by file.
func checksums(t *testing.T, path string) map[string]string {
	t.Helper()
	list := map[string]string{}
	for line := range strings.Lines(string(read(t, path))) {
		hash, file, _ := strings.Cut(strings.TrimSpace(line), "  ")
		list[file] = hash
	}
	return list
}

// binary is the one Go binary of an archive.
func binary(t *testing.T, archive string) (name string, content []byte) {
	t.Helper()
	reader, err := zip.OpenReader(archive)
	must(t, err)
	defer reader.Close()
	for _, file := range reader.File {
		if file.Name == "LICENSE" {
			continue
		}
		if file.Mode().Perm() != 0o755 {
			t.Errorf("%s: %s has mode %v, want an executable", archive, file.Name, file.Mode())
		}
		opened, err := file.Open()
		must(t, err)
		content, err = io.ReadAll(opened)
		must(t, err)
		name = file.Name
	}
	return name, content
}

// A bill of materials is valid SPDX, and names the archive and every module that is linked into its binary, by version.
func TestSnapshot_billsOfMaterials(t *testing.T) {
	dir, version := snapshot(t)
	for _, product := range products {
		for _, platform := range platforms {
			archive := fmt.Sprintf("%s_%s_%s.zip", product, version, platform)
			doc, err := spdxjson.Read(bytes.NewReader(read(t, dir, archive+".spdx.json")))
			must(t, err)
			if err := spdxlib.ValidateDocument(doc); err != nil {
				t.Errorf("%s: %v", archive, err)
			}
			hash := sha256.Sum256(read(t, dir, archive))
			if got := doc.Packages[0].PackageChecksums; len(got) != 1 || got[0].Value != hex.EncodeToString(hash[:]) {
				t.Errorf("%s: the bill is of another archive: %v", archive, got)
			}
			named := map[string]string{}
			for _, item := range doc.Packages[1:] {
				named[item.PackageName] = item.PackageVersion
			}
			_, content := binary(t, filepath.Join(dir, archive))
			info, err := buildinfo.Read(bytes.NewReader(content))
			must(t, err)
			want := map[string]string{info.Main.Path: version, "stdlib": strings.TrimPrefix(info.GoVersion, "go")}
			for _, module := range info.Deps {
				if module.Replace != nil {
					module = module.Replace
				}
				want[module.Path] = module.Version
			}
			if !maps.Equal(named, want) {
				t.Errorf("%s: the bill names %v, the binary has %v", archive, named, want)
			}
		}
	}
}

// Binaries need no C library, contain no path of the machine that built them, and print their version.
func TestSnapshot_binaries(t *testing.T) {
	dir, version := snapshot(t)
	for _, product := range products {
		for _, platform := range platforms {
			name, content := binary(t, filepath.Join(dir, fmt.Sprintf("%s_%s_%s.zip", product, version, platform)))
			info, err := buildinfo.Read(bytes.NewReader(content))
			must(t, err)
			settings := map[string]string{}
			for _, setting := range info.Settings {
				settings[setting.Key] = setting.Value
			}
			if settings["CGO_ENABLED"] != "0" || settings["-trimpath"] != "true" || settings["GOOS"]+"_"+settings["GOARCH"] != platform {
				t.Errorf("%s for %s was built with %v", name, platform, settings)
			}
			if bytes.Contains(content, []byte(root(t))) {
				t.Errorf("%s for %s has the path of this repository in it", name, platform)
			}
			if platform == runtime.GOOS+"_"+runtime.GOARCH {
				path := filepath.Join(t.TempDir(), name)
				must(t, os.WriteFile(path, content, 0o700))
				if got := succeed(t, t.TempDir(), nil, path, "--version"); !strings.Contains(got, version) {
					t.Errorf("%s says %q, want version %s", name, got, version)
				}
			}
		}
	}
}

// Two builds of one commit give the same bytes. The second is made in another folder, with another home, umask, time zone
// and locale, and with an empty build cache where RELEASE_COLD=1.
func TestSnapshot_reproducible(t *testing.T) {
	first, version := snapshot(t)
	if changed := succeed(t, root(t), nil, "git", "status", "--porcelain"); changed != "" {
		t.Fatalf("a snapshot is compared with one of the same commit: commit first\n%s", changed)
	}
	tools := filepath.Join(root(t), "bin", "tools")
	clone := filepath.Join(t.TempDir(), "another folder")
	succeed(t, root(t), nil, "git", "clone", "--quiet", "--shared", root(t), clone)
	env := []string{"RELEASE_TOOLS=" + tools, "TZ=Asia/Kathmandu", "LC_ALL=C", "HOME=" + t.TempDir(), "GPG_PRIVATE_KEY="}
	for _, name := range []string{"GOCACHE", "GOMODCACHE", "GOPROXY"} { // with another HOME they would be elsewhere
		env = append(env, name+"="+strings.TrimSpace(succeed(t, root(t), nil, "go", "env", name)))
	}
	if os.Getenv("RELEASE_COLD") == "1" {
		env = append(env, "GOCACHE="+t.TempDir())
	}
	succeed(t, clone, env, "bash", "-c", "umask 077 && scripts/release/build.sh --snapshot "+strings.TrimSuffix(version, "-snapshot"))

	second := filepath.Join(clone, "dist", "release")
	entries, err := os.ReadDir(first)
	must(t, err)
	for _, entry := range entries {
		name := entry.Name()
		if strings.HasSuffix(name, ".sig") || name == "signing-key.asc" {
			continue // each snapshot has a key of its own
		}
		if !bytes.Equal(read(t, first, name), read(t, second, name)) {
			t.Errorf("%s is not the same in both builds", name)
		}
	}
}
