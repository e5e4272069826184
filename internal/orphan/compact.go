package orphan

import (
	"bytes"
	"errors"
	"maps"
	"os"
	"slices"

	"github.com/gofrs/flock"
)

// maxDead is the number of files of ended processes that are kept without a merge.
const maxDead = 8

// compact merges the files of ended processes into one, without the records that are no longer needed. entries are the
// entries of all files; whole reports whether all files were read.
//
// One process compacts at a time. If it is killed, some records are in two files, which has no effect.
func (f folder) compact(files []journalFile, entries map[string]Entry, whole bool) error {
	dead := slices.DeleteFunc(slices.Clone(files), func(c journalFile) bool { return c.keep || c.running })
	if len(dead) <= maxDead && !slices.ContainsFunc(dead, func(c journalFile) bool { return c.hasObsolete(entries) }) {
		return nil
	}
	only := f.lock("compact"+fileSuffix, os.O_CREATE)
	if ok, err := only.TryLock(); !ok {
		return err // nil: another process compacts
	}
	defer func() { _ = only.Unlock() }()
	claims, err := f.claimAll(dead)
	defer func() {
		for _, lock := range claims {
			_ = lock.Unlock()
		}
	}()
	if err != nil {
		return err
	}
	if err := f.merge(remaining(files, claims, entries, whole)); err != nil {
		return err
	}
	for name, lock := range claims {
		err = errors.Join(err, f.remove(name, lock))
	}
	return err
}

// hasObsolete reports whether the file is empty or has a record that is no longer needed.
func (c journalFile) hasObsolete(entries map[string]Entry) bool {
	return len(c.records) == 0 || slices.ContainsFunc(c.records, func(e Entry) bool { return entries[e.Marker].obsolete() })
}

// claimAll claims the files that still exist and whose processes have ended.
func (f folder) claimAll(files []journalFile) (map[string]*flock.Flock, error) {
	claims := map[string]*flock.Flock{}
	for _, c := range files {
		lock, dead, err := f.claim(c.name)
		if err != nil {
			return claims, err
		}
		if _, err := f.root.Stat(c.name); err != nil || !dead {
			_ = lock.Unlock()
			continue
		}
		claims[c.name] = lock
	}
	return claims, nil
}

// remaining returns the entries of the claimed files that are still needed. An obsolete entry is kept while a file that is not
// merged has an earlier record of it.
func remaining(files []journalFile, claims map[string]*flock.Flock, entries map[string]Entry, whole bool) []Entry {
	elsewhere, here := map[string]bool{}, map[string]bool{}
	for _, c := range files {
		for _, record := range c.records {
			if claims[c.name] != nil {
				here[record.Marker] = true
			} else {
				elsewhere[record.Marker] = true
			}
		}
	}
	var kept []Entry
	for _, marker := range slices.Sorted(maps.Keys(here)) {
		if e := entries[marker]; !e.obsolete() || elsewhere[marker] || !whole {
			kept = append(kept, e)
		}
	}
	return kept
}

// merge writes the entries to one file, which belongs to no process.
func (f folder) merge(entries []Entry) error {
	if len(entries) == 0 {
		return nil
	}
	var text bytes.Buffer
	for _, e := range entries {
		line, err := e.record()
		if err != nil {
			return err
		}
		text.Write(line)
	}
	file, err := f.create(newName())
	if err != nil {
		return err
	}
	_, err = text.WriteTo(file)
	// Sync, because the files that this one replaces are on the disk.
	return errors.Join(err, file.Sync(), file.Close())
}
