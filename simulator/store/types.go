package store

import "time"

// The stored types are plain values. Callers must not change the slices and maps of the values that a View returns. Times have
// millisecond precision and are in UTC.

// Account is the account of a simulator.
type Account struct {
	// ID has 12 digits and CustomerID 8.
	ID         string
	CustomerID string
	// Email is the login of the account, and the e-mail of users that are created without one.
	Email string
	// GivenEmail is the e-mail in the options of the last start. A start with the same options keeps an e-mail that UpdateAccount has
	// changed.
	GivenEmail string
	// Details are the other members of ReadAccounts that have a value, by name.
	Details map[string]string
	// AdditionalEmails are the addresses for notifications.
	AdditionalEmails []string
	// LoginAllowed is the OutscaleLoginAllowed of the root user.
	LoginAllowed bool
	// RootKeyID and RootSecret are the first access key of the account. They stay when the key is deleted: a reset creates it again, a
	// restart does not.
	RootKeyID, RootSecret string
	// Starts is the number of times that a simulator opened the data, so that a seeded source does not repeat its ids after a restart.
	Starts uint64
}

// AccessPolicy is the API access policy of the account.
type AccessPolicy struct {
	// MaxSeconds is the longest remaining lifetime of an access key, in seconds; 0 means no limit.
	MaxSeconds int64
	// TrustedEnv is RequireTrustedEnv.
	TrustedEnv bool
}

// Key is an access key.
type Key struct {
	ID string
	// OwnerID is the id of the EIM user that owns the key, "" for the root account.
	OwnerID string
	// Secret is stored in clear, because signatures cannot be verified without it. It is "" for a key that was loaded with SecretHash
	// only, the SHA-256 of the secret in hexadecimal.
	Secret     string
	SecretHash string `json:",omitempty"`
	State      string
	// Tag is nil if the key has no tag. An empty tag is a tag (A32).
	Tag      *string
	Created  time.Time
	Modified time.Time
	// Expires is the zero time for a key that never expires.
	Expires time.Time
}

// Expired reports whether the key is expired at now. An expired key keeps its State (measured).
func (k Key) Expired(now time.Time) bool {
	return !k.Expires.IsZero() && !k.Expires.After(now)
}

// User is an EIM user.
type User struct {
	ID    string
	Name  string
	Path  string
	Email string
	// LoginAllowed is OutscaleLoginAllowed.
	LoginAllowed bool
	Created      time.Time
	Modified     time.Time
}

// Group is a user group.
type Group struct {
	ID       string
	Name     string
	Path     string
	Created  time.Time
	Modified time.Time
}

// Policy is a managed policy.
type Policy struct {
	ID          string
	Name        string
	Path        string
	Description string
	// OWS means that the policy is one of OUTSCALE's own, which no account can change.
	OWS bool
	// Versions are in the order of their numbers; there is at least one.
	Versions []PolicyVersion
	// Default is the number of the version in force.
	Default int
	// Last is the number of the version that was created last. The number of a deleted version is not used again.
	Last     int
	Created  time.Time
	Modified time.Time
}

// PolicyVersion is one document of a managed policy.
type PolicyVersion struct {
	Number   int
	Document string
	Created  time.Time
}

// Version returns a version by its number.
func (p Policy) Version(number int) (PolicyVersion, bool) {
	for _, version := range p.Versions {
		if version.Number == number {
			return version, true
		}
	}
	return PolicyVersion{}, false
}

// InlinePolicy is a policy document that belongs to one user or group.
type InlinePolicy struct {
	// OwnerID is the id of the user or the group.
	OwnerID  string
	Name     string
	Document string
	Created  time.Time
}

// AccessRule is an API access rule. Each list is a condition, unless it is empty.
type AccessRule struct {
	ID          string
	Description string
	IPRanges    []string
	CAIDs       []string
	CNs         []string
	Created     time.Time
}

// CA is a certificate authority of client certificates.
type CA struct {
	ID          string
	Description string
	PEM         string
	// Fingerprint is the SHA-1 of the certificate, in hexadecimal.
	Fingerprint string
	Created     time.Time
}

// Clock is the offset of the simulated time from the injected clock.
type Clock struct {
	Offset time.Duration
	// Strict means that only signatures dated with the moved clock are accepted.
	Strict bool
}

// Rights explains a decision about rights.
type Rights struct {
	// Action and Resource are those of the call; Resource is "" for a call that is not about a single object.
	Action   string `json:"action"`
	Resource string `json:"resource,omitempty"`
	Allowed  bool   `json:"allowed"`
	// Statement describes the statement that decided, and is "" if none matched.
	Statement string `json:"statement,omitempty"`
	// Reason explains the decision.
	Reason string `json:"reason"`
	// Missing is the smallest statement, in JSON, that has to be added for the call to be allowed. It is "" if an allow matches.
	Missing string `json:"missing,omitempty"`
}

// Record is one call that the simulator received. It has no secrets.
type Record struct {
	// Seq is the number of the call, from 1, in the order in which calls ended.
	Seq  int64     `json:"seq"`
	Time time.Time `json:"time"`
	// Micros is the duration of the call in microseconds.
	Micros  int64  `json:"micros"`
	Action  string `json:"action"`
	Version string `json:"version"`
	// Caller is "root", "user:NAME", or "" for a call that was not authenticated.
	Caller string `json:"caller"`
	// KeyID is the access key id or the login in the credential of the call, which can be wrong.
	KeyID string `json:"keyId,omitempty"`
	// Status is the HTTP status of the call, even if a fault replaced the answer. It is 0 if a fault prevented the execution.
	Status int `json:"status"`
	// Sent is the HTTP status that was sent to the client, or 0 if there was no answer.
	Sent int `json:"sent"`
	// Code is the API's error code, "" for a success.
	Code string `json:"code,omitempty"`
	// Reason says why the call was refused, if the answer does not.
	Reason string `json:"reason,omitempty"`
	// Rights is the decision about the rights of an EIM user. It is nil for the root user, and if the call was refused before.
	Rights *Rights `json:"rights,omitempty"`
	// Fault is the kind of the injected fault of the call.
	Fault     string `json:"fault,omitempty"`
	RequestID string `json:"requestId"`
	// Body is valid JSON: the body with secrets removed, or a string that describes a body that is too large or is not a JSON object.
	Body         string `json:"body"`
	BodySize     int    `json:"bodySize"`
	Header       string `json:"header"`
	HeaderSize   int    `json:"headerSize"`
	ResponseSize int    `json:"responseSize"`
	RemoteIP     string `json:"remoteIp"`
	UserAgent    string `json:"userAgent"`
}
