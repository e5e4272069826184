package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/outscale/osc-sdk-go/v3/pkg/osc"

	"github.com/outscale-access/terraform-provider-outscale/internal/text"
)

// callsPerPage is the largest page of the log.
const callsPerPage = 1000

// Call is one logged call. Only the members that the LogQuery requests are set.
type Call struct {
	AccessKeyID string // "" = not signed with an access key
	At          time.Time
	Address     string // of the client
	Action      string // for example ReadUsers
	Client      string // its user agent, at most maxClient bytes of it
	Refused     bool   // it was answered with 401 or 403
	RequestID   string // of its answer
}

// maxClient is the length up to which a user agent is kept, in bytes.
const maxClient = 200

// LogQuery selects calls and their members. Bodies and headers of calls are never requested.
type LogQuery struct {
	After, Before time.Time // both included
	AccessKeyIDs  []string  // signed with one of these; nil = all
	Addresses     bool      // Call.Address is wanted
	Calls         bool      // Call.Action, Client and Refused are wanted
	RequestIDs    bool      // Call.RequestID is wanted
}

// CallPage is one page of the log, oldest call first.
type CallPage struct {
	Calls []Call
	Next  string // the token of the next page, "" on the last one
}

// ReadAPILogs returns one page of the account's logged calls. The first page has the token "". The API keeps its log for 32
// days. It assumes two days if a bound is missing, so the client always sends both.
func (c *Client) ReadAPILogs(ctx context.Context, q LogQuery, token string) (CallPage, error) {
	const action = "ReadApiLogs"
	size := callsPerPage
	req := apiLogsRequest{
		ReadApiLogsRequest: osc.ReadApiLogsRequest{NextPageToken: set(token), ResultsPerPage: &size, With: q.with()},
		Filters:            apiLogsFilters{QueryDateAfter: newInstant(&q.After), QueryDateBefore: newInstant(&q.Before)},
	}
	if q.AccessKeyIDs != nil {
		req.Filters.QueryAccessKeys = &q.AccessKeyIDs
	}
	var answer apiLogsResponse
	if err := c.do(ctx, action, repeatable, req, &answer); err != nil {
		return CallPage{}, err
	}
	if answer.Logs == nil {
		return CallPage{}, c.unusable(action, errors.New("the answer has no list of calls"))
	}
	if token != "" && val(answer.NextPageToken) == token {
		return CallPage{}, c.unusable(action, errors.New("the token of the next page is that of this page"))
	}
	calls, err := convertAll(c, action, *answer.Logs, wireCall.call)
	return CallPage{Calls: calls, Next: val(answer.NextPageToken)}, err
}

func (w wireCall) call() (Call, error) {
	call := Call{
		AccessKeyID: val(w.QueryAccessKey), Address: val(w.QueryIPAddress), Action: val(w.QueryCallName),
		Client: cut(val(w.QueryUserAgent), maxClient), RequestID: val(w.RequestID),
		Refused: w.ResponseStatusCode == http.StatusUnauthorized || w.ResponseStatusCode == http.StatusForbidden,
	}
	if err := w.QueryDate.into(&call.At); err != nil {
		return call, fmt.Errorf("a call of access key %s: %w", text.Word(call.AccessKeyID), err)
	}
	return call, nil
}

// cut returns at most the first n bytes of a text, in whole characters. It is a copy, so that the rest can be freed.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.Clone(strings.ToValidUTF8(s[:n], ""))
}

// with excludes the members that q does not request, and always the bodies and headers of calls.
func (q LogQuery) with() *osc.With {
	yes, no := true, false
	return &osc.With{
		QueryAccessKey: &yes, QueryDate: &yes, QueryIpAddress: &q.Addresses,
		QueryCallName: &q.Calls, QueryUserAgent: &q.Calls, ResponseStatusCode: &q.Calls, RequestId: &q.RequestIDs,
		AccountId: &no, CallDuration: &no, QueryApiName: &no, QueryApiVersion: &no, QueryHeaderRaw: &no, QueryHeaderSize: &no,
		QueryPayloadRaw: &no, QueryPayloadSize: &no, ResponseSize: &no,
	}
}

// As in wire.go, the SDK's types with instant in place of the SDK's dates.

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
	QueryAccessKey     *string
	QueryDate          *instant
	QueryIPAddress     *string `json:"QueryIpAddress"`
	QueryCallName      *string
	QueryUserAgent     *string
	ResponseStatusCode int
	RequestID          *string `json:"RequestId"`
}
