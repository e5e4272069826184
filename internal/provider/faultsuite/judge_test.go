package faultsuite

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	. "github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/internal/seal"
	"github.com/outscale-access/terraform-provider-outscale/simulator/admin"
)

// marker begins the tag of a key whose creation was not finished.
const marker = "terraform-unfinished-"

// lastMinutes is the longest life that an expired key is given to be deleted.
const lastMinutes = 16 * time.Minute

// facts are all that the judge goes by. None of them is the provider's own word but what it said to the user.
type facts struct {
	keys  []admin.AccessKey // at the API, but for the one that the provider signs with
	users []admin.User
	state []stateKey
	said  string // by the CLI, in all runs of the case
	opens string // the private key that sealed secrets open with
	// dates are the expiries that the keys of users may have. No user's key is asked for without one.
	dates []time.Time
	now   time.Time // by the API's clock
	// killed says that nobody took what the provider was making: then an unfinished key may be left ACTIVE, once it was
	// reported, which it is at the next read of its owner; pending says that there was none yet.
	killed, pending bool
	// closing are the keys that had been finished when the provider was killed, and are in no state: the API had taken the
	// marker off, and the CLI was not told or had not saved. The next run tells of them, or removes them. One that a state
	// may have is not switched off: only the user can look into all states.
	closing map[string]bool
	// redated are the keys whose expiry somebody else changed since the last run that could mend it.
	redated map[string]bool
}

// stateKey is an access key as the state file has it.
type stateKey struct {
	Address, ID, Secret, Sealed string
	Tainted                     bool
}

// keysIn reads the keys of a state file, deposed ones too.
func keysIn(raw []byte) ([]stateKey, error) {
	var file struct {
		Resources []struct {
			Mode, Type, Name string
			Instances        []struct {
				IndexKey   any `json:"index_key"`
				Status     string
				Attributes struct {
					ID     string `json:"access_key_id"`
					Secret string `json:"secret_key"`
					Sealed string `json:"sealed_secret_key"`
				}
			}
		}
	}
	if len(raw) == 0 {
		return nil, nil
	}
	if err := json.Unmarshal(raw, &file); err != nil {
		return nil, fmt.Errorf("the state file cannot be read: %w", err)
	}
	var keys []stateKey
	for _, r := range file.Resources {
		for _, i := range r.Instances {
			if r.Mode == "managed" && r.Type == "outscale_access_key" {
				keys = append(keys, stateKey{
					Address: fmt.Sprintf("%s[%v]", r.Name, i.IndexKey), ID: i.Attributes.ID,
					Secret: i.Attributes.Secret, Sealed: i.Attributes.Sealed, Tainted: i.Status == "tainted",
				})
			}
		}
	}
	return keys, nil
}

// judge says what is wrong after a case that is not yet repaired. Nothing of it holds a secret.
func judge(f facts) (wrong []string) {
	inState := map[string]bool{}
	for _, k := range f.state {
		inState[k.ID] = true
	}
	for _, key := range f.keys {
		if !inState[key.AccessKeyID] {
			wrong = append(wrong, f.unknown(key)...)
		}
		wrong = append(wrong, f.expiry(key)...)
	}
	for _, k := range f.state {
		wrong = append(wrong, f.secret(k)...)
	}
	return wrong
}

// unknown judges a key that no state has: it was reported to the user by its id, with what to do, and it is inert.
func (f facts) unknown(key admin.AccessKey) []string {
	unfinished := strings.HasPrefix(Tag(key), marker)
	if f.pending && (f.closing[key.AccessKeyID] || f.killed && unfinished) {
		return nil
	}
	live := key.State == "ACTIVE" && !key.Expired
	switch {
	case !reported(f.said, key.AccessKeyID):
		return []string{fmt.Sprintf("nobody knows key %s (%s, owner %q, tag %q): it is in no state, and nobody was told. Of the tag was said: %s",
			key.AccessKeyID, key.State, key.UserName, Tag(key), around(f.said, Tag(key)))}
	case live && (!f.killed || !unfinished) && !f.closing[key.AccessKeyID]:
		return []string{fmt.Sprintf("key %s (owner %q, tag %q) was reported, and still works", key.AccessKeyID, key.UserName, Tag(key))}
	}
	return nil
}

// expiry judges whether a user's key kept an expiry that was asked for.
func (f facts) expiry(key admin.AccessKey) []string {
	if key.UserName == "" || f.redated[key.AccessKeyID] {
		return nil
	}
	if key.ExpirationDate == nil {
		return []string{fmt.Sprintf("key %s of %s lost its expiry and never dies", key.AccessKeyID, key.UserName)}
	}
	for _, at := range f.dates {
		if at.Equal(*key.ExpirationDate) {
			return nil
		}
		// To be deleted an expired key may have to live once more (A3): switched off, and for minutes.
		if at.Before(f.now) && key.State == "INACTIVE" && key.ExpirationDate.Before(f.now.Add(lastMinutes)) {
			return nil
		}
	}
	return []string{fmt.Sprintf("key %s of %s expires on %s, which nobody asked for", key.AccessKeyID, key.UserName, key.ExpirationDate)}
}

// secret judges whether the state has the secret of a key that is at the API, in clear or sealed.
func (f facts) secret(k stateKey) []string {
	for _, key := range f.keys {
		if key.AccessKeyID != k.ID {
			continue
		}
		secret := k.Secret
		if k.Sealed != "" {
			opened, err := seal.Open(k.Sealed, f.opens, "")
			if err != nil {
				return []string{fmt.Sprintf("%s: the sealed secret of key %s does not open: %v", k.Address, k.ID, err)}
			}
			secret = opened
		}
		if sum := sha256.Sum256([]byte(secret)); hex.EncodeToString(sum[:]) != key.SecretSHA256 {
			return []string{fmt.Sprintf("%s: the secret of key %s is lost (the state has one of %d characters)", k.Address, k.ID, len(secret))}
		}
	}
	return nil
}

// converged judges the moment after a further apply: what the state has exists, and nothing is unfinished in it.
func converged(f facts) (wrong []string) {
	there := map[string]admin.AccessKey{}
	for _, key := range f.keys {
		there[key.AccessKeyID] = key
	}
	for _, k := range f.state {
		key, found := there[k.ID]
		switch {
		case !found:
			wrong = append(wrong, fmt.Sprintf("%s: key %s is in the state and not at the API, and was not planned again", k.Address, k.ID))
		case strings.HasPrefix(Tag(key), marker):
			wrong = append(wrong, fmt.Sprintf("%s: key %s still has its marker", k.Address, k.ID))
		case k.Tainted:
			wrong = append(wrong, fmt.Sprintf("%s: key %s is still tainted", k.Address, k.ID))
		}
	}
	return wrong
}
