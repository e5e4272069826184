package simulator

import (
	"regexp"
	"strings"
)

// The longest names and paths, from the official text. The length of the names of groups and managed policies is assumed (A35).
const (
	maxUserName    = 64
	maxName        = 128
	maxPath        = 512
	maxDescription = 1000
)

const defaultPath = "/"

var (
	namePattern = regexp.MustCompile(`^[A-Za-z0-9+=,.@_-]+$`)
	pathPattern = regexp.MustCompile(`^/([A-Za-z0-9_/]*/)?$`)
	// emailPattern is the pattern that the API description gives for e-mail addresses of an account.
	emailPattern = regexp.MustCompile(`^.+@[a-zA-Z0-9-]+(?:\.[a-zA-Z0-9-]+)+$`)
)

func validEmail(text string) bool {
	return emailPattern.MatchString(text) && !strings.ContainsAny(text, " \t\r\n")
}

// The functions below set a field to a member of the request, if the request has it, and refuse bad values (A35).

func (c *call) setName(field *string, member string, most int) *problem {
	text, sent := c.text(member)
	switch {
	case !sent:
		return nil
	case len(text) < 1 || len(text) > most:
		return badLength(member, 1, most)
	case !namePattern.MatchString(text):
		return badName(member, "want letters, digits and +=,.@_-")
	}
	*field = text
	return nil
}

func (c *call) setPath(field *string, member string) *problem {
	text, sent := c.text(member)
	switch {
	case !sent:
		return nil
	case len(text) < 1 || len(text) > maxPath:
		return badLength(member, 1, maxPath)
	case !pathPattern.MatchString(text):
		return badName(member, "want letters, digits and underscores between slashes, with a slash first and last")
	}
	*field = text
	return nil
}

func (c *call) setEmail(field *string, member string) *problem {
	text, sent := c.text(member)
	if !sent {
		return nil
	}
	if !validEmail(text) {
		return badEmail(member)
	}
	*field = text
	return nil
}

// replace sets a field to a value unless the value is "".
func replace(field *string, value string) {
	if value != "" {
		*field = value
	}
}

// firstProblem returns the first problem that is not nil.
func firstProblem(problems ...*problem) *problem {
	for _, p := range problems {
		if p != nil {
			return p
		}
	}
	return nil
}
