package keyattr

import (
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
)

// maxPath is the length of the longest path of a user, a group or a policy (official).
const maxPath = 512

// NameValidator accepts the name of a group or a policy.
func NameValidator() validator.String {
	return stringvalidator.RegexMatches(Name, "must be 1 to 128 of A-Z a-z 0-9 + = , . @ _ -")
}

// UserValidator accepts the name of a user. UserNameValidator is for the owner of a key.
func UserValidator() validator.String {
	return stringvalidator.RegexMatches(UserName, "must be 1 to 64 of A-Z a-z 0-9 + = , . @ _ -")
}

// PathValidators accept the path of a user, a group or a policy.
func PathValidators() []validator.String {
	return []validator.String{
		stringvalidator.RegexMatches(Path, "must start and end with a slash, with letters, digits, _ and / between"),
		stringvalidator.LengthAtMost(maxPath),
	}
}
