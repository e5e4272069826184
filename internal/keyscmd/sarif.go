package keyscmd

import (
	"github.com/outscale-access/terraform-provider-outscale/internal/review"
)

// object is an object of JSON.
type object = map[string]any

func sarifText(s string) object { return object{"text": s} }

// sarifLevel returns the SARIF level of a severity.
func sarifLevel(s review.Severity) string {
	return [...]string{"none", "note", "warning", "error"}[s]
}

// sarifOf returns the findings as SARIF 2.1.0, with every rule. The locations are logical, because a key has no file. A
// notification names what could not be read.
func sarifOf(version string, found []reviewed, missing []string) object {
	rules, results, notifications := []object{}, []object{}, []object{}
	index := map[string]int{}
	for i, r := range review.Rules() {
		index[r.ID] = i
		rules = append(rules, object{
			"id": r.ID, "shortDescription": sarifText(r.Title), "fullDescription": sarifText(r.Why), "help": sarifText(r.Remedy),
			"defaultConfiguration": object{"level": sarifLevel(r.Severity)},
		})
	}
	for _, sentence := range missing {
		notifications = append(notifications, object{"level": "warning", "message": sarifText(sentence)})
	}
	for _, k := range found {
		location := object{"name": k.Key.ID, "fullyQualifiedName": owner(k.collectedKey) + "/" + k.Key.ID, "kind": "resource"}
		for _, f := range k.findings {
			results = append(results, object{
				"ruleId": f.Rule.ID, "ruleIndex": index[f.Rule.ID], "level": sarifLevel(f.Rule.Severity),
				"message":             sarifText("Access key " + k.Key.ID + ": " + f.Reason + ". " + f.Rule.Remedy),
				"locations":           []object{{"logicalLocations": []object{location}}},
				"partialFingerprints": object{"accessKeyAndRule/v1": k.Key.ID + "/" + f.Rule.ID},
			})
		}
	}
	driver := object{
		"name": "outscale-keys", "version": version, "rules": rules,
		"informationUri": "https://github.com/outscale-access/terraform-provider-outscale",
	}
	return object{"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": []object{{
		"tool": object{"driver": driver}, "results": results,
		"invocations": []object{{"executionSuccessful": true, "toolExecutionNotifications": notifications}},
	}}}
}
