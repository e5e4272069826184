package policy

import (
	"context"
	"errors"

	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/internal/domain"
)

// Create creates a policy (CreatePolicy). Its document becomes version v1. A lost answer is looked up by the name; see
// domain.CreateNamed.
//
// Errors: *domain.AmbiguousError, or the API's.
func (s *Service) Create(ctx context.Context, want Spec) (Policy, error) {
	if err := ctx.Err(); err != nil {
		return Policy{}, err
	}
	if _, err := domain.ReadyToCreate(ctx, s.account, s.api.Accepted); err != nil {
		return Policy{}, err
	}
	if want.Path == "" {
		want.Path = "/"
	}
	since := s.opts.Now().Add(s.api.Offset()).Add(-api.Tolerated)
	policy, err := domain.CreateNamed(ctx, s.opts, domain.NamedCreation[Policy]{
		Action: "CreatePolicy", Kind: domain.KindPolicy, Name: want.Name,
		Create: func(ctx context.Context) (Policy, error) {
			created, err := s.api.CreatePolicy(ctx, api.CreatePolicyInput{
				Name: want.Name, Path: want.Path, Description: want.Description, Document: want.Document,
			})
			return s.policyOf(created), err
		},
		Find: func(ctx context.Context) (Policy, error) { return s.Find(ctx, want.Name) },
		Mine: func(p Policy) (string, bool) {
			return p.ORN, p.Path == want.Path && p.Description == want.Description && !p.Created.Before(since)
		},
	})
	if err != nil {
		return Policy{}, err
	}
	s.remember(policy)
	return policy, nil
}

// Delete deletes a policy: its other versions first, then the policy (DeletePolicyVersion, DeletePolicy). With detach it
// is unlinked from every user and group before; without, a policy that is linked is not changed. A policy that is already
// gone is success.
//
// Errors: *LinkedError, *domain.IdentityMismatchError, or the API's.
func (s *Service) Delete(ctx context.Context, orn string, recorded domain.Identity, detach bool) error {
	policy, err := s.Reload(ctx, orn, recorded)
	if domain.IsGone(err) {
		return nil
	}
	if err != nil {
		return err
	}
	defer s.drop()
	if err := s.release(ctx, orn, detach); err != nil {
		return err
	}
	versions, err := s.api.ReadPolicyVersions(ctx, orn)
	if err != nil {
		return s.deleted(ctx, orn, recorded, err)
	}
	for _, v := range versions {
		if v.ID == policy.DefaultVersionID || v.IsDefault {
			continue
		}
		if err := s.api.DeletePolicyVersion(ctx, orn, v.ID); err != nil && !api.IsNotFound(err) {
			return err
		}
	}
	return s.deleted(ctx, orn, recorded, s.api.DeletePolicy(ctx, orn))
}

// release unlinks a policy from everything that it is linked to, or refuses because it is.
func (s *Service) release(ctx context.Context, orn string, detach bool) error {
	linked, err := s.api.ReadEntitiesLinkedToPolicy(ctx, orn)
	if api.IsNotFound(err) {
		return nil
	}
	if err != nil {
		return err
	}
	if len(linked.Accounts) > 0 || (!detach && len(linked.Users)+len(linked.Groups) > 0) {
		return &LinkedError{ORN: orn, Entities: linked}
	}
	for _, user := range linked.Users {
		if err := s.api.UnlinkPolicy(ctx, orn, user.Name); err != nil && !api.IsNotFound(err) {
			return err
		}
	}
	for _, group := range linked.Groups {
		if err := s.api.UnlinkManagedPolicyFromUserGroup(ctx, orn, group.Name); err != nil && !api.IsNotFound(err) {
			return err
		}
	}
	return nil
}

// deleted takes a failed deletion for a success when the policy is proved gone.
func (s *Service) deleted(ctx context.Context, orn string, recorded domain.Identity, err error) error {
	if !api.IsNotFound(err) && !api.IsAmbiguous(err) {
		return err
	}
	if _, proof := s.Reload(ctx, orn, recorded); domain.IsGone(proof) {
		return nil
	}
	return err
}

// Version returns a version with its document (ReadPolicyVersion), from a read that the process shares. Whether it is the
// default is as old as that read: Policy.DefaultVersionID says it.
//
// Errors: *domain.GoneError (the version, or the policy), *domain.IdentityMismatchError, or the API's.
func (s *Service) Version(ctx context.Context, orn, id string, recorded domain.Identity) (Version, error) {
	version, err := s.versions.Get(ctx, orn+" "+id, func(ctx context.Context) (Version, error) {
		found, err := s.api.ReadPolicyVersion(ctx, orn, id)
		return versionOf(found), err
	})
	if !api.IsNotFound(err) {
		return version, err
	}
	return Version{}, domain.BelieveGone(ctx, s.account, &domain.GoneError{Kind: domain.KindPolicyVersion, ID: id, Name: orn}, recorded)
}

// Versions returns every version of a policy (ReadPolicyVersions). It is not cached.
//
// Errors: *domain.GoneError (the policy), *domain.IdentityMismatchError, or the API's.
func (s *Service) Versions(ctx context.Context, orn string, recorded domain.Identity) ([]Version, error) {
	found, err := s.api.ReadPolicyVersions(ctx, orn)
	if api.IsNotFound(err) {
		return nil, domain.BelieveGone(ctx, s.account, &domain.GoneError{Kind: domain.KindPolicy, ID: orn}, recorded)
	}
	if err != nil {
		return nil, err
	}
	versions := make([]Version, 0, len(found))
	for _, v := range found {
		versions = append(versions, versionOf(v))
	}
	return versions, nil
}

// CreateVersion adds a version to a policy (CreatePolicyVersion). When the answer is lost the versions are read: a new one
// with this document is the one that was created; without one the error says that the answer was lost.
//
// Errors: *domain.AmbiguousError, or the API's (a quota when the policy has MaxVersions).
func (s *Service) CreateVersion(ctx context.Context, orn, document string, setAsDefault bool) (Version, error) {
	before, err := s.api.ReadPolicyVersions(ctx, orn)
	if err != nil {
		return Version{}, err
	}
	work, cleanup, done := domain.CreateContexts(ctx)
	defer done()
	defer s.drop()
	created, err := s.api.CreatePolicyVersion(work, orn, document, setAsDefault)
	if !api.IsAmbiguous(err) {
		return versionOf(created), err
	}
	lost := &domain.AmbiguousError{Action: "CreatePolicyVersion", Name: orn, Tried: domain.Tried{Attempts: 1, Lost: 1}, Err: err}
	for _, pause := range domain.Settling {
		if err := s.opts.Pause(cleanup, pause, "CreatePolicyVersion", domain.ReasonSettling); err != nil {
			break
		}
		lost.Tried.Lookups++
		now, readErr := s.api.ReadPolicyVersions(cleanup, orn)
		if readErr != nil {
			lost.Unknown, lost.Err = true, errors.Join(err, readErr)
			return Version{}, lost
		}
		for _, v := range now {
			if v.Document == document && !hasVersion(before, v.ID) {
				return versionOf(v), nil
			}
		}
	}
	return Version{}, lost
}

func hasVersion(versions []api.PolicyVersion, id string) bool {
	for _, v := range versions {
		if v.ID == id {
			return true
		}
	}
	return false
}

// SetDefault makes a version the one that decides rights (SetDefaultPolicyVersion).
func (s *Service) SetDefault(ctx context.Context, orn, id string) error {
	defer s.drop()
	defer s.versions.Drop(orn + " " + id)
	return s.api.SetDefaultPolicyVersion(ctx, orn, id)
}

// DeleteVersion deletes a version (DeletePolicyVersion). The API refuses to delete the default one (A14). A version that
// is already gone is success.
func (s *Service) DeleteVersion(ctx context.Context, orn, id string) error {
	defer s.versions.Drop(orn + " " + id)
	err := s.api.DeletePolicyVersion(ctx, orn, id)
	if api.IsNotFound(err) {
		return nil
	}
	return err
}

func versionOf(v api.PolicyVersion) Version {
	return Version{ID: v.ID, Document: v.Document, IsDefault: v.IsDefault, Created: v.CreationDate}
}
