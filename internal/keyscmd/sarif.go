package keyscmd

import (
	"github.com/outscale-access/terraform-provider-outscale/internal/review"
)

// The part of SARIF 2.1.0 that an audit needs. A key has no file, so results have logical locations.

type sarif struct {
	Schema  string     `json:"$schema"`
	Version string     `json:"version"`
	Runs    []sarifRun `json:"runs"`
}

type sarifRun struct {
	Tool struct {
		Driver sarifDriver `json:"driver"`
	} `json:"tool"`
	Invocations []sarifInvocation `json:"invocations"`
	Results     []sarifResult     `json:"results"`
}

// sarifInvocation says what could not be read.
type sarifInvocation struct {
	Successful    bool                `json:"executionSuccessful"`
	Notifications []sarifNotification `json:"toolExecutionNotifications"`
}

type sarifNotification struct {
	Level   string    `json:"level"`
	Message sarifText `json:"message"`
}

type sarifDriver struct {
	Name           string      `json:"name"`
	Version        string      `json:"version"`
	InformationURI string      `json:"informationUri"`
	Rules          []sarifRule `json:"rules"`
}

type sarifRule struct {
	ID               string    `json:"id"`
	ShortDescription sarifText `json:"shortDescription"`
	FullDescription  sarifText `json:"fullDescription"`
	Help             sarifText `json:"help"`
	Default          struct {
		Level string `json:"level"`
	} `json:"defaultConfiguration"`
}

type sarifText struct {
	Text string `json:"text"`
}

type sarifResult struct {
	RuleID       string            `json:"ruleId"`
	RuleIndex    int               `json:"ruleIndex"`
	Level        string            `json:"level"`
	Message      sarifText         `json:"message"`
	Locations    []sarifLocation   `json:"locations"`
	Fingerprints map[string]string `json:"partialFingerprints"`
}

type sarifLocation struct {
	LogicalLocations []sarifLogical `json:"logicalLocations"`
}

type sarifLogical struct {
	Name               string `json:"name"`
	FullyQualifiedName string `json:"fullyQualifiedName"`
	Kind               string `json:"kind"`
}

// sarifLevel is the level of a severity.
func sarifLevel(s review.Severity) string {
	return map[review.Severity]string{review.Low: "note", review.Medium: "warning", review.High: "error"}[s]
}

// sarifOf writes the findings as SARIF, with every rule, also those that found nothing.
func sarifOf(version string, found []judged, missing []string) sarif {
	driver := sarifDriver{
		Name: "outscale-keys", Version: version,
		InformationURI: "https://github.com/outscale-access/terraform-provider-outscale",
	}
	index := map[string]int{}
	for i, r := range review.Rules() {
		index[r.ID] = i
		rule := sarifRule{ID: r.ID, ShortDescription: sarifText{r.Title}, FullDescription: sarifText{r.Why}, Help: sarifText{r.Remedy}}
		rule.Default.Level = sarifLevel(r.Severity)
		driver.Rules = append(driver.Rules, rule)
	}
	run := sarifRun{Results: []sarifResult{}}
	invocation := sarifInvocation{Successful: true, Notifications: []sarifNotification{}}
	for _, sentence := range missing {
		invocation.Notifications = append(invocation.Notifications, sarifNotification{"warning", sarifText{sentence}})
	}
	run.Invocations = []sarifInvocation{invocation}
	run.Tool.Driver = driver
	for _, j := range found {
		name := owner(j.fact) + "/" + j.Key.ID
		for _, f := range j.findings {
			run.Results = append(run.Results, sarifResult{
				RuleID: f.Rule.ID, RuleIndex: index[f.Rule.ID], Level: sarifLevel(f.Rule.Severity),
				Message: sarifText{"Access key " + j.Key.ID + ": " + f.Reason + ". " + f.Rule.Remedy},
				Locations: []sarifLocation{{LogicalLocations: []sarifLogical{{
					Name: j.Key.ID, FullyQualifiedName: name, Kind: "resource",
				}}}},
				Fingerprints: map[string]string{"accessKeyAndRule/v1": j.Key.ID + "/" + f.Rule.ID},
			})
		}
	}
	return sarif{Schema: "https://json.schemastore.org/sarif-2.1.0.json", Version: "2.1.0", Runs: []sarifRun{run}}
}
