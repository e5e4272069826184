package diag

import (
	"errors"

	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/internal/api/remedy"
	"github.com/outscale-access/terraform-provider-outscale/internal/timelimit"
)

// settings are the names that the provider's configuration has for what a remedy is about.
var settings = remedy.Settings{
	Region: "`region`", Endpoint: "`api.endpoint`", AccessKey: "`access_key_id`, `secret_key_id`",
	ClientCertificate: "`x509_cert_path` and `x509_key_path` in the `api` block",
	Rate:              "`requests_per_second`",
	Again:             "Run again: the next run first looks up what was done.",
	Log:               "TF_LOG=DEBUG shows each call and each wait.",
}

// remedyFor returns the remedy for an error, "" if none is known.
func remedyFor(err error) string {
	if remedy := conflictRemedy(err); remedy != "" {
		return remedy
	}
	return settings.For(err)
}

// obstacle returns the remedy if the cause of a lost answer will persist: a timeout, a time limit, or an answer that is not from
// the API.
func obstacle(err error) string {
	var page *api.ForeignError
	var limit *timelimit.Limit
	if errors.As(err, &page) || errors.As(err, &limit) || api.IsTimeout(err) {
		return settings.For(err)
	}
	return ""
}

// emailTaken is the code of a conflict about an e-mail address.
const emailTaken = "9007"

// conflictRemedy returns the remedy for a conflict with another object, "" if none is known.
func conflictRemedy(err error) string {
	refusal := api.As(err)
	if refusal == nil || !api.IsConflict(err) {
		return ""
	}
	switch {
	case refusal.Code() == emailTaken:
		return "Another user has that e-mail address: choose another `user_email`."
	case refusal.Action == "UpdateUser":
		return "A user of that name exists, so this one cannot be renamed to it. Choose another `user_name`, or rename or delete the other user first; " +
			"to exchange the names of two users, use a third name and three applies."
	case refusal.Action == "UpdateUserGroup":
		return "A user group of that name exists, so this one cannot be renamed to it. Choose another `user_group_name`, or rename or delete the other group first."
	case refusal.Action == "DeleteApiAccessRule":
		return "The API keeps the last rule of an account. Add another one first, or remove this rule from the state (`terraform state rm`)."
	}
	return existsRemedy(refusal.Action)
}

// existsRemedy returns the remedy for a creation whose name another object has, "" for other actions.
func existsRemedy(action string) string {
	switch action {
	case "CreateUser":
		return "A user of that name exists. If an interrupted run created it, import it (`terraform import ADDRESS NAME`); otherwise choose another name."
	case "CreatePolicy":
		return "A policy of that name exists, possibly in another path. If it is yours, import it (`terraform import ADDRESS ORN`); otherwise choose another name."
	case "CreateUserGroup":
		return "A user group of that name exists. If it is yours, import it (`terraform import ADDRESS NAME`); otherwise choose another name."
	}
	return ""
}
