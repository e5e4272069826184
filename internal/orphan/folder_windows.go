package orphan

import "io/fs"

// openFlags is 0: on Windows a folder has no FIFOs.
const openFlags = 0

// private returns nil: on Windows a folder in the user's profile inherits its access rights.
func private(fs.FileInfo) error { return nil }
