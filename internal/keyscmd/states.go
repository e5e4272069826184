package keyscmd

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"
)

// stateKey is an access key that a state or a plan has.
type stateKey struct {
	file    string
	address string // of the instance of a resource
	id      string
	secret  string // the attribute that has the secret in clear, "" = none
}

// keyTypes are the resources that hold access keys, with their attributes for the id and the secret.
var keyTypes = map[string][]struct{ id, secret string }{
	"outscale_access_key": {{"access_key_id", "secret_key"}},
	"outscale_rotating_access_key": {
		{"access_key_id", "secret_key"}, {"previous_access_key_id", "previous_secret_key"},
	},
	"aws_iam_access_key": {{"id", "secret"}},
}

// stateFile has the members of a state file (version 4) that the command reads.
type stateFile struct {
	Version   int             `json:"version"`
	Encrypted json.RawMessage `json:"encrypted_data"` // OpenTofu's state encryption
	Resources []stateResource `json:"resources"`

	// The output of "show -json" of a state or of a plan.
	FormatVersion string      `json:"format_version"`
	Values        *shownState `json:"values"`
	PlannedValues *shownState `json:"planned_values"`
	PriorState    *struct {
		Values *shownState `json:"values"`
	} `json:"prior_state"`
}

// stateResource is a resource of a state file. The attributes of resources without keys are not decoded, because a state file
// can be large.
type stateResource struct {
	stateHead
	Instances []struct {
		Index      any                        `json:"index_key"` // nil, a string of for_each, or a number of count
		Attributes map[string]json.RawMessage `json:"attributes"`
	} `json:"instances"`
}

type stateHead struct {
	Mode   string `json:"mode"`
	Module string `json:"module"`
	Type   string `json:"type"`
	Name   string `json:"name"`
}

func (r *stateResource) UnmarshalJSON(data []byte) error {
	*r = stateResource{}
	if err := json.Unmarshal(data, &r.stateHead); err != nil || keyTypes[r.Type] == nil {
		return err
	}
	type plain stateResource
	return json.Unmarshal(data, (*plain)(r))
}

type shownState struct {
	Root shownModule `json:"root_module"`
}

type shownModule struct {
	Resources []shownResource `json:"resources"`
	Children  []shownModule   `json:"child_modules"`
}

// shownResource is a resource in the output of "show -json". As in stateResource, only the attributes of keys are decoded.
type shownResource struct {
	Address string
	Type    string
	Values  map[string]json.RawMessage
}

func (r *shownResource) UnmarshalJSON(data []byte) error {
	*r = shownResource{}
	var head struct {
		Address string `json:"address"`
		Type    string `json:"type"`
	}
	if err := json.Unmarshal(data, &head); err != nil || keyTypes[head.Type] == nil {
		return err
	}
	r.Address, r.Type = head.Address, head.Type
	return json.Unmarshal(data, &struct {
		Values *map[string]json.RawMessage `json:"values"`
	}{&r.Values})
}

// readState returns the keys of a state file, of the output of "show -json", or of a saved plan. The file "-" means in.
func readState(file string, in io.Reader) ([]stateKey, error) {
	data, err := contents(file, in)
	if err != nil {
		return nil, err
	}
	if file == "-" {
		file = "(standard input)"
	}
	if bytes.HasPrefix(data, []byte("PK\x03\x04")) {
		return readPlan(file, data)
	}
	return parseState(file, data)
}

// contents reads a whole file, or in for "-".
func contents(file string, in io.Reader) ([]byte, error) {
	if file != "-" {
		f, err := os.Open(file)
		if err != nil {
			return nil, err
		}
		defer func() { _ = f.Close() }()
		in = f
		if info, err := f.Stat(); err == nil && info.Mode().IsRegular() {
			if info.Size() > maxPart {
				return nil, tooLarge(file)
			}
			return os.ReadFile(file) // allocates no more than the file has
		}
	}
	data, err := io.ReadAll(io.LimitReader(in, maxPart+1))
	if err == nil && len(data) > maxPart {
		err = tooLarge(file)
	}
	return data, err
}

func tooLarge(file string) error {
	return fmt.Errorf("%s is too large: the limit is %d MiB", file, maxPart>>20)
}

func parseState(file string, data []byte) ([]stateKey, error) {
	if len(data) == 0 {
		return nil, fmt.Errorf("%s is empty", file)
	}
	var s stateFile
	if err := json.Unmarshal(data, &s); err != nil {
		var syntax *json.SyntaxError
		if errors.As(err, &syntax) && syntax.Offset >= int64(len(data)) {
			return nil, fmt.Errorf("%s is incomplete: the JSON does not end", file)
		}
		return nil, fmt.Errorf("%s is not a state file, a saved plan, or the output of \"terraform show -json\"", file)
	}
	switch {
	case s.Encrypted != nil:
		return nil, fmt.Errorf("%s is encrypted: give the output of \"tofu show -json\" instead", file)
	case s.FormatVersion != "":
		return s.shown(file), nil
	case s.Version == 4:
		return append(s.version4(file), s.elsewhere(file, data)...), nil
	case s.Version != 0:
		return nil, fmt.Errorf("%s is a state file of version %d, but the command reads version 4: write the state again with a recent CLI", file, s.Version)
	}
	return nil, fmt.Errorf("%s is not a state file: it has neither `version` nor `format_version`", file)
}

func (s stateFile) version4(file string) []stateKey {
	var keys []stateKey
	for _, r := range s.Resources {
		address := r.Type + "." + r.Name
		if r.Module != "" {
			address = r.Module + "." + address
		}
		if r.Mode != "managed" {
			continue
		}
		for _, instance := range r.Instances {
			at := address
			switch index := instance.Index.(type) {
			case string:
				at += fmt.Sprintf("[%q]", index)
			case float64:
				at += fmt.Sprintf("[%.0f]", index)
			}
			keys = append(keys, keysOf(file, at, r.Type, instance.Attributes)...)
		}
	}
	return keys
}

// elsewhere finds the secrets of the state's keys in other values of the file, such as an output or another resource.
func (s stateFile) elsewhere(file string, data []byte) []stateKey {
	more := map[string]int{} // how many times the data has a secret outside of the attributes of keys
	ids := map[string]string{}
	for _, r := range s.Resources {
		for _, instance := range r.Instances {
			for _, names := range keyTypes[r.Type] {
				if secret := stringOf(instance.Attributes[names.secret]); isSecret(secret) {
					more[secret]--
					ids[secret] = stringOf(instance.Attributes[names.id])
				}
			}
		}
	}
	if len(ids) == 0 {
		return nil
	}
	start := 0
	for i, c := range data {
		if c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' {
			continue
		}
		if _, known := ids[string(data[start:i])]; known {
			more[string(data[start:i])]++
		}
		start = i + 1
	}
	var keys []stateKey
	for secret, n := range more {
		if n > 0 {
			keys = append(keys, stateKey{file: file, address: "(elsewhere)", id: ids[secret], secret: "outputs or other resources"})
		}
	}
	slices.SortFunc(keys, func(a, b stateKey) int { return strings.Compare(a.id, b.id) })
	return keys
}

func (s stateFile) shown(file string) []stateKey {
	shown := []*shownState{s.Values, s.PlannedValues}
	if s.PriorState != nil {
		shown = append(shown, s.PriorState.Values)
	}
	var keys []stateKey
	for _, state := range shown {
		if state != nil {
			keys = append(keys, state.Root.keys(file)...)
		}
	}
	slices.SortFunc(keys, func(a, b stateKey) int { return bytes.Compare([]byte(a.id+a.address), []byte(b.id+b.address)) })
	return slices.Compact(keys)
}

func (m shownModule) keys(file string) []stateKey {
	var keys []stateKey
	for _, r := range m.Resources {
		keys = append(keys, keysOf(file, r.Address, r.Type, r.Values)...)
	}
	for _, child := range m.Children {
		keys = append(keys, child.keys(file)...)
	}
	return keys
}

// keysOf returns the keys of one instance of a resource.
func keysOf(file, address, resourceType string, attributes map[string]json.RawMessage) []stateKey {
	var keys []stateKey
	for _, names := range keyTypes[resourceType] {
		k := stateKey{file: file, address: address, id: stringOf(attributes[names.id])}
		if k.id == "" {
			continue
		}
		if stringOf(attributes[names.secret]) != "" {
			k.secret = names.secret
		}
		keys = append(keys, k)
	}
	return keys
}

func stringOf(raw json.RawMessage) string {
	var s string
	_ = json.Unmarshal(raw, &s) // "" for null and for other types
	return s
}

// maxPart is the largest size, in bytes, of a file and of a part of a plan: a small archive can expand to any size.
const maxPart = 1 << 30

// planSecret matches a secret in the MessagePack values of a plan: the name of the attribute, the header of a string of 40
// bytes, and the string.
var planSecret = regexp.MustCompile(`secret_key\xd9\x28[A-Z0-9]{40}`)

// readPlan returns the keys of the states in a saved plan, and one key without an id if its planned values have secrets.
func readPlan(file string, data []byte) ([]stateKey, error) {
	archive, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, fmt.Errorf("%s looks like a saved plan, but cannot be unpacked: %w", file, err)
	}
	var keys []stateKey
	known := false
	for _, name := range []string{"tfstate", "tfstate-prev", "tfplan"} {
		part, err := archive.Open(name)
		if err != nil {
			continue
		}
		known = true
		content, err := io.ReadAll(io.LimitReader(part, maxPart))
		_ = part.Close()
		if err != nil {
			return nil, fmt.Errorf("%s cannot be unpacked: %w", file, err)
		}
		if name == "tfplan" {
			if planSecret.Match(content) {
				keys = append(keys, stateKey{file: file, address: "(planned values)", secret: "secret_key"})
			}
			continue
		}
		found, err := parseState(file+"!"+name, content)
		if err != nil {
			return nil, err
		}
		keys = append(keys, found...)
	}
	if !known {
		return nil, fmt.Errorf("%s is an archive, but not a saved plan", file)
	}
	return keys, nil
}

// readStates returns the keys of several files, and one error for each file that cannot be read.
func readStates(files []string, in io.Reader) (keys []stateKey, failed []error) {
	for _, file := range files {
		found, err := readState(file, in)
		if err != nil {
			failed = append(failed, err)
		}
		keys = append(keys, found...)
	}
	return keys, failed
}

// idsOfStates returns the ids of the keys of several files. It is an error if a file cannot be read, because the keys of that
// file would count as keys in no state.
func idsOfStates(files []string, in io.Reader) (map[string]bool, error) {
	keys, failed := readStates(files, in)
	if len(failed) > 0 {
		return nil, errors.Join(failed...)
	}
	ids := map[string]bool{}
	for _, k := range keys {
		if k.id != "" {
			ids[k.id] = true
		}
	}
	return ids, nil
}
