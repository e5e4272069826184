package store

import "time"

// The stored types are plain values. What a View returns is shared: its slices and maps must not be changed. Times have
// millisecond precision and are in UTC.

// Account is the one account a simulator serves.
type Account struct {
	// ID has 12 digits and CustomerID 8.
	ID         string
	CustomerID string
	// Email is the login of the account and the e-mail of users created without one.
	Email string
	// GivenEmail is the e-mail that the options of the last start gave, so that a start with the same options keeps an e-mail
	// that UpdateAccount changed.
	GivenEmail string
	// Details are the other members of ReadAccounts that have a value, by their names.
	Details map[string]string
	// AdditionalEmails are the addresses for notifications.
	AdditionalEmails []string
	// LoginAllowed is the OutscaleLoginAllowed of the root user.
	LoginAllowed bool
	// RootKeyID and RootSecret are the access key the data was created with. They stay here when the key is deleted: a reset
	// creates it again, a restart does not.
	RootKeyID, RootSecret string
	// Starts counts how often a simulator opened the data, so that a seeded source does not repeat its ids after a restart.
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
	// Secret is kept in clear: signatures cannot be verified without it. It is "" for a key that was loaded without it, of which
	// only SecretHash is known, the SHA-256 in hexadecimal.
	Secret     string
	SecretHash string `json:",omitempty"`
	State      string
	// Tag is nil when the key has none; an empty tag is a tag (A32).
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
	// OWS says that the policy is one of OUTSCALE's own, which no account can change.
	OWS bool
	// Versions are in the order of their numbers; there is at least one.
	Versions []PolicyVersion
	// Default is the number of the version in force.
	Default int
	// Last is the number of the newest version that was ever created: numbers are not used again.
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

// AccessRule is an API access rule. Each list that is not empty is a condition.
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
	// Statement names the statement that decided, "" when none matched.
	Statement string `json:"statement,omitempty"`
	// Reason is the decision in a sentence.
	Reason string `json:"reason"`
	// Missing is the smallest statement, in JSON, that has to be added for the call to be allowed; "" when an allow matches.
	Missing string `json:"missing,omitempty"`
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
	// Status is the HTTP status of the executed call, also when a fault replaced its answer; 0 when it was not executed.
	Status int `json:"status"`
	// Sent is the HTTP status that was sent to the client, 0 for none.
	Sent int `json:"sent"`
	// Code is the API's error code, "" for a success.
	Code string `json:"code,omitempty"`
	// Reason says why the call was refused, where the answer does not say it.
	Reason string `json:"reason,omitempty"`
	// Rights is the decision about the rights of an EIM user, nil for a call that was refused before and for the root user.
	Rights *Rights `json:"rights,omitempty"`
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
