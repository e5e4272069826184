package api

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"github.com/outscale/osc-sdk-go/v3/pkg/profile"
)

// namedProfile reads the profile that the block or the environment names. cred is a credential already found: the
// profile then only lends its other settings. Named and missing is an error either way.
func (r *resolver) namedProfile(cred *Credential, inBlock bool) (Credential, error) {
	name := firstSet(val(r.block.Profile), r.getenv("OSC_PROFILE"))
	file := firstSet(val(r.block.ConfigFile), r.getenv("OSC_CONFIG_FILE"))
	by, attribute := "OSC_PROFILE or OSC_CONFIG_FILE", ""
	if inBlock {
		by, attribute = "the provider block", "profile"
		if r.block.Profile == nil {
			attribute = "config_file"
		}
	}
	fail := func(why string) (Credential, error) {
		return Credential{}, &ConfigError{Summary: "Profile not usable", Attribute: attribute,
			Detail: fmt.Sprintf("%s (named by %s). A profile that is named is never replaced by another credential.", why, by)}
	}

	path, err := r.expand(file)
	if err != nil {
		return fail(err.Error())
	}
	if path == "" {
		if path = r.defaultFile(); path == "" {
			return fail("No profile file is named, and the home folder, where the default one is, is not known")
		}
	}
	profiles, err := readProfiles(path)
	if err != nil {
		return fail(err.Error())
	}
	found, p, err := choose(profiles, name)
	switch {
	case err != nil:
		return fail(fmt.Sprintf("%s: %s", path, err))
	case found == "" && name == "":
		return fail(fmt.Sprintf("%s has no default profile; it has %s", path, names(profiles)))
	case found == "":
		return fail(fmt.Sprintf("%s has no profile %q; it has %s", path, name, names(profiles)))
	}
	r.profile, r.from = &p, fmt.Sprintf("profile %q of %s", found, path)
	if cred != nil {
		return *cred, nil
	}
	cred, err = r.profileSource().credential()
	switch {
	case err != nil:
		return Credential{}, err
	case cred == nil:
		return fail(r.from + " has no credential: neither access_key and secret_key nor login and password")
	}
	return *cred, nil
}

// defaultProfile is the last source: the default profile of the default file, if there is one.
func (r *resolver) defaultProfile() (Credential, error) {
	seen := "the profile file in the home folder: the home folder is not known"
	if path := r.defaultFile(); path != "" {
		profiles, err := readProfiles(path)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			seen = path + ": does not exist"
		case err != nil:
			return Credential{}, &ConfigError{Summary: "Profile file not usable", Detail: err.Error() + "."}
		default:
			found, p, err := choose(profiles, "")
			if err != nil {
				return Credential{}, &ConfigError{Summary: "Profile file not usable", Detail: fmt.Sprintf("%s: %s.", path, err)}
			}
			seen = path + ": has no default profile"
			if found != "" {
				r.profile, r.from = &p, fmt.Sprintf("profile %q of %s", found, path)
				cred, err := r.profileSource().credential()
				if err != nil {
					return Credential{}, err
				}
				if cred != nil {
					return *cred, nil
				}
				seen = r.from + ": has no credential"
			}
		}
	}
	return Credential{}, &ConfigError{
		Summary: "No OUTSCALE credential",
		Detail: "No source gives a credential. Looked at, in this order:\n" +
			"  - the provider block (`access_key_id` and `secret_key_id`, `login` and `password`, `profile`, `config_file`): not set\n" +
			"  - the environment (" + r.environment().pairs[0].both() + ", OSC_LOGIN and OSC_PASSWORD, OSC_PROFILE, OSC_CONFIG_FILE): not set\n" +
			"  - " + seen,
	}
}

func (r *resolver) profileSource() source {
	id, secret := "access_key", "secret_key"
	for _, service := range r.profile.IAMV2Services {
		if service == profile.OscServiceApi {
			id, secret = "access_key_v2", "secret_key_v2"
		}
	}
	key, value := r.profile.GetAccessKeys(profile.OscServiceApi)
	return source{name: r.from, pairs: []pair{
		{idName: id, secretName: secret, id: key, secret: value},
		{idName: "login", secretName: "password", id: r.profile.Login, secret: r.profile.Password},
	}}
}

func (r *resolver) defaultFile() string {
	if r.home == "" {
		return ""
	}
	return filepath.Join(r.home, ".osc", "config.json")
}

// expand replaces a leading ~ by the home folder.
func (r *resolver) expand(path string) (string, error) {
	rest, tilde := strings.CutPrefix(path, "~")
	if !tilde || (rest != "" && !os.IsPathSeparator(rest[0])) {
		return path, nil
	}
	if r.home == "" {
		return "", fmt.Errorf("%s begins with ~, and the home folder is not known", path)
	}
	return filepath.Join(r.home, rest), nil
}

// readProfiles reads a profile file. Its errors name the file and never quote it.
func readProfiles(path string) (map[string]profile.Profile, error) {
	data, err := os.ReadFile(path) //nolint:gosec // the user names the file
	if err != nil {
		var pathErr *fs.PathError
		if errors.As(err, &pathErr) {
			return nil, fmt.Errorf("%s cannot be read: %w", path, pathErr.Err)
		}
		return nil, fmt.Errorf("%s cannot be read", path)
	}
	profiles := map[string]profile.Profile{}
	if json.Unmarshal(data, &profiles) != nil {
		return nil, fmt.Errorf("%s is not a profile file: it must be a JSON object with one object for each profile", path)
	}
	return profiles, nil
}

// choose picks the profile called name; without a name the one flagged default, else the one called default. found is
// "" when there is none. Two flagged profiles are an error: the SDK would take either, at random.
func choose(profiles map[string]profile.Profile, name string) (found string, p profile.Profile, err error) {
	if name != "" {
		if p, ok := profiles[name]; ok {
			return name, p, nil
		}
		return "", p, nil
	}
	var flagged []string
	for name, p := range profiles {
		if p.Default {
			flagged = append(flagged, name)
		}
	}
	sort.Strings(flagged)
	switch {
	case len(flagged) > 1:
		return "", p, fmt.Errorf("more than one profile is marked as the default: %s", strings.Join(flagged, ", "))
	case len(flagged) == 1:
		return flagged[0], profiles[flagged[0]], nil
	}
	if p, ok := profiles[profile.DefaultProfile]; ok {
		return profile.DefaultProfile, p, nil
	}
	return "", p, nil
}

func names(profiles map[string]profile.Profile) string {
	if len(profiles) == 0 {
		return "none"
	}
	all := make([]string, 0, len(profiles))
	for name := range profiles {
		all = append(all, fmt.Sprintf("%q", name))
	}
	sort.Strings(all)
	return strings.Join(all, ", ")
}
