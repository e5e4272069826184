package main

import "os/exec"

// isolate does nothing here: Windows has no process groups of this kind, and a cancelled child is killed.
func isolate(*exec.Cmd) {}

// killGroup does nothing here: plugins notice that their CLI is gone.
func killGroup(*exec.Cmd) {}
