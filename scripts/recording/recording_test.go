package main

import (
	"html"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var drawn = regexp.MustCompile(`<text [^>]*>([^<]*)</text>`)

// TestDraw_readme: the picture in README.md has the lines of its transcript, and needs no network.
func TestDraw_readme(t *testing.T) {
	root := filepath.Join("..", "..")
	page, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	picture, err := os.ReadFile(filepath.Join(root, "docs", "images", "demo.svg"))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(page), begin+"\n```text\n")
	transcript, _, found := strings.Cut(rest, "```\n\n"+end)
	if !found {
		t.Fatal("README.md has no transcript")
	}
	var lines []line
	for text := range strings.Lines(transcript) {
		lines = append(lines, line{0, strings.TrimRight(text, "\n")})
	}
	var want, got []string
	for _, l := range wrap(lines) {
		if l.text != "" {
			want = append(want, l.text)
		}
	}
	for _, text := range drawn.FindAllStringSubmatch(string(picture), -1) {
		got = append(got, html.UnescapeString(text[1]))
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("the picture is not of the run in README.md: run make recording")
	}
	for _, network := range []string{"@import", "url(", "href", "<script", "@font-face"} {
		if strings.Contains(string(picture), network) {
			t.Errorf("the picture has %s", network)
		}
	}
}

func TestWrap(t *testing.T) {
	long := "   API calls: " + strings.Repeat("1 ReadUsers, ", 20)
	wrapped := wrap([]line{{1, "short"}, {2, long}})
	joined := ""
	for _, l := range wrapped[1:] {
		if len(l.text) > columns || l.at != 2 {
			t.Errorf("%q is %d characters long", l.text, len(l.text))
		}
		joined += " " + strings.TrimSpace(l.text)
	}
	if joined != " "+strings.TrimSpace(long) {
		t.Errorf("wrapped to %q", joined)
	}
}

// TestDraw_movement: the last printed line is always at the bottom, and time only goes forward.
func TestDraw_movement(t *testing.T) {
	got := movement([]line{{0, "a"}, {0.001, "b"}, {5, "c"}, {5, ""}, {5, "1. d"}})
	want := "@keyframes lines {\n0% { transform: translateY(504px) }\n19.355% { transform: translateY(486px) }\n" +
		"22.581% { transform: translateY(450px) }\n100% { transform: translateY(450px) }\n}\n" +
		".lines { animation: lines 7.8s step-end infinite }\n"
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
