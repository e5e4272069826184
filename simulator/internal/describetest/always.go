package describetest

// always has the members of every answer of an action with status 200, except that of a dry run. They are measured, or from the official
// text. The description itself requires none. "[]" stands for every item of a list.
var always = map[string][]string{
	"CreateAccessKey":       under("AccessKey", keyMembers, "SecretKey"),
	"CreateApiAccessRule":   under("ApiAccessRule", ruleMembers),
	"CreateCa":              under("Ca", caMembers),
	"CreatePolicy":          under("Policy", policyMembers),
	"CreatePolicyVersion":   under("PolicyVersion", versionMembers),
	"CreateUser":            under("User", userMembers),
	"CreateUserGroup":       under("UserGroup", groupMembers),
	"ReadAccessKeys":        list("AccessKeys", keyMembers),
	"ReadAccounts":          list("Accounts", accountMembers),
	"ReadApiAccessPolicy":   under("ApiAccessPolicy", accessPolicyMembers),
	"ReadApiAccessRules":    list("ApiAccessRules", ruleMembers),
	"ReadApiLogs":           {"Logs"},
	"ReadCas":               list("Cas", caMembers),
	"ReadLinkedPolicies":    page("Policies", linkedPolicyMembers),
	"ReadPolicies":          page("Policies", policyMembers),
	"ReadPolicy":            under("Policy", policyMembers),
	"ReadPolicyVersion":     under("PolicyVersion", versionMembers),
	"ReadPolicyVersions":    append(list("PolicyVersions", versionMembers), "HasMoreItems", "MaxResultsLimit"),
	"ReadQuotas":            append(list("QuotaTypes", []string{"QuotaType"}), under("QuotaTypes.[].Quotas.[]", quotaMembers)...),
	"ReadRegions":           list("Regions", []string{"Endpoint", "RegionName"}),
	"ReadUserGroup":         append(list("Users", userMembers), under("UserGroup", groupMembers)...),
	"ReadUserGroupPolicies": page("Policies", inlinePolicyMembers),
	"ReadUserGroupPolicy":   under("Policy", inlinePolicyMembers),
	"ReadUserGroups":        page("UserGroups", groupMembers),
	"ReadUserGroupsPerUser": list("UserGroups", groupMembers),
	"ReadUserPolicies":      {"PolicyNames"},
	"ReadUserPolicy":        {"PolicyDocument", "PolicyName", "UserName"},
	"ReadUsers":             page("Users", userMembers),
	"UpdateAccessKey":       under("AccessKey", keyMembers),
	"UpdateAccount":         under("Account", accountMembers),
	"UpdateApiAccessPolicy": under("ApiAccessPolicy", accessPolicyMembers),
	"UpdateApiAccessRule":   under("ApiAccessRule", ruleMembers),
	"UpdateCa":              under("Ca", caMembers),
	"UpdateUser":            under("User", userMembers),
	"UpdateUserGroup":       append(list("Users", userMembers), under("UserGroup", groupMembers)...),

	"ReadManagedPoliciesLinkedToUserGroup": page("Policies", linkedPolicyMembers),
	"ReadEntitiesLinkedToPolicy": under("PolicyEntities", []string{
		"Users", "Groups", "Accounts", "ItemsCount", "HasMoreItems", "MaxResultsLimit", "MaxResultsTruncated", "Users.[].Id",
		"Users.[].Name", "Users.[].Orn", "Groups.[].Id", "Groups.[].Name", "Groups.[].Orn",
	}),
}

var (
	keyMembers          = []string{"AccessKeyId", "State", "CreationDate", "LastModificationDate"}
	userMembers         = []string{"UserId", "UserName", "Path", "UserEmail", "CreationDate", "LastModificationDate"}
	groupMembers        = []string{"UserGroupId", "Name", "Path", "Orn", "CreationDate", "LastModificationDate"}
	linkedPolicyMembers = []string{"PolicyId", "PolicyName", "Orn", "CreationDate", "LastModificationDate"}
	policyMembers       = append([]string{"Path", "PolicyDefaultVersionId", "ResourcesCount", "IsLinkable"}, linkedPolicyMembers...)
	versionMembers      = []string{"VersionId", "DefaultVersion", "CreationDate", "Body"}
	inlinePolicyMembers = []string{"Name", "Body"}
	ruleMembers         = []string{"ApiAccessRuleId", "IpRanges", "CaIds", "Cns"}
	caMembers           = []string{"CaId", "CaFingerprint"}
	accessPolicyMembers = []string{"MaxAccessKeyExpirationSeconds", "RequireTrustedEnv"}
	accountMembers      = []string{"AccountId", "CustomerId", "Email"}
	quotaMembers        = []string{"AccountId", "Name", "QuotaCollection", "ShortDescription", "Description", "MaxValue", "UsedValue"}
)

// list returns the paths of a list and of the members of its items.
func list(name string, members []string) []string {
	return append([]string{name}, under(name+".[]", members)...)
}

// page returns the paths of a list that is paged with FirstItem.
func page(name string, members []string) []string {
	return append([]string{"HasMoreItems", "MaxResultsLimit", "MaxResultsTruncated"}, list(name, members)...)
}

// under returns the paths of the members of an object.
func under(path string, members []string, more ...string) []string {
	var paths []string
	for _, member := range append(more, members...) {
		paths = append(paths, path+"."+member)
	}
	return paths
}
