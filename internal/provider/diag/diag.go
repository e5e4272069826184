// Package diag has the texts of all errors and warnings of the API and of the domain. An error has these parts: the operation
// that failed and its object, what is known about the result, the answer of the API (code, HTTP status, request id), and the
// remedy.
package diag

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/internal/domain"
	"github.com/outscale-access/terraform-provider-outscale/internal/key"
	"github.com/outscale-access/terraform-provider-outscale/internal/text"
)

// The framework's types, so that a package needs one import of this name.
type (
	// Diagnostics are the errors and warnings of one request.
	Diagnostics = diag.Diagnostics
	// Diagnostic is an error or a warning.
	Diagnostic = diag.Diagnostic
)

// The severities of a diagnostic.
const (
	SeverityError   = diag.SeverityError
	SeverityWarning = diag.SeverityWarning
)

// NewError returns an error with that text.
func NewError(summary, detail string) Diagnostic { return diag.NewErrorDiagnostic(summary, detail) }

// NewWarning returns a warning with that text.
func NewWarning(summary, detail string) Diagnostic {
	return diag.NewWarningDiagnostic(summary, detail)
}

// Error returns the diagnostic for err. summary is a constant that users can search for ("Access key not created"). tried
// names the operation and the objects: "Creating an access key for user alice".
func Error(summary, tried string, err error) Diagnostic {
	parts := []string{text.Escape(tried) + " failed."}
	facts, remedy := domainText(err)
	for _, part := range []string{facts, callText(err)} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	if len(parts) == 1 {
		parts = append(parts, sentence(text.Escape(err.Error())))
	}
	if remedy == "" {
		remedy = remedyFor(err)
	}
	if remedy != "" {
		parts = append(parts, remedy)
	}
	return diag.NewErrorDiagnostic(summary, strings.Join(parts, "\n\n"))
}

// Add appends the diagnostic for err.
func Add(diags *Diagnostics, summary, tried string, err error) {
	diags.Append(Error(summary, tried, err))
}

// AddDefect appends the diagnostic for an error that only a defect of the provider can cause. It does nothing if err is nil.
// err must name only types and attributes, because values may be secret.
func AddDefect(diags *Diagnostics, err error) {
	if err != nil {
		diags.AddError("Values not understood", fmt.Sprintf("%v. This is a defect of the provider, please report it.", err))
	}
}

// AddKeyCreationError is AddKeyError for the creation of a key. If the owner does not exist, it says how to name one that does.
func AddKeyCreationError(diags *Diagnostics, summary, tried string, err error) {
	advice := MissingOwner(err)
	switch {
	case advice != "":
		AddWithAdvice(diags, summary, tried, err, advice)
	case api.IsNotFound(err): // the caller may not list the users
		AddWithAdvice(diags, summary, tried, err, "The API does not know the owner. "+createOwner)
	default:
		AddKeyError(diags, summary, tried, err)
	}
}

// createOwner is the remedy for a key whose owner does not exist.
const createOwner = "Create the user first. If the same configuration creates it, set `user_id = outscale_user.NAME.user_id`: then the user is created before the key."

// userID is the form of the id of a user (A41).
var userID = regexp.MustCompile(`^[A-Z0-9]{31}$`)

// MissingOwner returns the remedy if err says that the owner of a key does not exist, and otherwise "".
func MissingOwner(err error) string {
	var gone *domain.GoneError
	switch {
	case !errors.As(err, &gone) || gone.Kind != domain.KindUser:
		return ""
	case gone.Name != "":
		return createOwner
	case !userID.MatchString(gone.ID):
		return text.Quote(gone.ID) + " does not look like the id of a user, which has 31 characters of A-Z and 0-9. If it is the name of a user, set `user_name` instead of `user_id`."
	}
	return "Set `user_id` to the id of an existing user, such as `outscale_user.NAME.user_id`, or name the user by `user_name`."
}

// AddKeyError is Add for the creation or change of a key. If the API refused the tag, the error points to `tag`, because the
// text of the API may not name it.
func AddKeyError(diags *Diagnostics, summary, tried string, err error) {
	failed := Error(summary, tried, err)
	var refused *key.TagError
	if !errors.As(err, &refused) {
		diags.Append(failed)
		return
	}
	what := "The API refused `tag`, which is " + text.Quote(refused.Tag) + "."
	var incomplete *key.IncompleteError
	switch {
	case errors.As(err, &incomplete): // the text already says that the key exists
	case refused.KeyID == "":
		what += " The key that was created has been deleted."
	default:
		what += fmt.Sprintf(" Access key %s keeps its previous tag; all other changes were made.", refused.KeyID)
	}
	diags.AddAttributeError(path.Root("tag"), failed.Summary(), failed.Detail()+"\n\n"+what+" Set another `tag`, or remove the argument.")
}

// AddWithAdvice appends the diagnostic for err with another paragraph, if more is not "".
func AddWithAdvice(diags *Diagnostics, summary, tried string, err error, more string) {
	failed := Error(summary, tried, err)
	if more == "" {
		diags.Append(failed)
		return
	}
	diags.AddError(failed.Summary(), failed.Detail()+"\n\n"+more)
}

// Gone reports whether err says that an object is gone. reason is a sentence about it.
func Gone(err error) (reason string, gone bool) {
	var e *domain.GoneError
	if !errors.As(err, &e) {
		return "", false
	}
	return goneText(e), true
}

// goneText says which object was not found, and where.
func goneText(e *domain.GoneError) string {
	switch {
	case e.Kind == domain.KindPolicyVersion:
		return fmt.Sprintf("Policy %s has no version %s.", e.Name, e.ID)
	case e.Kind == domain.KindPolicyLink:
		return fmt.Sprintf("Policy %s is not linked to %s.", text.Word(e.ID), text.Escape(e.Of))
	case e.Kind == domain.KindMembership:
		return fmt.Sprintf("User %s is not a member of %s.", text.Word(e.Name), text.Escape(e.Of))
	case e.Kind == domain.KindInlinePolicy:
		return sentence(text.Escape(e.Of) + " has no inline policy named " + text.Word(e.Name))
	case e.Kind != domain.KindAccessKey && e.Name != "":
		return fmt.Sprintf("The account has no %s named %s.", e.Kind, text.Word(e.Name))
	case e.Kind != domain.KindAccessKey:
		return fmt.Sprintf("The account has no %s with the id %s.", e.Kind, text.Word(e.ID))
	case e.Users > 0:
		return fmt.Sprintf("Neither the caller nor any user of the account (%s) has access key %s.", text.Count(e.Users, "user"), text.Word(e.ID))
	}
	return sentence(OwnerText(e.UserName, "") + " has no access key with the id " + text.Word(e.ID))
}

// OwnerText names the owner of a key in a sentence.
func OwnerText(userName, userID string) string {
	switch {
	case userName != "":
		return "user " + text.Word(userName)
	case userID != "":
		return "the user with id " + text.Word(userID)
	}
	return "the caller"
}

// sentence returns words with a capital first letter and a full stop.
func sentence(words string) string {
	words = withFullStop(words)
	if words == "" {
		return words
	}
	return strings.ToUpper(words[:1]) + words[1:]
}

// withFullStop returns words with a full stop.
func withFullStop(words string) string {
	words = strings.TrimSpace(words)
	if words == "" {
		return words
	}
	if end := strings.TrimRight(words, `"`); end == "" || !strings.ContainsAny(end[len(end)-1:], ".!?") {
		words += "."
	}
	return words
}
