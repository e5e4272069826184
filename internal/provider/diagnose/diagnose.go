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
)

// Error returns the diagnostic for err. summary is stable and can be searched for ("Access key not created"). tried is
// a sentence fragment that names the objects: "Creating an access key for user alice".
func Error(summary, tried string, err error) diag.Diagnostic {
	parts := []string{tried + " failed."}
	if told := domain(err); told != "" {
		parts = append(parts, told)
	}
	if told := call(err); told != "" {
		parts = append(parts, told)
	}
	if len(parts) == 1 {
		parts = append(parts, sentence(err.Error()))
	}
	if way := wayOut(err); way != "" {
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

// domain says what the rules of a key's life make of the error; empty where they add nothing to the API's own words.
func domain(err error) string {
	var own *credential.OwnKeyError
	var quota *credential.QuotaError
	var keys *credential.UserKeysError
	var unfinished *credential.UnfinishedError
	var ambiguous *credential.AmbiguousError
	var unsupported *credential.UnsupportedError
	var gone *credential.GoneError
	switch {
	case errors.As(err, &own):
		return fmt.Sprintf("Access key %s is the one this provider signs its own calls with. To %s it would cut the run off from its account.",
			own.ID, own.Action)
	case errors.As(err, &quota):
		if len(quota.KeyIDs) == 0 {
			return "The quota of access keys is full."
		}
		return fmt.Sprintf("The quota of access keys is full. These keys fill it: %s.", strings.Join(quota.KeyIDs, ", "))
	case errors.As(err, &keys):
		return fmt.Sprintf("User %s still has access keys that this run does not delete: %s.", keys.User.Name, strings.Join(keys.KeyIDs, ", "))
	case errors.As(err, &unfinished):
		return fmt.Sprintf("Access key %s exists, but it is not as asked:\n- %s", unfinished.KeyID, strings.Join(unfinished.What, "\n- "))
	case errors.As(err, &ambiguous):
		return lost(ambiguous)
	case errors.As(err, &unsupported):
		return sentence(unsupported.What)
	case errors.As(err, &gone):
		return sentence(gone.Reason)
	}
	return ""
}

// lost tells what is known after the answer to an action was lost.
func lost(e *credential.AmbiguousError) string {
	said := fmt.Sprintf("The answer to %s was lost. ", e.Action)
	switch {
	case e.Clean:
		return said + "It was looked up: nothing is left behind."
	case len(e.KeyIDs) > 0:
		return said + fmt.Sprintf("It left access keys behind whose secret nobody knows: %s.", strings.Join(e.KeyIDs, ", "))
	case e.Marker != "":
		return said + fmt.Sprintf("Whether it made a key could not be looked up. If it did, that key has the tag %s.", e.Marker)
	}
	return said + "Whether it was executed could not be looked up."
}

// call tells what the API answered, or why no answer came.
func call(err error) string {
	var transport *api.TransportError
	if errors.As(err, &transport) {
		if transport.Sent {
			return fmt.Sprintf("%s was sent to %s, but no usable answer came back: %s", transport.Action, transport.Endpoint, sentence(transport.Err.Error()))
		}
		return fmt.Sprintf("%s was not sent, %s was not reached: %s", transport.Action, transport.Endpoint, sentence(transport.Err.Error()))
	}
	refusal := api.As(err)
	if refusal == nil {
		return ""
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s was answered with HTTP status %d", refusal.Action, refusal.StatusCode)
	if len(refusal.Problems) == 0 {
		b.WriteString(", and not in the form of the OUTSCALE API.")
	}
	for i, p := range refusal.Problems {
		b.WriteString([]string{", ", "; "}[min(i, 1)])
		fmt.Fprintf(&b, "%s, code %s", p.Type, p.Code)
		if p.Details != "" {
			fmt.Fprintf(&b, ": %s", p.Details)
		}
	}
	text := sentence(b.String())
	if refusal.RequestID != "" {
		text += "\nRequest id: " + refusal.RequestID
	}
	return text
}

// sentence ends a text with a full stop and begins it with a capital where it begins with a letter.
func sentence(text string) string {
	text = strings.TrimSpace(text)
	if text == "" {
		return text
	}
	if !strings.ContainsAny(text[len(text)-1:], ".!?") {
		text += "."
	}
	return strings.ToUpper(text[:1]) + text[1:]
}

// timedOut reports that the time the timeouts block allows ran out.
func timedOut(err error) bool { return errors.Is(err, context.DeadlineExceeded) }
