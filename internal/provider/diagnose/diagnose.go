// Package diagnose turns any error of the API or of the domain into one diagnostic. It is the only place that does, so
// that every message has the same parts: what was tried on what, what the API said (code, HTTP status, request id), and
// the way out where there is one.
package diagnose

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/internal/credential"
	"github.com/outscale-access/terraform-provider-outscale/internal/text"
)

// Error returns the diagnostic for err. summary is stable and can be searched for ("Access key not created"). tried is
// a sentence fragment that names the objects: "Creating an access key for user alice".
func Error(summary, tried string, err error) diag.Diagnostic {
	parts := []string{tried + " failed."}
	told, way := domain(err)
	if told != "" {
		parts = append(parts, told)
	}
	if told := call(err); told != "" {
		parts = append(parts, told)
	}
	if len(parts) == 1 {
		parts = append(parts, sentence(err.Error()))
	}
	if way == "" {
		way = wayOut(err)
	}
	if way != "" {
		parts = append(parts, way)
	}
	return diag.NewErrorDiagnostic(summary, strings.Join(parts, "\n\n"))
}

// Add appends the diagnostic for err.
func Add(diags *diag.Diagnostics, summary, tried string, err error) {
	diags.Append(Error(summary, tried, err))
}

// Gone returns the reason when err proves that an object is gone.
func Gone(err error) (reason string, gone bool) {
	var e *credential.GoneError
	if !errors.As(err, &e) {
		return "", false
	}
	return sentence(e.Reason), true
}

// domain says what the rules of a key's life make of the error, and the way out of it; both are empty where they add
// nothing to the API's own words.
func domain(err error) (told, way string) {
	var own *credential.OwnKeyError
	var quota *credential.QuotaError
	var keys *credential.UserKeysError
	var unfinished *credential.UnfinishedError
	var ambiguous *credential.AmbiguousError
	var unsupported *credential.UnsupportedError
	var gone *credential.GoneError
	switch {
	case errors.As(err, &own):
		return fmt.Sprintf("Access key %s is the one this provider signs its own calls with. To %s it would cut the run off from its account.", own.ID, own.Action),
			"Configure the provider with another key, or take this one out of the state (`terraform state rm`) and keep it."
	case errors.As(err, &quota):
		told = "The quota of access keys is full."
		if len(quota.KeyIDs) > 0 {
			told += fmt.Sprintf(" These keys fill it: %s.", strings.Join(quota.KeyIDs, ", "))
		}
		return told, "Delete one of them, or import it (`terraform import ADDRESS ACCESS_KEY_ID`) and manage it here. A quota can be raised by OUTSCALE's support."
	case errors.As(err, &keys):
		return fmt.Sprintf("User %s still has access keys that this run does not delete: %s.", keys.User.Name, strings.Join(keys.KeyIDs, ", ")),
			"Delete these keys, or import them so that they are destroyed with the user, then run again."
	case errors.As(err, &unfinished):
		return fmt.Sprintf("Access key %s exists, but it is not as asked:\n- %s", unfinished.KeyID, strings.Join(unfinished.What, "\n- ")),
			"Its id and what is known of it are in the state. Look at the plan before you apply again: it brings the key to what the configuration says, " +
				"or replaces it when it was being created."
	case errors.As(err, &ambiguous):
		told, way = lost(ambiguous)
		return told, strings.TrimSpace(obstacle(ambiguous.Err) + "\n\n" + way)
	case errors.As(err, &unsupported):
		return sentence(unsupported.What),
			"This region's API is older than version 1.40.1. Leave that argument as it is, or replace the key (`-replace=ADDRESS`)."
	case errors.As(err, &gone):
		return sentence(gone.Reason), ""
	}
	return "", ""
}

// lost tells what is known after the answer to an action was lost, and what to do about what it may have left.
func lost(e *credential.AmbiguousError) (told, way string) {
	told = fmt.Sprintf("The answer to %s was lost. ", e.Action)
	switch {
	case e.Clean:
		return told + "It was looked up: nothing is left behind.", "Run again."
	case len(e.KeyIDs) > 0:
		return told + fmt.Sprintf("It left access keys behind whose secret nobody knows: %s.", strings.Join(e.KeyIDs, ", ")),
			"Delete these keys: nobody can use them, and each counts against the quota."
	case e.Marker != "":
		return told + fmt.Sprintf("Whether it made a key could not be looked up. If it did, that key has the tag %s.", e.Marker),
			fmt.Sprintf("Look for a key with that tag (ReadAccessKeys with Tag %s) and delete it, then run again.", e.Marker)
	}
	return told + "Whether it was executed could not be looked up.", "Run again."
}

// call tells what the API answered, or why no answer came.
func call(err error) string {
	var transport *api.TransportError
	if errors.As(err, &transport) {
		if lost := givenUp(transport); lost != nil {
			return fmt.Sprintf("%s was not sent, because %s was given up on a moment before. %s", transport.Action, transport.Endpoint, call(lost.Err))
		}
		why := sentence(text.Escape(transport.Err.Error()))
		if transport.Sent {
			return fmt.Sprintf("%s was sent to %s, but no usable answer came back: %s", transport.Action, transport.Endpoint, why)
		}
		return fmt.Sprintf("%s was not sent, %s was not reached: %s", transport.Action, transport.Endpoint, why)
	}
	refusal := api.As(err)
	if refusal == nil {
		return ""
	}
	var unsent *api.UnsentError
	if errors.As(err, &unsent) {
		return fmt.Sprintf("%s was not sent, because the credential was refused a moment before. %s", unsent.Action, answer(refusal))
	}
	return answer(refusal)
}

// givenUp is the reason of a call that was not sent for what another one met, or nil.
func givenUp(e *api.TransportError) *api.GivenUpError {
	var lost *api.GivenUpError
	if errors.As(e.Err, &lost) {
		return lost
	}
	return nil
}

// answer tells what the API answered. Where it came from is told when that may be the wrong place: for what is not in the
// API's form, and for a credential that was refused, as another region does.
func answer(refusal *api.Error) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s was answered with HTTP status %d", refusal.Action, refusal.StatusCode)
	if refusal.Endpoint != "" && (len(refusal.Problems) == 0 || api.IsUnauthorized(refusal)) {
		fmt.Fprintf(&b, " from %s", refusal.Endpoint)
	}
	if len(refusal.Problems) == 0 {
		b.WriteString(", and not in the form of the OUTSCALE API.")
	}
	for i, p := range refusal.Problems {
		b.WriteString([]string{", ", "; "}[min(i, 1)])
		fmt.Fprintf(&b, "%s, code %s", text.Word(p.Type), text.Word(p.Code))
		if p.Details != "" {
			fmt.Fprintf(&b, ": %s", text.Quote(p.Details))
		}
	}
	told := sentence(b.String())
	if refusal.RequestID != "" {
		told += "\nRequest id: " + text.Word(refusal.RequestID)
	}
	return told
}

// sentence ends a text with a full stop and begins it with a capital where it begins with a letter.
func sentence(text string) string {
	text = strings.TrimSpace(text)
	if text == "" {
		return text
	}
	if end := strings.TrimRight(text, `"`); end == "" || !strings.ContainsAny(end[len(end)-1:], ".!?") {
		text += "."
	}
	return strings.ToUpper(text[:1]) + text[1:]
}

// timedOut reports that the time the timeouts block allows ran out.
func timedOut(err error) bool { return errors.Is(err, context.DeadlineExceeded) }
