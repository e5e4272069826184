package store

import "time"

// Account is the one account a simulator serves.
type Account struct {
	// ID has 12 digits and CustomerID 8 (reference, section 8).
	ID         string
	CustomerID string
	// Email is the login of the account and the e-mail of users created without one.
	Email string
	// RootKeyID and RootSecret are the access key the data was begun with. They keep
	// their place here when the key itself is deleted: a restart does not bring the key
	// back, and a reset does.
	RootKeyID, RootSecret string
	// Starts counts how often the data was opened by a simulator, so that a seeded source
	// of ids does not repeat itself after a restart.
	Starts uint64
}

// Policy is the API access policy of the account.
type Policy struct {
	// MaxSeconds is the longest remaining life an access key may have; 0 = no limit.
	MaxSeconds int64
	// TrustedEnv is stored and shown; trusted sessions are not simulated.
	TrustedEnv bool
}

// Key is an access key. Times have millisecond precision and are in UTC.
type Key struct {
	ID string
	// OwnerID is the id of the EIM user that owns the key, "" for the root account.
	OwnerID string
	// Secret is kept in clear: signatures cannot be verified without it.
	Secret string
	State  string
	// Tag is nil when the key has none; an empty tag is a tag (A32).
	Tag      *string
	Created  time.Time
	Modified time.Time
	// Expires is the zero time for a key that never expires.
	Expires time.Time
}

// Expired reports whether the key's expiry has passed at now. An expired key keeps its
// State (reference, section 3).
func (k Key) Expired(now time.Time) bool {
	return !k.Expires.IsZero() && !k.Expires.After(now)
}

// User is an EIM user.
type User struct {
	ID       string
	Name     string
	Path     string
	Email    string
	Created  time.Time
	Modified time.Time
}

// Clock is how far the simulated time has been moved away from the injected clock.
type Clock struct {
	Offset time.Duration
	// Strict makes the moved clock the only one that dates of signatures are held
	// against.
	Strict bool
}

// Record is one call the simulator received. It holds no secret.
type Record struct {
	// Seq numbers the calls from 1, in the order they ended.
	Seq  int64     `json:"seq"`
	Time time.Time `json:"time"`
	// Micros is how long the call took, in microseconds.
	Micros  int64  `json:"micros"`
	Action  string `json:"action"`
	Version string `json:"version"`
	// Caller is "root", "user:NAME", or "" for a call that was not authenticated.
	Caller string `json:"caller"`
	// KeyID is the access key id or the login the caller claimed.
	KeyID string `json:"keyId,omitempty"`
	// Status is the HTTP status of what was done, also when a fault kept the answer back or
	// spoilt it; 0 when nothing was executed.
	Status int `json:"status"`
	// Sent is the HTTP status that went out to the client; 0 when none did.
	Sent int `json:"sent"`
	// Code is the API's error code, "" for a success.
	Code string `json:"code,omitempty"`
	// Reason says why the simulator refused the call, where the answer does not.
	Reason string `json:"reason,omitempty"`
	// Fault is the kind of the injected fault that met the call.
	Fault     string `json:"fault,omitempty"`
	RequestID string `json:"requestId"`
	// Body is always valid JSON: the body with secrets removed, or a JSON string that
	// describes a body which is no JSON object.
	Body         string `json:"body"`
	BodySize     int    `json:"bodySize"`
	Header       string `json:"header"`
	HeaderSize   int    `json:"headerSize"`
	ResponseSize int    `json:"responseSize"`
	RemoteIP     string `json:"remoteIp"`
	UserAgent    string `json:"userAgent"`
}
