package simulator

import (
	"regexp"
	"strings"

	"github.com/outscale-access/terraform-provider-outscale/simulator/store"
)

// The longest names and paths of users, from the official text.
const (
	maxName = 64
	maxPath = 512
)

var (
	userNames = regexp.MustCompile(`^[A-Za-z0-9+=,.@_-]+$`)
	userPaths = regexp.MustCompile(`^/([A-Za-z0-9_/]*/)?$`)
	// emails is the pattern the API description gives for e-mail addresses of an account.
	emails = regexp.MustCompile(`^.+@[a-zA-Z0-9-]+(?:\.[a-zA-Z0-9-]+)+$`)
)

func validEmail(text string) bool {
	return emails.MatchString(text) && !strings.ContainsAny(text, " \t\r\n")
}

func userFields(u store.User) fields {
	return fields{
		"UserId": u.ID, "UserName": u.Name, "Path": u.Path, "UserEmail": u.Email,
		"CreationDate": printDate(u.Created), "LastModificationDate": printDate(u.Modified),
		"OutscaleLoginAllowed": false,
	}
}

// createUser serves CreateUser.
func (s *Simulator) createUser(c *call) (fields, *problem) {
	name, _ := c.text("UserName")
	user := store.User{Name: name, Path: "/"}
	if refused := setUser(&user, c, "UserName", "Path", "UserEmail"); refused != nil {
		return nil, refused
	}
	return s.update(c, func(v *store.View, change *store.Change) (fields, *problem) {
		if _, taken := v.UserNamed(name); taken {
			return nil, duplicateUser(name)
		}
		if _, sent := c.text("UserEmail"); !sent {
			user.Email = v.Account().Email
		}
		user.ID = unusedID(s.idSource().user, v.User)
		user.Created = millis(s.Now())
		user.Modified = user.Created
		change.PutUser(user)
		return fields{"User": userFields(user)}, nil
	})
}

// setUser takes over name, path and e-mail from the members of these names, and refuses
// bad ones (A35).
func setUser(user *store.User, c *call, name, path, email string) *problem {
	if text, sent := c.text(name); sent {
		if len(text) < 1 || len(text) > maxName {
			return badLength(name, 1, maxName)
		}
		if !userNames.MatchString(text) {
			return badName(name, "want letters, digits and +=,.@_-")
		}
		user.Name = text
	}
	if text, sent := c.text(path); sent {
		if len(text) < 1 || len(text) > maxPath {
			return badLength(path, 1, maxPath)
		}
		if !userPaths.MatchString(text) {
			return badName(path, "want letters, digits and underscores between slashes, one of them first and last")
		}
		user.Path = text
	}
	if text, sent := c.text(email); sent {
		if !validEmail(text) {
			return badEmail(email)
		}
		user.Email = text
	}
	return nil
}

// readUsers serves ReadUsers.
func (s *Simulator) readUsers(c *call) (fields, *problem) {
	page, refused := s.page(c)
	if refused != nil {
		return nil, refused
	}
	ids := stringFilter(c.object("Filters"), "UserIds")
	return s.read(func(v *store.View) (fields, *problem) {
		users := []fields{}
		for _, user := range v.Users() {
			if ids.matches(user.ID) {
				users = append(users, userFields(user))
			}
		}
		out := page.fields()
		out["Users"], out["HasMoreItems"] = pageOf(users, page)
		return out, nil
	})
}

// updateUser serves UpdateUser. The id stays, and keys are bound to it (A44).
func (s *Simulator) updateUser(c *call) (fields, *problem) {
	var wanted store.User
	if refused := setUser(&wanted, c, "NewUserName", "NewPath", "NewUserEmail"); refused != nil {
		return nil, refused
	}
	name, _ := c.text("UserName")
	return s.update(c, func(v *store.View, change *store.Change) (fields, *problem) {
		user, ok := v.UserNamed(name)
		if !ok {
			return nil, unknownUser(name)
		}
		if other, taken := v.UserNamed(wanted.Name); taken && other.ID != user.ID {
			return nil, duplicateUser(wanted.Name)
		}
		replace(&user.Name, wanted.Name)
		replace(&user.Path, wanted.Path)
		replace(&user.Email, wanted.Email)
		user.Modified = millis(s.Now())
		change.PutUser(user)
		return fields{"User": userFields(user)}, nil
	})
}

func replace(field *string, wanted string) {
	if wanted != "" {
		*field = wanted
	}
}

// deleteUser serves DeleteUser: a user with keys stays (A12).
func (s *Simulator) deleteUser(c *call) (fields, *problem) {
	name, _ := c.text("UserName")
	return s.update(c, func(v *store.View, change *store.Change) (fields, *problem) {
		user, ok := v.UserNamed(name)
		if !ok {
			return nil, unknownUser(name)
		}
		if v.CountKeys(user.ID) > 0 {
			return nil, userHasKeys(name)
		}
		change.DeleteUser(user.ID)
		return nil, nil
	})
}
