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

// deletionLimit is the longest life that an expired key is given so that it can be deleted (A3).
const deletionLimit = 16 * time.Minute

// observation is what a scenario is checked by. Nothing of it is the provider's own word but its messages to the user.
type observation struct {
	keys       []admin.AccessKey // at the API, without the one that the provider signs with
	users      []admin.User      // at the API
	state      []stateKey
	output     string // of the CLI, in all runs of the scenario
	privateKey string // that opens the sealed secrets
	// dates are the expiries that the keys of users may have. No user's key is configured without one.
	dates []time.Time
	now   time.Time // by the API's clock
	// refused reports that the API refuses a good credential. A client then sends nothing more, so that it is not locked
	// out: a key that it could not finish keeps its marker, and works until the user removes it.
	refused bool
	// silent reports that answers come later than the provider waits. If two in a row are late, the provider takes the
	// endpoint for dead and looks nothing up: a key whose answer was lost then keeps its marker and works.
	silent bool
	// interrupted reports that a run of the scenario was interrupted: keys without a state may then work until the user
	// removes them. pending reports that no run has followed yet that could name them.
	interrupted, pending bool
	// unsaved are the keys that an interrupted run had finished and no state has. The journal has them.
	unsaved map[string]bool
	// marked are the keys that had their marker after an earlier run, whose messages are in output too.
	marked map[string]bool
	// redated are the keys whose expiry somebody else changed, and that no run could correct since.
	redated map[string]bool
}

// stateKey is an access key in a state file.
type stateKey struct {
	Address, ID, Secret, Sealed string
	Tainted                     bool
}

// keysIn reads the keys of a state file, with the deposed ones.
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

// violations says what is wrong after a run. No secret is in it.
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

// checkManaged checks that the output does not say to delete a key that the state has, unless its creation was not finished
// then.
func (o observation) checkManaged(k admin.AccessKey) []string {
	if named(o.output, k.AccessKeyID) && !key.IsMarker(acctest.Tag(k)) && !o.marked[k.AccessKeyID] {
		return []string{fmt.Sprintf("key %s is in the state, and the output says to delete it: %s", k.AccessKeyID, excerpt(o.output, k.AccessKeyID))}
	}
	return nil
}

// checkOrphan checks a key that no state has: it was named to the user with what to do, and does not work. After an
// interruption, a refusal of the credential or a time without answers, it may work. After an interruption it may be named by the next run only.
func (o observation) checkOrphan(k admin.AccessKey) []string {
	marked := key.IsMarker(acctest.Tag(k))
	namedByMarker := marked && strings.Contains(o.output, "ReadAccessKeys with Tag "+acctest.Tag(k))
	expected := marked && (o.interrupted || o.refused || o.silent && namedByMarker) || o.unsaved[k.AccessKeyID]
	works := k.State == "ACTIVE" && !k.Expired
	switch {
	case o.pending && expected:
		return nil
	case (o.refused || o.silent) && namedByMarker:
		return nil // the key could not be looked up
	case !named(o.output, k.AccessKeyID):
		return []string{fmt.Sprintf("key %s (%s, owner %q, tag %q) is in no state and was not named. Of its tag was said: %s",
			k.AccessKeyID, k.State, k.UserName, acctest.Tag(k), excerpt(o.output, acctest.Tag(k)))}
	case works && !expected:
		return []string{fmt.Sprintf("key %s (owner %q, tag %q) was named, and still works", k.AccessKeyID, k.UserName, acctest.Tag(k))}
	}
	return nil
}

// checkExpiry checks that a user's key has an expiry that was configured.
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
		// An expired key may have to be extended to be deleted (A3): INACTIVE, and for minutes.
		if at.Before(o.now) && k.State == "INACTIVE" && k.ExpirationDate.Before(o.now.Add(deletionLimit)) {
			return nil
		}
	}
	return []string{fmt.Sprintf("key %s of %s expires on %s, which no configuration has", k.AccessKeyID, k.UserName, k.ExpirationDate)}
}

// checkSecret checks that the state has the secret of a key that is at the API, in clear or sealed.
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
			return []string{fmt.Sprintf("%s: the secret of key %s is lost (the state has one of %d characters)", k.Address, k.ID, len(secret))}
		}
	}
	return nil
}

// notConverged says what is not as configured after a further apply: what the state has exists and is finished.
func notConverged(o observation) (found []string) {
	there := map[string]admin.AccessKey{}
	for _, k := range o.keys {
		there[k.AccessKeyID] = k
	}
	for _, k := range o.state {
		at, exists := there[k.ID]
		switch {
		case !exists:
			found = append(found, fmt.Sprintf("%s: key %s is in the state and not at the API, and was not planned again", k.Address, k.ID))
		case key.IsMarker(acctest.Tag(at)):
			found = append(found, fmt.Sprintf("%s: key %s still has its marker", k.Address, k.ID))
		case k.Tainted:
			found = append(found, fmt.Sprintf("%s: key %s is still tainted", k.Address, k.ID))
		}
	}
	return found
}
