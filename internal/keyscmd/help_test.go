package keyscmd

import (
	"strings"
	"testing"
)

// The help of every command has an example and the meaning of the exit codes.
func TestHelp_everyCommand(t *testing.T) {
	root := (&app{}).rootCommand()
	for _, command := range root.Commands() {
		if command.Name() == "help" || command.Name() == "completion" {
			continue
		}
		if command.Example == "" || !strings.Contains(command.Long, "\n\nExit codes: ") {
			t.Errorf("%s: an example or the exit codes are missing", command.Name())
		}
		for _, line := range strings.Split(command.Long+"\n"+command.Example, "\n") {
			if len(line) > 125 {
				t.Errorf("%s: a line of %d characters: %s", command.Name(), len(line), line)
			}
		}
	}
}
