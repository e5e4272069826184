package isodate

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

func TestParse_accepted(t *testing.T) {
	midnight := time.Date(2020, 6, 14, 0, 0, 0, 0, time.UTC)
	for text, want := range map[string]time.Time{
		"2020-06-14":                    midnight,
		"2020-06-14T00:00:00.000Z":      midnight,
		"2020-06-14T00:00:00Z":          midnight,
		"2020-06-14T00:00Z":             midnight,
		"2020-06-14T00:00:00":           midnight,
		"2020-06-14T00:00:00.000+0000":  midnight,
		"2020-06-14T00:00:00+00:00":     midnight,
		"2020-06-14T02:00:00+02:00":     midnight,
		"2020-06-14T02:00:00+02":        midnight,
		"2020-06-13T18:30:00-0530":      midnight,
		"2020-06-14T00:00:00.5Z":        midnight.Add(500 * time.Millisecond),
		"2020-06-14T00:00:00.123+00:00": midnight.Add(123 * time.Millisecond),
		"2024-02-29":                    time.Date(2024, 2, 29, 0, 0, 0, 0, time.UTC),
		"9999-12-31T23:59:59+01:00":     time.Date(9999, 12, 31, 22, 59, 59, 0, time.UTC),
		"2063-04-05T10:11:12.000+0000":  time.Date(2063, 4, 5, 10, 11, 12, 0, time.UTC), // as the API prints it
	} {
		got, err := Parse(text)
		if err != nil || !got.Equal(want) {
			t.Errorf("Parse(%q) = %v, %v; want %v", text, got, err, want)
		}
	}
}

func TestParse_refused(t *testing.T) {
	for text, want := range map[string]string{
		"2020":                           "a year alone",
		"2020-06":                        "a month alone",
		"2021-02-30":                     "no day 2021-02-30",
		"2021-02-29":                     "no day 2021-02-29",
		"2021-13-01":                     "no day 2021-13-01",
		"tomorrow":                       "neither a date nor",
		"1 January 2028":                 "neither a date nor",
		"2020-06-14T00:00:00.0001Z":      "at most three digits",
		"2020-06-14T00:00:00.000000Z":    "at most three digits",
		"2020-06-14T00:00.5Z":            "needs seconds",
		"2020-06-14T25:00:00Z":           "no time of day 25:00:00",
		"2020-06-14T24:00:00Z":           "no time of day",
		"2020-06-14T23:59:60Z":           "no time of day",
		"2020-06-14T00:00:00+25:00":      "no offset",
		"2020-06-14T00:00:00+01:75":      "no offset",
		"2020-06-14 00:00:00Z":           "neither a date nor",
		"2020-06-14T":                    "neither a date nor",
		"2020-06-14Z":                    "neither a date nor",
		" 2020-06-14":                    "white space",
		"20200614":                       "neither a date nor",
		"1592092800":                     "neither a date nor",
		"9999-12-31T23:59:59-01:00":      "in UTC this is in the year 10000",
		"0000-01-01T00:00:00+01:00":      "in UTC this is in the year -1",
		"2020-W24-7":                     "neither a date nor",
		"2020-166":                       "neither a date nor",
		"2020-06-14T00:00:00Z garbage":   "neither a date nor",
		"２０２０-06-14":                     "neither a date nor",
		"2020-06-14T00:00:00.000Z\u0000": "neither a date nor",
	} {
		got, err := Parse(text)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Parse(%q) = %v, %v; want an error with %q", text, got, err, want)
		}
	}
}

func TestInstant_formsOfOtherWriters(t *testing.T) {
	want := time.Date(2028, 2, 18, 0, 0, 0, 0, time.UTC)
	for _, text := range []string{
		"2028-02-18", "2028-02-18T00:00:00.000+0000", "2028-02-18T00:00:00.000000Z", "2028-02-18 00:00:00+00:00",
		"2028-02-18T00:00:00.000000000Z",
	} {
		if got, ok := Instant(text); !ok || !got.Equal(want) {
			t.Errorf("Instant(%q) = %v, %v", text, got, ok)
		}
	}
	if _, ok := Instant("2028"); ok {
		t.Error("a year alone names no instant")
	}
}

func TestSame_comparesInstants(t *testing.T) {
	for _, c := range []struct {
		a, b Value
		want bool
	}{
		{Text("2028-01-01"), Text("2028-01-01T00:00:00.000Z"), true},
		{Text("2028-01-01"), Text("2028-01-01T02:00:00+02:00"), true},
		{Text("2028-01-01"), Text("2028-01-02"), false},
		{Text(""), Null(), true},
		{Text(""), Text("2028-01-01"), false},
		{Null(), Text("2028-01-01"), false},
		{Unknown(), Unknown(), false},
		{Unknown(), Null(), false},
		{Text("2028"), Text("2028"), true},
		{Text("2028"), Text("2028-01-01"), false},
	} {
		if got := c.a.Same(c.b); got != c.want {
			t.Errorf("%s same as %s: %v, want %v", c.a, c.b, got, c.want)
		}
		if got := c.b.Same(c.a); got != c.want {
			t.Errorf("%s same as %s: %v, want %v", c.b, c.a, got, c.want)
		}
	}
}

func TestKeep_prefersTextOfUser(t *testing.T) {
	at := time.Date(2028, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		have Value
		api  *time.Time
		want Value
	}{
		{Text("2028-01-01"), &at, Text("2028-01-01")},
		{Null(), &at, Text("2028-01-01T00:00:00.000Z")},
		{Text("2029-01-01"), &at, Text("2028-01-01T00:00:00.000Z")},
		{Text("2028"), &at, Text("2028-01-01T00:00:00.000Z")},
		{Text(""), nil, Text("")},
		{Null(), nil, Null()},
		{Text("2028-01-01"), nil, Null()},
	} {
		if got := Keep(c.have, c.api); !got.Equal(c.want) {
			t.Errorf("%s kept against %v gives %s, want %s", c.have, c.api, got, c.want)
		}
	}
}

func TestType_protocolForm(t *testing.T) {
	ctx := context.Background()
	for _, c := range []struct {
		wire tftypes.Value
		want Value
	}{
		{tftypes.NewValue(tftypes.String, nil), Null()},
		{tftypes.NewValue(tftypes.String, tftypes.UnknownValue), Unknown()},
		{tftypes.NewValue(tftypes.String, "2028-01-01"), Text("2028-01-01")},
	} {
		got, err := Type{}.ValueFromTerraform(ctx, c.wire)
		if err != nil || !c.want.Equal(got) {
			t.Errorf("%s gives %s, %v; want %s", c.wire, got, err, c.want)
		}
	}
	if _, err := (Type{}).ValueFromTerraform(ctx, tftypes.NewValue(tftypes.Bool, true)); err == nil {
		t.Error("a bool is not a date")
	}
	equal, _ := Text("2028-01-01").StringSemanticEquals(ctx, Text("2028-01-01T00:00:00Z"))
	if !equal {
		t.Error("two texts of one instant must be semantically equal")
	}
}

func TestValidator_description(t *testing.T) {
	check := func(value types.String) string {
		resp := validator.StringResponse{}
		Validator().ValidateString(context.Background(), validator.StringRequest{Path: path.Root("expiration_date"), ConfigValue: value}, &resp)
		if !resp.Diagnostics.HasError() {
			return ""
		}
		return resp.Diagnostics[0].Summary() + "\n" + resp.Diagnostics[0].Detail()
	}
	for _, fine := range []types.String{types.StringNull(), types.StringUnknown(), types.StringValue(""), types.StringValue("2028-01-01")} {
		if got := check(fine); got != "" {
			t.Errorf("%s is refused: %s", fine, got)
		}
	}
	want := Summary + "\n`expiration_date` is \"2028-02-30\": there is no day 2028-02-30 in the calendar.\n\nAllowed is " + Allowed +
		". Leave the argument out, or write \"\", for no date."
	if got := check(types.StringValue("2028-02-30")); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

func FuzzParse(f *testing.F) {
	f.Add("2028-01-01")
	f.Add("2028-01-01T12:30:00.123+02:00")
	f.Fuzz(func(t *testing.T, text string) {
		at, err := Parse(text)
		if err != nil {
			return
		}
		again, err := Parse(Format(at))
		if err != nil || !again.Equal(at) {
			t.Errorf("%q is %v, but its own form %q reads as %v, %v", text, at, Format(at), again, err)
		}
	})
}
