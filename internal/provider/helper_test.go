package provider_test

import "strings"

// replace replaces words by their values, in pairs.
func replace(text string, pairs ...string) string { return strings.NewReplacer(pairs...).Replace(text) }

func count(text, part string) int { return strings.Count(text, part) }
