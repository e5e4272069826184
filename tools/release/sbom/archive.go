package main

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"debug/buildinfo"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// archive is a zip with one Go binary, which the bill describes.
type archive struct {
	name, sha256 string
	binary       string
	info         *buildinfo.BuildInfo
}

func readArchive(path string) (archive, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return archive{}, err
	}
	hash := sha256.Sum256(content)
	a := archive{name: filepath.Base(path), sha256: hex.EncodeToString(hash[:])}
	reader, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		return archive{}, err
	}
	for _, file := range reader.File {
		info, err := readBuildInfo(file)
		if err != nil {
			continue // not a Go binary: the license, for example
		}
		if a.info != nil {
			return archive{}, fmt.Errorf("both %s and %s are Go binaries, want one", a.binary, file.Name)
		}
		a.binary, a.info = file.Name, info
	}
	if a.info == nil {
		return archive{}, errors.New("no Go binary is in it")
	}
	return a, nil
}

func readBuildInfo(file *zip.File) (*buildinfo.BuildInfo, error) {
	reader, err := file.Open()
	if err != nil {
		return nil, err
	}
	defer reader.Close()
	content, err := io.ReadAll(reader)
	if err != nil {
		return nil, err
	}
	return buildinfo.Read(bytes.NewReader(content))
}
