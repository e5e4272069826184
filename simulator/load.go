package simulator

import (
	"crypto/sha1" // the fingerprints of the API
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/simulator/admin"
	"github.com/outscale-access/terraform-provider-outscale/simulator/store"
)

// ReadSnapshot reads objects for Options.Objects from JSON in the form of GET /state. Every member is optional. An unknown member is
// an error, so that a misspelled name is noticed.
func ReadSnapshot(r io.Reader) (*Snapshot, error) {
	var objects Snapshot
	decoder := json.NewDecoder(r)
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&objects); err != nil {
		return nil, fmt.Errorf("the text is not a state in JSON: %w", err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("the text does not end after the state")
	}
	return &objects, nil
}

// loader adds the objects of a snapshot to a new account. It generates missing ids and dates.
type loader struct {
	*Simulator
	objects *Snapshot
	change  *store.Change
	account *store.Account
	now     time.Time
	// users and groups have ids by name, policies has ids by ORN and by name.
	users, groups, policies map[string]string
	// taken are the ids that an object has.
	taken map[string]bool
}

// load adds the objects, and returns the first error. root is the root access key of the account. If the snapshot has a key with its
// id, the account's key gets the other properties of that key.
func (s *Simulator) load(change *store.Change, account *store.Account, root store.Key) error {
	l := &loader{
		Simulator: s, objects: s.opts.Objects, change: change, account: account, now: millis(s.Now()),
		users: map[string]string{}, groups: map[string]string{}, policies: map[string]string{}, taken: map[string]bool{},
	}
	change.PutAccessPolicy(store.AccessPolicy{
		MaxSeconds: l.objects.Policy.MaxAccessKeyExpirationSeconds, TrustedEnv: l.objects.Policy.RequireTrustedEnv,
	})
	for _, part := range []func() error{l.loadAccount, l.loadPolicies, l.loadGroups, l.loadUsers, l.loadInlinePolicies, l.loadCAs, l.loadRules} {
		if err := part(); err != nil {
			return err
		}
	}
	return l.loadKeys(root)
}

// loadEach calls add for each object. An error begins with the name of the object.
func loadEach[T any](objects []T, name func(T) string, add func(int, T) error) error {
	for i, object := range objects {
		if err := add(i, object); err != nil {
			return fmt.Errorf("%s: %w", name(object), err)
		}
	}
	return nil
}

// id returns the given id of an object, or a generated one if it is "". It returns an error if another object has the id.
func (l *loader) id(given string, generate func() string) (string, error) {
	if given == "" {
		given = generate()
	}
	if l.taken[given] || strings.ContainsAny(given, "/, \t\r\n") {
		return "", fmt.Errorf("the id %q is not valid, or another object has it", given)
	}
	l.taken[given] = true
	return given, nil
}

// date returns a given date, or the current time plus i milliseconds, so that objects without dates keep their order.
func (l *loader) date(given time.Time, i int) time.Time {
	if given.IsZero() {
		return l.now.Add(time.Duration(i) * time.Millisecond)
	}
	return millis(given)
}

// dates returns the dates of creation and of the last change of the object with index i.
func (l *loader) dates(created, modified time.Time, i int) (time.Time, time.Time) {
	created = l.date(created, i)
	if modified.IsZero() {
		return created, created
	}
	return created, millis(modified)
}

// checkNamed checks the name and the path of an object, and that ids does not have the name. It sets an empty path to "/".
func checkNamed(ids map[string]string, name string, most int, path *string) error {
	if *path == "" {
		*path = defaultPath
	}
	switch _, taken := ids[name]; {
	case taken:
		return errors.New("another one has the same name")
	case name == "" || len(name) > most || !namePattern.MatchString(name):
		return fmt.Errorf("the name must have 1 to %d letters, digits and +=,.@_-", most)
	case len(*path) > maxPath || !pathPattern.MatchString(*path):
		return fmt.Errorf("the path %q must have letters, digits and underscores between slashes, with a slash first and last", *path)
	}
	return nil
}

var accountPattern = regexp.MustCompile(`^\d{12}$`)

func (l *loader) loadAccount() error {
	given, account := l.objects.Account, l.account
	if given.AccountID != "" && !accountPattern.MatchString(given.AccountID) {
		return fmt.Errorf("the account %q: an id has 12 digits", given.AccountID)
	}
	if given.Email != "" && !validEmail(given.Email) {
		return fmt.Errorf("the account's e-mail %q is not an e-mail address", given.Email)
	}
	replace(&account.ID, given.AccountID)
	replace(&account.CustomerID, given.CustomerID)
	replace(&account.Email, given.Email)
	account.AdditionalEmails, account.LoginAllowed, account.Details = given.AdditionalEmails, given.OutscaleLoginAllowed, given.Details
	return nil
}

// loadPolicies adds the managed policies of the account. It skips OUTSCALE's own, which every account has.
func (l *loader) loadPolicies() error {
	for _, p := range owsPolicies() {
		l.policies[policyORN(l.account.ID, p)] = p.ID
	}
	return loadEach(l.objects.Policies, func(p admin.Managed) string { return "policy " + p.PolicyName }, func(i int, p admin.Managed) error {
		if p.Scope == scopeOWS {
			return nil
		}
		err := checkNamed(l.policies, p.PolicyName, maxName, &p.Path)
		if err != nil {
			return err
		}
		loaded := store.Policy{Name: p.PolicyName, Path: p.Path, Description: p.Description}
		loaded.Created, loaded.Modified = l.dates(p.CreationDate, p.LastModificationDate, i)
		for _, version := range p.Versions {
			number, err := strconv.Atoi(strings.TrimPrefix(version.VersionID, "v"))
			if err != nil || number <= loaded.Last {
				return fmt.Errorf("the version %q: versions are v1, v2 and so on, in this order", version.VersionID)
			}
			if err := l.checkDocument(version.Body); err != nil {
				return fmt.Errorf("version %s: %w", version.VersionID, err)
			}
			loaded.Versions = append(loaded.Versions, store.PolicyVersion{Number: number, Document: version.Body, Created: l.date(version.CreationDate, i)})
			loaded.Last = number
			if version.VersionID == p.PolicyDefaultVersionID || p.PolicyDefaultVersionID == "" {
				loaded.Default = number
			}
		}
		if loaded.Default == 0 || len(loaded.Versions) > maxVersions {
			return fmt.Errorf("it needs 1 to %d versions, and the default version %q among them", maxVersions, p.PolicyDefaultVersionID)
		}
		if loaded.ID, err = l.id(p.PolicyID, l.idSource().policy); err != nil {
			return err
		}
		l.policies[loaded.Name], l.policies[policyORN(l.account.ID, loaded)] = loaded.ID, loaded.ID
		l.change.PutPolicy(loaded)
		return nil
	})
}

// link links policies, given by ORN or name, to a user or a group.
func (l *loader) link(entityID string, policies []string) error {
	for _, policy := range policies {
		id, known := l.policies[policy]
		if !known {
			return fmt.Errorf("there is no policy %q", policy)
		}
		l.change.Link(entityID, id)
	}
	return nil
}

func (l *loader) loadGroups() error {
	return loadEach(l.objects.UserGroups, func(g admin.UserGroup) string { return "group " + g.Name }, func(i int, g admin.UserGroup) error {
		err := checkNamed(l.groups, g.Name, maxName, &g.Path)
		if err != nil {
			return err
		}
		loaded := store.Group{Name: g.Name, Path: g.Path}
		loaded.Created, loaded.Modified = l.dates(g.CreationDate, g.LastModificationDate, i)
		if loaded.ID, err = l.id(g.UserGroupID, l.idSource().group); err != nil {
			return err
		}
		l.groups[g.Name] = loaded.ID
		l.change.PutGroup(loaded)
		return l.link(loaded.ID, g.PolicyOrns)
	})
}

// loadUsers adds the users with their memberships. Users can name their groups, and groups their users.
func (l *loader) loadUsers() error {
	err := loadEach(l.objects.Users, func(u admin.User) string { return "user " + u.UserName }, func(i int, u admin.User) error {
		err := checkNamed(l.users, u.UserName, maxUserName, &u.Path)
		if err != nil {
			return err
		}
		loaded := store.User{Name: u.UserName, Path: u.Path, Email: l.account.Email, LoginAllowed: u.OutscaleLoginAllowed}
		replace(&loaded.Email, u.UserEmail)
		loaded.Created, loaded.Modified = l.dates(u.CreationDate, u.LastModificationDate, i)
		if loaded.ID, err = l.id(u.UserID, l.idSource().user); err != nil {
			return err
		}
		l.users[u.UserName] = loaded.ID
		l.change.PutUser(loaded)
		for _, name := range u.UserGroups {
			group, known := l.groups[name]
			if !known {
				return fmt.Errorf("there is no group %q", name)
			}
			l.change.AddMember(group, loaded.ID)
		}
		return l.link(loaded.ID, u.PolicyOrns)
	})
	if err != nil {
		return err
	}
	return loadEach(l.objects.UserGroups, func(g admin.UserGroup) string { return "group " + g.Name }, func(_ int, g admin.UserGroup) error {
		for _, name := range g.UserNames {
			user, known := l.users[name]
			if !known {
				return fmt.Errorf("there is no user %q", name)
			}
			l.change.AddMember(l.groups[g.Name], user)
		}
		return nil
	})
}

func (l *loader) loadInlinePolicies() error {
	return loadEach(l.objects.InlinePolicies, func(p admin.InlinePolicy) string { return "inline policy " + p.PolicyName }, func(i int, p admin.InlinePolicy) error {
		owner, known := l.users[p.UserName]
		if p.UserName == "" {
			owner, known = l.groups[p.UserGroupName]
		}
		if !known || p.UserName != "" && p.UserGroupName != "" {
			return fmt.Errorf("it needs one owner, a user or a group that exists: %q, %q", p.UserName, p.UserGroupName)
		}
		path := ""
		if err := checkNamed(nil, p.PolicyName, maxName, &path); err != nil {
			return err
		}
		if err := l.checkDocument(p.Body); err != nil {
			return err
		}
		l.change.PutInlinePolicy(store.InlinePolicy{OwnerID: owner, Name: p.PolicyName, Document: p.Body, Created: l.date(time.Time{}, i)})
		return nil
	})
}

func (l *loader) loadCAs() error {
	return loadEach(l.objects.CAs, func(ca admin.CA) string { return "CA " + ca.CAID }, func(i int, ca admin.CA) error {
		certificate := parseCA(ca.CAPem)
		if certificate == nil {
			return errors.New("CaPem is not a certificate in PEM format")
		}
		id, err := l.id(ca.CAID, l.idSource().ca)
		if err != nil {
			return err
		}
		fingerprint := sha1.Sum(certificate.Raw)
		l.change.PutCA(store.CA{
			ID: id, Description: ca.Description, PEM: ca.CAPem, Fingerprint: hex.EncodeToString(fingerprint[:]), Created: l.date(time.Time{}, i),
		})
		return nil
	})
}

// loadRules adds the API access rules, or the rule of a new account if there are none.
func (l *loader) loadRules() error {
	if len(l.objects.AccessRules) == 0 {
		l.change.PutRule(l.defaultRule())
	}
	return loadEach(l.objects.AccessRules, func(r admin.AccessRule) string { return "API access rule " + r.APIAccessRuleID }, func(i int, r admin.AccessRule) error {
		for _, text := range r.IPRanges {
			if _, ok := parseRange(text); !ok {
				return fmt.Errorf("%q is neither an address nor a CIDR block", text)
			}
		}
		for _, id := range r.CAIDs {
			if !l.taken[id] {
				return fmt.Errorf("there is no CA %q", id)
			}
		}
		if len(r.IPRanges)+len(r.CAIDs) == 0 || len(r.CNs) > 0 && len(r.CAIDs) == 0 {
			return errors.New("it needs IpRanges or CaIds, and with Cns it needs CaIds")
		}
		id, err := l.id(r.APIAccessRuleID, l.idSource().accessRule)
		if err != nil {
			return err
		}
		l.change.PutRule(store.AccessRule{
			ID: id, Description: r.Description, IPRanges: r.IPRanges, CAIDs: r.CAIDs, CNs: r.CNs, Created: l.date(time.Time{}, i),
		})
		return nil
	})
}
