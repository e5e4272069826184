package duration

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

func TestParse(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"720h": 30 * day, "30d": 30 * day, "P30D": 30 * day, "PT720H": 30 * day, "4w2d": 30 * day, "P4W2D": 30 * day,
		"1d12h": 36 * time.Hour, "P1DT12H": 36 * time.Hour, "90m": 90 * time.Minute, "PT90M": 90 * time.Minute, "PT1M": time.Minute,
		"1m": time.Minute, "60s": time.Minute, "1h1m1s": time.Hour + time.Minute + time.Second, "P2W": 14 * day, "0h": 0, "PT0S": 0, "007d": 7 * day,
		"36500d": Longest, "P36500D": Longest, "3153600000s": Longest,
	} {
		if got, err := Parse(text); err != nil || got != want {
			t.Errorf("%q is %v, %v; want %v", text, got, err, want)
		}
	}
}

func TestParse_refused(t *testing.T) {
	for text, want := range map[string]string{
		"": "empty", "P": "not a duration", "PT": "not a duration", "P1DT": "not a duration", "soon": "not a duration", "12h1d": "not a duration", "P1H": "not a duration",
		"1M": "`M` could be months as well as minutes", "1d1M": "`M` could be months", "P1M": "no fixed length", "P1Y": "no fixed length", "P1Y2M3DT4H": "no fixed length",
		"1y": "no fixed length", "1Y": "no fixed length", "30": "a number without a unit", "-1h": "no sign", "P-1D": "no sign", "+1h": "no sign",
		"1.5h": "fractions", "PT0,5H": "fractions", "100ms": "smallest unit", "30D": "lower-case letters", "p30d": "upper-case letters", " 30d": "white space", "30 d": "white space",
		"36501d": "more than 100 years", "36500d1s": "more than 100 years", "P5215W": "more than 100 years", "9223372036854775807h": "more than 100 years", "99999999999999999999d": "more than 100 years",
	} {
		if got, err := Parse(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q is %v, %v; want an error with %q", text, got, err, want)
		}
	}
}

func TestSame(t *testing.T) {
	for _, c := range []struct {
		a, b Value
		want bool
	}{
		{Text("720h"), Text("30d"), true}, {Text("30d"), Text("P30D"), true}, {Text("30d"), Text("31d"), false},
		{Null(), Null(), true}, {Null(), Text("30d"), false}, {Text("x"), Text("x"), true}, {Text("x"), Text("30d"), false},
		{Unknown(), Text("30d"), false}, {Text("30d"), Unknown(), false},
	} {
		got, _ := c.a.StringSemanticEquals(context.Background(), c.b)
		if got != c.want || c.a.Same(c.b) != c.want {
			t.Errorf("%s and %s: the same %v, want %v", c.a, c.b, got, c.want)
		}
	}
}

func TestCheck(t *testing.T) {
	for text, want := range map[string]string{
		"30d": "", "1m": "", "59s": TooShort + ": `rotate_before` is \"59s\", but must be at least one minute.", "0h": TooShort,
		"1M": Summary + ": `rotate_before` is \"1M\": `M` could be months as well as minutes, and a month has no fixed length; write days (`30d`) or minutes (`5m`).\n\nAllowed is " + Allowed + ".",
	} {
		var got string
		for _, d := range Check(path.Root("rotate_before"), Text(text), time.Minute) {
			got += d.Summary() + ": " + d.Detail()
		}
		if !strings.HasPrefix(got, want) || (want == "") != (got == "") {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	if diags := append(Check(path.Root("x"), Unknown(), day), Check(path.Root("x"), Null(), day)...); len(diags) > 0 {
		t.Error("what is not known or not there is refused", diags)
	}
}

func TestWords(t *testing.T) {
	for length, want := range map[time.Duration]string{
		30 * day: "30 days", day: "one day", 36 * time.Hour: "36 hours", time.Minute: "one minute", 90 * time.Second: "90 seconds",
	} {
		if got := Words(length); got != want {
			t.Errorf("%v is %q, want %q", length, got, want)
		}
	}
}

// TestType_valueFromTerraform: the type reads the values of the protocol.
func TestType_valueFromTerraform(t *testing.T) {
	ctx := context.Background()
	for _, c := range []struct {
		raw  tftypes.Value
		want Value
	}{
		{tftypes.NewValue(tftypes.String, "30d"), Text("30d")}, {tftypes.NewValue(tftypes.String, nil), Null()},
		{tftypes.NewValue(tftypes.String, tftypes.UnknownValue), Unknown()},
	} {
		got, err := Type{}.ValueFromTerraform(ctx, c.raw)
		if err != nil || !got.Equal(c.want) || !got.Type(ctx).Equal(Type{}) {
			t.Errorf("%v is %v, %v", c.raw, got, err)
		}
	}
}
