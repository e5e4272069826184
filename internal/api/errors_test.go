package api

import (
	"context"
	"errors"
	"testing"
	"time"
)

func TestError_everyStatus(t *testing.T) {
	type class struct{ notFound, conflict, quota, forbidden, unauthorized, throttled, lostAnswer, invalid bool }
	for _, c := range []struct {
		status int
		code   string
		want   class
	}{
		{400, "3019", class{invalid: true}},
		{400, "4047", class{invalid: true}},
		{400, "4000", class{}},
		{400, "4120", class{unauthorized: true}},
		{400, "5098", class{notFound: true}},
		{404, "5060", class{notFound: true}},
		{409, "6003", class{conflict: true}},
		{409, "9022", class{conflict: true}},
		{400, "10005", class{quota: true}},
		{401, "1", class{unauthorized: true}},
		{401, "5", class{forbidden: true}},
		{401, "7", class{forbidden: true}},
		{401, "13", class{unauthorized: true}},
		{401, "14", class{unauthorized: true}},
		{403, "4", class{forbidden: true}},
		{405, "2", class{}},
		{424, "1000", class{}},
		{429, "24", class{throttled: true}},
		{429, "25", class{throttled: true}},
		{500, "0", class{lostAnswer: true}},
		{501, "0", class{lostAnswer: true}},
		{503, "6", class{throttled: true, lostAnswer: true}},
		{503, "0", class{lostAnswer: true}},
	} {
		r := newRig(t, problem(c.status, c.code, "why"))
		r.timeouts.call, r.timeouts.attempts = 1e9, 1
		ctx, cancel := context.WithCancel(context.Background())
		r.sleep = func(context.Context, time.Duration) error { cancel(); return context.Canceled }
		err := r.DeleteAccessKey(ctx, "", "AK")
		e := As(err)
		if e == nil || e.StatusCode != c.status || e.Code() != c.code || e.RequestID != "2d3016ea" || e.Action != "DeleteAccessKey" ||
			e.Problems[0] != (Problem{Code: c.code, Type: "AccessDenied", Details: "why"}) {
			t.Errorf("%d/%s: %+v", c.status, c.code, err)
			continue
		}
		got := class{IsNotFound(err), IsConflict(err), IsQuota(err), IsForbidden(err), IsUnauthorized(err), IsThrottled(err), IsLostAnswer(err), IsInvalid(err)}
		if got != c.want {
			t.Errorf("%d/%s: %+v, want %+v", c.status, c.code, got, c.want)
		}
	}
}

func TestError_texts(t *testing.T) {
	for want, err := range map[string]error{
		`ReadUsers: HTTP 403, AccessDenied 4: "no", request r`: &Error{Action: "ReadUsers", StatusCode: 403, RequestID: "r", Problems: []Problem{{"4", "AccessDenied", "no"}}},
		"ReadUsers: HTTP 400, T 4120":                          &Error{Action: "ReadUsers", StatusCode: 400, Problems: []Problem{{Code: "4120", Type: "T"}}},
		"ReadUsers: HTTP 200 with an error body, T 4120":       &Error{Action: "ReadUsers", StatusCode: 200, Problems: []Problem{{Code: "4120", Type: "T"}}},
		"ReadUsers: no usable answer from http://x: cut":       &TransportError{"ReadUsers", "http://x", true, errors.New("cut")},
		"ReadUsers: not sent to http://x: refused":             &TransportError{"ReadUsers", "http://x", false, errors.New("refused")},
	} {
		if err.Error() != want {
			t.Errorf("%q, want %q", err, want)
		}
	}
}

func TestIsSilent_classes(t *testing.T) {
	for name, c := range map[string]struct {
		err  error
		want bool
	}{
		"no answer in time": {&TransportError{Sent: true, Err: errNoAnswer}, true},
		"not reached":       {&TransportError{Err: context.Canceled}, true},
		"cut":               {&TransportError{Sent: true, Err: context.Canceled}, false},
		"a refusal":         {&Error{StatusCode: 502}, false},
		"none":              {nil, false},
	} {
		if got := IsSilent(c.err); got != c.want {
			t.Errorf("%s: IsSilent = %v", name, got)
		}
	}
}
