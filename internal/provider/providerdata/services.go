package providerdata

import (
	"context"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/access"
	"github.com/outscale-access/terraform-provider-outscale/internal/account"
	"github.com/outscale-access/terraform-provider-outscale/internal/domain"
	"github.com/outscale-access/terraform-provider-outscale/internal/group"
	"github.com/outscale-access/terraform-provider-outscale/internal/key"
	"github.com/outscale-access/terraform-provider-outscale/internal/policy"
	"github.com/outscale-access/terraform-provider-outscale/internal/policydoc"
	"github.com/outscale-access/terraform-provider-outscale/internal/rights"
	"github.com/outscale-access/terraform-provider-outscale/internal/rotation"
	"github.com/outscale-access/terraform-provider-outscale/internal/user"
)

// Services are the services of the domain, as interfaces, so that a test can use a fake for each.
type Services struct {
	Keys     Keys
	Users    Users
	Account  Account
	Rotation Rotation
	Groups   Groups
	Policies Policies
	Rights   Rights
	Access   Access
}

// Keys creates, reads, changes and revokes access keys; *key.Service implements it.
type Keys interface {
	Create(ctx context.Context, want key.Spec, opts key.CreateOptions) (key.Created, error)
	Read(ctx context.Context, owner key.Owner, id string, recorded key.Identity) (key.Key, error)
	Reload(ctx context.Context, owner key.Owner, have key.Key) (key.Key, error)
	List(ctx context.Context, owner key.Owner) ([]key.Key, error)
	ListExisting(ctx context.Context, owner key.Owner) ([]key.Key, error)
	Find(ctx context.Context, id string) (key.Key, error)
	FindAll(ctx context.Context, ids []string) ([]key.Key, error)
	Identify(ctx context.Context, k key.Key) key.Identity
	Update(ctx context.Context, have key.Key, want key.Spec) (key.Key, error)
	CheckSecret(ctx context.Context, owner key.Owner, have key.Key, secret string) error
	SetState(ctx context.Context, owner key.Owner, have key.Key, state key.State) (key.Key, error)
	ExpireWithin(ctx context.Context, owner key.Owner, have key.Key, left time.Duration) (key.Key, error)
	Deactivate(ctx context.Context, owner key.Owner, have key.Key) (key.Key, error)
	Revoke(ctx context.Context, owner key.Owner, have key.Key) error
}

// Users creates, reads, changes and deletes users; *user.Service implements it.
type Users interface {
	Create(ctx context.Context, want user.Spec) (user.User, error)
	Read(ctx context.Context, id string, recorded domain.Identity) (user.User, error)
	List(ctx context.Context) ([]user.User, error)
	Find(ctx context.Context, name string) (user.User, error)
	Update(ctx context.Context, id string, recorded domain.Identity, want user.Spec) (user.User, error)
	Delete(ctx context.Context, id string, recorded domain.Identity) error
}

// Account reads objects of the whole account; *account.Service implements it.
type Account interface {
	ID(ctx context.Context) (string, error)
	KnownID() string
	Read(ctx context.Context) (account.Account, error)
	MaxKeyLifetime(ctx context.Context) (time.Duration, error)
	Quotas(ctx context.Context, f account.QuotaFilter) ([]account.Quota, string, error)
	Usage(ctx context.Context, q account.UsageQuery) (account.Usage, error)
	Audit(ctx context.Context, keys account.Keys, users account.Users) (account.Report, error)
}

// Rotation rotates and revokes pairs of keys; *rotation.Service implements it.
type Rotation interface {
	Rotate(ctx context.Context, have rotation.Pair, want rotation.Spec, opts key.CreateOptions) (rotation.Result, error)
	Revoke(ctx context.Context, owner key.Owner, have rotation.Pair) error
}

// Groups creates, reads, changes and deletes user groups and their memberships; *group.Service implements it.
type Groups interface {
	Create(ctx context.Context, want group.Spec) (group.Group, error)
	Update(ctx context.Context, id string, recorded domain.Identity, want group.Spec) (group.Group, error)
	Delete(ctx context.Context, id string, recorded domain.Identity, force bool) error
	List(ctx context.Context) ([]group.Group, error)
	OfUser(ctx context.Context, userName string) ([]group.Group, error)
	Members(ctx context.Context, id string, recorded domain.Identity) ([]group.Member, error)
	AddMember(ctx context.Context, id string, recorded domain.Identity, userName string) error
	RemoveMember(ctx context.Context, id string, recorded domain.Identity, userName string) error
	Read(ctx context.Context, id string, recorded domain.Identity) (group.Group, error)
	Find(ctx context.Context, name string) (group.Group, error)
}

// Policies creates, reads and deletes managed policies and their versions; *policy.Service implements it.
type Policies interface {
	Create(ctx context.Context, want policy.Spec) (policy.Policy, error)
	Read(ctx context.Context, orn string, recorded domain.Identity) (policy.Policy, error)
	ReadAny(ctx context.Context, orn string) (policy.Policy, error)
	Reload(ctx context.Context, orn string, recorded domain.Identity) (policy.Policy, error)
	Select(ctx context.Context, filter policy.Filter) ([]policy.Policy, error)
	Entities(ctx context.Context, orn string) (policy.Entities, error)
	Delete(ctx context.Context, orn string, recorded domain.Identity, detach bool) error
	Version(ctx context.Context, orn, id string, recorded domain.Identity) (policy.Version, error)
	Versions(ctx context.Context, orn string, recorded domain.Identity) ([]policy.Version, error)
	CreateVersion(ctx context.Context, orn, document string, setAsDefault bool) (policy.Version, error)
	ReplaceVersion(ctx context.Context, orn, old, document string, setAsDefault bool) (policy.Version, error)
	SetDefault(ctx context.Context, orn, id string) error
	RemoveVersion(ctx context.Context, orn, id string, recorded domain.Identity, replaced bool) (kept bool, err error)
}

// Access manages API access rules, certificate authorities and the API access policy; *access.Service implements it.
type Access interface {
	Rules(ctx context.Context) ([]access.Rule, error)
	Rule(ctx context.Context, id string, recorded domain.Identity) (access.Rule, error)
	CreateRule(ctx context.Context, want access.Rule) (access.Rule, error)
	CheckChanges(ctx context.Context, changes map[string]*access.Rule) error
	UpdateRule(ctx context.Context, rule access.Rule, force bool) (access.Rule, error)
	DeleteRule(ctx context.Context, id string, recorded domain.Identity, force bool) error
	CAs(ctx context.Context) ([]access.CA, error)
	CA(ctx context.Context, id string, recorded domain.Identity) (access.CA, error)
	CreateCA(ctx context.Context, pem, fingerprint, description string) (access.CA, error)
	UpdateCA(ctx context.Context, id, description string) (access.CA, error)
	DeleteCA(ctx context.Context, id string, recorded domain.Identity) error
	AccessPolicy(ctx context.Context) (access.Policy, error)
	SetAccessPolicy(ctx context.Context, want access.Policy) (access.Policy, error)
	HasCertificate() bool
}

// Rights links policies to users and groups, and manages their inline policies; *rights.Service implements it.
type Rights interface {
	Links(ctx context.Context, p rights.Principal) ([]rights.LinkedPolicy, error)
	IsLinked(ctx context.Context, p rights.Principal, orn string) (bool, error)
	Link(ctx context.Context, p rights.Principal, orn string) error
	Unlink(ctx context.Context, p rights.Principal, orn string) error
	InlineNames(ctx context.Context, p rights.Principal) ([]string, error)
	Inline(ctx context.Context, p rights.Principal, name string) (rights.InlinePolicy, error)
	PutInline(ctx context.Context, p rights.Principal, policy rights.InlinePolicy) error
	DeleteInline(ctx context.Context, p rights.Principal, name string) error
	Documents(ctx context.Context, policies rights.Policies, groups rights.Groups, userName string) ([]policydoc.Document, error)
}

var (
	_ Groups   = (*group.Service)(nil)
	_ Policies = (*policy.Service)(nil)
	_ Access   = (*access.Service)(nil)
	_ Rights   = (*rights.Service)(nil)
	_ Keys     = (*key.Service)(nil)
	_ Users    = (*user.Service)(nil)
	_ Account  = (*account.Service)(nil)
	_ Rotation = (*rotation.Service)(nil)
)
