// Command recording makes the animated picture (SVG) and the transcript of make demo in README.md, from the recording of a
// real run. The picture needs no network, no script and no font of its own.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"
)

func main() {
	cast := flag.String("cast", "", "`file` with the recording (asciicast version 2)")
	picture := flag.String("svg", "", "`file` to write the picture to")
	page := flag.String("page", "", "`file` whose transcript is replaced")
	flag.Parse()
	if err := run(*cast, *picture, *page); err != nil {
		fmt.Fprintln(os.Stderr, "recording:", err)
		os.Exit(1)
	}
}

func run(cast, picture, page string) error {
	lines, err := readCast(cast)
	if err != nil {
		return err
	}
	if err := os.WriteFile(picture, []byte(draw(lines)), 0o644); err != nil {
		return err
	}
	text, err := os.ReadFile(page)
	if err != nil {
		return err
	}
	replaced, err := replaceTranscript(string(text), lines)
	if err != nil {
		return fmt.Errorf("%s: %w", page, err)
	}
	return os.WriteFile(page, []byte(replaced), 0o644)
}

// line is a line of the terminal, and the time at which it was printed, in seconds.
type line struct {
	at   float64
	text string
}

func readCast(name string) ([]line, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	scanner := bufio.NewScanner(file)
	scanner.Scan() // the header
	var lines []line
	for scanner.Scan() {
		var event [3]any
		if err := json.Unmarshal(scanner.Bytes(), &event); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		at, isTime := event[0].(float64)
		text, isText := event[2].(string)
		if !isTime || !isText {
			return nil, fmt.Errorf("%s: %s is not an event", name, scanner.Text())
		}
		for part := range strings.Lines(text) {
			lines = append(lines, line{at, strings.TrimRight(part, "\r\n")})
		}
	}
	if err := scanner.Err(); err != nil {
		return nil, err
	}
	if len(lines) == 0 {
		return nil, fmt.Errorf("%s has no lines", name)
	}
	return lines, nil
}

// The transcript is between these lines of the page.
const (
	begin = "<!-- The transcript is written by make recording. -->\n"
	end   = "<!-- End of the transcript. -->\n"
)

func replaceTranscript(page string, lines []line) (string, error) {
	head, rest, found := strings.Cut(page, begin)
	_, tail, ended := strings.Cut(rest, end)
	if !found || !ended {
		return "", errors.New("it has no place for the transcript")
	}
	var b strings.Builder
	for _, l := range lines {
		b.WriteString(l.text + "\n")
	}
	return head + begin + "\n```text\n" + b.String() + "```\n\n" + end + tail, nil
}
