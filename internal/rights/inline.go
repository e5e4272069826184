package rights

import (
	"context"
	"fmt"
	"slices"

	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/internal/domain"
	"github.com/outscale-access/terraform-provider-outscale/internal/policydoc"
)

// InlineNames returns the names of a principal's inline policies (ReadUserPolicies, ReadUserGroupPolicies), sorted, from a
// read that the process shares. If the principal does not exist, the error is the API's not-found.
func (s *Service) InlineNames(ctx context.Context, p Principal) ([]string, error) {
	policies, err := s.inlineOf(ctx, p)
	if err != nil {
		return nil, err
	}
	names := make([]string, 0, len(policies))
	for _, policy := range policies {
		names = append(names, policy.Name)
	}
	slices.Sort(names)
	return names, nil
}

func (s *Service) inlineOf(ctx context.Context, p Principal) ([]api.InlinePolicy, error) {
	return s.inline.Get(ctx, p.String(), func(ctx context.Context) ([]api.InlinePolicy, error) {
		if p.Group {
			return s.api.ReadUserGroupPolicies(ctx, p.ref())
		}
		names, err := s.api.ReadUserPolicies(ctx, p.Name)
		policies := make([]api.InlinePolicy, 0, len(names))
		for _, name := range names {
			policies = append(policies, api.InlinePolicy{Name: name})
		}
		return policies, err
	})
}

// Inline returns an inline policy with its document (ReadUserPolicy, ReadUserGroupPolicies), from a read that the process
// shares: the policies of a group come with one call, each of a user with its own.
//
// Errors: *domain.GoneError (the policy, or the principal with it), or the API's.
func (s *Service) Inline(ctx context.Context, p Principal, name string) (api.InlinePolicy, error) {
	policy, found, err := s.readInline(ctx, p, name)
	if err == nil && !found {
		s.drop(p, name)
		policy, found, err = s.readInline(ctx, p, name)
	}
	if api.IsNotFound(err) || (err == nil && !found) {
		return api.InlinePolicy{}, &domain.GoneError{Kind: domain.KindInlinePolicy, Name: name, Of: p.String()}
	}
	return policy, err
}

func (s *Service) readInline(ctx context.Context, p Principal, name string) (api.InlinePolicy, bool, error) {
	if !p.Group {
		policy, err := s.docs.Get(ctx, s.docName(p, name), func(ctx context.Context) (api.InlinePolicy, error) {
			return s.api.ReadUserPolicy(ctx, p.Name, name)
		})
		return policy, err == nil, err
	}
	policies, err := s.inlineOf(ctx, p)
	i := slices.IndexFunc(policies, func(policy api.InlinePolicy) bool { return policy.Name == name })
	if err != nil || i < 0 {
		return api.InlinePolicy{}, false, err
	}
	return policies[i], true, nil
}

// PutInline creates an inline policy or replaces its document (PutUserPolicy, PutUserGroupPolicy).
func (s *Service) PutInline(ctx context.Context, p Principal, policy api.InlinePolicy) error {
	defer s.drop(p, policy.Name)
	policy.Document = policydoc.ForAPI(policy.Document)
	if p.Group {
		return s.api.PutUserGroupPolicy(ctx, p.ref(), policy)
	}
	return s.api.PutUserPolicy(ctx, p.Name, policy)
}

// DeleteInline deletes an inline policy (DeleteUserPolicy, DeleteUserGroupPolicy). It succeeds if the policy or the
// principal does not exist.
func (s *Service) DeleteInline(ctx context.Context, p Principal, name string) error {
	defer s.drop(p, name)
	var err error
	if p.Group {
		err = s.api.DeleteUserGroupPolicy(ctx, p.ref(), name)
	} else {
		err = s.api.DeleteUserPolicy(ctx, p.Name, name)
	}
	if api.IsNotFound(err) {
		return nil
	}
	return err
}

func (s *Service) drop(p Principal, name string) {
	s.inline.Drop(p.String())
	s.docs.Drop(s.docName(p, name))
}

// docName is the cache name of the document of a user's policy. It is unambiguous, because no name of a user has a slash.
func (s *Service) docName(p Principal, name string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return fmt.Sprintf("%d/%s/%s", s.renamed[p.String()], p, name)
}
