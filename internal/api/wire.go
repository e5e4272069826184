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

// dateOut is how an instant is sent: the form the API's documentation shows, UTC with milliseconds.
const dateOut = "2006-01-02T15:04:05.000Z"

// datesIn are the forms an answer may use. The measured one is the second, an offset without a colon. Any fraction of
// a second is read, whatever the layout says.
var datesIn = []string{
	"2006-01-02T15:04:05Z07:00",
	"2006-01-02T15:04:05Z0700",
	"2006-01-02T15:04:05Z07",
	"2006-01-02T15:04:05",
	"2006-01-02",
}

// parseDate reads a date of an answer; without an offset it is UTC. The SDK's own type refuses fractions beyond nine
// digits in the measured form and an offset of -0000, and one date it cannot read would lose a whole answer.
func parseDate(s string) (time.Time, error) {
	normal := s
	if len(s) > 10 && (s[10] == ' ' || s[10] == 't') {
		normal = s[:10] + "T" + s[11:]
	}
	for _, layout := range datesIn {
		// A year that the offset moves out of four digits could not be sent back.
		if t, err := time.Parse(layout, normal); err == nil && t.UTC().Year() >= 0 && t.UTC().Year() <= 9999 {
			return t.UTC(), nil
		}
	}
	return time.Time{}, fmt.Errorf("the date %s has an unknown form", text.Quote(s))
}

// instant is a date on the wire. Reading one never fails: what cannot be read is kept in err, so that an odd date does
// not cost the secret that came with it.
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

// into sets *t to the instant, and leaves it if the answer has none.
func (i *instant) into(t *time.Time) error {
	if i == nil {
		return nil
	}
	*t = i.time
	return i.err
}

// The SDK's types with our dates in place of its own: the outer member hides the embedded one of the same name.

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

// key converts an access key. After an error, which is about a date, the rest is filled all the same.
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
