// Command release-sbom writes the software bill of materials of one release archive, as SPDX 2.3 in JSON.
//
// It reads what the Go tool chain wrote into the binary (go version -m shows the same): the modules, their versions and
// their hashes. The same archive and commit give the same bytes. The usual generators put a random identifier and the
// present time into each document.
//
// Usage: release-sbom -version VERSION -commit HASH -created UNIX_SECONDS -out FILE ARCHIVE.zip
package main

import (
	"flag"
	"fmt"
	"os"
	"strconv"
	"time"

	spdxjson "github.com/spdx/tools-golang/json"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintf(os.Stderr, "release-sbom: %v\n", err)
		os.Exit(1)
	}
}

func run(args []string) (err error) {
	flags := flag.NewFlagSet("release-sbom", flag.ContinueOnError)
	version := flags.String("version", "", "`version` of the release")
	commit := flags.String("commit", "", "`hash` of the commit that the archive was built from")
	created := flags.String("created", "", "`time` of that commit, in seconds since 1970")
	out := flags.String("out", "", "`file` to write")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() != 1 || *out == "" || *commit == "" || *version == "" {
		return fmt.Errorf("want -version, -commit, -created, -out and one archive")
	}
	seconds, err := strconv.ParseInt(*created, 10, 64)
	if err != nil {
		return fmt.Errorf("-created: %w", err)
	}
	archive, err := readArchive(flags.Arg(0))
	if err != nil {
		return fmt.Errorf("%s: %w", flags.Arg(0), err)
	}
	file, err := os.Create(*out)
	if err != nil {
		return err
	}
	defer func() {
		if closed := file.Close(); err == nil {
			err = closed
		}
	}()
	return spdxjson.Write(document(archive, build{*version, *commit, time.Unix(seconds, 0)}), file, spdxjson.Indent("  "))
}
