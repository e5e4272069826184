package acctest

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// Install installs the built provider from a mirror in the home folder of the workspace: it runs `init` with the arguments. A
// workspace with a backend needs this, because with development overrides terraform before 1.15 refuses `init`.
func (s *Workspace) Install(arguments ...string) {
	s.c.t.Helper()
	built, err := binaries()
	s.c.NoError(err)
	const version = "0.0.1"
	mirror := filepath.Join(s.Home(), "mirror")
	folder := filepath.Join(mirror, filepath.FromSlash(s.ProviderAddress()), version, runtime.GOOS+"_"+runtime.GOARCH)
	name := "terraform-provider-outscale"
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	s.c.NoError(os.MkdirAll(folder, 0o750))
	s.c.NoError(os.Symlink(filepath.Join(built, name), filepath.Join(folder, strings.Replace(name, "outscale", "outscale_v"+version, 1))))
	rc := filepath.Join(s.Home(), "installed.tfrc")
	s.c.NoError(os.WriteFile(rc, []byte(fmt.Sprintf("provider_installation {\n  filesystem_mirror {\n    path = %q\n  }\n}\n", filepath.ToSlash(mirror))), 0o600))
	s.Setenv("TF_CLI_CONFIG_FILE", rc)
	s.Must(append([]string{"init", "-input=false", "-no-color"}, arguments...)...)
}
