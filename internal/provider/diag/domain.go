package diag

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/domain"
	"github.com/outscale-access/terraform-provider-outscale/internal/key"
	"github.com/outscale-access/terraform-provider-outscale/internal/rotation"
	"github.com/outscale-access/terraform-provider-outscale/internal/text"
)

// domainText returns the facts and the remedy for an error of the domain. Both are "" for an error of the API.
func domainText(err error) (facts, remedy string) {
	var own *key.OwnKeyError
	var quota *key.QuotaError
	var held *domain.HeldError
	var incomplete *key.IncompleteError
	var lost *domain.LostAnswerError
	var unsupported *key.UnsupportedError
	var mismatch *domain.IdentityMismatchError
	var kept *key.NotDeletedError
	var expired *key.ExpiredError
	var shortened *key.ExpiryShortenedError
	var previous *rotation.PreviousError
	var gone *domain.GoneError
	var secret *key.SecretError
	switch {
	case errors.As(err, &secret):
		return secretText(secret)
	case errors.As(err, &own):
		return fmt.Sprintf("Access key %s signs the calls of this provider. Without it, the provider could not access the account.", own.ID),
			"Configure the provider with another key, or remove this key from the state (`terraform state rm`) and keep it."
	case errors.As(err, &quota):
		return quotaText(quota)
	case errors.As(err, &held):
		return sentence(fmt.Sprintf("%s %s still has %s", held.Kind, text.Word(held.Name), text.Escape(held.What()))),
			"Remove these first, or import them so that the same run destroys them, then run again."
	case errors.As(err, &incomplete):
		return incompleteText(incomplete),
			"Its id and its known values are in the state. Check the plan before you apply again: it changes the key to match the configuration, " +
				"or replaces it if its creation was not completed."
	case errors.As(err, &lost):
		facts, remedy = lostAnswerText(lost)
		return facts, strings.TrimSpace(obstacle(lost.Err) + "\n\n" + remedy)
	case errors.As(err, &unsupported):
		return "The API of this region is older than version 1.40.1: it cannot change the tag of an access key. This provider needs 1.40.1 or later.",
			"Use a region with a newer API. For the simulator, set `--api-version`."
	case errors.As(err, &mismatch):
		return mismatchText(mismatch)
	case errors.As(err, &kept):
		return fmt.Sprintf("Access key %s was deactivated, but deleting it failed: it still exists and is INACTIVE.", kept.Key.ID), ""
	case errors.As(err, &shortened):
		known := "had no expiry"
		if shortened.Known != nil {
			known = "expired on " + date(*shortened.Known)
		}
		return fmt.Sprintf("Somebody else shortened the life of access key %s after the last refresh: it %s before, and expires on %s now. Nothing was changed.",
			shortened.KeyID, known, date(shortened.Expires)), "Run again, without `-refresh=false`: the plan then shows what happens to the expiry."
	case errors.As(err, &expired):
		return fmt.Sprintf("Access key %s expired on %s, and the API changes an expired key only together with a later expiry.", expired.KeyID, date(*expired.Expired)),
			"Set a later `expiration_date`, or replace the key (`-replace=ADDRESS`)."
	case errors.As(err, &previous):
		return fmt.Sprintf("Access key %s had to be revoked first, because a rotating key has at most two keys. "+
			"Revoking it failed, and no key was created.", previous.KeyID), ""
	case errors.Is(err, key.ErrAbandoned):
		return "The run ended while the access key was being created. Nobody has its secret, so it was revoked.", "Run again."
	case errors.As(err, &gone):
		return goneText(gone), ""
	}
	return "", ""
}

// secretText says why a secret was refused.
func secretText(e *key.SecretError) (facts, remedy string) {
	const nothing = "Nothing was changed."
	switch {
	case e.Malformed != "":
		return fmt.Sprintf("The value %s, so it cannot be the secret of an access key. It was not sent.", e.Malformed), "Set the secret as the API returned it: 40 letters and digits."
	case e.Unusable:
		return fmt.Sprintf("Access key %s is INACTIVE or has expired, so its secret cannot be checked: the API refuses its signatures. %s", e.KeyID, nothing),
			"First activate the key, or set a later expiry, in a separate apply."
	}
	return fmt.Sprintf("The API refused a call that was signed with access key %s and the given secret: it is not the secret of this key. %s", e.KeyID, nothing),
		"Set the right secret, or remove the argument. Do not retry without a change: four refusals in a row lock the account out for at least a minute."
}

// quotaText lists the keys of the owner, so that the user can choose one to delete.
func quotaText(e *key.QuotaError) (facts, remedy string) {
	facts = "The limit of access keys is reached."
	if len(e.Keys) > 0 {
		facts += " These keys exist:"
	}
	for _, k := range e.Keys {
		facts += "\n- " + k.ID + ": " + keyFacts(k)
	}
	return facts, "Delete one of them, or import it (`terraform import ADDRESS ACCESS_KEY_ID`) and manage it here. OUTSCALE's support can raise the limit."
}

// keyFacts describes a key in a list.
func keyFacts(k key.Key) string {
	facts := []string{string(k.State), expiryText(k.Expires)}
	if k.Tag != "" {
		facts = append(facts, "tag "+text.Quote(k.Tag))
	}
	return strings.Join(facts, ", ")
}

// expiryText says when a key expires.
func expiryText(expires *time.Time) string {
	if expires == nil {
		return "does not expire"
	}
	return "expires on " + date(*expires)
}

// incompleteText lists the differences between a key and the configuration.
func incompleteText(e *key.IncompleteError) string {
	facts := fmt.Sprintf("Access key %s exists, but it is not as configured:", e.KeyID)
	for _, d := range e.What {
		is, asked := d.Is, d.Asked
		if d.Field == key.FieldTag {
			is, asked = text.Quote(is), text.Quote(asked)
		}
		facts += fmt.Sprintf("\n- its %s is %s, and %s was configured", d.Field, cmp.Or(is, "none"), cmp.Or(asked, "none"))
	}
	return facts
}

// lostAnswerText returns the facts and the remedy for an action whose answer was lost.
func lostAnswerText(e *domain.LostAnswerError) (facts, remedy string) {
	facts = lostText(e)
	var taken *domain.NameTakenError
	switch {
	case errors.As(e.Err, &taken):
		return facts + fmt.Sprintf(" A %s named %s exists (%s), and this run did not create it: it is older than the request, or differs from it.", taken.Kind, text.Word(taken.Name), text.Word(taken.ID)),
			existsRemedy(e.Action)
	case len(e.Left) > 0:
		return facts + fmt.Sprintf(" These access keys were created and not removed, and nobody has their secrets: %s.", strings.Join(e.Left, ", ")),
			"Delete these keys: nobody can use them, and each counts against the quota.\n\n" + commandLines("outscale-keys revoke "+strings.Join(e.Left, " "))
	case e.Unknown && e.Marker != "":
		return facts + fmt.Sprintf(" The look-up of its key failed. If it created a key, the key has the tag %s.", e.Marker),
			fmt.Sprintf("Look for a key with that tag (ReadAccessKeys with Tag %s) and delete it, then run again.", e.Marker)
	case e.Unknown:
		return facts + " A look-up of its result failed.", "Run again."
	case e.Settled():
		return facts + " None of these requests left a key.", "Run again."
	case e.Marker != "":
		return facts + fmt.Sprintf(" A look-up found no key. If a request is executed late, its key has the tag %s, and the next run lists it.", e.Marker),
			"Run again."
	}
	return facts + " A look-up found nothing.", "Run again."
}

// lostText says how many requests were sent and how many answers were lost, and how long that took.
func lostText(e *domain.LostAnswerError) string {
	t := e.Tried
	if t.Attempts < 2 {
		return fmt.Sprintf("The answer to %s was lost.", e.Action)
	}
	facts := fmt.Sprintf("%s was sent %s in %s, and its answer was lost %s.", e.Action, text.Count(t.Attempts, "time"), roundedText(t.Took), text.Count(t.Lost, "time"))
	if len(t.Removed) > 0 {
		facts += fmt.Sprintf(" The keys that were found were removed: %s.", strings.Join(t.Removed, ", "))
	}
	if t.Limit > 0 && t.Took >= t.Limit {
		facts += fmt.Sprintf(" The `timeouts` block allows %s for requests. The provider may take %s more to look up and remove what lost requests created.",
			roundedText(t.Limit), roundedText(t.CleanupLimit))
	}
	return facts
}

// mismatchText says where an object belongs and where it was looked for.
func mismatchText(e *domain.IdentityMismatchError) (facts, remedy string) {
	what, id := sentence(string(e.Kind)), e.ID
	what = strings.TrimSuffix(what, ".")
	if e.Recorded.AccountID != "" && e.Current.AccountID != "" && e.Recorded.AccountID != e.Current.AccountID {
		return fmt.Sprintf("%s %s belongs to account %s, and the credential of this run belongs to account %s.", what, id, e.Recorded.AccountID, e.Current.AccountID),
			"Configure the provider with a credential of account " + e.Recorded.AccountID + ". Nothing was changed, and the object stays in the state. " +
				"`allowed_account_ids` in the provider block refuses other accounts from the start. " +
				"To stop managing the object, remove it from the state (`terraform state rm`)."
	}
	facts = fmt.Sprintf("%s %s belongs to %s, and it was looked for among the keys of %s.", what, id,
		placeText(e.Recorded, e.RecordedName), placeText(e.Current, e.CurrentName))
	if e.Err != nil {
		facts += " The provider could not fully determine who the caller is."
	}
	if e.RecordedName != "" && e.CurrentName != "" && e.Recorded.UserID != "" {
		// The owner was renamed, and another user has its old name.
		return facts, fmt.Sprintf("It stays in the state. Give user %s its old name again. Or remove the key from the state (`terraform state rm`), which leaves it valid, "+
			"and import it again with the new name of its owner (`terraform import ADDRESS %s/%s`); an import has no secret.",
			text.Word(e.RecordedName), text.Word(e.RecordedName), id)
	}
	return facts, "The object may still exist, so it stays in the state. Use the credential or the owner with which it was created, " +
		"or remove it from the state (`terraform state rm`), which does not delete it."
}

// placeText names an owner.
func placeText(i domain.Identity, userName string) string {
	switch {
	case userName != "" && i.UserID != "":
		return fmt.Sprintf("user %s (id %s)", text.Word(userName), i.UserID)
	case userName != "" || i.UserID != "":
		return OwnerText(userName, i.UserID)
	case i.Signer == domain.SignerLogin:
		return "the caller, who signed with a login"
	case i.Signer != "":
		return "the caller, who signed with access key " + i.Signer
	}
	return "another caller"
}

func date(at time.Time) string { return at.UTC().Format("2006-01-02T15:04:05.000Z") }

// roundedText returns a duration, rounded to a second if it is longer than that.
func roundedText(d time.Duration) string {
	if d > time.Second {
		d = d.Round(time.Second)
	}
	return d.String()
}
