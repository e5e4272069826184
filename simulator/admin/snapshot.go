package admin

import "time"

// Snapshot has every object of the account. The package simulator reads it from JSON, and loads it into a new account.
type Snapshot struct {
	Time           time.Time      `json:"time"`
	Account        Account        `json:"account"`
	Policy         Policy         `json:"api_access_policy"`
	Users          []User         `json:"users"`
	UserGroups     []UserGroup    `json:"user_groups"`
	Policies       []Managed      `json:"policies"`
	InlinePolicies []InlinePolicy `json:"inline_policies"`
	AccessKeys     []AccessKey    `json:"access_keys"`
	AccessRules    []AccessRule   `json:"api_access_rules"`
	CAs            []CA           `json:"cas"`
}

// Account is the simulated account.
type Account struct {
	AccountID            string            `json:"AccountId"`
	CustomerID           string            `json:"CustomerId"`
	Email                string            `json:"Email"`
	AdditionalEmails     []string          `json:"AdditionalEmails,omitempty"`
	OutscaleLoginAllowed bool              `json:"OutscaleLoginAllowed"`
	Details              map[string]string `json:"Details,omitempty"`
}

// Policy is the API access policy.
type Policy struct {
	MaxAccessKeyExpirationSeconds int64 `json:"MaxAccessKeyExpirationSeconds"`
	RequireTrustedEnv             bool  `json:"RequireTrustedEnv"`
}

// User is an EIM user with its groups and linked policies.
type User struct {
	UserID               string    `json:"UserId"`
	UserName             string    `json:"UserName"`
	Path                 string    `json:"Path"`
	UserEmail            string    `json:"UserEmail"`
	OutscaleLoginAllowed bool      `json:"OutscaleLoginAllowed"`
	CreationDate         time.Time `json:"CreationDate"`
	LastModificationDate time.Time `json:"LastModificationDate"`
	// UserGroups are the names of the groups that the user is in.
	UserGroups []string `json:"UserGroups"`
	// PolicyOrns are the managed policies linked to the user.
	PolicyOrns []string `json:"PolicyOrns"`
}

// UserGroup is a user group with its users and linked policies.
type UserGroup struct {
	UserGroupID          string    `json:"UserGroupId"`
	Name                 string    `json:"Name"`
	Path                 string    `json:"Path"`
	Orn                  string    `json:"Orn"`
	CreationDate         time.Time `json:"CreationDate"`
	LastModificationDate time.Time `json:"LastModificationDate"`
	// UserNames are the users in the group.
	UserNames []string `json:"UserNames"`
	// PolicyOrns are the managed policies linked to the group.
	PolicyOrns []string `json:"PolicyOrns"`
}

// Managed is a managed policy.
type Managed struct {
	PolicyID               string          `json:"PolicyId"`
	PolicyName             string          `json:"PolicyName"`
	Path                   string          `json:"Path"`
	Orn                    string          `json:"Orn"`
	Description            string          `json:"Description,omitempty"`
	Scope                  string          `json:"Scope"`
	PolicyDefaultVersionID string          `json:"PolicyDefaultVersionId"`
	ResourcesCount         int             `json:"ResourcesCount"`
	CreationDate           time.Time       `json:"CreationDate"`
	LastModificationDate   time.Time       `json:"LastModificationDate"`
	Versions               []PolicyVersion `json:"Versions"`
}

// PolicyVersion is one version of a managed policy.
type PolicyVersion struct {
	VersionID    string    `json:"VersionId"`
	Body         string    `json:"Body"`
	CreationDate time.Time `json:"CreationDate"`
}

// InlinePolicy is an inline policy. One of UserName and UserGroupName is set.
type InlinePolicy struct {
	UserName      string `json:"UserName,omitempty"`
	UserGroupName string `json:"UserGroupName,omitempty"`
	PolicyName    string `json:"PolicyName"`
	Body          string `json:"Body"`
}

// AccessKey is an access key with its owner, and with a hash instead of its secret.
type AccessKey struct {
	AccessKeyID string `json:"AccessKeyId"`
	// UserName and UserID are "" for a key of the root account.
	UserName             string     `json:"UserName"`
	UserID               string     `json:"UserId"`
	State                string     `json:"State"`
	Tag                  *string    `json:"Tag,omitempty"`
	CreationDate         time.Time  `json:"CreationDate"`
	LastModificationDate time.Time  `json:"LastModificationDate"`
	ExpirationDate       *time.Time `json:"ExpirationDate,omitempty"`
	// Expired reports whether the expiry has passed at the simulated time.
	Expired bool `json:"Expired"`
	// SecretSHA256 is the hash of the secret in lower-case hexadecimal.
	SecretSHA256 string `json:"SecretSHA256"`
	// SecretKey is the secret of a key to load. It is never in an answer of GET /state.
	SecretKey string `json:"SecretKey,omitempty"`
}

// AccessRule is an API access rule.
type AccessRule struct {
	APIAccessRuleID string   `json:"ApiAccessRuleId"`
	Description     string   `json:"Description,omitempty"`
	IPRanges        []string `json:"IpRanges"`
	CAIDs           []string `json:"CaIds"`
	CNs             []string `json:"Cns"`
}

// CA is a certificate authority of client certificates.
type CA struct {
	CAID          string `json:"CaId"`
	CAFingerprint string `json:"CaFingerprint"`
	CAPem         string `json:"CaPem"`
	Description   string `json:"Description,omitempty"`
}
