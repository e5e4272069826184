package key

import "time"

// Intent describes a creation before its first request.
type Intent struct {
	Marker    string    // the tag of the key until its creation is finished
	UserName  string    // the owner, "" = the caller
	UserID    string    // the owner's id, "" = the caller, or unknown
	AccountID string    // "" = unknown
	Time      time.Time // by the API's clock
}

// Recorder records the steps of creations, so that a later process can find a key that this one left. Its methods return no
// error, because a creation does not depend on the record. They are safe for concurrent use.
type Recorder interface {
	// Intend is called before the first request of a creation.
	Intend(Intent)
	// Created is called as soon as the id of the key is known. k has no secret, and the marker as its tag.
	Created(marker string, k Key)
	// Discarded is called if the creation ended and left no key.
	Discarded(marker string)
	// Gone is called when the API has shown that a key no longer exists.
	Gone(keyID string)
}

type noRecorder struct{}

func (noRecorder) Intend(Intent)       {}
func (noRecorder) Created(string, Key) {}
func (noRecorder) Discarded(string)    {}
func (noRecorder) Gone(string)         {}
