package api

import (
	"encoding/json"
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

// at is the instant's time, or the zero time where the answer has none.
func (i *instant) at() (time.Time, error) {
	if i == nil {
		return time.Time{}, nil
	}
	return i.time, i.err
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

type accessKeyResponse struct{ AccessKey *wireKey }

type accessKeysResponse struct{ AccessKeys *[]wireKey }

type userResponse struct{ User *wireUser }

type emptyResponse struct{}

// key maps what came; the error is about a date, and the rest is filled all the same.
func (w wireKey) key() (AccessKey, error) {
	k := AccessKey{
		ID: val(w.AccessKeyId), State: val(w.State), Tag: val(w.Tag), SecretKey: val(w.SecretKey),
	}
	var err1, err2, err3 error
	k.CreationDate, err1 = w.CreationDate.at()
	k.LastModificationDate, err2 = w.LastModificationDate.at()
	if w.ExpirationDate != nil {
		var t time.Time
		if t, err3 = w.ExpirationDate.at(); err3 == nil {
			k.ExpirationDate = &t
		}
	}
	return k, firstOf(err3, err1, err2)
}

func (w wireUser) user() (User, error) {
	u := User{ID: val(w.UserId), Name: val(w.UserName), Path: val(w.Path), Email: val(w.UserEmail)}
	var err1, err2 error
	u.CreationDate, err1 = w.CreationDate.at()
	u.LastModificationDate, err2 = w.LastModificationDate.at()
	if err := firstOf(err1, err2); err != nil {
		return u, fmt.Errorf("user %s: %w", text.Word(u.Name), err)
	}
	return u, nil
}

func firstOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func val(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// set is a pointer to s, nil for "": what is not set is not sent.
func set(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// yes is a pointer to true, nil for false.
func yes(b bool) *bool {
	if !b {
		return nil
	}
	return &b
}
