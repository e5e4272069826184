package faultsuite

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

// lists are the messages that name keys in a list, each with the sentence of the same message that says what to do.
var lists = []struct {
	names *regexp.Regexp
	way   string
}{
	{regexp.MustCompile(`access keys behind whose secret nobody knows: ([A-Z0-9, ]+)\.`), "Delete these keys: nobody can use them"},
	{regexp.MustCompile(`still has access keys that this run does not delete: ([A-Z0-9, ]+)\.`), "Delete these keys, or import them"},
}

// reported says whether the CLI named the id together with what to do, in one message: by the command that deletes this
// key, or in a list that a sentence about it follows.
func reported(said, id string) bool {
	if regexp.MustCompile(`oapi-cli DeleteAccessKey --AccessKeyId ` + regexp.QuoteMeta(id) + `\b`).MatchString(said) {
		return true
	}
	for _, list := range lists {
		for _, at := range list.names.FindAllStringSubmatchIndex(said, -1) {
			if slices.Contains(strings.Split(said[at[2]:at[3]], ", "), id) && strings.Contains(message(said[at[1]:]), list.way) {
				return true
			}
		}
	}
	return false
}

// message is what belongs to the message that a text begins in.
func message(text string) string {
	for _, next := range []string{"Error: ", "Warning: "} {
		text, _, _ = strings.Cut(text, next)
	}
	return text
}

// around is what was said around a word.
func around(said, word string) string {
	at := strings.Index(said, word)
	if !strings.HasPrefix(word, marker) || at < 0 {
		return "nothing"
	}
	return said[max(0, at-700):min(len(said), at+900)]
}

// TestReported: an id that stands near a message is not one that the message is about.
func TestReported(t *testing.T) {
	t.Parallel()
	const left = "Error: Access key not created Creating an access key for user u failed. The answer to CreateAccessKey was lost. " +
		"It left access keys behind whose secret nobody knows: AAAA, BBBB. CreateAccessKey was sent, but no usable answer came back. "
	const way = "Delete these keys: nobody can use them, and each counts against the quota. "
	for name, c := range map[string]struct {
		said string
		want bool
	}{
		"a command":               {"Warning: Unfinished access key found oapi-cli DeleteAccessKey --AccessKeyId AAAA --UserName u", true},
		"the command of another":  {"Warning: Unfinished access key found AAAA oapi-cli DeleteAccessKey --AccessKeyId AAAAB", false},
		"a list":                  {left + way, true},
		"a list without a way":    {left + "Error: Access key not created " + way, false},
		"a list of a user":        {"User u still has access keys that this run does not delete: CCCC, AAAA. Refused. Delete these keys, or import them so that", true},
		"made, then another lost": {"outscale_access_key.k[0]: Creation complete after 1s [id=AAAA] " + strings.ReplaceAll(left, "AAAA", "CCCC") + way, false},
		"an error of the API":     {"Creation complete [id=AAAA] Error: Access key not deleted DeleteAccessKey was answered with HTTP status 500", false},
	} {
		if got := reported(c.said, "AAAA"); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
