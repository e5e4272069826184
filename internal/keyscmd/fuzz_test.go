package keyscmd

import (
	"archive/zip"
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// FuzzReadState reads any bytes as a state, the output of "show -json", or a saved plan. Each key that it finds has an id or
// stands for the planned values of a plan. Neither a key nor an error has a secret of the file.
func FuzzReadState(f *testing.F) {
	const secret = "THESECRETTHESECRETTHESECRETTHESECRET0123"
	version4 := `{"version":4,"resources":[{"mode":"managed","module":"module.m","type":"outscale_access_key","name":"k","instances":[` +
		`{"attributes":{"access_key_id":"KEY1","secret_key":"` + secret + `"}},{"attributes":null}]},` +
		`{"mode":"managed","type":"outscale_rotating_access_key","name":"r","instances":[{"attributes":{"access_key_id":"KEY2","secret_key":null,` +
		`"previous_access_key_id":"KEY3","previous_secret_key":"` + secret + `"}}]}]}`
	shown := `{"format_version":"1.0","prior_state":{"values":{"root_module":{"child_modules":[{"resources":[{"address":"aws_iam_access_key.a",` +
		`"type":"aws_iam_access_key","values":{"id":"KEY4","secret":"` + secret + `"}}]}]}}},"planned_values":null}`
	var plan bytes.Buffer
	archive := zip.NewWriter(&plan)
	for name, content := range map[string]string{"tfstate": version4, "tfplan": "secret_key\xd9\x28" + secret} {
		part, err := archive.Create(name)
		if err == nil {
			_, err = part.Write([]byte(content))
		}
		if err != nil {
			f.Fatal(err)
		}
	}
	if err := archive.Close(); err != nil {
		f.Fatal(err)
	}
	for _, seed := range []string{
		version4, version4[:len(version4)/2], shown, plan.String(), plan.String()[:plan.Len()/2], "", "{}", "null", "[]", "PK\x03\x04",
		`{"version":3}`, `{"version":"` + secret + `"}`, `{"encrypted_data":"` + secret + `"}`, `{"format_version":"1.0","values":{"root_module":[]}}`,
	} {
		f.Add([]byte(seed))
	}
	file := filepath.Join(f.TempDir(), "state")
	f.Fuzz(func(t *testing.T, data []byte) {
		if err := os.WriteFile(file, data, 0o600); err != nil {
			t.Fatal(err)
		}
		keys, err := readState(file, nil)
		if err != nil {
			if len(keys) > 0 || strings.Contains(err.Error(), secret) {
				t.Errorf("%d keys and an error: %v", len(keys), err)
			}
			return
		}
		for _, k := range keys {
			if k.id == "" && k.address != "(planned values)" {
				t.Errorf("a key without an id: %+v", k)
			}
			k.address, k.id = "", "" // the address and the id come from the file
			if strings.Contains(fmt.Sprintf("%+v", k), secret) {
				t.Errorf("a secret of the file is kept: %+v", k)
			}
		}
	})
}
