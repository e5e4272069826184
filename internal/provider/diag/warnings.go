package diag

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/outscale-access/terraform-provider-outscale/internal/domain"
	"github.com/outscale-access/terraform-provider-outscale/internal/key"
	"github.com/outscale-access/terraform-provider-outscale/internal/orphan"
	"github.com/outscale-access/terraform-provider-outscale/internal/rotation"
	"github.com/outscale-access/terraform-provider-outscale/internal/text"
)

// summaryOf returns the summary with the id of the object at its end. The CLIs show only the first of several warnings with the
// same summary.
func summaryOf(summary, id string) string { return summary + ": " + text.Word(id) }

// IsGone returns the warning that a refresh found an object gone. what names the object ("access key AK1 of user alice").
func IsGone(summary, what, id, reason string) Diagnostic {
	return goneWarning{diag.NewWarningDiagnostic(summaryOf(summary, id),
		"The "+text.Escape(what)+" no longer exists at the API. If it is still in the configuration, Terraform plans to create it again.\n\n"+reason)}
}

type goneWarning struct{ Diagnostic }

// WithoutGone returns the diagnostics without the warnings of IsGone.
func WithoutGone(diags Diagnostics) Diagnostics {
	return slices.DeleteFunc(diags, func(d Diagnostic) bool { _, gone := d.(goneWarning); return gone })
}

// AddWarnings appends the warnings of the domain.
func AddWarnings(diags *Diagnostics, warnings []key.Warning) {
	for _, w := range warnings {
		diags.Append(warning(w))
	}
}

func warning(w key.Warning) Diagnostic {
	var summary, detail string
	var err error
	switch w := w.(type) {
	case *key.TagPendingWarning:
		summary, err = summaryOf("Access key created, its tag not yet set", w.Key.ID), w.Err
		detail = fmt.Sprintf("Access key %s has the configured state and expiry, but its tag is still %s. The next change of the key sets the tag.", w.Key.ID, text.Quote(w.Key.Tag))
	case *key.LateLookupWarning:
		summary, err = summaryOf("Access key created, an earlier request not looked up", w.KeyID), w.Err
		detail = fmt.Sprintf("Access key %s works as configured. An earlier request for it, whose answer was lost, may have created another key for %s since. "+
			"Nobody has the secret of such a key. Its tag is %s: look for it (ReadAccessKeys with Tag %s) and delete it.", w.KeyID, OwnerText(w.UserName, ""), w.Marker, w.Marker)
		if len(w.Left) > 0 {
			detail += " Found and not removed: " + strings.Join(w.Left, ", ") + "."
		}
	case *rotation.RetirePreviousWarning:
		err = w.Err
		if w.Expired {
			summary = summaryOf("Expired access key not deleted", w.Key.ID)
			detail = fmt.Sprintf("The next key exists. Access key %s has expired, but deleting it failed. The next run tries again.", w.Key.ID)
		} else {
			summary = summaryOf("Old access key not limited", w.Key.ID)
			validity := "does not expire"
			if w.Key.Expires != nil {
				validity = "expires on " + date(*w.Key.Expires)
			}
			detail = fmt.Sprintf("The next key exists. Access key %s %s, and giving it an earlier expiry failed. The next run tries again.", w.Key.ID, validity)
		}
	default:
		summary, detail = "Access key changed with a warning", sentence(w.Warning())
	}
	if err != nil {
		detail += "\n\n" + cause(err)
	}
	return diag.NewWarningDiagnostic(summary, detail)
}

// cause describes the failed call of a warning.
func cause(err error) string {
	if answer := callText(err); answer != "" {
		return answer
	}
	return sentence(text.Escape(err.Error()))
}

// Orphan returns the warning about a key that may exist without a state. now is the time by the API's clock.
func Orphan(o orphan.Orphan, now time.Time) Diagnostic {
	age := now.Sub(o.Since)
	expiry := expiryText(o.Key.Expires)
	if o.Key.Expired(now) {
		expiry = "expired on " + date(*o.Key.Expires)
	}
	subject := fmt.Sprintf("Access key %s of %s is %s old and %s. It %s.", o.Key.ID, OwnerText(o.Key.UserName, ""), ageText(age), o.Key.State, expiry)
	var summary, detail string
	switch o.Kind {
	case orphan.Unfinished:
		summary = "Unfinished access key found"
		detail = fmt.Sprintf(" Its tag, %s, marks a creation that was not finished. A run that is killed during a creation leaves such a key, and nobody has its secret.", text.Quote(o.Key.Tag))
		if age < domain.DefaultCreateTimeout {
			detail += " A run that is creating keys now may still finish it: check again when no other run is active."
		}
		detail += " If a configuration has this key, its next apply sets the tag. Otherwise remove it"
	case orphan.RolledBack:
		summary = "Access key found that an older state does not have"
		detail = " It replaced another key in a rotation, and the state again has the replaced key: an older state was restored. " +
			"If no state has this id, nobody has its secret. Then remove it"
	default:
		summary = "Access key of an interrupted run found"
		detail = " A run on this machine created it, and no run since has found it in a state: the run may have been interrupted before its state was saved. " +
			"If no state has this id, nobody has its secret. Then remove it"
	}
	return diag.NewWarningDiagnostic(summaryOf(summary, o.Key.ID),
		subject+detail+":\n\n"+commandLines("outscale-keys revoke "+o.Key.ID)+"\n\nOr with OUTSCALE's command line:\n\n"+commandLines(removal(o.Key, now)...))
}

// NoJournal returns the warning that new keys cannot be written to the journal of this machine, for this reason.
func NoJournal(err error) Diagnostic {
	return NewWarning("Access keys not recorded on this machine",
		"The provider records each access key that it creates in a cache folder, so that the next run can name a key that an interrupted run left. "+
			"It cannot write to that folder: "+text.Escape(err.Error())+".\n\n"+
			"If this run is interrupted, no later run may name its key. Make the folder writable for this user, or set HOME or XDG_CACHE_HOME to a folder that is "+
			"(on Windows LocalAppData).")
}

// commandLines returns commands indented, because the CLIs wrap other lines: the first part of an UpdateAccessKey, pasted without
// the rest, would remove the expiry.
func commandLines(commands ...string) string { return "  " + strings.Join(commands, "\n  ") }

// removal returns the commands of OUTSCALE's command line that delete a key. Before the deletion a user's key must be
// INACTIVE. The update repeats the expiry, because the API may remove it otherwise (A1). An expired key gets a later expiry,
// because the API may refuse to delete it (A3).
func removal(k key.Key, now time.Time) []string {
	user := ""
	if k.UserName != "" {
		user = " --UserName " + text.Word(k.UserName)
	}
	var commands []string
	if k.State != key.Inactive || k.Expired(now) {
		off := "oapi-cli UpdateAccessKey --AccessKeyId " + k.ID + user + " --State INACTIVE"
		switch {
		case k.Expired(now):
			off += " --ExpirationDate " + now.Add(24*time.Hour).UTC().Format(time.RFC3339)
		case k.Expires != nil:
			off += " --ExpirationDate " + date(*k.Expires)
		}
		commands = append(commands, off)
	}
	return append(commands, "oapi-cli DeleteAccessKey --AccessKeyId "+k.ID+user)
}

// ageText returns an age in seconds, minutes, hours or days.
func ageText(age time.Duration) string {
	age = max(age, 0)
	switch {
	case age < 2*time.Minute:
		return text.Count(int(age.Seconds()), "second")
	case age < 2*time.Hour:
		return text.Count(int(age.Minutes()), "minute")
	case age < 48*time.Hour:
		return text.Count(int(age.Hours()), "hour")
	}
	return text.Count(int(age.Hours()/24), "day")
}

// Clock returns the warning that this machine's clock differs from the API's by more than the API tolerates. off is how far
// the API's clock is ahead.
func Clock(off time.Duration, proven bool, endpoint string) Diagnostic {
	way, at := "behind", ""
	if off < 0 {
		way = "ahead of"
	}
	if endpoint != "" {
		at = " at " + endpoint
	}
	length := off.Abs().Round(time.Second).String()
	if off.Abs() >= 48*time.Hour {
		length = ageText(off.Abs().Round(time.Hour))
	}
	decides := "The calls of this run are signed with the API's time, and the API's time decides what has expired."
	if !proven {
		decides = "It is not known which clock is right, because the API has not accepted a signature in this run. The earlier one decides what has expired and when new keys expire."
	}
	return diag.NewWarningDiagnostic("Clock of this machine is off", fmt.Sprintf(
		"It is %s %s the clock of the OUTSCALE API%s, which tolerates 5 minutes. %s\n\nCorrect the clock of this machine, for example with NTP: the API refuses other clients "+
			"on it while it is off.", length, way, at, decides))
}

// unknownText names the arguments of the provider block that are unknown.
func unknownText(arguments []string) string {
	return "The provider block takes `" + strings.Join(arguments, "`, `") + "` from something that is only known after apply, " +
		"so the account is not known yet. No other credential is used instead."
}

// ProviderUnknown returns the error that a request needs the account, and that arguments of the provider block are unknown.
func ProviderUnknown(summary string, arguments []string) Diagnostic {
	return NewError(summary, unknownText(arguments)+"\n\nFirst apply the objects that these values come from (with `-target`), or use "+
		"values that are known before: from a variable, the environment or a profile.")
}

// NotRefreshed returns the warning that the state was not refreshed, because arguments of the provider block are unknown.
func NotRefreshed(arguments []string) Diagnostic {
	return diag.NewWarningDiagnostic("State not refreshed", unknownText(arguments)+"\n\nThe plan uses the objects as they are in the state. "+
		"The next plan, with the values known, reads the account again.")
}

// Unproved returns the error that an object was not found in the account of the run, and that the state does not say to which
// account it belongs. named has the attributes that name the object.
func Unproved(summary, named, account string) Diagnostic {
	return NewError(summary, "The object with "+text.Escape(named)+" was not found in account "+account+", to which the credential of this run belongs. "+
		"The state has no account for the object, because an older version or another provider wrote it: the object may exist in another account. Nothing was changed, and the object stays in the state.\n\n"+
		"If the object is in another account, configure the provider with a credential of that one. If account "+account+" is the right one, and the object was deleted, "+
		"confirm the account with `allowed_account_ids = [\""+account+"\"]` in the provider block, or remove the object from the state (`terraform state rm`).")
}

// AccountRefused returns the error that the provider block excludes the account of the credential. id is "" if the caller may
// not read the id of its account.
func AccountRefused(summary, id string, allowed, forbidden []string) Diagnostic {
	rule := "`allowed_account_ids` in the provider block allows " + list(allowed)
	if len(allowed) == 0 {
		rule = "`forbidden_account_ids` in the provider block excludes " + list(forbidden)
	}
	if id == "" {
		return NewError(summary, rule+", and the caller may not read the id of its account (ReadAccounts), so nothing is read or changed.\n\n"+
			"Sign with an access key that has the right `api:ReadAccounts`, or remove the argument from the provider block.")
	}
	return NewError(summary, rule+", and the credential of this run belongs to account "+id+". Nothing was read or changed.\n\n"+
		"Configure the provider with a credential of another account, or correct the argument.")
}

// OtherAccount returns the error that an import names an object of another account. current is the caller's account, "" if
// the caller may not read the id.
func OtherAccount(summary, named, current string) Diagnostic {
	begin := "The identity names account " + text.Word(named) + ", and "
	if current == "" {
		return NewError(summary, begin+"the caller may not read the id of its account (ReadAccounts).\n\n"+
			"Sign with an access key that has the right `api:ReadAccounts`, or remove `account_id` from the identity.")
	}
	return NewError(summary, begin+"the credential of this run belongs to account "+current+". Nothing was imported.\n\n"+
		"Configure the provider with a credential of the account that has the object, or correct `account_id`.")
}

func list(items []string) string {
	if len(items) == 0 {
		return "none"
	}
	return strings.Join(items, ", ")
}
