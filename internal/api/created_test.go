package api

import (
	"strings"
	"testing"
)

// The answer to a create must be about the object that was sent. Otherwise the next call would change another object.
func TestCreate_answerForAnotherObject(t *testing.T) {
	other := strings.Replace(keyBody, `"Tag":"Group1"`, `"Tag":"another-marker"`, 1)
	without := strings.Replace(keyBody, `,"Tag":"Group1"`, ``, 1)
	for name, c := range map[string]struct {
		body string
		call func(*rig) error
	}{
		"another marker": {other, func(r *rig) error {
			_, err := r.CreateAccessKey(t.Context(), CreateAccessKeyInput{Tag: "marker"})
			return err
		}},
		"no marker": {without, func(r *rig) error {
			_, err := r.CreateAccessKey(t.Context(), CreateAccessKeyInput{Tag: "marker"})
			return err
		}},
		"another user": {`{"User":{"UserId":"U","UserName":"eve"}}`, func(r *rig) error {
			_, err := r.CreateUser(t.Context(), CreateUserInput{UserName: "bob"})
			return err
		}},
		"another user, updated": {`{"User":{"UserId":"U","UserName":"eve"}}`, func(r *rig) error {
			_, err := r.UpdateUser(t.Context(), UpdateUserInput{UserName: "bob", NewPath: "/x/"})
			return err
		}},
		"the old name": {`{"User":{"UserId":"U","UserName":"bob"}}`, func(r *rig) error {
			_, err := r.UpdateUser(t.Context(), UpdateUserInput{UserName: "bob", NewUserName: "robert"})
			return err
		}},
	} {
		r := newRig(t, ok(c.body))
		if err := c.call(r); !IsLostAnswer(err) || r.sent() != 1 || strings.Contains(err.Error(), "the-new-secret") {
			t.Errorf("%s: %v after %d requests", name, err, r.sent())
		}
	}
	r := newRig(t, ok(keyBody))
	if k, err := r.CreateAccessKey(t.Context(), CreateAccessKeyInput{Tag: "Group1"}); err != nil || k.ID != "NEWKEY" {
		t.Errorf("%v %v", k, err)
	}
}
