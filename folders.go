package main

import (
	"os"
	"path/filepath"
)

// cacheFolder returns a folder in the user's cache directory, "" if that is unknown.
func cacheFolder(name string) string {
	caches, err := os.UserCacheDir()
	if err != nil {
		return ""
	}
	return filepath.Join(caches, "terraform-provider-outscale", name)
}
