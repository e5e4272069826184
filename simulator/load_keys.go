package simulator

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/outscale-access/terraform-provider-outscale/simulator/admin"
	"github.com/outscale-access/terraform-provider-outscale/simulator/store"
)

// loadKeys adds the root access key of the account, and the keys of the snapshot.
func (l *loader) loadKeys(root store.Key) error {
	l.change.PutKey(root)
	return loadEach(l.objects.AccessKeys, func(k admin.AccessKey) string { return "access key " + k.AccessKeyID }, func(i int, k admin.AccessKey) error {
		id, err := l.id(k.AccessKeyID, l.idSource().accessKey)
		if err != nil {
			return err
		}
		loaded := store.Key{ID: id, State: k.State, Tag: k.Tag}
		loaded.Created, loaded.Modified = l.dates(k.CreationDate, k.LastModificationDate, i)
		if k.UserName != "" {
			owner, known := l.users[k.UserName]
			if !known {
				return fmt.Errorf("there is no user %q", k.UserName)
			}
			loaded.OwnerID = owner
		}
		switch k.State {
		case "":
			loaded.State = stateActive
		case stateActive, stateInactive:
		default:
			return fmt.Errorf("the state %q is neither ACTIVE nor INACTIVE", k.State)
		}
		if k.ExpirationDate != nil {
			loaded.Expires = millis(*k.ExpirationDate)
		}
		secret := k.SecretKey
		if id == root.ID {
			if loaded.OwnerID != "" {
				return errors.New("it is the root access key of this simulator, which cannot belong to a user")
			}
			secret = root.Secret
		}
		if err := setSecret(&loaded, secret, k.SecretSHA256); err != nil {
			return err
		}
		if loaded.Secret == "" && loaded.SecretHash == "" {
			loaded.Secret = l.idSource().secretKey()
		}
		l.change.PutKey(loaded)
		return nil
	})
}

// setSecret sets the secret of a key, or only its hash if the secret is not given.
func setSecret(k *store.Key, secret, hash string) error {
	switch {
	case secret == "":
		if sum, err := hex.DecodeString(hash); err != nil || hash != "" && len(sum) != sha256.Size {
			return errors.New("SecretSHA256 is not the hash of a secret")
		}
		k.SecretHash = hash
	case hash != "" && hash != secretHash(store.Key{Secret: secret}):
		return errors.New("SecretSHA256 is not the hash of its secret")
	default:
		k.Secret = secret
	}
	return nil
}

// secretHash returns the hash that GET /state shows in place of a secret.
func secretHash(k store.Key) string {
	if k.Secret == "" {
		return k.SecretHash
	}
	sum := sha256.Sum256([]byte(k.Secret))
	return hex.EncodeToString(sum[:])
}
