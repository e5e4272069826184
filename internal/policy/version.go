package policy

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/internal/domain"
	"github.com/outscale-access/terraform-provider-outscale/internal/policydoc"
	"github.com/outscale-access/terraform-provider-outscale/internal/timelimit"
)

// FirstVersion is the version that the creation of a policy makes.
const FirstVersion = "v1"

// VersionQuotaError says that a version was not created because the policy already has MaxVersions.
type VersionQuotaError struct {
	ORN      string
	Versions []Version
	Err      error // the refusal of the API; nil when no call was made
}

func (e *VersionQuotaError) Error() string {
	return fmt.Sprintf("policy %s has %d versions, the most that a policy may have", e.ORN, len(e.Versions))
}

func (e *VersionQuotaError) Unwrap() error { return e.Err }

// VersionLeftError says that a version was replaced, but the old version could not be deleted. The old version is not the
// default one.
type VersionLeftError struct {
	ORN string // of the policy
	ID  string
	Err error
}

func (e *VersionLeftError) Error() string {
	return fmt.Sprintf("version %s was replaced and could not be deleted: %v", e.ID, e.Err)
}

func (e *VersionLeftError) Unwrap() error { return e.Err }

// Versions returns every version of a policy (ReadPolicyVersions), from a read that the process shares.
//
// Errors: *domain.GoneError (the policy), *domain.IdentityMismatchError, or the API's.
func (s *Service) Versions(ctx context.Context, orn string, recorded domain.Identity) ([]Version, error) {
	versions, err := s.versions.Get(ctx, orn, func(ctx context.Context) ([]Version, error) { return s.readVersions(ctx, orn) })
	if api.IsNotFound(err) {
		return nil, domain.ConfirmGone(ctx, s.account, &domain.GoneError{Kind: domain.KindPolicy, ID: orn}, recorded)
	}
	return slices.Clone(versions), err
}

func (s *Service) readVersions(ctx context.Context, orn string) ([]Version, error) {
	found, err := s.api.ReadPolicyVersions(ctx, orn)
	if err != nil {
		return nil, err
	}
	versions := make([]Version, 0, len(found))
	for _, v := range found {
		versions = append(versions, versionOf(v))
	}
	return versions, nil
}

// Version returns a version with its document, from the shared read of Versions. If that has no such version, Version reads
// the versions again before it returns a GoneError. If the list has no documents, Version calls ReadPolicyVersion.
//
// Errors: *domain.GoneError (the version, or the policy), *domain.IdentityMismatchError, or the API's.
func (s *Service) Version(ctx context.Context, orn, id string, recorded domain.Identity) (Version, error) {
	for range 2 {
		versions, err := s.Versions(ctx, orn, recorded)
		if err != nil {
			return Version{}, err
		}
		if i := indexOf(versions, id); i >= 0 {
			return s.withDocument(ctx, orn, versions[i])
		}
		s.versions.Drop(orn)
	}
	// The ORN has the account's id, so the answer is about the right account.
	return Version{}, &domain.GoneError{Kind: domain.KindPolicyVersion, ID: id, Name: orn}
}

func (s *Service) withDocument(ctx context.Context, orn string, v Version) (Version, error) {
	if v.Document != "" {
		return v, nil
	}
	found, err := s.api.ReadPolicyVersion(ctx, orn, v.ID)
	if err != nil {
		return Version{}, err
	}
	v.Document = found.Document
	return v, nil
}

// turn waits until no other change of the policy's versions is running. The returned function ends this change. Changes run
// one at a time, because a change that deletes a version of a full policy needs the place of that version.
func (s *Service) turn(ctx context.Context, orn string) (end func(), err error) {
	turns, _ := s.turns.LoadOrStore(orn, make(chan struct{}, 1))
	turn := turns.(chan struct{})
	select {
	case turn <- struct{}{}:
		return func() { <-turn }, nil
	case <-ctx.Done():
		return nil, fmt.Errorf("another change of the versions of policy %s did not end: %w", orn, timelimit.Err(ctx))
	}
}

// CreateVersion adds a version to a policy (CreatePolicyVersion). If the answer is lost, CreateVersion reads the versions:
// a new version with this document is the result. Without one, the error says that the answer was lost. After the creation
// of a default version, CreateVersion deletes the version that RemoveVersion kept.
//
// Errors: *VersionQuotaError, *VersionLeftError, *domain.LostAnswerError, or the API's.
func (s *Service) CreateVersion(ctx context.Context, orn, document string, setAsDefault bool) (Version, error) {
	if _, err := domain.ReadyToCreate(ctx, s.account, s.api.Accepted); err != nil {
		return Version{}, err
	}
	if setAsDefault {
		if old, kept := s.replaced.LoadAndDelete(orn); kept {
			return s.ReplaceVersion(ctx, orn, old.(string), document, true)
		}
	}
	end, err := s.turn(ctx, orn)
	if err != nil {
		return Version{}, err
	}
	defer end()
	before, err := s.readVersions(ctx, orn)
	if err != nil {
		return Version{}, err
	}
	if len(before) >= MaxVersions {
		return Version{}, &VersionQuotaError{ORN: orn, Versions: before}
	}
	return s.addVersion(ctx, orn, before, document, setAsDefault)
}

// addVersion creates a version. before are the versions that the policy had.
func (s *Service) addVersion(ctx context.Context, orn string, before []Version, document string, setAsDefault bool) (Version, error) {
	document = policydoc.ForAPI(document)
	work, cleanup, done := domain.CreateContexts(ctx)
	defer done()
	defer s.forget(orn)
	created, err := s.api.CreatePolicyVersion(work, orn, document, setAsDefault)
	if api.IsQuota(err) {
		return Version{}, &VersionQuotaError{ORN: orn, Versions: before, Err: err}
	}
	if !api.IsLostAnswer(err) {
		return versionOf(created), err
	}
	lost := &domain.LostAnswerError{Action: "CreatePolicyVersion", Name: orn, Tried: domain.Tried{Attempts: 1, Lost: 1}, Err: err}
	for _, pause := range domain.Settling {
		if err := s.opts.Pause(cleanup, pause, "CreatePolicyVersion", domain.ReasonSettling); err != nil {
			break
		}
		lost.Tried.Lookups++
		now, readErr := s.readVersions(cleanup, orn)
		if readErr != nil {
			lost.Unknown, lost.Err = true, errors.Join(err, readErr)
			return Version{}, lost
		}
		for _, v := range now {
			if v.Document == document && indexOf(before, v.ID) < 0 {
				return v, nil
			}
		}
	}
	return Version{}, lost
}

// ReplaceVersion creates a version and then deletes the old one. The new version is the default if setAsDefault is true or
// if the old one was the default. It becomes the default before the old one is deleted, so that no other version decides
// rights in between. If the policy has MaxVersions, a version that is not the default is deleted first.
//
// Errors: *VersionLeftError (the version was created and is returned), those of CreateVersion.
func (s *Service) ReplaceVersion(ctx context.Context, orn, old, document string, setAsDefault bool) (Version, error) {
	end, err := s.turn(ctx, orn)
	if err != nil {
		return Version{}, err
	}
	defer end()
	before, err := s.readVersions(ctx, orn)
	if err != nil {
		return Version{}, err
	}
	i := indexOf(before, old)
	oldIsDefault := i >= 0 && before[i].IsDefault
	if len(before) >= MaxVersions {
		if i < 0 || oldIsDefault {
			return Version{}, &VersionQuotaError{ORN: orn, Versions: before}
		}
		if err := s.deleteVersion(ctx, orn, old); err != nil {
			return Version{}, err
		}
		i, before = -1, slices.Delete(before, i, i+1)
	}
	created, err := s.addVersion(ctx, orn, before, document, setAsDefault || oldIsDefault)
	if err != nil || i < 0 {
		return created, err
	}
	if err := s.deleteVersion(ctx, orn, old); err != nil {
		return created, &VersionLeftError{ORN: orn, ID: old, Err: err}
	}
	return created, nil
}

// SetDefault makes a version the default one (SetDefaultPolicyVersion).
func (s *Service) SetDefault(ctx context.Context, orn, id string) error {
	end, err := s.turn(ctx, orn)
	if err != nil {
		return err
	}
	defer end()
	return s.setDefault(ctx, orn, id)
}

func (s *Service) setDefault(ctx context.Context, orn, id string) error {
	defer s.forget(orn)
	return s.api.SetDefaultPolicyVersion(ctx, orn, id)
}

// RemoveVersion deletes a version (DeletePolicyVersion). If it is the default version, RemoveVersion first makes another
// one the default (SetDefaultPolicyVersion): see NextDefault. It succeeds if the version or its policy is already gone.
//
// RemoveVersion keeps the only version of a policy. It also keeps a default version that is replaced, so that its document
// decides rights until the next default version exists. CreateVersion of that version deletes it, or the deletion of the
// policy.
//
// Errors: *domain.IdentityMismatchError, or the API's.
func (s *Service) RemoveVersion(ctx context.Context, orn, id string, recorded domain.Identity, replaced bool) (kept bool, err error) {
	end, err := s.turn(ctx, orn)
	if err != nil {
		return false, err
	}
	defer end()
	s.versions.Drop(orn)
	versions, err := s.Versions(ctx, orn, recorded)
	if domain.IsGone(err) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	i := indexOf(versions, id)
	if i < 0 {
		return false, nil
	}
	if versions[i].IsDefault {
		if replaced {
			s.replaced.Store(orn, id)
			return true, nil
		}
		next := NextDefault(versions, id)
		if next == "" {
			return true, nil
		}
		if err := s.setDefault(ctx, orn, next); err != nil {
			return false, err
		}
	}
	return false, s.deleteVersion(ctx, orn, id)
}

// NextDefault returns the version that becomes the default if the default version id is removed: v1, as in the official
// provider, or else the newest other version. "" means that there is no other.
func NextDefault(versions []Version, id string) string {
	others := slices.DeleteFunc(slices.Clone(versions), func(v Version) bool { return v.ID == id })
	if len(others) == 0 {
		return ""
	}
	if indexOf(others, FirstVersion) >= 0 {
		return FirstVersion
	}
	return slices.MaxFunc(others, func(a, b Version) int { return cmp.Compare(number(a.ID), number(b.ID)) }).ID
}

// number returns the number of a version. Numbers only grow.
func number(id string) int {
	n, _ := strconv.Atoi(strings.TrimPrefix(id, "v"))
	return n
}

// deleteVersion deletes a version that is not the default one (A14). It succeeds if the version is already gone.
func (s *Service) deleteVersion(ctx context.Context, orn, id string) error {
	defer s.forget(orn)
	err := s.api.DeletePolicyVersion(ctx, orn, id)
	if api.IsNotFound(err) {
		return nil
	}
	return err
}

// forget drops the cached versions of a policy, and the cached lists of policies.
func (s *Service) forget(orn string) {
	s.versions.Drop(orn)
	s.drop()
}

func indexOf(versions []Version, id string) int {
	return slices.IndexFunc(versions, func(v Version) bool { return v.ID == id })
}

func versionOf(v api.PolicyVersion) Version {
	return Version{ID: v.ID, Document: v.Document, IsDefault: v.IsDefault, Created: v.CreationDate}
}
