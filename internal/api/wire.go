package api

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/outscale/osc-sdk-go/v3/pkg/osc"

	"github.com/outscale-access/terraform-provider-outscale/internal/text"
)

// dateOut is the form in which dates are sent. It is that of the API's documentation: UTC with milliseconds.
const dateOut = "2006-01-02T15:04:05.000Z"

// datesIn are the forms of dates in answers. The measured form is the second one, an offset without a colon. time.Parse accepts
// a fraction of a second with each of them.
var datesIn = []string{
	"2006-01-02T15:04:05Z07:00",
	"2006-01-02T15:04:05Z0700",
	"2006-01-02T15:04:05Z07",
	"2006-01-02T15:04:05",
	"2006-01-02",
}

// parseDate reads a date of an answer. Without an offset it is UTC. The SDK's own type refuses a fraction of more than nine
// digits and the offset -0000, and one such date would make a whole answer unusable.
func parseDate(s string) (time.Time, error) {
	normal := s
	if len(s) > 10 && (s[10] == ' ' || s[10] == 't') {
		normal = s[:10] + "T" + s[11:]
	}
	for _, layout := range datesIn {
		// A year that has more than four digits in UTC could not be sent back.
		if t, err := time.Parse(layout, normal); err == nil && t.UTC().Year() >= 0 && t.UTC().Year() <= 9999 {
			return t.UTC(), nil
		}
	}
	return time.Time{}, fmt.Errorf("the date %s has an unknown form", text.Quote(s))
}

// instant is a date on the wire. Decoding it never fails: the error is kept in err, so that the secret in an answer with an unreadable
// date is not lost.
type instant struct {
	time time.Time
	err  error
}

func newInstant(t *time.Time) *instant {
	if t == nil {
		return nil
	}
	return &instant{time: *t}
}

func (i instant) MarshalJSON() ([]byte, error) { return json.Marshal(i.time.UTC().Format(dateOut)) }

func (i *instant) UnmarshalJSON(data []byte) error {
	var s string
	if i.err = json.Unmarshal(data, &s); i.err == nil {
		i.time, i.err = parseDate(s)
	}
	return nil
}

// into sets *t to the instant. If the answer has no date, it leaves *t unchanged.
func (i *instant) into(t *time.Time) error {
	if i == nil {
		return nil
	}
	*t = i.time
	return i.err
}

// The SDK's types with instant in place of the SDK's dates: the outer member hides the embedded one of the same name.

type createAccessKeyRequest struct {
	osc.CreateAccessKeyRequest
	ExpirationDate *instant `json:"ExpirationDate,omitempty"`
}

type updateAccessKeyRequest struct {
	osc.UpdateAccessKeyRequest
	ExpirationDate *instant `json:"ExpirationDate,omitempty"`
}

type wireKey struct {
	osc.AccessKeySecretKey
	CreationDate         *instant
	LastModificationDate *instant
	ExpirationDate       *instant
}

type wireUser struct {
	osc.User
	CreationDate         *instant
	LastModificationDate *instant
}

// key converts an access key. An error is about a date; the other members are set nevertheless.
func (w wireKey) key() (AccessKey, error) {
	k := AccessKey{ID: val(w.AccessKeyId), State: val(w.State), Tag: val(w.Tag), SecretKey: val(w.SecretKey)}
	var expiry error
	if e := w.ExpirationDate; e != nil && e.err == nil {
		k.ExpirationDate = &e.time
	} else if e != nil {
		expiry = e.err
	}
	err := cmp.Or(expiry, w.CreationDate.into(&k.CreationDate), w.LastModificationDate.into(&k.LastModificationDate))
	if err != nil {
		return k, fmt.Errorf("access key %s: %w", text.Word(k.ID), err)
	}
	return k, nil
}

func (w wireUser) user() (User, error) {
	u := User{ID: val(w.UserId), Name: val(w.UserName), Path: val(w.Path), Email: val(w.UserEmail)}
	if u.ID == "" {
		return u, errors.New("the answer has a user without an id")
	}
	if err := cmp.Or(w.CreationDate.into(&u.CreationDate), w.LastModificationDate.into(&u.LastModificationDate)); err != nil {
		return u, fmt.Errorf("user %s: %w", text.Word(u.Name), err)
	}
	return u, nil
}
