package text

import "testing"

func TestConceal(t *testing.T) {
	const secret = "QWERTYUIOPASDFGHJKLZXCVBNM0123456789QWER"
	for name, c := range map[string]struct {
		in, want string
		given    []string
	}{
		"nothing":                        {"User alice was not found.\n\nRun again.", "User alice was not found.\n\nRun again.", []string{"alice"}},
		"control characters":             {"a\x1b[2J\nb\u202ec\t", "a\\x1b[2J\nb\\u202ec\\t", nil},
		"a line of a value":              {"got: x\r\nApply complete!", `got: x\r\nApply complete!`, []string{"x\r\nApply complete!"}},
		"secret of an access key":        {"got: " + secret + ".", "got: (40 characters, not shown).", nil},
		"token of a value":               {"got: c2VjcmV0IHRoYXQgbm9ib2R5IG1heSBzZWUsIHJlYWxseQ==", "got: (48 characters, not shown)", []string{"c2VjcmV0IHRoYXQgbm9ib2R5IG1heSBzZWUsIHJlYWxseQ=="}},
		"token that no value has":        {"c2VjcmV0IHRoYXQgbm9ib2R5IG1heSBzZWUsIHJlYWxseQ==", "c2VjcmV0IHRoYXQgbm9ib2R5IG1heSBzZWUsIHJlYWxseQ==", nil},
		"path of a file":                 {"/home/terraform/configuration/of/the/provider/config.json", "/home/terraform/configuration/of/the/provider/config.json", []string{"/home/terraform/configuration/of/the/provider/config.json"}},
		"private key":                    {"got: -----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----, which", "got: (a private key), which", nil},
		"private key, quoted and cut":    {`got: "-----BEGIN PRIVATE KEY-----\nMIIE and 100 more bytes`, `got: "(a private key)`, nil},
		"private key that a value holds": {"got: -----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----\n.", "got: (a private key)\\n.", []string{"-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----\n"}},
		"token with slashes":             {"got: wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "got: (40 characters, not shown)", []string{"wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"}},
		"two ids":                        {"ug-02370993/1E33LZBILSDC1D4FUWFXU56EQD7CFQ7", "ug-02370993/1E33LZBILSDC1D4FUWFXU56EQD7CFQ7", []string{"ug-02370993/1E33LZBILSDC1D4FUWFXU56EQD7CFQ7"}},
		"public key":                     {"age1q3xq9antea3pfj5r30v66za3k255thpk29akexv48sxjv3s4t9aqqzvea9", "age1q3xq9antea3pfj5r30v66za3k255thpk29akexv48sxjv3s4t9aqqzvea9", []string{"age1q3xq9antea3pfj5r30v66za3k255thpk29akexv48sxjv3s4t9aqqzvea9"}},
		"empty value":                    {"got: ", "got: ", []string{""}},
	} {
		if got := Conceal(c.in, c.given); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}
