package orphan

// runIgnoringSignals does nothing on Windows.
func runIgnoringSignals() {}
