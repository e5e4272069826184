package orphan

// parentPID returns 0: on Windows a process keeps the id of its parent when the parent dies. A CLI that is killed there
// leaves its run-scoped keys until their expiry; every other end of a run is handled as on Unix.
func parentPID() int { return 0 }

// ignoreSignals has nothing to do where the parent is not watched.
func ignoreSignals() {}
