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
	"github.com/outscale-access/terraform-provider-outscale/internal/timelimit"
	"github.com/outscale-access/terraform-provider-outscale/internal/user"
)

// Read returns one key of an owner, from the shared read of the owner's keys. If the key is not in it, Read makes another
// call before it reports that the key is gone. recorded is the identity of the key as the caller knows it.
//
// Errors: *domain.GoneError; *domain.IdentityMismatchError if the key was not found and the account, the owner or the caller
// is not the recorded one; or the API's, which say nothing about the key.
func (s *Service) Read(ctx context.Context, owner Owner, id string, recorded Identity) (Key, error) {
	name, err := s.currentName(ctx, owner, recorded)
	if err != nil {
		return Key{}, asKeyMismatch(err, id)
	}
	keys, err := s.sharedList(ctx, name)
	if i := indexKey(keys, id); i >= 0 {
		return s.withIdentity(keys[i], owner, recorded), nil
	}
	if err != nil && !api.IsNotFound(err) {
		return Key{}, err
	}
	return s.confirm(ctx, owner, id, recorded)
}

// Reload is Read without the shared read. have is the key as last known. It makes one call if the key still has the same
// owner with the same name.
func (s *Service) Reload(ctx context.Context, owner Owner, have Key) (Key, error) {
	name, err := s.lastKnownName(ctx, owner, have)
	if err != nil {
		return Key{}, err
	}
	found, err := s.readOne(ctx, name, have.ID)
	switch {
	case err != nil && !api.IsNotFound(err):
		return Key{}, err
	case err == nil && found.ID != "":
		return s.withIdentity(found, owner, have.Identity), nil
	}
	return s.confirm(ctx, owner, have.ID, have.Identity)
}

// List returns the keys of an owner (ReadAccessKeys), from the shared read: it is younger than domain.ReadTTL, and than the
// last change that this process made for the owner. If the owner does not exist, the error is a *domain.GoneError for an owner
// identified by its id, and the API's refusal for one identified by its name.
func (s *Service) List(ctx context.Context, owner Owner) ([]Key, error) {
	name, err := s.currentName(ctx, owner, Identity{})
	if err != nil {
		return nil, err
	}
	return s.sharedList(ctx, name)
}

// ListExisting is List for an owner that may not exist yet, and then has no keys. It reads no keys of an owner that is not in
// the shared list of users. It is for planning.
func (s *Service) ListExisting(ctx context.Context, owner Owner) ([]Key, error) {
	if owner == (Owner{}) {
		return s.sharedList(ctx, "")
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
	case owner.UserID != "" || !domain.IsNotPermitted(err):
		return nil, err
	}
	keys, err := s.sharedList(ctx, name)
	if api.IsNotFound(err) {
		return nil, nil
	}
	return keys, err
}

// sharedList returns the keys of the owner with this name, from the shared read.
func (s *Service) sharedList(ctx context.Context, userName string) ([]Key, error) {
	keys, err := s.reads.Get(ctx, userName, func(ctx context.Context) ([]Key, error) {
		return s.read(ctx, api.ReadAccessKeysInput{UserName: userName})
	})
	return slices.Clone(keys), err
}

// read returns the keys of an owner without the shared read.
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

// readOne reads one key without the shared read. If the owner does not have the key, readOne returns the zero Key and no error.
func (s *Service) readOne(ctx context.Context, userName, id string) (Key, error) {
	keys, err := s.read(ctx, api.ReadAccessKeysInput{UserName: userName, IDs: []string{id}})
	if i := indexKey(keys, id); i >= 0 {
		return keys[i], nil
	}
	return Key{}, err
}

// Find returns the key with this id. It searches the keys of the caller and then those of every user. The error is a
// *domain.GoneError if nobody has the key.
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

// FindAll is Find for several ids. The result is in the order of ids, without ids that nobody has.
func (s *Service) FindAll(ctx context.Context, ids []string) ([]Key, error) {
	found, _, err := s.find(ctx, ids)
	if err != nil {
		return nil, err
	}
	var keys []Key
	for _, id := range ids {
		if key, ok := found[id]; ok {
			keys = append(keys, key)
			delete(found, id) // ids may have the id twice
		}
	}
	return keys, nil
}

// find looks for keys among those of the caller, and for the missing ones among those of every user. users is the number of
// users that it searched.
func (s *Service) find(ctx context.Context, ids []string) (found map[string]Key, users int, err error) {
	own, err := s.sharedList(ctx, "")
	if err != nil {
		return nil, 0, err
	}
	var missing []string
	found = map[string]Key{}
	for _, id := range ids {
		if i := indexKey(own, id); i >= 0 {
			found[id] = s.withIdentity(own[i], Owner{}, Identity{})
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

// searchesAtOnce is the number of owners that are searched at the same time.
const searchesAtOnce = 4

// amongUsers looks for keys among those of every user, until it has found all. If the keys of a user cannot be listed, that
// is an error only if a key is missing at the end.
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
			keys, err := s.sharedList(searching, u.Name)
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
		return found, len(users), timelimit.Err(ctx)
	}
	return found, len(users), failed
}
