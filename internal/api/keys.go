package api

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/outscale/osc-sdk-go/v3/pkg/osc"

	"github.com/outscale-access/terraform-provider-outscale/internal/text"
)

// AccessKey is an access key as the API shows it. No answer names the owner.
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

// GoString is String, so that no formatting verb shows the secret.
func (k AccessKey) GoString() string { return k.String() }

// CreateAccessKeyInput describes a new key. Empty members are not sent.
type CreateAccessKeyInput struct {
	UserName       string // "" = the caller
	Tag            string
	ExpirationDate *time.Time // sent as UTC, to the millisecond
}

// ReadAccessKeysInput selects keys of one owner; the zero value means all keys of the caller.
type ReadAccessKeysInput struct {
	UserName string
	IDs      []string
	Tag      string
}

// UpdateAccessKeyInput changes a key. What is empty is not sent, and the API's documentation says that an update
// without ExpirationDate removes the expiry (A1): send the one that must survive.
type UpdateAccessKeyInput struct {
	ID, UserName, State string
	ExpirationDate      *time.Time
	ClearExpirationDate bool // wins over ExpirationDate; unknown to an API before 1.40.1
	Tag                 *string
	ClearTag            bool // wins over Tag; unknown, like Tag, to an API before 1.40.1
}

// CreateAccessKey creates a key and returns it with its secret, which no other action returns. After the request may
// have been sent it is never sent again: see IsAmbiguous. Only a 429 of the API or a failed dial is tried again. An answer
// about a key without the tag that was sent counts as lost.
func (c *Client) CreateAccessKey(ctx context.Context, in CreateAccessKeyInput) (AccessKey, error) {
	req := createAccessKeyRequest{
		CreateAccessKeyRequest: osc.CreateAccessKeyRequest{UserName: set(in.UserName), Tag: set(in.Tag)},
		ExpirationDate:         newInstant(in.ExpirationDate),
	}
	var answer accessKeyResponse
	if err := c.do(ctx, "CreateAccessKey", sendOnce, req, &answer); err != nil {
		return AccessKey{}, err
	}
	if answer.AccessKey == nil || val(answer.AccessKey.AccessKeyId) == "" || val(answer.AccessKey.SecretKey) == "" {
		return AccessKey{}, c.unusable("CreateAccessKey", errors.New("the answer lacks the key's id or its secret"))
	}
	if in.Tag != "" && val(answer.AccessKey.Tag) != in.Tag {
		// Its id may be that of another key, which the next call would change.
		return AccessKey{}, c.unusable("CreateAccessKey", errors.New("the answer is about a key with another tag than the one that was sent"))
	}
	key, err := answer.AccessKey.key()
	if err != nil && key.ExpirationDate == nil {
		// A malformed date is no reason to lose the key. The next call of the caller reads the date again.
		key.ExpirationDate = in.ExpirationDate
	}
	return key, nil
}

// ReadAccessKeys lists the keys of one owner. The action has no pages. A filter that matches nothing gives an empty list.
func (c *Client) ReadAccessKeys(ctx context.Context, in ReadAccessKeysInput) ([]AccessKey, error) {
	req := osc.ReadAccessKeysRequest{UserName: set(in.UserName), Tag: set(in.Tag)}
	if len(in.IDs) > 0 {
		req.Filters = &osc.FiltersAccessKeys{AccessKeyIds: &in.IDs}
	}
	var answer accessKeysResponse
	if err := c.do(ctx, "ReadAccessKeys", repeatable, req, &answer); err != nil {
		return nil, err
	}
	if answer.AccessKeys == nil {
		// An absent list is an error, because an empty list is the proof that a key is gone.
		return nil, c.unusable("ReadAccessKeys", errors.New("the answer has no list of access keys"))
	}
	keys := make([]AccessKey, 0, len(*answer.AccessKeys))
	for _, w := range *answer.AccessKeys {
		key, err := w.key()
		if err != nil {
			return nil, c.unusable("ReadAccessKeys", fmt.Errorf("access key %s: %w", text.Word(key.ID), err))
		}
		keys = append(keys, key)
	}
	return keys, nil
}

// UpdateAccessKey changes a key and returns it as it is afterwards. The request is complete, so that
// it may be sent twice.
func (c *Client) UpdateAccessKey(ctx context.Context, in UpdateAccessKeyInput) (AccessKey, error) {
	req := updateAccessKeyRequest{
		UpdateAccessKeyRequest: osc.UpdateAccessKeyRequest{
			AccessKeyId: in.ID, UserName: set(in.UserName), State: set(in.State),
			ClearExpirationDate: yes(in.ClearExpirationDate), Tag: in.Tag, ClearTag: yes(in.ClearTag),
		},
		ExpirationDate: newInstant(in.ExpirationDate),
	}
	var answer accessKeyResponse
	if err := c.do(ctx, "UpdateAccessKey", repeatable, req, &answer); err != nil {
		return AccessKey{}, err
	}
	if answer.AccessKey == nil || val(answer.AccessKey.AccessKeyId) != in.ID {
		return AccessKey{}, c.unusable("UpdateAccessKey", errors.New("the answer is not about the access key that was updated"))
	}
	key, err := answer.AccessKey.key()
	if err != nil {
		return AccessKey{}, c.unusable("UpdateAccessKey", err)
	}
	return key, nil
}

// DeleteAccessKey deletes a key of userName, or of the caller when it is "". A repetition after a lost answer finds
// the key unknown: not found may mean that this very call deleted it.
func (c *Client) DeleteAccessKey(ctx context.Context, userName, id string) error {
	req := osc.DeleteAccessKeyRequest{AccessKeyId: id, UserName: set(userName)}
	return c.do(ctx, "DeleteAccessKey", repeatable, req, &emptyResponse{})
}
