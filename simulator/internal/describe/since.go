package describe

import (
	"fmt"
	"strconv"
	"strings"
)

// The description is of the newest version only. This file has the additions of each version, according to the history of the official
// description (releases 1.2 to 1.40.1). A simulator of an older version refuses later additions.

// memberSince has the version that added a request member, by action and path. A member that is not listed was in the first
// version.
var memberSince = map[string]map[string]string{
	"CreateAccessKey": {"ExpirationDate": "1.3", "Tag": "1.34.3", "UserName": "1.27"},
	"ReadAccessKeys":  {"Tag": "1.34.3", "UserName": "1.27"},
	"UpdateAccessKey": {
		"ClearExpirationDate": "1.40.1",
		"ClearTag":            "1.40.1",
		"ExpirationDate":      "1.15",
		"Tag":                 "1.40.1",
		"UserName":            "1.27",
	},
	"DeleteAccessKey": {"UserName": "1.27"},
	"CreateUser":      {"UserEmail": "1.33.1"},
	"UpdateUser":      {"NewUserEmail": "1.33.1"},
	"ReadUsers":       {"Filters": "1.33.1", "FirstItem": "1.33.1", "ResultsPerPage": "1.33.1"},
}

// requiredUntil has the version that made a required member optional.
var requiredUntil = map[string]map[string]string{
	"UpdateAccessKey": {"State": "1.40.1"},
}

// actionSince has the version that added a served action. An action that is not listed was in the first version.
var actionSince = since(map[string][]string{
	"1.6": {
		"CreateApiAccessRule", "CreateCa", "DeleteApiAccessRule", "DeleteCa", "ReadApiAccessRules", "ReadCas", "UpdateApiAccessRule",
		"UpdateCa",
	},
	"1.14": {"ReadApiAccessPolicy", "UpdateApiAccessPolicy"},
	"1.27": {"CreateUser", "DeleteUser", "ReadUsers", "UpdateUser"},
	"1.28.5": {
		"CreatePolicy", "CreatePolicyVersion", "DeletePolicy", "DeletePolicyVersion", "LinkPolicy", "ReadLinkedPolicies", "ReadPolicies",
		"ReadPolicy", "ReadPolicyVersion", "ReadPolicyVersions", "SetDefaultPolicyVersion", "UnlinkPolicy",
	},
	"1.29.3": {
		"AddUserToUserGroup", "CreateUserGroup", "DeleteUserGroup", "DeleteUserGroupPolicy", "LinkManagedPolicyToUserGroup",
		"PutUserGroupPolicy", "ReadManagedPoliciesLinkedToUserGroup", "ReadUserGroup", "ReadUserGroupPolicies", "ReadUserGroupPolicy",
		"ReadUserGroups", "ReadUserGroupsPerUser", "RemoveUserFromUserGroup", "UnlinkManagedPolicyFromUserGroup", "UpdateUserGroup",
	},
	"1.33.1": {"ReadEntitiesLinkedToPolicy"},
	"1.34.3": {"DeleteUserPolicy", "PutUserPolicy", "ReadUserPolicies", "ReadUserPolicy"},
	"1.35.4": {
		"DisableOutscaleLogin", "DisableOutscaleLoginForUsers", "DisableOutscaleLoginPerUsers", "EnableOutscaleLogin",
		"EnableOutscaleLoginForUsers", "EnableOutscaleLoginPerUsers",
	},
})

// since returns the version of each action.
func since(versions map[string][]string) map[string]string {
	of := map[string]string{}
	for version, actions := range versions {
		for _, action := range actions {
			of[action] = version
		}
	}
	return of
}

// CheckVersion returns an error for an invalid version of the API. A version such as "1.40.1" or "1.39" has two or three numbers,
// with or without a leading v. A missing third number is 0.
func CheckVersion(version string) error {
	_, err := parseVersion(version)
	return err
}

// AtLeast reports whether version is at least since. A version that CheckVersion refuses counts as the newest.
func AtLeast(version, since string) bool {
	have, err := parseVersion(version)
	if err != nil {
		return true
	}
	want, err := parseVersion(since)
	if err != nil {
		return true
	}
	for i := range have {
		if have[i] != want[i] {
			return have[i] > want[i]
		}
	}
	return true
}

// In reports whether an API of the version has the action.
func (a Action) In(version string) bool {
	since, ok := actionSince[a.Name]
	return !ok || AtLeast(version, since)
}

// has reports whether an API of the version takes the member in the action's request.
func has(version, action, path string) bool {
	since, ok := memberSince[action][path]
	return !ok || AtLeast(version, since)
}

// requires reports whether an API of the version refuses a request of the action that lacks the member.
func requires(version, action, path string, now bool) bool {
	until, ok := requiredUntil[action][path]
	return now || ok && !AtLeast(version, until)
}

func parseVersion(version string) ([3]int, error) {
	var parsed [3]int
	parts := strings.Split(strings.TrimPrefix(version, "v"), ".")
	if len(parts) < 2 || len(parts) > 3 {
		return parsed, fmt.Errorf("API version %q: want two or three numbers, such as 1.40.1", version)
	}
	for i, part := range parts {
		n, err := strconv.ParseUint(part, 10, 16)
		if err != nil {
			return parsed, fmt.Errorf("API version %q: %q is not a number", version, part)
		}
		parsed[i] = int(n)
	}
	return parsed, nil
}
