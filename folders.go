package main

import (
	"os"
	"path/filepath"
)

// cacheFolder returns a folder in the user's cache directory. If that is unknown, it returns "" and the reason.
func cacheFolder(name string) (string, error) {
	caches, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	return filepath.Join(caches, "terraform-provider-outscale", name), nil
}
