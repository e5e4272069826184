package api

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/outscale/osc-sdk-go/v3/pkg/osc"

	"github.com/outscale-access/terraform-provider-outscale/internal/text"
)

// callsPerPage is the largest page of the log that the API gives.
const callsPerPage = 1000

// Call is one logged call: who signed it, and when it was made. Nothing else of the log is asked for.
type Call struct {
	AccessKeyID string // "" = not signed with an access key
	At          time.Time
}

// CallPage is one page of the log, oldest call first.
type CallPage struct {
	Calls []Call
	Next  string // the token of the next page, "" on the last one
}

// ReadAPILogs returns one page of the account's logged calls from after until before, both included; token "" is the
// first page. The API keeps its log for 32 days, and takes two days where a bound is missing: both are always sent.
func (c *Client) ReadAPILogs(ctx context.Context, after, before time.Time, token string) (CallPage, error) {
	const action = "ReadApiLogs"
	size := callsPerPage
	req := apiLogsRequest{
		ReadApiLogsRequest: osc.ReadApiLogsRequest{NextPageToken: set(token), ResultsPerPage: &size, With: onlyWhoAndWhen()},
		Filters:            apiLogsFilters{QueryDateAfter: newInstant(&after), QueryDateBefore: newInstant(&before)},
	}
	var answer apiLogsResponse
	if err := c.do(ctx, action, repeatable, req, &answer); err != nil {
		return CallPage{}, err
	}
	if answer.Logs == nil {
		return CallPage{}, c.unusable(action, errors.New("the answer has no list of calls"))
	}
	if token != "" && val(answer.NextPageToken) == token {
		return CallPage{}, c.unusable(action, errors.New("the next page would be the same page again"))
	}
	page := CallPage{Calls: make([]Call, 0, len(*answer.Logs)), Next: val(answer.NextPageToken)}
	for _, w := range *answer.Logs {
		at, err := w.QueryDate.at()
		if err != nil {
			return CallPage{}, c.unusable(action, fmt.Errorf("a call of access key %s: %w", text.Word(val(w.QueryAccessKey)), err))
		}
		page.Calls = append(page.Calls, Call{AccessKeyID: val(w.QueryAccessKey), At: at})
	}
	return page, nil
}

// onlyWhoAndWhen leaves out of the answer what nobody here reads: the bodies and headers of all calls of the account.
func onlyWhoAndWhen() *osc.With {
	yes, no := true, false
	return &osc.With{
		QueryAccessKey: &yes, QueryDate: &yes,
		AccountId: &no, CallDuration: &no, QueryApiName: &no, QueryApiVersion: &no, QueryCallName: &no, QueryHeaderRaw: &no,
		QueryHeaderSize: &no, QueryIpAddress: &no, QueryPayloadRaw: &no, QueryPayloadSize: &no, QueryUserAgent: &no,
		RequestId: &no, ResponseSize: &no, ResponseStatusCode: &no,
	}
}

// As in wire.go, the SDK's types with our dates in place of its own.

type apiLogsRequest struct {
	osc.ReadApiLogsRequest
	Filters apiLogsFilters
}

type apiLogsFilters struct {
	osc.FiltersApiLog
	QueryDateAfter  *instant `json:"QueryDateAfter,omitempty"`
	QueryDateBefore *instant `json:"QueryDateBefore,omitempty"`
}

type apiLogsResponse struct {
	Logs          *[]wireCall
	NextPageToken *string
}

type wireCall struct {
	QueryAccessKey *string
	QueryDate      *instant
}
