package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"time"
)

// output prints lines. If recording is on, it also records them with their times.
type output struct {
	to     io.Writer
	record *os.File      // nil = nothing is recorded
	start  time.Time     // of the recording
	waited time.Duration // for Enter
	enter  chan struct{} // a line was read from standard input; closed at its end; nil = no pauses
}

func newOutput(to io.Writer, record string, pause bool) (*output, error) {
	o := &output{to: to, start: time.Now()}
	if record != "" {
		file, err := os.Create(record)
		if err != nil {
			return nil, err
		}
		o.record = file
		header := map[string]any{"version": 2, "width": 100, "height": 30, "timestamp": o.start.Unix()}
		if err := json.NewEncoder(file).Encode(header); err != nil {
			return nil, err
		}
	}
	if pause {
		o.enter = make(chan struct{})
		go func() {
			defer close(o.enter)
			for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
				o.enter <- struct{}{}
			}
		}()
	}
	return o, nil
}

// line prints one line or several.
func (o *output) line(format string, args ...any) {
	text := fmt.Sprintf(format, args...) + "\n"
	_, _ = io.WriteString(o.to, text)
	if o.record == nil {
		return
	}
	event := []any{time.Since(o.start).Seconds(), "o", strings.ReplaceAll(text, "\n", "\r\n")}
	_ = json.NewEncoder(o.record).Encode(event) // close reports a file that cannot be written
}

// claim prints what was checked.
func (o *output) claim(format string, args ...any) { o.block("", fmt.Sprintf(format, args...)) }

// command prints a command that runs now.
func (o *output) command(args ...string) { o.block("$ ", strings.Join(args, " ")) }

// show prints the output of a program, or a part of a configuration.
func (o *output) show(text string) { o.block("| ", strings.TrimSpace(text)) }

// block prints the lines of a text indented, each with a prefix.
func (o *output) block(prefix, text string) {
	for line := range strings.Lines(text) {
		o.line("%s", strings.TrimRight("   "+prefix+strings.TrimRight(line, "\n"), " "))
	}
}

// pause waits for Enter if -pause is set. The end of standard input ends all pauses.
func (o *output) pause(ctx context.Context) {
	if o.enter == nil {
		return
	}
	_, _ = fmt.Fprint(o.to, "   Press Enter to go on. ")
	since := time.Now()
	select {
	case <-o.enter:
	case <-ctx.Done():
	}
	o.waited += time.Since(since)
}

func (o *output) close() error {
	if o.record == nil {
		return nil
	}
	return o.record.Close()
}
