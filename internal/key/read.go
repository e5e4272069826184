package key

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/internal/domain"
	"github.com/outscale-access/terraform-provider-outscale/internal/user"
)

// Read returns one key of an owner, from the read that all keys of the owner share. A key that this read lacks is read again
// before it is considered gone. recorded is the identity of the key as the caller knows it. Read changes nothing.
//
// Errors: *domain.GoneError; *domain.IdentityMismatchError when the key is not there and account, owner or caller are not
// the recorded ones; or the API's, which prove nothing.
func (s *Service) Read(ctx context.Context, owner Owner, id string, recorded Identity) (Key, error) {
	name, err := s.nameToRead(ctx, owner, recorded)
	if err != nil {
		return Key{}, ofKey(err, id)
	}
	keys, err := s.ofName(ctx, name)
	if i := indexKey(keys, id); i >= 0 {
		return s.identified(keys[i], owner, recorded), nil
	}
	if err != nil && !api.IsNotFound(err) {
		return Key{}, err
	}
	return s.confirm(ctx, owner, id, recorded)
}

// Reload is Read past the shared read, for a key as it was last known. It costs one call, like the update it is made for,
// where the key is still where it was.
func (s *Service) Reload(ctx context.Context, owner Owner, have Key) (Key, error) {
	name, err := s.nameToWrite(ctx, owner, have)
	if err != nil {
		return Key{}, err
	}
	found, err := s.readOne(ctx, name, have.ID)
	switch {
	case err != nil && !api.IsNotFound(err):
		return Key{}, err
	case err == nil && found.ID != "":
		return s.identified(found, owner, have.Identity), nil
	}
	return s.confirm(ctx, owner, have.ID, have.Identity)
}

// List returns the keys of an owner (ReadAccessKeys), from a read that the process shares: it is younger than
// Options.ReadTTL, and than the last change that this process made for the owner. *domain.GoneError when an owner given by
// its id does not exist; the API's refusal when one given by its name does not.
func (s *Service) List(ctx context.Context, owner Owner) ([]Key, error) {
	name, err := s.nameToRead(ctx, owner, Identity{})
	if err != nil {
		return nil, err
	}
	return s.ofName(ctx, name)
}

// ListExisting is List for an owner that may not exist yet, and then has no keys: an owner that the shared list of users
// lacks costs no call. It is for the planning of keys.
func (s *Service) ListExisting(ctx context.Context, owner Owner) ([]Key, error) {
	if owner == (Owner{}) {
		return s.ofName(ctx, "")
	}
	name := owner.UserName
	users, err := s.users.List(ctx)
	switch {
	case err == nil:
		i := slices.IndexFunc(users, func(u user.User) bool {
			return u.ID == owner.UserID || (owner.UserID == "" && u.Name == owner.UserName)
		})
		if i < 0 {
			return nil, nil
		}
		name = users[i].Name
	case owner.UserID != "" || !domain.IsClosed(err):
		return nil, err
	}
	keys, err := s.ofName(ctx, name)
	if api.IsNotFound(err) {
		return nil, nil
	}
	return keys, err
}

// ofName returns the keys of the owner with that name, from the shared read.
func (s *Service) ofName(ctx context.Context, userName string) ([]Key, error) {
	keys, err := s.reads.Get(ctx, userName, func(ctx context.Context) ([]Key, error) {
		return s.read(ctx, api.ReadAccessKeysInput{UserName: userName})
	})
	return slices.Clone(keys), err
}

// read makes the call.
func (s *Service) read(ctx context.Context, in api.ReadAccessKeysInput) ([]Key, error) {
	found, err := s.api.ReadAccessKeys(ctx, in)
	if err != nil {
		return nil, err
	}
	keys := make([]Key, 0, len(found))
	for _, f := range found {
		keys = append(keys, keyOf(in.UserName, f))
	}
	return keys, nil
}

// readOne reads one key past the shared read. A key that the owner does not have is no error, and has no ID.
func (s *Service) readOne(ctx context.Context, userName, id string) (Key, error) {
	keys, err := s.read(ctx, api.ReadAccessKeysInput{UserName: userName, IDs: []string{id}})
	if i := indexKey(keys, id); i >= 0 {
		return keys[i], nil
	}
	return Key{}, err
}

// Find returns the key with that id, whoever owns it: the caller's keys are searched first, then every user's.
// *domain.GoneError when no owner has it.
func (s *Service) Find(ctx context.Context, id string) (Key, error) {
	found, users, err := s.find(ctx, []string{id})
	if err != nil {
		return Key{}, err
	}
	if key, ok := found[id]; ok {
		return key, nil
	}
	return Key{}, &domain.GoneError{Kind: domain.KindAccessKey, ID: id, Users: users}
}

// FindAll is Find for several ids. Ids that no owner has are left out of the result, which is in the order of ids.
func (s *Service) FindAll(ctx context.Context, ids []string) ([]Key, error) {
	found, _, err := s.find(ctx, ids)
	if err != nil {
		return nil, err
	}
	var keys []Key
	for _, id := range ids {
		if key, ok := found[id]; ok {
			keys = append(keys, key)
			delete(found, id) // an id that was given twice is one key
		}
	}
	return keys, nil
}

// find looks for keys among the caller's own, and what these lack among every user's. users is how many it searched.
func (s *Service) find(ctx context.Context, ids []string) (found map[string]Key, users int, err error) {
	own, err := s.ofName(ctx, "")
	if err != nil {
		return nil, 0, err
	}
	var missing []string
	found = map[string]Key{}
	for _, id := range ids {
		if i := indexKey(own, id); i >= 0 {
			found[id] = s.identified(own[i], Owner{}, Identity{})
		} else {
			missing = append(missing, id)
		}
	}
	if len(missing) == 0 {
		return found, 0, nil
	}
	theirs, users, err := s.amongUsers(ctx, missing)
	maps.Copy(found, theirs)
	return found, users, err
}

// searchesAtOnce is how many owners are searched at the same time; the client's rate limit still holds.
const searchesAtOnce = 4

// amongUsers looks for keys among every user's, until all are found. An owner whose keys could not be listed is an error
// only when a key is still missing then.
func (s *Service) amongUsers(ctx context.Context, ids []string) (found map[string]Key, searched int, err error) {
	users, err := s.users.List(ctx)
	if err != nil {
		return nil, 0, fmt.Errorf("the users of the account could not be listed: %w", err)
	}
	var mu sync.Mutex
	var failed error
	found = map[string]Key{}
	searching, stop := context.WithCancel(ctx)
	defer stop()
	group := errgroup.Group{}
	group.SetLimit(searchesAtOnce)
	for _, u := range users {
		group.Go(func() error {
			if searching.Err() != nil {
				return nil
			}
			keys, err := s.ofName(searching, u.Name)
			mu.Lock()
			defer mu.Unlock()
			if err != nil && !api.IsNotFound(err) && searching.Err() == nil {
				failed = errors.Join(failed, fmt.Errorf("the access keys of user %s could not be listed: %w", u.Name, err))
			}
			for _, key := range keys {
				if slices.Contains(ids, key.ID) {
					key.Identity = Identity{AccountID: s.account.KnownID(), UserID: u.ID}
					found[key.ID] = key
				}
			}
			if len(found) == len(ids) {
				stop()
			}
			return nil
		})
	}
	_ = group.Wait() // its functions return no error
	switch {
	case len(found) == len(ids):
		return found, len(users), nil
	case ctx.Err() != nil:
		return found, len(users), ctx.Err()
	}
	return found, len(users), failed
}
