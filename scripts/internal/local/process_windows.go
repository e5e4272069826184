package local

import "os/exec"

// Isolate does nothing here: Windows has no process groups of this kind, and a cancelled child is killed.
func Isolate(*exec.Cmd) {}

// KillGroup does nothing here: plugins notice that their CLI is gone.
func KillGroup(*exec.Cmd) {}
