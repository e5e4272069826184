package policy

import (
	"context"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/internal/domain"
	"github.com/outscale-access/terraform-provider-outscale/internal/policydoc"
)

// Create creates a policy (CreatePolicy). Its document becomes version v1. If the answer is lost, Create looks the name up:
// see domain.CreateNamed.
//
// Errors: *domain.LostAnswerError, or the API's.
func (s *Service) Create(ctx context.Context, want Spec) (Policy, error) {
	if want.Path == "" {
		want.Path = "/"
	}
	policy, err := domain.CreateNamed(ctx, s.opts, domain.NamedCreation[Policy]{
		Action: "CreatePolicy", Kind: domain.KindPolicy, Name: want.Name, Account: s.account, API: s.api, Created: &s.created,
		Create: func(ctx context.Context) (Policy, error) {
			created, err := s.api.CreatePolicy(ctx, api.CreatePolicyInput{
				Name: want.Name, Path: want.Path, Description: want.Description, Document: policydoc.ForAPI(want.Document),
			})
			return s.policyOf(created), err
		},
		Find:   func(ctx context.Context) (Policy, error) { return s.Find(ctx, want.Name) },
		Origin: func(p Policy) (string, time.Time) { return p.ORN, p.Created },
		IsRequested: func(ctx context.Context, p Policy) (bool, error) {
			if p.Path != want.Path || p.Description != want.Description || p.DefaultVersionID != FirstVersion {
				return false, nil
			}
			first, err := s.api.ReadPolicyVersion(ctx, p.ORN, FirstVersion)
			return policydoc.Equivalent(first.Document, want.Document), err
		},
	})
	if err != nil {
		return Policy{}, err
	}
	s.remember(policy)
	return policy, nil
}

// Delete deletes a policy: its other versions first, then the policy (DeletePolicyVersion, DeletePolicy). With detach,
// Delete first unlinks it from every user and group. Without detach, it does not change a policy that is linked. It
// succeeds if the policy is already gone.
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
	defer s.forget(orn)
	defer s.replaced.Delete(orn)
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

// release unlinks a policy from every user and group, or returns a *LinkedError: without detach, or if the policy is linked
// to another account.
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

// deleted returns nil for a failed deletion if a read proves that the policy is gone.
func (s *Service) deleted(ctx context.Context, orn string, recorded domain.Identity, err error) error {
	if !api.IsNotFound(err) && !api.IsLostAnswer(err) {
		return err
	}
	if _, proof := s.Reload(ctx, orn, recorded); domain.IsGone(proof) {
		return nil
	}
	return err
}
