package simulator

import (
	"time"

	"github.com/outscale-access/terraform-provider-outscale/simulator/internal/describe"
	"github.com/outscale-access/terraform-provider-outscale/simulator/store"
)

const (
	stateActive   = "ACTIVE"
	stateInactive = "INACTIVE"
)

// keyFields returns a key as the API shows it: without its owner and its secret, and without members that have no value.
func keyFields(k store.Key) fields {
	out := fields{
		"AccessKeyId": k.ID, "State": k.State,
		"CreationDate": printDate(k.Created), "LastModificationDate": printDate(k.Modified),
	}
	if !k.Expires.IsZero() {
		out["ExpirationDate"] = printDate(k.Expires)
	}
	if k.Tag != nil {
		out["Tag"] = *k.Tag
	}
	return out
}

// createAccessKey serves CreateAccessKey.
func (s *Simulator) createAccessKey(c *call) (fields, *problem) {
	expires, refused := s.expiry(c)
	if refused != nil {
		return nil, refused
	}
	return s.update(c, func(v *store.View, change *store.Change) (fields, *problem) {
		ownerID, refused := c.owner(v)
		if refused != nil {
			return nil, refused
		}
		now := millis(s.Now())
		key := store.Key{
			OwnerID: ownerID, State: stateActive, Tag: s.tag(c), Created: now, Modified: now, Expires: expires,
		}
		if refused := checkLifetime(v.AccessPolicy(), key.Expires, now); refused != nil {
			return nil, refused
		}
		if limit := s.opts.Assumptions.keyLimit(); v.CountKeys(ownerID) >= limit {
			return nil, tooManyKeys(limit)
		}
		source := s.idSource()
		key.ID, key.Secret = unusedID(source.accessKey, v.Key), source.secretKey()
		change.PutKey(key)
		created := keyFields(key)
		created["SecretKey"] = key.Secret
		return fields{"AccessKey": created}, nil
	})
}

// readAccessKeys serves ReadAccessKeys: it lists the keys of one owner, without paging.
func (s *Simulator) readAccessKeys(c *call) (fields, *problem) {
	filters := c.object("Filters")
	ids, states := stringFilter(filters, "AccessKeyIds"), stringFilter(filters, "States")
	tag := s.tag(c)
	return s.read(func(v *store.View) (fields, *problem) {
		ownerID, refused := c.owner(v)
		if refused != nil {
			return nil, refused
		}
		keys := []fields{}
		for _, key := range v.OwnerKeys(ownerID) {
			tagged := tag == nil || key.Tag != nil && *key.Tag == *tag
			if tagged && ids.matches(key.ID) && states.matches(key.State) {
				keys = append(keys, keyFields(key))
			}
		}
		return fields{"AccessKeys": keys}, nil
	})
}

// updateAccessKey serves UpdateAccessKey.
func (s *Simulator) updateAccessKey(c *call) (fields, *problem) {
	state, stateSent := c.text("State")
	if stateSent && state != stateActive && state != stateInactive {
		return nil, badValue("State", "want ACTIVE or INACTIVE")
	}
	expires, refused := s.expiry(c)
	if refused != nil {
		return nil, refused
	}
	id, _ := c.text("AccessKeyId")
	return s.update(c, func(v *store.View, change *store.Change) (fields, *problem) {
		key, refused := s.ownedKey(c, v, id)
		if refused != nil {
			return nil, refused
		}
		if stateSent {
			key.State = state
		}
		if s.replacesExpiry(c, stateSent) {
			key.Expires = expires
		}
		if c.flag("ClearExpirationDate") {
			key.Expires = time.Time{}
		}
		if _, sent := c.text("Tag"); sent {
			key.Tag = s.tag(c)
		}
		if c.flag("ClearTag") {
			key.Tag = nil
		}
		key.Modified = millis(s.Now())
		if refused := checkLifetime(v.AccessPolicy(), key.Expires, key.Modified); refused != nil {
			return nil, refused
		}
		change.PutKey(key)
		return fields{"AccessKey": keyFields(key)}, nil
	})
}

// replacesExpiry reports whether an update replaces the expiry with that of the request, or removes it if the request has none
// (A1).
func (s *Simulator) replacesExpiry(c *call, stateSent bool) bool {
	if _, sent := c.text("ExpirationDate"); sent || !describe.AtLeast(s.opts.APIVersion, "1.40.1") {
		return true
	}
	switch s.opts.Assumptions.ExpiryOnUpdate {
	case ExpiryKept:
		return false
	case ExpiryClearedWithState:
		return stateSent
	default:
		return true
	}
}

// deleteAccessKey serves DeleteAccessKey. It also deletes the key that signs the call, and the last key (A38).
func (s *Simulator) deleteAccessKey(c *call) (fields, *problem) {
	id, _ := c.text("AccessKeyId")
	return s.update(c, func(v *store.View, change *store.Change) (fields, *problem) {
		key, refused := s.ownedKey(c, v, id)
		if refused != nil {
			return nil, refused
		}
		if key.Expired(s.Now()) && !s.opts.Assumptions.DeleteExpiredKeys {
			return nil, invalidState("An expired access key cannot be deleted.")
		}
		if key.OwnerID != "" && key.State == stateActive && !s.opts.Assumptions.DeleteActiveKeys {
			return nil, invalidState("An ACTIVE access key of a user cannot be deleted.")
		}
		change.DeleteKey(key.ID)
		return nil, nil
	})
}

// ownedKey returns the key with an id if it belongs to the owner in the request (A7).
func (s *Simulator) ownedKey(c *call, v *store.View, id string) (store.Key, *problem) {
	ownerID, refused := c.owner(v)
	if refused != nil {
		return store.Key{}, refused
	}
	key, ok := v.Key(id)
	if !ok || key.OwnerID != ownerID {
		return store.Key{}, unknownKey(s.opts.Assumptions.UnknownKeyCode, id)
	}
	return key, nil
}

// expiry returns the ExpirationDate of a request, or the zero time if it is absent (A5, A6).
func (s *Simulator) expiry(c *call) (time.Time, *problem) {
	text, sent := c.text("ExpirationDate")
	if !sent {
		return time.Time{}, nil
	}
	expires, ok := parseDate(text)
	if !ok {
		return time.Time{}, wrongType("ExpirationDate")
	}
	// ClearExpirationDate overrides the date, so a past one is accepted with it.
	if !expires.After(s.Now()) && !c.flag("ClearExpirationDate") {
		return time.Time{}, badValue("ExpirationDate", "it is in the past")
	}
	return expires, nil
}

// tag returns the Tag of a request, or nil if there is none (A32).
func (s *Simulator) tag(c *call) *string {
	text, sent := c.text("Tag")
	if !sent || text == "" && s.opts.Assumptions.EmptyTagIsNone {
		return nil
	}
	return &text
}

// unusedID generates ids until it finds one that no object has. After a restart with another seed an id can occur again.
func unusedID[T any](draw func() string, find func(string) (T, bool)) string {
	for {
		id := draw()
		if _, taken := find(id); !taken {
			return id
		}
	}
}
