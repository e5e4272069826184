package diag

import (
	"errors"
	"fmt"
	"strings"

	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/internal/text"
)

// callText returns the text about the answer of the API, or about the reason why there is none.
func callText(err error) string {
	var transport *api.TransportError
	if errors.As(err, &transport) {
		if earlier := givenUp(transport); earlier != nil {
			return fmt.Sprintf("%s was not sent, because an earlier call in this run could not reach %s. %s", transport.Action, transport.Endpoint, callText(earlier.Err))
		}
		why := withFullStop(text.Escape(transport.Err.Error()))
		if transport.Sent {
			return fmt.Sprintf("%s was sent to %s, but no usable answer came back: %s", transport.Action, transport.Endpoint, why)
		}
		return fmt.Sprintf("%s was not sent to %s: %s", transport.Action, transport.Endpoint, why)
	}
	refusal := api.As(err)
	if refusal == nil {
		return ""
	}
	var unsent *api.UnsentError
	if errors.As(err, &unsent) {
		return fmt.Sprintf("%s was not sent, because the credential was refused shortly before. %s", unsent.Action, answerText(refusal))
	}
	return answerText(refusal)
}

// givenUp returns the earlier failure because of which a call was not sent, or nil.
func givenUp(e *api.TransportError) *api.GivenUpError {
	var earlier *api.GivenUpError
	if errors.As(e.Err, &earlier) {
		return earlier
	}
	return nil
}

// answerText returns the text about an answer of the API. For a refused credential it names the endpoint, because the
// credential may be that of another region.
func answerText(refusal *api.Error) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s was answered with HTTP status %d", refusal.Action, refusal.StatusCode)
	if refusal.Endpoint != "" && api.IsUnauthorized(refusal) {
		fmt.Fprintf(&b, " from %s", refusal.Endpoint)
	}
	for i, p := range refusal.Problems {
		b.WriteString([]string{", ", "; "}[min(i, 1)])
		fmt.Fprintf(&b, "%s, code %s", text.Word(p.Type), text.Word(p.Code))
		if p.Details != "" {
			fmt.Fprintf(&b, ": %s", text.Quote(p.Details))
		}
	}
	answer := sentence(b.String())
	if refusal.RequestID != "" {
		answer += "\nRequest id: " + text.Word(refusal.RequestID)
	}
	return answer
}
