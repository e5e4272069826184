package api

import (
	"context"
	"errors"
	"time"

	"github.com/outscale/osc-sdk-go/v3/pkg/osc"
)

// AccessKey is an access key. No answer of the API names its owner.
type AccessKey struct {
	ID                   string
	State                string // ACTIVE or INACTIVE; an expired key stays ACTIVE
	Tag                  string // "" = none
	SecretKey            string // only from CreateAccessKey
	CreationDate         time.Time
	LastModificationDate time.Time
	ExpirationDate       *time.Time // nil = never
}

// String names the key without its secret.
func (k AccessKey) String() string { return "access key " + k.ID }

// GoString returns String, so that no formatting verb shows the secret.
func (k AccessKey) GoString() string { return k.String() }

// CreateAccessKeyInput describes a new key. Empty members are not sent.
type CreateAccessKeyInput struct {
	UserName       string // "" = the caller
	Tag            string
	ExpirationDate *time.Time // sent as UTC, to the millisecond
}

// ReadAccessKeysInput selects keys of one owner. The zero value selects all keys of the caller.
type ReadAccessKeysInput struct {
	UserName string
	IDs      []string
	Tag      string
}

// UpdateAccessKeyInput changes a key. Empty members are not sent. By the API's documentation an update without ExpirationDate
// removes the expiry (A1), so always send the expiry that must remain.
type UpdateAccessKeyInput struct {
	ID, UserName, State string
	ExpirationDate      *time.Time
	ClearExpirationDate bool // takes precedence over ExpirationDate; unknown to an API before 1.40.1
	Tag                 *string
	ClearTag            bool // takes precedence over Tag; both are unknown to an API before 1.40.1
}

var keyObject = object[wireKey, AccessKey]{
	what: "access key", many: "AccessKeys", convert: wireKey.key, name: func(k AccessKey) string { return k.ID },
}

// keyAnswer is the answer of an action that creates or changes a key.
type keyAnswer struct{ AccessKey *wireKey }

// CreateAccessKey creates a key and returns it with its secret, which no other action returns. A request that may have been
// executed is never sent again: see IsLostAnswer. Only a 429 of the API or a failed dial is retried. An answer about a key with
// another tag than the one that was sent counts as lost.
func (c *Client) CreateAccessKey(ctx context.Context, in CreateAccessKeyInput) (AccessKey, error) {
	req := createAccessKeyRequest{
		CreateAccessKeyRequest: osc.CreateAccessKeyRequest{UserName: set(in.UserName), Tag: set(in.Tag)},
		ExpirationDate:         newInstant(in.ExpirationDate),
	}
	var answer keyAnswer
	if err := c.do(ctx, "CreateAccessKey", sendOnce, req, &answer); err != nil {
		return AccessKey{}, err
	}
	if answer.AccessKey == nil || val(answer.AccessKey.AccessKeyId) == "" || val(answer.AccessKey.SecretKey) == "" {
		return AccessKey{}, c.unusable("CreateAccessKey", errors.New("the answer has no id or no secret of the key"))
	}
	if in.Tag != "" && val(answer.AccessKey.Tag) != in.Tag {
		// It may be another key, which the next call would change.
		return AccessKey{}, c.unusable("CreateAccessKey", errors.New("the answer is about a key with another tag than the one that was sent"))
	}
	key, err := answer.AccessKey.key()
	if err != nil && key.ExpirationDate == nil {
		// The key is not lost because of a malformed date. The caller's next call returns the date again.
		key.ExpirationDate = in.ExpirationDate
	}
	return key, nil
}

// ReadAccessKeys returns the keys of one owner. The action has no pages. The list is empty if nothing matches.
func (c *Client) ReadAccessKeys(ctx context.Context, in ReadAccessKeysInput) ([]AccessKey, error) {
	req := osc.ReadAccessKeysRequest{UserName: set(in.UserName), Tag: set(in.Tag)}
	if len(in.IDs) > 0 {
		req.Filters = &osc.FiltersAccessKeys{AccessKeyIds: &in.IDs}
	}
	return keyObject.list(ctx, c, "ReadAccessKeys", req)
}

// UpdateAccessKey changes a key and returns its new state. The call may be repeated.
func (c *Client) UpdateAccessKey(ctx context.Context, in UpdateAccessKeyInput) (AccessKey, error) {
	req := updateAccessKeyRequest{
		UpdateAccessKeyRequest: osc.UpdateAccessKeyRequest{
			AccessKeyId: in.ID, UserName: set(in.UserName), State: set(in.State),
			ClearExpirationDate: set(in.ClearExpirationDate), Tag: in.Tag, ClearTag: set(in.ClearTag),
		},
		ExpirationDate: newInstant(in.ExpirationDate),
	}
	var answer keyAnswer
	if err := c.do(ctx, "UpdateAccessKey", repeatable, req, &answer); err != nil {
		return AccessKey{}, err
	}
	return keyObject.read(c, "UpdateAccessKey", answer.AccessKey, in.ID)
}

// DeleteAccessKey deletes a key of userName, or of the caller if userName is "". The call may be repeated: a not-found error may
// mean that this very call deleted the key.
func (c *Client) DeleteAccessKey(ctx context.Context, userName, id string) error {
	req := osc.DeleteAccessKeyRequest{AccessKeyId: id, UserName: set(userName)}
	return c.do(ctx, "DeleteAccessKey", repeatable, req, &emptyResponse{})
}
