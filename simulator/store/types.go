package store

import "time"

// Account is the one account a simulator serves.
type Account struct {
	// ID has 12 digits and CustomerID 8.
	ID         string
	CustomerID string
	// Email is the login of the account and the e-mail of users created without one.
	Email string
	// RootKeyID and RootSecret are the access key the data was created with. They stay here
	// when the key is deleted: a reset creates it again, a restart does not.
	RootKeyID, RootSecret string
	// Starts counts how often a simulator opened the data, so that a seeded source does not
	// repeat its ids after a restart.
	Starts uint64
}

// Policy is the API access policy of the account.
type Policy struct {
	// MaxSeconds is the longest remaining lifetime of an access key, in seconds; 0 means no
	// limit.
	MaxSeconds int64
	// TrustedEnv is stored and shown; it has no effect.
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

// Expired reports whether the key is expired at now. An expired key keeps its State
// (measured).
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

// Clock is the offset of the simulated time from the injected clock.
type Clock struct {
	Offset time.Duration
	// Strict means that only signatures dated with the moved clock are accepted.
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
	// Status is the HTTP status of the executed call, also when a fault replaced its answer;
	// 0 when it was not executed.
	Status int `json:"status"`
	// Sent is the HTTP status that was sent to the client, 0 for none.
	Sent int `json:"sent"`
	// Code is the API's error code, "" for a success.
	Code string `json:"code,omitempty"`
	// Reason says why the call was refused, where the answer does not say it.
	Reason string `json:"reason,omitempty"`
	// Fault is the kind of the injected fault of the call.
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
