package orphan

// parentPID returns 0: on Windows a process keeps the id of its parent after the parent has ended. So if the CLI is killed on
// Windows, its run-scoped keys stay until they expire. Every other end of a run is handled as on Unix.
func parentPID() int { return 0 }

// ignoreSignals does nothing: on Windows the parent is not watched.
func ignoreSignals() {}
