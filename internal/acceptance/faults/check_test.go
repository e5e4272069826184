package faults

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/internal/key"
	"github.com/outscale-access/terraform-provider-outscale/internal/seal"
	"github.com/outscale-access/terraform-provider-outscale/simulator/admin"
)

// maxExtension is the longest time for which an expired key may be extended so that it can be deleted (A3).
const maxExtension = 16 * time.Minute

// observation is what a scenario checks after a run.
type observation struct {
	keys       []admin.AccessKey // at the API, without the key that signs the provider's calls
	users      []admin.User      // at the API
	state      []stateKey
	output     string // of the CLI, in all runs of the scenario
	privateKey string // decrypts the sealed secrets
	// dates are the expiries that the keys of users may have. Every user's key is configured with an expiry.
	dates []time.Time
	now   time.Time // by the API's clock
	// credentialRefused reports that the API refuses a valid credential. The client then sends no more calls, so that the API
	// does not lock the account. A key that it could not finish has its marker, and works until the user removes it.
	credentialRefused bool
	// late reports that answers come after the timeouts. After two late answers in a row, the provider takes the endpoint
	// for dead and looks nothing up. A key whose answer was lost then has its marker and works.
	late bool
	// interrupted reports that a run of the scenario was interrupted: keys without a state may then work until the user
	// removes them. pending reports that no later run has had the chance to name them.
	interrupted, pending bool
	// unsaved are the keys that an interrupted run had finished and no state has. The journal has them.
	unsaved map[string]bool
	// marked are the keys that had their marker after an earlier run. Its messages are in output too.
	marked map[string]bool
	// redated are the keys whose expiry another client changed, and that no run has corrected since.
	redated map[string]bool
}

// stateKey is an access key in a state file.
type stateKey struct {
	Address, ID, Secret, Sealed string
	Tainted                     bool
}

// keysIn returns the keys of a state file, with the deposed ones.
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

// violations returns what is wrong after a run. The texts contain no secret.
func violations(o observation) (found []string) {
	inState := map[string]bool{}
	for _, k := range o.state {
		inState[k.ID] = true
	}
	for _, k := range o.keys {
		if inState[k.AccessKeyID] {
			found = append(found, o.checkManaged(k)...)
		} else {
			found = append(found, o.checkOrphan(k)...)
		}
		found = append(found, o.checkExpiry(k)...)
	}
	for _, k := range o.state {
		found = append(found, o.checkSecret(k)...)
	}
	return found
}

// checkManaged checks that the output does not say to delete a key that the state has. For a key that had its marker, the
// output may say so.
func (o observation) checkManaged(k admin.AccessKey) []string {
	if named(o.output, k.AccessKeyID) && !key.IsMarker(acctest.Tag(k)) && !o.marked[k.AccessKeyID] {
		return []string{fmt.Sprintf("key %s is in the state, and the output says to delete it: %s", k.AccessKeyID, excerpt(o.output, k.AccessKeyID))}
	}
	return nil
}

// checkOrphan checks that the output names a key that no state has, with what to do, and that the key does not work. It may
// work after an interruption, a refused credential or late answers. After an interruption, the next run may be the first
// to name it.
func (o observation) checkOrphan(k admin.AccessKey) []string {
	marked := key.IsMarker(acctest.Tag(k))
	namedByMarker := marked && strings.Contains(o.output, "ReadAccessKeys with Tag "+acctest.Tag(k))
	mayWork := marked && (o.interrupted || o.credentialRefused || o.late && namedByMarker) || o.unsaved[k.AccessKeyID]
	works := k.State == "ACTIVE" && !k.Expired
	switch {
	case o.pending && mayWork:
		return nil
	case (o.credentialRefused || o.late) && namedByMarker:
		return nil // the key could not be looked up
	case !named(o.output, k.AccessKeyID):
		return []string{fmt.Sprintf("key %s (%s, owner %q, tag %q) is in no state and was not named. The output around its tag: %s",
			k.AccessKeyID, k.State, k.UserName, acctest.Tag(k), excerpt(o.output, acctest.Tag(k)))}
	case works && !mayWork:
		return []string{fmt.Sprintf("key %s (owner %q, tag %q) was named, and still works", k.AccessKeyID, k.UserName, acctest.Tag(k))}
	}
	return nil
}

// checkExpiry checks that a user's key has an expiry of the configuration.
func (o observation) checkExpiry(k admin.AccessKey) []string {
	if k.UserName == "" || o.redated[k.AccessKeyID] {
		return nil
	}
	if k.ExpirationDate == nil {
		return []string{fmt.Sprintf("key %s of %s lost its expiry and never expires", k.AccessKeyID, k.UserName)}
	}
	for _, at := range o.dates {
		if at.Equal(*k.ExpirationDate) {
			return nil
		}
		// To delete an expired key, the provider may have to deactivate it and extend it by minutes (A3).
		if at.Before(o.now) && k.State == "INACTIVE" && k.ExpirationDate.Before(o.now.Add(maxExtension)) {
			return nil
		}
	}
	return []string{fmt.Sprintf("key %s of %s expires on %s, which no configuration has", k.AccessKeyID, k.UserName, k.ExpirationDate)}
}

// checkSecret checks that the state has the secret of a key, in clear or sealed, if the key exists at the API.
func (o observation) checkSecret(k stateKey) []string {
	for _, at := range o.keys {
		if at.AccessKeyID != k.ID {
			continue
		}
		secret := k.Secret
		if k.Sealed != "" {
			opened, err := seal.Open(k.Sealed, o.privateKey, "")
			if err != nil {
				return []string{fmt.Sprintf("%s: the sealed secret of key %s does not open: %v", k.Address, k.ID, err)}
			}
			secret = opened
		}
		if sum := sha256.Sum256([]byte(secret)); hex.EncodeToString(sum[:]) != at.SecretSHA256 {
			return []string{fmt.Sprintf("%s: the secret of key %s is lost (the state has another one, of %d characters)", k.Address, k.ID, len(secret))}
		}
	}
	return nil
}

// notConverged returns the keys of the state that do not exist at the API or are not finished.
func notConverged(o observation) (found []string) {
	atAPI := map[string]admin.AccessKey{}
	for _, k := range o.keys {
		atAPI[k.AccessKeyID] = k
	}
	for _, k := range o.state {
		at, exists := atAPI[k.ID]
		switch {
		case !exists:
			found = append(found, fmt.Sprintf("%s: key %s is in the state and not at the API, and no plan recreated it", k.Address, k.ID))
		case key.IsMarker(acctest.Tag(at)):
			found = append(found, fmt.Sprintf("%s: key %s still has its marker", k.Address, k.ID))
		case k.Tainted:
			found = append(found, fmt.Sprintf("%s: key %s is still tainted", k.Address, k.ID))
		}
	}
	return found
}
