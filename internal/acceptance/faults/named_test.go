package faults

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

// lists are the messages that name several keys, each with the sentence of the same message that says what to do.
var lists = []struct {
	names  *regexp.Regexp
	advice string
}{
	{regexp.MustCompile(`and nobody has their secrets: ([A-Z0-9, ]+)\.`), "Delete these keys: nobody can use them"},
	{regexp.MustCompile(`still has access keys that this run does not delete: ([A-Z0-9, ]+)\.`), "Delete these keys, or import them"},
}

// named reports whether a message in the output names a key and says what to do: by the command that deletes this key, or
// by a list of keys with advice.
func named(output, id string) bool {
	if regexp.MustCompile(`oapi-cli DeleteAccessKey --AccessKeyId ` + regexp.QuoteMeta(id) + `\b`).MatchString(output) {
		return true
	}
	for _, list := range lists {
		for _, at := range list.names.FindAllStringSubmatchIndex(output, -1) {
			if slices.Contains(strings.Split(output[at[2]:at[3]], ", "), id) && strings.Contains(restOfMessage(output[at[1]:]), list.advice) {
				return true
			}
		}
	}
	return false
}

// restOfMessage returns the text up to the next message.
func restOfMessage(text string) string {
	for _, next := range []string{"Error: ", "Warning: "} {
		text, _, _ = strings.Cut(text, next)
	}
	return text
}

// excerpt returns the output around the first occurrence of a word.
func excerpt(output, word string) string {
	at := strings.Index(output, word)
	if word == "" || at < 0 {
		return "nothing"
	}
	return output[max(0, at-700):min(len(output), at+900)]
}

// TestNamed_advice: an id near a message does not count, only an id in the message.
func TestNamed_advice(t *testing.T) {
	t.Parallel()
	const orphans = "Error: Access key not created Creating an access key for user u failed. The answer to CreateAccessKey was lost. " +
		"These access keys were created and not removed, and nobody has their secrets: AAAA, BBBB. CreateAccessKey was sent, but no usable answer came back. "
	const advice = "Delete these keys: nobody can use them, and each counts against the quota. "
	for name, c := range map[string]struct {
		output string
		want   bool
	}{
		"a command":              {"Warning: Unfinished access key found oapi-cli DeleteAccessKey --AccessKeyId AAAA --UserName u", true},
		"the command of another": {"Warning: Unfinished access key found AAAA oapi-cli DeleteAccessKey --AccessKeyId AAAAB", false},
		"a list":                 {orphans + advice, true},
		"a list without advice":  {orphans + "Error: Access key not created " + advice, false},
		"a list of a user":       {"User u still has access keys that this run does not delete: CCCC, AAAA. Refused. Delete these keys, or import them so that", true},
		"created, another lost":  {"outscale_access_key.k[0]: Creation complete after 1s [id=AAAA] " + strings.ReplaceAll(orphans, "AAAA", "CCCC") + advice, false},
		"an error of the API":    {"Creation complete [id=AAAA] Error: Access key not deleted DeleteAccessKey was answered with HTTP status 500", false},
	} {
		if got := named(c.output, "AAAA"); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
