package key

import "time"

// Intent is what is known of a creation before its first request.
type Intent struct {
	Marker    string    // the tag of the key until its creation is finished
	UserName  string    // the owner, "" = the caller
	UserID    string    // the owner's id, "" = the caller, or unknown
	AccountID string    // "" = unknown
	Time      time.Time // by the API's clock
}

// Recorder records the steps of creations, so that a key can be found after the process has ended. Its methods return no
// error, because a creation goes on without a record. They may be called from several goroutines at once.
type Recorder interface {
	// Intend is called before the first request of a creation.
	Intend(Intent)
	// Created is called as soon as the id of the key is known, with the key without its secret. Its tag is the marker.
	Created(marker string, k Key)
	// Discarded is called when the creation is known to have left nothing.
	Discarded(marker string)
	// Gone is called when the API proved that a key does not exist any more.
	Gone(keyID string)
}

type noRecorder struct{}

func (noRecorder) Intend(Intent)       {}
func (noRecorder) Created(string, Key) {}
func (noRecorder) Discarded(string)    {}
func (noRecorder) Gone(string)         {}
