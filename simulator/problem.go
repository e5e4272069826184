package simulator

import (
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// problem is an error answer of the API. Each kind of problem has one constructor, which sets its code, type and status.
type problem struct {
	status  int
	code    string
	kind    string
	details string
	// reason is why the call was refused, for the log and the admin port. It is not part of the answer.
	reason string
}

// withReason sets the reason, for a problem whose answer does not give it.
func (p *problem) withReason(format string, args ...any) *problem {
	p.reason = fmt.Sprintf(format, args...)
	return p
}

// withStatus sets another HTTP status.
func (p *problem) withStatus(status int) *problem {
	p.status = status
	return p
}

// fields returns the members of the error answer.
func (p *problem) fields() fields {
	return fields{"Errors": []fields{{"Code": p.code, "Type": p.kind, "Details": p.details}}}
}

// Codes that are used outside their constructor.
const (
	codeUnknownSigner = "4120"
	codeBadSignature  = "1"
	codeUnknownKey    = "5027"
	codeKeysNotFound  = "4000"
	codeNotBasic      = "9"
	codeAccessRules   = "14"
)

const (
	kindAccessDenied  = "AccessDenied"
	kindAuthFailure   = "AuthFailure"
	kindInvalidValue  = "InvalidParameterValue"
	kindInvalidType   = "InvalidParameterType"
	kindNotFound      = "InvalidResource"
	kindState         = "InvalidState"
	kindConflict      = "ResourceConflict"
	kindQuota         = "TooManyResources (QuotaExceded)"
	kindInternalError = "InternalError"
)

func invalidValue(code, format string, args ...any) *problem {
	return &problem{status: http.StatusBadRequest, code: code, kind: kindInvalidValue, details: fmt.Sprintf(format, args...)}
}

func notFound(code, format string, args ...any) *problem {
	return &problem{status: http.StatusBadRequest, code: code, kind: kindNotFound, details: fmt.Sprintf(format, args...)}
}

func conflict(code, format string, args ...any) *problem {
	return &problem{status: http.StatusConflict, code: code, kind: kindConflict, details: fmt.Sprintf(format, args...)}
}

func denied(status int, code, details string) *problem {
	return &problem{status: status, code: code, kind: kindAccessDenied, details: details}
}

// Route (A18).

func unknownAction(action string) *problem {
	return notFound("5011", "The action %q does not exist in the API.", action)
}

// notSimulated is the answer for an action of the API that the simulator does not serve. The API never answers with status 501,
// and clients do not retry it.
func notSimulated(action string) *problem {
	return &problem{status: http.StatusNotImplemented, code: "0", kind: "DefaultError",
		details: fmt.Sprintf("The action %q exists in the API, but it is not simulated.", action)}
}

func methodNotAllowed() *problem {
	return denied(http.StatusMethodNotAllowed, "2", "Only POST is allowed.")
}

// Authentication (A19 to A23; codes 4120, 1 and 4 are measured). The real API sends empty Details with codes 4120 and 1.

func unknownSigner() *problem { return invalidValue(codeUnknownSigner, "") }

func badSignature() *problem { return denied(http.StatusUnauthorized, codeBadSignature, "") }

func unknownScheme() *problem {
	return denied(http.StatusUnauthorized, "12", "The authorization type is unknown.")
}

func basicNotTaken(action string) *problem {
	return &problem{status: http.StatusUnauthorized, code: codeNotBasic, kind: kindAuthFailure,
		details: fmt.Sprintf("The action %s accepts only the signature of an access key.", action)}
}

func lockedOut(lock time.Duration) *problem {
	return denied(http.StatusUnauthorized, "13", fmt.Sprintf(
		"Too many failed connection attempts. Your access has been locked for %d seconds.", int(lock.Seconds())))
}

func forbidden() *problem {
	return denied(http.StatusForbidden, "4", "You are not authorized to perform this action.")
}

// accessDenied is the answer to a call that no API access rule allows (official text).
func accessDenied() *problem {
	return denied(http.StatusUnauthorized, codeAccessRules, "The authentication method does not comply with the API access rules "+
		"configured for your account. Please, use a valid certificate or IP address.")
}

// Members (A5, A6, A15 to A17).

func notAnObject() *problem { return invalidValue("4045", "The body is not a JSON object.") }

func tooLarge(limit int64) *problem {
	p := invalidValue("4106", "The body is larger than %d bytes.", limit)
	p.status = http.StatusRequestEntityTooLarge
	return p
}

func unknownMember(name string) *problem {
	return invalidValue("4045", "The parameter %s is unknown.", name)
}

func missingMember(name string) *problem {
	return invalidValue("4046", "The parameter %s is required.", name)
}

func wrongType(name string) *problem {
	return &problem{status: http.StatusBadRequest, code: "3019", kind: kindInvalidType,
		details: fmt.Sprintf("The parameter type of %s is unknown.", name)}
}

func badValue(name, why string) *problem {
	return invalidValue("4047", "The value of %s is not valid: %s.", name, why)
}

func badName(name, why string) *problem {
	return invalidValue("4043", "The value of %s is not valid: %s.", name, why)
}

func badLength(name string, least, most int) *problem {
	return invalidValue("4106", "The length of %s must be between %d and %d.", name, least, most)
}

func badEmail(name string) *problem {
	return invalidValue("4020", "The value of %s is not an e-mail address.", name)
}

func tooManyCharacters(name string, most int) *problem {
	return invalidValue("4106", "%s has more than %d characters that are not white space.", name, most)
}

// Existence (A7 to A10).

func unknownUser(name string) *problem {
	return notFound("5098", "The user %q does not exist.", name)
}

func unknownGroup(name string) *problem {
	return notFound("5060", "The user group %q does not exist.", name)
}

// unknownObject is the answer for an unknown policy, version, inline policy, access rule or certificate authority.
func unknownObject(kind, name string) *problem {
	return notFound("5044", "The %s %q does not exist.", kind, name)
}

func unknownKey(code, id string) *problem {
	if code == codeKeysNotFound {
		return invalidValue(code, "access-keys-not-found")
	}
	return notFound(codeUnknownKey, "The access key %q does not exist.", id)
}

// State (A2 to A4, A11 to A14).

func invalidState(details string) *problem {
	return &problem{status: http.StatusConflict, code: "6003", kind: kindState, details: details}
}

func quotaExceeded(code, format string, args ...any) *problem {
	return &problem{status: http.StatusBadRequest, code: code, kind: kindQuota, details: fmt.Sprintf(format, args...)}
}

func tooManyKeys(limit int) *problem {
	return quotaExceeded("10005", "The limit of %d access keys is reached.", limit)
}

func tooManyVersions(limit int) *problem {
	return quotaExceeded("10099", "The limit of %d versions is reached.", limit)
}

func duplicateUser(name string) *problem {
	return conflict("9022", "A user named %q exists already.", name)
}

func duplicateGroup(name string) *problem {
	return conflict("9028", "A user group named %q exists already.", name)
}

func duplicatePolicy(name string) *problem {
	return conflict("9000", "A policy named %q exists already.", name)
}

// inUse is the answer to a request to delete an object that others depend on.
func inUse(format string, args ...any) *problem { return conflict("9002", format, args...) }

// Faults of the server and injected faults (A40).

func internalError() *problem {
	return &problem{status: http.StatusInternalServerError, code: "0", kind: kindInternalError}
}

// injected returns the error of an injected fault.
func injected(status int, code string) *problem {
	p := &problem{status: status, code: code, kind: kindOf(status, code)}
	if oneOf(code, "6", "24", "25") {
		p.details = "Request rate exceeded."
	}
	return p
}

// kindOf returns the type that belongs to a code, by the ranges of the official error list.
func kindOf(status int, code string) string {
	n, _ := strconv.Atoi(code) // the injector accepts numbers only
	switch {
	case n == 0 && status < http.StatusInternalServerError:
		return "DefaultError"
	case n == 0:
		return kindInternalError
	case code == codeNotBasic:
		return kindAuthFailure
	case n == 20:
		return "PasswordExpired"
	case n < 1000:
		return kindAccessDenied
	case n < 2000:
		return "DependencyProblem"
	case n < 4000:
		return kindInvalidType
	case n < 5000:
		return kindInvalidValue
	case n < 6000:
		return kindNotFound
	case n < 9000:
		return kindState
	case n < 10000:
		return kindConflict
	default:
		return kindQuota
	}
}
