package api

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf16"

	"github.com/outscale/osc-sdk-go/v3/pkg/profile"

	"github.com/outscale-access/terraform-provider-outscale/internal/text"
)

// namedProfile reads the profile that the block or the environment names. A named profile that is missing is an error. If a
// credential was already found, cred, the profile gives only the other settings.
func (r *resolver) namedProfile(cred *Credential, inBlock bool) (Credential, error) {
	name, file, by := r.getenv("OSC_PROFILE"), r.getenv("OSC_CONFIG_FILE"), "OSC_PROFILE or OSC_CONFIG_FILE"
	variable := "OSC_CONFIG_FILE"
	if inBlock {
		by = "the provider block"
	}
	if r.block.Profile != nil {
		name = *r.block.Profile
	}
	if r.block.ConfigFile != nil {
		file, variable = *r.block.ConfigFile, "`config_file`"
	}
	fail := func(format string, args ...any) (Credential, error) {
		return Credential{}, &ConfigError{
			Summary: "Profile not usable",
			Detail:  fmt.Sprintf(format, args...) + ". No other credential is used, because " + by + " names the profile or its file.",
		}
	}

	path, why := r.path(file)
	if why != "" {
		return fail("%s %s", variable, why)
	}
	if path == "" {
		if path = r.defaultFile(); path == "" {
			return fail("No profile file is named, and the home folder with the default file is not known")
		}
	}
	f, err := readProfiles(path)
	if err != nil {
		return fail("%s", err)
	}
	found, err := f.choose(name)
	switch {
	case err != nil:
		return fail("%s", err)
	case found == "" && name == "":
		return fail("%s has no default profile. Its profiles: %s", f.shown, f.names())
	case found == "":
		return fail("%s has no profile %s. Its profiles: %s", f.shown, shown(name), f.names())
	}
	if err := r.use(f, found); err != nil {
		return fail("%s", err)
	}
	if cred != nil {
		return *cred, nil
	}
	cred, err = r.whole(r.profileSource())
	switch {
	case err != nil:
		return Credential{}, err
	case cred == nil:
		return fail("%s has no credential: neither access_key and secret_key nor login and password%s", r.from, r.unread())
	}
	return *cred, nil
}

// defaultProfile searches the last source, the default profile of the default file.
func (r *resolver) defaultProfile() (Credential, error) {
	looked := "the profile file in the home folder: the home folder is not known"
	if path := r.defaultFile(); path != "" {
		f, err := readProfiles(path)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			looked = text.Escape(path) + ": does not exist" + r.olderFile()
		case err != nil:
			return Credential{}, &ConfigError{Summary: "Profile file not usable", Detail: err.Error() + "."}
		default:
			found, err := f.choose("")
			if err == nil && found != "" {
				err = r.use(f, found)
			}
			if err != nil {
				return Credential{}, &ConfigError{Summary: "Profile file not usable", Detail: err.Error() + "."}
			}
			looked = f.shown + ": has no default profile" + f.flat()
			if found != "" {
				cred, err := r.whole(r.profileSource())
				if err != nil {
					return Credential{}, err
				}
				if cred != nil {
					return *cred, nil
				}
				looked = r.from + ": has no credential" + r.unread()
			}
		}
	}
	detail := "No source has a credential. Searched, in this order:\n" +
		"  - the provider block (`access_key_id` and `secret_key_id`, `login` and `password`, `profile`, `config_file`): not set\n" +
		"  - the environment (" + r.environment().pairs[0].both() + ", OSC_LOGIN and OSC_PASSWORD, OSC_PROFILE, OSC_CONFIG_FILE): not set\n" +
		"  - " + looked
	if found := r.older(); len(found) > 0 {
		detail += "\nThese variables are set, but not read: " + strings.Join(found, ", ") + "."
	}
	return Credential{}, &ConfigError{Summary: "No OUTSCALE credential", Detail: detail}
}

// olderFile says that the folder of the first versions of osc-cli has a file, or returns "".
func (r *resolver) olderFile() string {
	older := filepath.Join(r.home, ".osc_sdk", "config.json")
	if _, err := os.Stat(older); err != nil {
		return ""
	}
	return fmt.Sprintf(" (%s exists, but is not read: the folder is now .osc)", text.Escape(older))
}

func (r *resolver) profileSource() source {
	p := r.profile
	first := pair{idName: "access_key", secretName: "secret_key", id: p.accessKey, secret: p.secretKey}
	if namesAPI(p.v2Services) {
		first = pair{idName: "access_key_v2", secretName: "secret_key_v2", id: p.accessKeyV2, secret: p.secretKeyV2}
	}
	loginName := "login"
	if p.loginName != "" {
		loginName = p.loginName
	}
	return source{name: r.from, pairs: []pair{first, {idName: loginName, secretName: "password", id: p.login, secret: p.password}}}
}

// unread says which members of a profile without a credential are not read, or returns "". They may be keys of the second kind that
// the profile does not select for this API, or misspelt.
func (r *resolver) unread() string {
	switch p := r.profile; {
	case p.accessKeyV2+p.secretKeyV2 != "" && !namesAPI(p.v2Services):
		return ". It has access_key_v2 and secret_key_v2, which are used where iam_v2_services names this API (osc or api)"
	case len(p.ignored) > 0:
		return ". It has members that are not read: " + strings.Join(p.ignored, ", ")
	}
	return ""
}

func (r *resolver) defaultFile() string {
	if r.home == "" {
		return ""
	}
	return filepath.Join(r.home, ".osc", "config.json")
}

// path returns value as a path, with the home folder in place of a leading ~. If the value cannot be a path, why is the reason.
func (r *resolver) path(value string) (path, why string) {
	if why := notAPath(value); why != "" {
		return "", why
	}
	rest, tilde := strings.CutPrefix(value, "~")
	if !tilde || (rest != "" && !os.IsPathSeparator(rest[0])) {
		return value, ""
	}
	if r.home == "" {
		return "", "begins with ~, and the home folder is not known"
	}
	return filepath.Join(r.home, rest), ""
}

// shownPath returns a path for an error, or a description of a value that cannot be a path.
func shownPath(path string) string {
	if what := looksLike(path); what != "" {
		return what
	}
	return text.Escape(path)
}

// use makes a profile the one that is used.
func (r *resolver) use(f *profileFile, name string) error {
	p, err := decodeProfile(f.profiles[name])
	from := fmt.Sprintf("profile %s of %s", text.Quote(name), f.shown)
	if err != nil {
		return fmt.Errorf("%s cannot be used: %w", from, err)
	}
	r.profile, r.from = p, from
	if len(p.ignored) > 0 {
		slices.Sort(p.ignored)
		for i, member := range p.ignored {
			p.ignored[i] = text.Word(member)
		}
		r.warn("Member of the profile not used", "These members of %s have no effect: %s.", from, strings.Join(p.ignored, ", "))
	}
	if f.broken != nil {
		r.warn("Profile file damaged", "%s was read, but the rest of its file cannot be read: %s.", from, f.broken)
	}
	return nil
}

// profileFile is a file of profiles, in their JSON form.
type profileFile struct {
	shown    string // its path
	profiles map[string]json.RawMessage
	members  []string // members of its top level that are no profiles
	broken   error    // why only the beginning of the file was read; nil = all of it was read
}

// readProfiles reads a profile file as far as possible. Its errors name the file and never quote its contents.
func readProfiles(path string) (*profileFile, error) {
	f := &profileFile{shown: shownPath(path), profiles: map[string]json.RawMessage{}}
	data, err := readFile(path)
	if err != nil {
		return nil, fmt.Errorf("%s cannot be read: %w", f.shown, err)
	}
	data = plainJSON(data)
	if len(bytes.TrimSpace(data)) == 0 {
		return f, nil
	}
	var whole any
	f.broken = lineOf(data, json.Unmarshal(data, &whole))
	dec := json.NewDecoder(bytes.NewReader(data))
	if start, err := dec.Token(); err != nil || start != json.Delim('{') {
		if f.broken != nil {
			return nil, fmt.Errorf("%s is not a profile file: %w", f.shown, f.broken)
		}
		return nil, fmt.Errorf("%s is not a profile file: it must be a JSON object with one object for each profile", f.shown)
	}
	for dec.More() {
		var raw json.RawMessage
		name, err := dec.Token()
		if err == nil {
			err = dec.Decode(&raw)
		}
		if err != nil {
			break // f.broken says where
		}
		key, _ := name.(string)
		switch {
		case f.profiles[key] != nil:
			return nil, fmt.Errorf("%s has two profiles %s", f.shown, shown(key))
		case raw[0] == '{':
			f.profiles[key] = raw
		default:
			f.members = append(f.members, key)
		}
	}
	return f, nil //nolint:nilerr // f.broken says what is wrong
}

// plainJSON converts data to UTF-8, and removes the byte order mark and the trailing commas that editors and shells write.
func plainJSON(data []byte) []byte {
	var order binary.ByteOrder
	switch {
	case bytes.HasPrefix(data, []byte("\xff\xfe")), len(data) > 1 && data[0] != 0 && data[1] == 0:
		order = binary.LittleEndian
	case bytes.HasPrefix(data, []byte("\xfe\xff")), len(data) > 1 && data[0] == 0:
		order = binary.BigEndian
	}
	if order != nil {
		units := make([]uint16, len(data)/2)
		for i := range units {
			units[i] = order.Uint16(data[2*i:])
		}
		data = []byte(string(utf16.Decode(units)))
	}
	data = bytes.Clone(bytes.TrimPrefix(data, []byte("\ufeff")))
	inText, comma := false, -1
	for i := 0; i < len(data); i++ {
		switch b := data[i]; {
		case inText && b == '\\':
			i++
		case b == '"':
			inText, comma = !inText, -1
		case inText, b == ' ', b == '\t', b == '\r', b == '\n':
		case (b == '}' || b == ']') && comma >= 0:
			data[comma], comma = ' ', -1
		default:
			comma = -1
			if b == ',' {
				comma = i
			}
		}
	}
	return data
}

// lineOf returns the line of data with a JSON error.
func lineOf(data []byte, err error) error {
	var syntax *json.SyntaxError
	if !errors.As(err, &syntax) {
		return err
	}
	at := min(max(int(syntax.Offset)-1, 0), len(data)) // before the character in question
	return fmt.Errorf("line %d is not JSON (%s)", 1+bytes.Count(data[:at], []byte("\n")), text.Escape(syntax.Error()))
}

// choose returns the profile called name. Without a name it returns the profile marked as the default, or else the one called
// default. found is "" if there is none. Two marked profiles are an error: the SDK uses one of them at random.
func (f *profileFile) choose(name string) (found string, err error) {
	if f.profiles[name] != nil && name != "" {
		return name, nil
	}
	if f.broken != nil {
		return "", fmt.Errorf("%s cannot be read: %w", f.shown, f.broken)
	}
	if slices.Contains(f.members, name) && name != "" {
		return "", fmt.Errorf("%s: %s is not a profile, because it is not an object", f.shown, text.Quote(name))
	}
	if name != "" {
		return "", nil
	}
	var flagged []string
	for name, raw := range f.profiles {
		var p struct{ Default any }
		if json.Unmarshal(raw, &p) == nil && (p.Default == true || p.Default == "true") {
			flagged = append(flagged, name)
		}
	}
	slices.Sort(flagged)
	switch {
	case len(flagged) > 1:
		return "", fmt.Errorf("%s: more than one profile is marked as the default: %s", f.shown, text.Escape(strings.Join(flagged, ", ")))
	case len(flagged) == 1:
		return flagged[0], nil
	case f.profiles[profile.DefaultProfile] != nil:
		return profile.DefaultProfile, nil
	}
	return "", nil
}

// flat says that the file has a key at its top level, outside of a profile, or returns "".
func (f *profileFile) flat() string {
	for _, member := range f.members {
		if member == "access_key" || member == "secret_key" {
			return fmt.Sprintf(" (%s is outside of any profile)", member)
		}
	}
	return ""
}

func (f *profileFile) names() string {
	if len(f.profiles) == 0 {
		return "none" + f.flat()
	}
	all := slices.Sorted(maps.Keys(f.profiles))
	for i, name := range all {
		all[i] = shown(name)
	}
	return strings.Join(all, ", ")
}
